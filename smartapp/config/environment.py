"""The environment and the file it names, as Settings; every problem is found before one is said."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from smartapp.config.addresses import fault_in_origin
from smartapp.config.findings import Findings, did_you_mean
from smartapp.config.registrations import Surroundings, read_launch_config, secret_variable
from smartapp.config.secret_keys import read_secret_keys
from smartapp.config.settings import ClientAuth, Ehr, Settings

_KNOWN = (
    "SMARTAPP_ENV",
    "SMARTAPP_CONFIG",
    "SMARTAPP_BASE_URL",
    "SMARTAPP_SECRET_KEY",
    "SMARTAPP_PRIVATE_KEYS",
    "SMARTAPP_POLICY",
    "SMARTAPP_AUDIT",
    "SMARTAPP_PROXIES",
    "SMARTAPP_STAFF_IDLE_MINUTES",
    "SMARTAPP_PATIENT_IDLE_MINUTES",
    "SMARTAPP_SESSION_HOURS",
    "SMARTAPP_AUTHORITIES",
)

_REDIS_SCHEMES = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel")


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Raises ConfigurationError with all that is wrong. Reads files, but never the network."""
    findings = Findings()
    production = _is_production(environ, findings)
    port = _whole_number(environ, "PORT", 8000, range(1, 65536), findings)
    workers = _whole_number(environ, "WEB_CONCURRENCY", 1, range(1, 1025), findings)
    proxies = _whole_number(environ, "SMARTAPP_PROXIES", 0, range(10), findings)
    minutes, hours = range(1, 241), range(1, 25)
    staff_idle = _whole_number(environ, "SMARTAPP_STAFF_IDLE_MINUTES", 15, minutes, findings)
    patient_idle = _whole_number(environ, "SMARTAPP_PATIENT_IDLE_MINUTES", 20, minutes, findings)
    longest = _whole_number(environ, "SMARTAPP_SESSION_HOURS", 12, hours, findings)
    base_url = _base_url(environ, production, port, findings)
    app_name, ehrs = read_launch_config(
        Path(environ.get("SMARTAPP_CONFIG") or "launch-config.json"),
        Surroundings(base_url, production, environ),
        findings,
    )
    secret_keys = read_secret_keys(
        environ.get("SMARTAPP_SECRET_KEY", ""),
        production=production,
        workers=workers,
        findings=findings,
    )
    redis_url = _redis_url(environ, production, workers, findings)
    private_keys_folder = _private_keys_folder(environ, ehrs, findings)
    policy_folder = _policy_folder(environ, findings)
    audit_folder = _audit_folder(environ, production, findings)
    authorities = _authorities(environ, findings)
    _warn_of_unread_variables(environ, ehrs, findings)
    findings.raise_if_any()
    return Settings(
        app_name=app_name,
        base_url=base_url,
        production=production,
        ehrs=ehrs,
        policy_folder=policy_folder,
        secret_keys=secret_keys,
        redis_url=redis_url,
        private_keys_folder=private_keys_folder,
        audit_folder=audit_folder,
        authorities=authorities,
        port=port,
        staff_idle=60.0 * staff_idle,
        patient_idle=60.0 * patient_idle,
        longest_session=3600.0 * longest,
        proxies=proxies,
        warnings=findings.warnings,
    )


def _is_production(environ: Mapping[str, str], findings: Findings) -> bool:
    """Whatever is not plainly development is held to the rules of production."""
    name = environ.get("SMARTAPP_ENV") or "production"
    if name not in ("production", "development"):
        findings.problem("SMARTAPP_ENV", "must be production or development")
    return name != "development"


def _whole_number(
    environ: Mapping[str, str], name: str, default: int, allowed: range, findings: Findings
) -> int:
    text = environ.get(name) or str(default)
    if text.isascii() and text.isdigit() and int(text) in allowed:
        return int(text)
    findings.problem(name, f"must be a whole number from {allowed.start} to {allowed.stop - 1}")
    return default


def _base_url(environ: Mapping[str, str], production: bool, port: int, findings: Findings) -> str:
    """Every address that leaves the app is built from this, never from a request's headers."""
    url = (environ.get("SMARTAPP_BASE_URL") or "").rstrip("/")
    if url:
        fault = fault_in_origin(url, https=production)
        if fault:
            findings.problem("SMARTAPP_BASE_URL", fault)
        return url
    if production:
        findings.problem("SMARTAPP_BASE_URL", "is missing: EHRs send people back to it")
    return f"http://localhost:{port}"


def _redis_url(
    environ: Mapping[str, str], production: bool, workers: int, findings: Findings
) -> str:
    url = environ.get("REDIS_URL", "")
    if url and urlsplit(url).scheme not in _REDIS_SCHEMES:
        said = ", ".join(f"{scheme}://" for scheme in _REDIS_SCHEMES)
        findings.problem("REDIS_URL", f"must begin with one of {said}")
    if not url and workers > 1:
        findings.problem(
            "REDIS_URL", f"is empty, but WEB_CONCURRENCY is {workers}: workers share nothing else"
        )
    if not url and production:
        findings.warn("REDIS_URL", "is empty: a restart ends every session and loses every draft")
    return url


def _private_keys_folder(
    environ: Mapping[str, str], ehrs: tuple[Ehr, ...], findings: Findings
) -> Path | None:
    name = environ.get("SMARTAPP_PRIVATE_KEYS")
    needed = any(ehr.client_auth is ClientAuth.PRIVATE_KEY_JWT for ehr in ehrs)
    if not name:
        if needed:
            findings.problem("SMARTAPP_PRIVATE_KEYS", "is missing: a registration signs with a key")
        return None
    folder = Path(name)
    if not folder.is_dir():
        findings.problem("SMARTAPP_PRIVATE_KEYS", f"is {name}, which is no folder")
    elif needed and not any(file.is_file() for file in folder.glob("[!.]*")):
        make_one = f"smartapp keys new --folder {name}"
        findings.problem("SMARTAPP_PRIVATE_KEYS", f"is {name}, which is empty; run: {make_one}")
    return folder


def _policy_folder(environ: Mapping[str, str], findings: Findings) -> Path:
    folder = Path(environ.get("SMARTAPP_POLICY") or "policy")
    if not folder.is_dir():
        findings.problem("SMARTAPP_POLICY", f"is {folder}, which is no folder")
    return folder


def _audit_folder(environ: Mapping[str, str], production: bool, findings: Findings) -> Path:
    name = environ.get("SMARTAPP_AUDIT")
    if not name and production:
        findings.problem("SMARTAPP_AUDIT", "is missing: without an audit trail nothing is shown")
    folder = Path(name or ".demo/audit")
    if folder.exists() and not folder.is_dir():
        findings.problem("SMARTAPP_AUDIT", f"is {folder}, which is no folder")
    return folder


def _authorities(environ: Mapping[str, str], findings: Findings) -> Path | None:
    name = environ.get("SMARTAPP_AUTHORITIES")
    if not name:
        return None
    if not Path(name).is_file():
        findings.problem("SMARTAPP_AUTHORITIES", f"is {name}, which is no file")
    return Path(name)


def _warn_of_unread_variables(
    environ: Mapping[str, str], ehrs: tuple[Ehr, ...], findings: Findings
) -> None:
    known = {*_KNOWN, *(secret_variable(ehr.key) for ehr in ehrs)}
    for name in sorted(environ):
        if name.startswith("SMARTAPP_") and name not in known:
            findings.warn(name, f"is set, but nothing reads it{did_you_mean(name, known)}")
