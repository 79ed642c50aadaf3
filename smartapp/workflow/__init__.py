"""The domain: what can be asked for, who gets it, by when, and what becomes of it."""
