"""Codes that the synthetic record uses, by subject."""
