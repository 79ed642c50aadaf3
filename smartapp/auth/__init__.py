"""OAuth and OpenID Connect as SMART uses them: plain functions, all HTTP through the one door.

Where an EHR differs from the specification its registration says so, under `vendor`:

- `aud`: what to send instead of the FHIR base.
- `authorize`: `get` or `post`, whatever it declares and however long the request is.
- `fhir_user`: `profile`, if it writes the person into that claim, as SMART 1 did.
- `secret_style`: `raw` (the default), `urlencoded` or `post`.
- `id_token_issuers`: further names, separated by spaces, under which it issues id_tokens.
- `login`: `window`, if its login refuses to be shown in a frame.
- `nonce`: `optional`, if its id_tokens lack one.
- `scopes`: `v1` or `v2`, if it declares another syntax than it understands.
"""
