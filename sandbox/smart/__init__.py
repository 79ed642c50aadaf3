"""The sandbox's SMART server: who logs in, what they allow, and the tokens that come of it."""
