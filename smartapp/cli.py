"""smartapp COMMAND: what an administrator, a nurse manager or a translator asks of the app."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from smartapp.audit import Head, verify
from smartapp.auth.key_commands import described, rotate
from smartapp.auth.keys import KeyRing, generate
from smartapp.config import ClientAuth, Settings, load_settings, secret_keys_of
from smartapp.errors import ProblemsFound
from smartapp.sessions.commands import revoke_all, revoke_ehr, revoke_person
from smartapp.words import upkeep
from smartapp.workflow.commands import advice, explain, lint, simulate

SOUND, FAULTY, FAILED = 0, 1, 2
PACKAGE = Path(__file__).parent


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = chosen.command
    try:
        return command(chosen)
    except ProblemsFound as found:
        return _failed(*found.problems)
    except OSError as error:
        return _failed(f"{error.filename}: {error.strerror}" if error.filename else error)


def check_config(_chosen: argparse.Namespace) -> int:
    """Everything that would stop the start, and what this app is registered as."""
    settings = load_settings(os.environ)
    if settings.private_keys_folder:
        KeyRing.load(settings.private_keys_folder)
    problems = lint(settings.policy_folder)
    if problems:
        return _failed(*problems)
    for warning in settings.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    for line in _described(settings):
        print(line)
    return SOUND


def verify_audit(chosen: argparse.Namespace) -> int:
    folder = Path(chosen.folder)
    if not folder.is_dir():
        return _failed(f"{folder} is no folder")
    keys = secret_keys_of(os.environ)
    anchors = _anchors(Path(chosen.anchors)) if chosen.anchors else ()
    report = verify(folder, keys, anchors)
    for note in report.notes:
        print(f"note: {note}")
    for finding in report.findings:
        print(finding, file=sys.stderr)
    found = len(report.findings)
    verdict = _counted(found, "finding") if found else "nothing was changed"
    print(f"{_counted(report.lines, 'line')} of {_counted(report.files, 'writer')}: {verdict}")
    return FAULTY if found else SOUND


def end_sessions(chosen: argparse.Namespace) -> int:
    settings = load_settings(os.environ)
    if chosen.everyone:
        print(revoke_all(settings))
    elif chosen.person:
        print(revoke_person(settings, chosen.ehr, chosen.person))
    else:
        print(revoke_ehr(settings, chosen.ehr))
    return SOUND


def check_words(_chosen: argparse.Namespace) -> int:
    found = upkeep.check(PACKAGE)
    for sentence in found.unused:
        print(f"unused: {sentence}")
    for fault in found.faults:
        print(fault, file=sys.stderr)
    if not found.faults:
        print("Every sentence is translated.")
    return FAULTY if found.faults else SOUND


def update_words(_chosen: argparse.Namespace) -> int:
    upkeep.update(PACKAGE)
    return SOUND


def new_keys(chosen: argparse.Namespace) -> int:
    print(generate(Path(chosen.folder)))
    return SOUND


def rotate_keys(chosen: argparse.Namespace) -> int:
    for line in rotate(Path(chosen.folder), time.time(), at_once=chosen.at_once):
        print(line)
    return SOUND


def list_keys(chosen: argparse.Namespace) -> int:
    for line in described(Path(chosen.folder), time.time()):
        print(line)
    return SOUND


def lint_policy(chosen: argparse.Namespace) -> int:
    problems = lint(Path(chosen.folder))
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return FAULTY
    for each in advice(Path(chosen.folder)):
        print(f"look at: {each}")
    print("The rules are sound, and every case goes where it should.")
    return SOUND


def simulate_policy(chosen: argparse.Namespace) -> int:
    against = Path(chosen.against) if chosen.against else None
    print(simulate(Path(chosen.folder), Path(chosen.cases), against))
    return SOUND


def explain_policy(chosen: argparse.Namespace) -> int:
    print(explain(Path(chosen.folder), Path(chosen.cases)))
    return SOUND


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="smartapp", description=__doc__)
    groups = parser.add_subparsers(required=True, metavar="COMMAND")
    policy = os.environ.get("SMARTAPP_POLICY") or "policy"
    audit = os.environ.get("SMARTAPP_AUDIT") or ".demo/audit"

    config = groups.add_parser("config", help="the configuration").add_subparsers(required=True)
    _command(config, "check", check_config, "say all that would stop the start")

    audits = groups.add_parser("audit", help="the audit trail").add_subparsers(required=True)
    one = _command(audits, "verify", verify_audit, "find what was changed in the audit files")
    one.add_argument("--folder", default=audit, help="default: SMARTAPP_AUDIT")
    one.add_argument("--anchors", metavar="LOG", help="a log of the app, kept elsewhere")

    sessions = groups.add_parser("sessions", help="who is signed in").add_subparsers(required=True)
    one = _command(sessions, "end", end_sessions, "end sessions at once, on every worker")
    whose = one.add_mutually_exclusive_group(required=True)
    whose.add_argument("--everyone", action="store_true")
    whose.add_argument("--ehr", metavar="KEY", help="a registration of launch-config.json")
    one.add_argument(
        "--person", metavar="REFERENCE", help="of that EHR: Practitioner/12, Patient/7"
    )

    words = groups.add_parser("words", help="translations").add_subparsers(required=True)
    _command(words, "check", check_words, "name what is not translated")
    _command(words, "update", update_words, "bring the translation files up to the code")

    keys = groups.add_parser("keys", help="signing keys").add_subparsers(required=True)
    folder = os.environ.get("SMARTAPP_PRIVATE_KEYS")
    one = _command(keys, "new", new_keys, "add a pair of keys to sign with")
    two = _command(keys, "rotate", rotate_keys, "publish the next keys, and take old ones away")
    two.add_argument(
        "--at-once",
        action="store_true",
        help="a key was stolen: sign with new ones now, although EHRs may not have read them yet",
    )
    three = _command(keys, "list", list_keys, "say of each key whether it signs")
    for each in (one, two, three):
        each.add_argument(
            "--folder", default=folder, required=not folder, help="default: SMARTAPP_PRIVATE_KEYS"
        )

    policies = groups.add_parser("policy", help="the clinic's rules").add_subparsers(required=True)
    one = _command(policies, "lint", lint_policy, "name what is wrong with the rules")
    one.add_argument("--folder", default=policy, help="default: SMARTAPP_POLICY")
    one = _command(policies, "explain", explain_policy, "say what becomes of cases, and why")
    one.add_argument("cases", help="a file of cases, such as policy/cases/refill-danger.toml")
    one.add_argument("--folder", default=policy, help="default: SMARTAPP_POLICY")
    one = _command(policies, "simulate", simulate_policy, "count who would get how many cases")
    one.add_argument("cases", help="a file of cases, or a folder of them")
    one.add_argument("--folder", default=policy, help="default: SMARTAPP_POLICY")
    one.add_argument("--against", metavar="FOLDER", help="another policy: say what it would move")
    return parser


def _command(
    group: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    command: Callable[[argparse.Namespace], int],
    says: str,
) -> argparse.ArgumentParser:
    parser = group.add_parser(name, help=says, description=says)
    parser.set_defaults(command=command)
    return parser


def _described(settings: Settings) -> Iterator[str]:
    kind = "production" if settings.production else "development"
    yield f"{settings.app_name}: {settings.base_url} ({kind})"
    if any(ehr.client_auth is ClientAuth.PRIVATE_KEY_JWT for ehr in settings.ehrs):
        yield f"public keys     {settings.base_url}/keys/jwks.json (RS384 and ES384)"
    for ehr in settings.ehrs:
        yield f"{ehr.key}: {ehr.name}, for {ehr.audience}, {' and '.join(sorted(ehr.launches))}"
        yield f"  FHIR base     {ehr.iss}"
        yield f"  client        {ehr.client_id} ({ehr.client_auth})"
        yield f"  launch URL    {settings.base_url}/launch"
        yield f"  redirect URI  {ehr.redirect_uri}"
        yield from (f"  scopes        {scopes}" for scopes in ehr.scopes.values())


def _anchors(log: Path) -> Iterator[Head]:
    """The heads of the audit that the app has said in its log."""
    for line in log.read_text("utf-8", errors="replace").splitlines():
        with suppress(ValueError, KeyError, TypeError):
            said = json.loads(line)
            if said["event"] == "audit.anchor":
                yield Head(int(said["head_seq"]), str(said["head_hash"]))


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _failed(*problems: object) -> int:
    for problem in problems:
        print(problem, file=sys.stderr)
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
