"""Measurements against a stub EHR: how long a page takes, and what it costs."""
