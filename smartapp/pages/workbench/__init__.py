"""The pages for who owns the rules: what they do, why one item is where it is, and what if."""
