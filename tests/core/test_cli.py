"""smartapp COMMAND: what it prints, and how it ends."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from smartapp.audit import AuditTrail, Context, session_opened
from smartapp.auth.keys import generate
from smartapp.cli import main
from smartapp.config import load_settings, secret_keys_of
from smartapp.logs import JsonLines

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def signing_keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    generate(folder)
    return folder


@pytest.fixture
def ready(clinic, monkeypatch, tmp_path, signing_keys):
    """A clinic whose start nothing would stop, as the environment of the command."""
    (tmp_path / "keys" / "signing.pem").unlink()
    shutil.copytree(signing_keys, tmp_path / "keys", dirs_exist_ok=True)
    clinic.environ["SMARTAPP_POLICY"] = str(ROOT / "policy")
    for name in [name for name in os.environ if name.startswith("SMARTAPP_")]:
        monkeypatch.delenv(name)  # what the tests themselves were started with
    for name, value in clinic.environ.items():
        monkeypatch.setenv(name, value)
    clinic.settings()
    return clinic


@pytest.mark.smart(12, 13, 14)
def test_config_check_says_what_the_app_is_registered_as(ready, capsys):
    """A sheet to fill the EHR's form from."""
    assert main(["config", "check"]) == 0

    said = capsys.readouterr()
    assert (
        "public keys     https://portal.clinic.example/keys/jwks.json (RS384 and ES384)" in said.out
    )
    assert "launch URL    https://portal.clinic.example/launch" in said.out
    assert "scopes        openid fhirUser launch" in said.out
    assert "Portal: https://portal.clinic.example (production)" in said.out
    assert "north-staff: North Clinic, for clinician, ehr" in said.out
    assert "redirect URI  https://portal.clinic.example/callback/north-staff" in said.out
    assert said.err == ""


def test_config_check_names_each_problem_on_a_line_of_its_own(ready, monkeypatch, capsys):
    monkeypatch.setenv("SMARTAPP_BASE_URL", "http://portal.clinic.example")
    monkeypatch.delenv("SMARTAPP_AUDIT")

    assert main(["config", "check"]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "SMARTAPP_BASE_URL must be https in production",
        "SMARTAPP_AUDIT is missing: without an audit trail nothing is shown",
    ]


def test_config_check_reads_the_keys_and_the_rules_too(ready, monkeypatch, capsys, tmp_path):
    (tmp_path / "keys" / "broken.json").write_text("{}")
    assert main(["config", "check"]) == 2
    assert "broken.json" in capsys.readouterr().err

    (tmp_path / "keys" / "broken.json").unlink()
    monkeypatch.setenv("SMARTAPP_POLICY", str(tmp_path / "policy"))
    assert main(["config", "check"]) == 2
    assert "policy.toml" in capsys.readouterr().err


def test_config_check_passes_warnings_on(ready, monkeypatch, capsys):
    monkeypatch.setenv("REDIS_URL", "")

    assert main(["config", "check"]) == 0
    assert "warning: REDIS_URL is empty" in capsys.readouterr().err


def write_events(ready, count):
    trail = AuditTrail(Path(ready.environ["SMARTAPP_AUDIT"]), ready.settings().secret_keys[0])
    for _ in range(count):
        trail.record(session_opened(Context(request_id="r")))
    trail.close()
    return Path(ready.environ["SMARTAPP_AUDIT"])


def test_audit_verify_vouches_for_a_sound_trail(ready, capsys):
    write_events(ready, 3)

    assert main(["audit", "verify"]) == 0
    assert capsys.readouterr().out == "5 lines of 1 writer: nothing was changed\n"


def test_audit_verify_names_what_was_changed_and_fails(ready, capsys):
    file = write_events(ready, 3) / "writer-00.jsonl"
    file.write_text(file.read_text().replace("session.start", "session.other", 1))

    assert main(["audit", "verify", "--folder", str(file.parent)]) == 1

    said = capsys.readouterr()
    assert said.err.startswith("writer-00.jsonl:2 was changed, or made without the key")
    assert ": 1 finding\n" in said.out


def test_audit_verify_holds_the_trail_against_a_log_that_was_kept(ready, capsys, tmp_path, caplog):
    caplog.set_level("INFO", "smartapp.audit")
    folder = write_events(ready, 3)
    log = tmp_path / "app.log"
    said = [JsonLines().format(record) for record in caplog.records]
    assert len(said) == 2
    log.write_text("\n".join(["not json", '{"event": "served"}', "[]", *said]))
    assert main(["audit", "verify", "--anchors", str(log)]) == 0

    for file in folder.iterdir():
        file.unlink()
    write_events(ready, 3)
    assert main(["audit", "verify"]) == 0  # a whole new trail looks sound by itself
    capsys.readouterr()
    assert main(["audit", "verify", "--anchors", str(log)]) == 1
    assert "heads.jsonl has another line 1 than an anchor" in capsys.readouterr().err


def test_audit_verify_needs_the_secret_key_and_nothing_else_of_the_configuration(
    ready, monkeypatch, capsys
):
    folder = write_events(ready, 1)
    monkeypatch.delenv("SMARTAPP_BASE_URL")
    assert main(["audit", "verify"]) == 0

    monkeypatch.delenv("SMARTAPP_SECRET_KEY")
    assert main(["audit", "verify"]) == 2
    assert "SMARTAPP_SECRET_KEY is missing" in capsys.readouterr().err

    assert main(["audit", "verify", "--folder", f"{folder}-none"]) == 2


def test_the_keys_alone_are_those_of_the_whole_configuration(ready):
    assert secret_keys_of(ready.environ) == load_settings(ready.environ).secret_keys


def test_keys_new_adds_keys_that_the_app_can_sign_with(ready, capsys, tmp_path):
    assert main(["keys", "new", "--folder", str(tmp_path / "more")]) == 0

    names = capsys.readouterr().out.split()
    assert {file.name for file in (tmp_path / "more").iterdir()} == set(names)


def test_words_check_vouches_for_every_sentence(capsys):
    assert main(["words", "check"]) == 0
    assert "Every sentence is translated." in capsys.readouterr().out


def test_policy_lint_vouches_for_the_rules(ready, capsys):
    assert main(["policy", "lint"]) == 0
    assert "The rules are sound" in capsys.readouterr().out


def test_policy_lint_names_what_is_wrong(ready, capsys, tmp_path):
    assert main(["policy", "lint", "--folder", str(tmp_path / "policy")]) == 1
    assert "policy.toml" in capsys.readouterr().err


def test_policy_explain_says_what_becomes_of_a_case(ready, capsys):
    case = sorted((ROOT / "policy" / "cases").glob("*.toml"))[0]

    assert main(["policy", "explain", str(case)]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 5


@pytest.mark.parametrize("arguments", [[], ["audit"], ["audit", "burn"], ["keys", "new"]])
def test_a_command_that_is_none_ends_with_2(arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2


def test_a_file_that_is_not_there_is_one_line(ready, capsys, tmp_path):
    write_events(ready, 1)
    missing = str(tmp_path / "none.log")

    assert main(["audit", "verify", "--anchors", missing]) == 2
    assert capsys.readouterr().err == f"{missing}: No such file or directory\n"


def test_the_command_runs_as_a_program():
    ended = subprocess.run(
        [sys.executable, "-m", "smartapp.cli", "words", "check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0


def test_keys_are_changed_and_listed(tmp_path, signing_keys, capsys):
    folder = tmp_path / "changing"
    shutil.copytree(signing_keys, folder)

    assert main(["keys", "rotate", "--folder", str(folder)]) == 0
    assert main(["keys", "rotate", "--folder", str(folder)]) == 0
    said = capsys.readouterr().out
    assert said.count("made ") == 2
    assert "the next keys are there already" in said
    assert main(["keys", "list", "--folder", str(folder)]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [" signs  (" in line for line in listed].count(True) == 2
    assert sum("published, signs from" in line for line in listed) == 2


def test_keys_of_no_folder_are_a_plain_sentence(tmp_path, capsys):
    assert main(["keys", "list", "--folder", str(tmp_path / "none")]) == 2
    assert "holds no key; run: smartapp keys new" in capsys.readouterr().err
