"""OAuth and OpenID Connect as SMART uses them: plain functions, all HTTP through the one door."""
