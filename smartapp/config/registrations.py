"""launch-config.json: each entry of `ehrs` becomes one registration, or a list of what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smartapp.config.addresses import fault_in_address, fault_in_origin, origin_of
from smartapp.config.entry import Entry
from smartapp.config.findings import Findings, did_you_mean
from smartapp.config.scope_sets import check_scope_set
from smartapp.config.settings import Audience, ClientAuth, Ehr, LaunchKind

_ID = re.compile(r"(?!\.+\Z)[A-Za-z0-9._-]{1,128}", re.ASCII)
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SETS = {
    Audience.PATIENT: ("patient",),
    Audience.CLINICIAN: ("clinician",),
    Audience.BOTH: ("patient", "clinician"),
}
# What a registration may say of an EHR that differs, and with which values where not any will do.
_VENDOR: Mapping[str, tuple[str, ...]] = {
    "aud": (),
    "authorize": ("get", "post"),
    "fhir_user": ("profile",),
    "id_token_issuers": (),
    "login": ("window",),
    "nonce": ("optional",),
    "scopes": ("v1", "v2"),
    "secret_style": ("raw", "urlencoded", "post"),
}


@dataclass(frozen=True)
class Surroundings:
    """What a registration is read against."""

    base_url: str
    production: bool
    environ: Mapping[str, str]

    def callback(self, key: str) -> str:
        return f"{self.base_url}/callback/{key}"


def secret_variable(key: str) -> str:
    return f"SMARTAPP_CLIENT_SECRET_{key.upper().replace('-', '_')}"


def read_launch_config(
    path: Path, surroundings: Surroundings, findings: Findings
) -> tuple[str, tuple[Ehr, ...]]:
    """The app's name and its registrations."""
    content = _load(path, findings)
    top = Entry.at(f"{path.name}:", content, findings) if content is not None else None
    if top is None:
        return "", ()
    name = _app_name(top, findings)
    entries = _entries(top, findings)
    top.refuse_unknown_keys()
    ehrs = {entry: _registration(entry, surroundings, findings) for entry in entries}
    _check_together(ehrs)
    return name, tuple(ehrs.values())


def _app_name(top: Entry, findings: Findings) -> str:
    value = top.object("app")
    app = Entry.at(top.place("app"), value, findings) if value is not None else None
    if app is None:
        return ""
    name = app.text("name")
    app.refuse_unknown_keys()
    return name


def _entries(top: Entry, findings: Findings) -> list[Entry]:
    values = top.object("ehrs")
    if values is None:
        return []
    if not isinstance(values, list) or not values:
        top.problem("ehrs", "must be a list with at least one registration")
        return []
    entries = [
        Entry.at(top.place(f"ehrs[{index}]"), value, findings) for index, value in enumerate(values)
    ]
    return [entry for entry in entries if entry is not None]


def _load(path: Path, findings: Findings) -> Any:
    try:
        return json.loads(path.read_text("utf-8-sig"), object_pairs_hook=_without_repeats)
    except OSError as error:
        findings.problem(f"SMARTAPP_CONFIG: {path}", f"cannot be read: {error.strerror}")
    except json.JSONDecodeError as error:
        findings.problem(
            f"{path.name}: line {error.lineno}, column {error.colno}", f"is not JSON: {error.msg}"
        )
    except ValueError as error:
        findings.problem(f"{path.name}:", str(error))
    return None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"the key {name} stands twice in one object")
    return dict(pairs)


def _registration(entry: Entry, around: Surroundings, findings: Findings) -> Ehr:
    """Built even where findings stop the start later, so that everything is looked at once."""
    key = entry.text("key")
    if key and not _KEY.fullmatch(key):
        entry.problem("key", "must be small letters, digits and single hyphens: it stands in URLs")
    audience = entry.one_of("audience", Audience) or Audience.BOTH
    client_auth = entry.one_of("client_auth", ClientAuth) or ClientAuth.PUBLIC
    ehr = Ehr(
        key=key,
        name=entry.text("name"),
        iss=entry.text("iss"),
        audience=audience,
        client_id=entry.text("client_id"),
        client_auth=client_auth,
        scopes=_scopes(entry, audience, findings),
        launches=entry.some_of("launches", LaunchKind),
        redirect_uri=entry.optional_text("redirect_uri") or around.callback(key),
        frame_ancestors=entry.texts("frame_ancestors"),
        iss_prefix=entry.optional_text("iss_prefix"),
        require_mfa=entry.texts("require_mfa"),
        authorization_origin=entry.optional_text("authorization_origin"),
        token_origin=entry.optional_text("token_origin"),
        client_secret=_client_secret(entry, key, client_auth, around.environ),
        vendor=entry.texts_by_name("vendor"),
        queue_patients=entry.texts("queue_patients"),
    )
    _check_addresses(entry, ehr, around)
    _check_vendor(entry, ehr.vendor)
    for index, patient in enumerate(ehr.queue_patients):
        if not _ID.fullmatch(patient):
            entry.problem(f"queue_patients[{index}]", f"{patient!r} is not the id of a patient")
    entry.refuse_unknown_keys()
    return ehr


def _scopes(entry: Entry, audience: Audience, findings: Findings) -> dict[str, str]:
    if entry.object("scopes") is None:
        return {}
    sets = entry.texts_by_name("scopes")
    for name in sets:
        if name not in _SETS[audience]:
            known = " and ".join(_SETS[audience])
            entry.problem(f"scopes.{name}", f"does not fit: this registration has {known} scopes")
    for name in _SETS[audience]:
        if name in sets:
            place = entry.place(f"scopes.{name}")
            check_scope_set(place, sets[name], Audience(name), findings)
        else:
            entry.problem(f"scopes.{name}", "is missing")
    return sets


def _client_secret(
    entry: Entry, key: str, client_auth: ClientAuth, environ: Mapping[str, str]
) -> str | None:
    """From the environment only: a file in a repository is no place for it."""
    secret = environ.get(secret_variable(key))
    if client_auth is ClientAuth.SECRET and not secret:
        entry.problem("client_auth", f"is secret, so {secret_variable(key)} must be set")
    if client_auth is not ClientAuth.SECRET and secret:
        entry.problem("client_auth", f"is {client_auth}, but {secret_variable(key)} is set")
    return secret or None


def _check_addresses(entry: Entry, ehr: Ehr, around: Surroundings) -> None:
    https = around.production
    _expect(entry, "iss", ehr.iss and fault_in_address(ehr.iss, https=https))
    _check_redirect_uri(entry, ehr, around)
    for index, ancestor in enumerate(ehr.frame_ancestors):
        _expect(entry, f"frame_ancestors[{index}]", fault_in_origin(ancestor, https=https))
    for key, origin in _pinned(ehr).items():
        if origin is not None:
            _expect(entry, key, fault_in_origin(origin, https=https))
        elif https:
            entry.problem(key, "is missing: in production the app sends codes nowhere else")
    _check_prefix(entry, ehr, https)


def _check_redirect_uri(entry: Entry, ehr: Ehr, around: Surroundings) -> None:
    if ehr.redirect_uri == around.callback(ehr.key):
        return
    _expect(entry, "redirect_uri", fault_in_address(ehr.redirect_uri, https=around.production))
    if origin_of(ehr.redirect_uri) != origin_of(around.base_url):
        entry.problem("redirect_uri", "must be on the host of SMARTAPP_BASE_URL, as its cookie is")


def _pinned(ehr: Ehr) -> dict[str, str | None]:
    return {
        "authorization_origin": ehr.authorization_origin,
        "token_origin": ehr.token_origin,
    }


def _check_prefix(entry: Entry, ehr: Ehr, https: bool) -> None:
    if ehr.iss_prefix is None:
        return
    if https:
        entry.problem("iss_prefix", "is refused in production: it is for the public SMART Launcher")
    _expect(entry, "iss_prefix", fault_in_address(ehr.iss_prefix, https=https))
    if not ehr.iss_prefix.endswith("/"):
        entry.problem("iss_prefix", "must end with a slash, or it would match other hosts")


def _expect(entry: Entry, key: str, fault: str | None) -> None:
    if fault:
        entry.problem(key, fault)


def _check_vendor(entry: Entry, vendor: Mapping[str, str]) -> None:
    for name, value in vendor.items():
        allowed = _VENDOR.get(name)
        if allowed is None:
            hint = did_you_mean(name, _VENDOR)
            entry.problem(f"vendor.{name}", f"is not an override this app knows{hint}")
        elif allowed and value not in allowed:
            entry.problem(f"vendor.{name}", f"must be one of {', '.join(allowed)}")


def _check_together(ehrs: Mapping[Entry, Ehr]) -> None:
    """What no two registrations may share. An EHR names its address at launch, nothing else, so
    each kind of launch from one address belongs to one registration."""
    taken: dict[tuple[str, str], Entry] = {}
    for entry, ehr in ehrs.items():
        claims = [("key", ehr.key), ("redirect_uri", ehr.redirect_uri)]
        claims += [("launches", f"{kind} {ehr.base}") for kind in sorted(ehr.launches)]
        for key, claim in claims:
            first = taken.setdefault((key, claim), entry)
            if claim and first is not entry:
                entry.problem(key, f"repeats {claim}, taken by {first.where}")
