"""OAuth and OpenID Connect as SMART uses them: plain functions, all HTTP through the one door.

Where an EHR differs from the specification its registration says so, under `vendor`:

- `aud`: what to send instead of the FHIR base.
- `secret_style`: `raw` (the default), `urlencoded` or `post`.
- `id_token_issuers`: further names, separated by spaces, under which it issues id_tokens.
- `nonce`: `optional`, if its id_tokens lack one.
- `scopes`: `v1` or `v2`, if it declares another syntax than it understands.
"""
