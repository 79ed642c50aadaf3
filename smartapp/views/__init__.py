"""Routes: load, decide, show. Only these modules and app.py know Flask."""
