"""A bad configuration stops the start and says everything that is wrong, and where."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from smartapp.config import Audience, ClientAuth, LaunchKind, load_settings
from smartapp.errors import ConfigurationError

ROOT = Path(__file__).parents[2]


def test_a_clinic_may_register_one_address_for_patients_and_again_for_staff(clinic):
    settings = clinic.settings()

    patients, staff = settings.ehrs
    assert (patients.audience, staff.audience) == (Audience.PATIENT, Audience.CLINICIAN)
    assert patients.iss == staff.iss == "https://ehr.example/fhir/"
    assert patients.redirect_uri == "https://portal.clinic.example/callback/north-patients"
    assert staff.launches == {LaunchKind.EHR}
    assert settings.production
    assert settings.warnings == ()


def test_a_registration_may_say_where_its_ehr_differs(clinic):
    clinic.patients["vendor"] = {"aud": "https://ehr.example/fhir", "secret_style": "post"}

    assert clinic.settings().ehrs[0].vendor["secret_style"] == "post"


def test_every_problem_is_said_at_once_with_its_place(clinic):
    del clinic.patients["client_id"]
    clinic.staff["audience"] = "doctors"
    clinic.environ["SMARTAPP_BASE_URL"] = "http://portal.clinic.example"
    del clinic.environ["SMARTAPP_AUDIT"]
    clinic.environ["PORT"] = "eighty"

    problems = clinic.problems()

    assert "launch-config.json: ehrs[0].client_id is missing" in problems
    assert (
        "launch-config.json: ehrs[1].audience is 'doctors', "
        "but must be one of patient, clinician, both" in problems
    )
    assert "SMARTAPP_BASE_URL must be https in production" in problems
    assert any(problem.startswith("SMARTAPP_AUDIT is missing") for problem in problems)
    assert "PORT must be a whole number from 1 to 65535" in problems


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"key": "North"}, "ehrs[0].key must be small letters"),
        ({"key": "../x"}, "ehrs[0].key must be small letters"),
        (
            {"key": "north-staff"},
            "ehrs[1].key repeats north-staff, taken by launch-config.json: ehrs[0]",
        ),
        ({"name": ""}, "ehrs[0].name must be text"),
        ({"client_id": 7}, "ehrs[0].client_id must be text"),
        ({"client_id": None}, "ehrs[0].client_id is missing"),
        ({"client_auth": "basic"}, "ehrs[0].client_auth is 'basic'"),
        ({"clientid": "x"}, "clientid is not a key this app knows; did you mean client_id?"),
        ({"client_secret": "hush"}, "ehrs[0].client_secret is not a key this app knows"),
        ({"iss": "ehr.example/fhir"}, "ehrs[0].iss must be an absolute address"),
        ({"iss": "http://ehr.example/fhir"}, "ehrs[0].iss must be https in production"),
        ({"iss": "https://a@ehr.example/fhir"}, "ehrs[0].iss must not carry a user name"),
        ({"iss": "https://ehr.example/fhir?x=1"}, "ehrs[0].iss must not carry a query"),
        ({"iss": "https://ehr.example/fhir#"}, "ehrs[0].iss must not carry a query"),
        ({"iss": "https://ehr.example/../fhir"}, "ehrs[0].iss must not have empty or dotted"),
        ({"iss": "https://ehr.example:99999/fhir"}, "ehrs[0].iss must be an absolute address"),
        ({"iss": "https://ehr.exаmple/fhir"}, "ehrs[0].iss must be plain ASCII"),
        ({"launches": []}, "ehrs[0].launches must name at least one of ehr, standalone"),
        ({"launches": ["popup"]}, "ehrs[0].launches is 'popup'"),
        ({"launches": "ehr"}, "ehrs[0].launches must be a list"),
        (
            {"launches": ["ehr", "standalone"]},
            "ehrs[1].launches repeats ehr https://ehr.example/fhir",
        ),
        ({"iss_prefix": "https://launch.example/"}, "ehrs[0].iss_prefix is refused in production"),
        ({"iss_prefix": "https://launch.example"}, "ehrs[0].iss_prefix must end with a slash"),
        ({"frame_ancestors": ["https://a.example/x"]}, "frame_ancestors[0] must be an origin"),
        ({"frame_ancestors": ["http://a.example"]}, "frame_ancestors[0] must be https"),
        ({"frame_ancestors": ["https://A.example"]}, "frame_ancestors[0] must be an origin"),
        ({"frame_ancestors": ["*"]}, "frame_ancestors[0] must be an absolute address"),
        ({"token_origin": None}, "ehrs[0].token_origin is missing"),
        ({"token_origin": "https://login.example/token"}, "ehrs[0].token_origin must be an origin"),
        ({"authorization_origin": None}, "ehrs[0].authorization_origin is missing"),
        ({"redirect_uri": "https://other.example/cb"}, "ehrs[0].redirect_uri must be on the host"),
        (
            {"redirect_uri": "https://portal.clinic.example/callback/north-staff"},
            "ehrs[1].redirect_uri repeats https://portal.clinic.example/callback/north-staff",
        ),
        ({"vendor": {"audience": "x"}}, "vendor.audience is not an override this app knows"),
        ({"vendor": {"secret_style": "basic"}}, "vendor.secret_style must be one of raw, url"),
        ({"vendor": {"scopes": "v3"}}, "vendor.scopes must be one of v1, v2"),
        ({"vendor": {"aud": 1}}, "ehrs[0].vendor must be an object whose values are text"),
    ],
)
def test_a_registration_that_cannot_work_is_refused(clinic, changes, problem):
    clinic.patients.update(changes)

    assert any(problem in said for said in clinic.problems())


@pytest.mark.smart(23, 24)
def test_other_contexts_are_asked_in_small_letters_and_lists_with_one_role_each(clinic):
    first, second = "https://ehr.example/role/1", "https://ehr.example/role/2"
    wanted = f"launch/imagingstudy launch/list?role={first} launch/list?role={second}"
    clinic.patients["scopes"] = {"patient": f"openid fhirUser {wanted} patient/Patient.rs"}

    assert clinic.settings().ehrs[0].scopes["patient"].split()[2:5] == wanted.split()
    for wrong in ("launch/ImagingStudy", "launch/list?role=", "launch/"):
        clinic.patients["scopes"] = {"patient": f"openid fhirUser {wrong}"}
        assert any(f"has {wrong}, which is no scope" in said for said in clinic.problems())


@pytest.mark.smart(44, 79, 86)
@pytest.mark.parametrize(
    ("scopes", "problem"),
    [
        ("patient/Patient.rs user/Task.rs", "has user/Task.rs; patient scopes begin with patient/"),
        ("system/Patient.rs", "has system/Patient.rs; patient scopes begin with patient/"),
        ("patient/Patient.dus", "has patient/Patient.dus, whose letters must be from cruds"),
        ("patient/Patient.sr", "has patient/Patient.sr, whose letters must be from cruds"),
        ("patient/Patient.", "has patient/Patient., which is no scope"),
        ("patient/patient.rs", "has patient/patient.rs, which is no scope"),
        ("patient/Patient.read", "has patient/Patient.read in v1 syntax"),
        ("patient/Patient.rs?a", "has patient/Patient.rs?a, which is no scope"),
        ("ofline_access", "has ofline_access, which is no scope; did you mean offline_access?"),
    ],
)
def test_a_scope_that_no_ehr_would_understand_is_refused(clinic, scopes, problem):
    clinic.patients["scopes"] = {"patient": f"openid fhirUser launch/patient {scopes}"}

    assert any(
        said.startswith(f"launch-config.json: ehrs[0].scopes.patient {problem}")
        for said in clinic.problems()
    )


@pytest.mark.smart(44)
def test_a_scope_set_that_does_not_say_who_is_there_is_refused(clinic):
    clinic.patients["scopes"] = {"patient": "launch/patient patient/Patient.rs"}
    clinic.staff["scopes"] = {"clinician": "openid launch user/Patient.rs"}

    assert clinic.problems() == [
        "launch-config.json: ehrs[0].scopes.patient lacks openid: it says who is there",
        "launch-config.json: ehrs[0].scopes.patient lacks fhirUser: it says who is there",
        "launch-config.json: ehrs[1].scopes.clinician lacks fhirUser: it says who is there",
    ]


def test_scope_sets_are_those_of_the_audience_and_no_others(clinic):
    clinic.patients["scopes"] = clinic.staff["scopes"]

    problems = clinic.problems()

    assert (
        "launch-config.json: ehrs[0].scopes.clinician does not fit: "
        "this registration has patient scopes" in problems
    )
    assert "launch-config.json: ehrs[0].scopes.patient is missing" in problems


@pytest.mark.smart(82, 83, 86)
def test_a_scope_that_asks_for_much_is_allowed_and_said(clinic):
    clinic.patients["scopes"]["patient"] += (
        " patient/*.rs patient/Observation.rs?category=lab patient/Condition.rs?code:in=x __own"
    )

    warned = [str(warning) for warning in clinic.settings().warnings]

    assert len(warned) == 2
    assert "has patient/*.rs: a wildcard asks for more than the app reads" in warned[0]
    assert "patient/Condition.rs?code:in=x" in warned[1]


def test_a_registration_for_both_has_both_scope_sets(clinic):
    clinic.patients |= {"audience": "both", "launches": ["ehr", "standalone"]}
    clinic.patients["scopes"] = {
        "patient": "openid fhirUser launch launch/patient patient/Patient.rs",
        "clinician": "openid fhirUser launch user/Patient.rs",
    }
    clinic.content["ehrs"] = [clinic.patients]

    (ehr,) = clinic.settings().ehrs

    assert set(ehr.scopes) == {"patient", "clinician"}


def test_a_client_secret_comes_from_the_environment_alone_and_is_never_shown(clinic):
    clinic.patients["client_auth"] = "secret"
    assert clinic.problems() == [
        "launch-config.json: ehrs[0].client_auth is secret, "
        "so SMARTAPP_CLIENT_SECRET_NORTH_PATIENTS must be set"
    ]

    clinic.environ["SMARTAPP_CLIENT_SECRET_NORTH_PATIENTS"] = "canary-of-a-secret"
    settings = clinic.settings()

    assert settings.ehrs[0].client_secret == "canary-of-a-secret"
    assert settings.ehrs[0].client_auth is ClientAuth.SECRET
    assert "canary-of-a-secret" not in repr(settings)
    assert clinic.secret_key not in repr(settings)


def test_a_client_secret_for_a_client_that_uses_none_is_a_mistake(clinic):
    clinic.environ["SMARTAPP_CLIENT_SECRET_NORTH_STAFF"] = "hush"

    assert clinic.problems() == [
        "launch-config.json: ehrs[1].client_auth is private_key_jwt, "
        "but SMARTAPP_CLIENT_SECRET_NORTH_STAFF is set"
    ]


def test_a_client_that_signs_needs_a_key_file(clinic, tmp_path):
    (tmp_path / "keys" / "signing.pem").unlink()
    assert "which is empty; run: smartapp keys new" in clinic.problems()[0]

    del clinic.environ["SMARTAPP_PRIVATE_KEYS"]
    assert clinic.problems() == [
        "SMARTAPP_PRIVATE_KEYS is missing: a registration signs with a key"
    ]


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("", "SMARTAPP_SECRET_KEY is missing"),
        ("short", "SMARTAPP_SECRET_KEY[0] is 5 bytes long; 32 are needed"),
        ("A" * 48, "SMARTAPP_SECRET_KEY[0] is easy to guess"),
        ("change-me-please-change-me-please-Zq9", "SMARTAPP_SECRET_KEY[0] is easy to guess"),
        ("MySecretKey-for-the-portal-2025-xyzw", "SMARTAPP_SECRET_KEY[0] is easy to guess"),
        ("{good},{good}", "SMARTAPP_SECRET_KEY[1] stands twice"),
        ("{good},short", "SMARTAPP_SECRET_KEY[1] is 5 bytes long"),
    ],
)
def test_a_weak_secret_key_is_refused_without_being_repeated(clinic, key, fault):
    key = key.format(good=clinic.secret_key)
    clinic.environ["SMARTAPP_SECRET_KEY"] = key

    (problem,) = clinic.problems()

    assert problem.startswith(fault)
    assert not key or key not in problem


def test_secret_keys_are_read_newest_first_as_base64_or_text(clinic):
    older = "-_9k3J7n2VxQp0LrYw8TzBd5MfGhS1cUeAiOoRtNvKjXb4Zq"
    text = "räucherstäbchen-über-dem-Fluss-47!"
    clinic.environ["SMARTAPP_SECRET_KEY"] = f"{clinic.secret_key}, {older},{text}"

    keys = clinic.settings().secret_keys

    assert [len(key) for key in keys] == [36, 36, len(text.encode())]
    assert keys[2] == text.encode()


def test_development_makes_a_key_and_says_so_but_not_for_several_workers(clinic):
    clinic.environ |= {"SMARTAPP_ENV": "development", "SMARTAPP_SECRET_KEY": ""}

    first, second = clinic.settings(), clinic.settings()

    assert first.secret_keys != second.secret_keys
    assert len(first.secret_keys[0]) >= 32
    assert "SMARTAPP_SECRET_KEY is empty: a random one was made" in str(first.warnings[0])

    clinic.environ["WEB_CONCURRENCY"] = "2"
    assert clinic.problems() == ["SMARTAPP_SECRET_KEY is missing: several workers must share one"]


def test_several_workers_without_redis_are_refused(clinic):
    clinic.environ["REDIS_URL"] = ""
    assert "REDIS_URL is empty: a restart ends" in str(clinic.settings().warnings[0])

    clinic.environ["WEB_CONCURRENCY"] = "4"
    assert clinic.problems() == [
        "REDIS_URL is empty, but WEB_CONCURRENCY is 4: workers share nothing else"
    ]


def test_proxies_are_believed_only_as_many_as_are_named(clinic):
    assert clinic.settings().proxies == 0

    clinic.environ["SMARTAPP_PROXIES"] = "2"
    assert clinic.settings().proxies == 2

    clinic.environ["SMARTAPP_PROXIES"] = "*"
    assert clinic.problems() == ["SMARTAPP_PROXIES must be a whole number from 0 to 9"]


def test_a_redis_address_is_not_repeated_when_it_is_wrong(clinic):
    clinic.environ["REDIS_URL"] = "http://user:canary@cache"

    assert clinic.problems() == [
        "REDIS_URL must begin with one of redis://, rediss://, unix://, redis+sentinel://,"
        " rediss+sentinel://"
    ]


def test_what_is_not_plainly_development_is_production(clinic):
    assert clinic.settings().production
    clinic.environ["SMARTAPP_ENV"] = "staging"
    clinic.patients["iss"] = "http://ehr.example/fhir"

    assert clinic.problems() == [
        "SMARTAPP_ENV must be production or development",
        "launch-config.json: ehrs[0].iss must be https in production",
    ]


def test_development_may_use_plain_http_and_the_public_launcher(clinic):
    clinic.environ |= {"SMARTAPP_ENV": "development", "SMARTAPP_BASE_URL": "", "PORT": "8123"}
    clinic.patients |= {"iss": "http://127.0.0.1/fhir", "iss_prefix": "https://launch.example/v/"}
    del clinic.patients["token_origin"]

    settings = clinic.settings()

    assert settings.base_url == "http://localhost:8123"
    assert settings.ehrs[0].iss_prefix == "https://launch.example/v/"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "launch-config.json: line 1, column 2 is not JSON"),
        ('{"app": {"name": "a", "name": "b"}}', "the key name stands twice in one object"),
        ("[]", "launch-config.json: must be an object"),
        ('{"app": {"name": "a"}, "ehrs": []}', "ehrs must be a list with at least one"),
        ('{"app": {"name": "a"}, "ehrs": [1]}', "launch-config.json: ehrs[0] must be an object"),
        ('{"app": 1, "ehrs": []}', "launch-config.json: app must be an object"),
        ("{}", "launch-config.json: ehrs is missing"),
    ],
)
def test_a_file_that_is_not_a_launch_configuration_is_named(clinic, text, problem):
    clinic.file.write_text(text)

    with pytest.raises(ConfigurationError) as stopped:
        load_settings(clinic.environ)

    assert problem in str(stopped.value)


def test_a_file_that_is_not_there_is_named(clinic):
    with pytest.raises(ConfigurationError, match=r"SMARTAPP_CONFIG: .* cannot be read"):
        load_settings(clinic.environ)


@pytest.mark.parametrize("name", ["SMARTAPP_POLICY", "SMARTAPP_PRIVATE_KEYS", "SMARTAPP_AUDIT"])
def test_a_folder_that_is_none_is_named(clinic, name):
    clinic.environ[name] = str(Path(__file__))

    assert [problem for problem in clinic.problems() if problem.startswith(f"{name} is ")]


def test_a_file_of_further_authorities_is_taken_and_one_that_is_not_there_is_named(clinic):
    clinic.environ["SMARTAPP_AUTHORITIES"] = str(Path(__file__))
    assert clinic.settings().authorities == Path(__file__)

    clinic.environ["SMARTAPP_AUTHORITIES"] = "nowhere.pem"
    assert "SMARTAPP_AUTHORITIES is nowhere.pem, which is no file" in clinic.problems()


def test_a_variable_that_nothing_reads_is_likely_a_typing_error(clinic):
    clinic.environ["SMARTAPP_SECRET_KEYS"] = "x"

    assert [str(warning) for warning in clinic.settings().warnings] == [
        "SMARTAPP_SECRET_KEYS is set, but nothing reads it; did you mean SMARTAPP_SECRET_KEY?"
    ]


def test_the_demo_configuration_is_valid_and_asks_for_no_wildcard(clinic):
    environ = {
        **clinic.environ,
        "SMARTAPP_ENV": "development",
        "SMARTAPP_BASE_URL": "",
        "SMARTAPP_CONFIG": str(ROOT / "launch-config.json"),
    }

    settings = load_settings(environ)

    assert [ehr.key for ehr in settings.ehrs] == ["sandbox-patients", "sandbox-clinicians"]
    assert settings.warnings == ()
    assert "*" not in json.dumps([asdict(ehr)["scopes"] for ehr in settings.ehrs])
