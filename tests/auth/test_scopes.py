"""Scopes in both syntaxes mean the same, and nothing is asked for that was not configured."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.auth.scopes import Access, Scopes, ask

V1 = {"read": "rs", "write": "cud", "*": "cruds"}

levels = st.sampled_from(["patient", "user", "system"])
resources = st.sampled_from(["Patient", "Task", "Observation", "Communication"])
letters = st.sampled_from("cruds")
rights = st.sets(letters, min_size=1).map(lambda some: "".join(a for a in "cruds" if a in some))
v2_scopes = st.builds("{}/{}.{}".format, levels, resources | st.just("*"), rights)
v1_scopes = st.builds(
    "{}/{}.{}".format, levels, resources | st.just("*"), st.sampled_from(list(V1))
)
scopes = v1_scopes | v2_scopes
texts = st.lists(scopes | st.sampled_from(["openid", "launch/patient", "__x"])).map(" ".join)
questions = st.tuples(levels, resources, letters)


def allowed(text: str) -> set[tuple[str, str, str]]:
    """Every question there is, so that two grants can be compared as sets."""
    granted = Scopes.parse(text)
    return {
        (level, resource, letter)
        for level in ("patient", "user", "system")
        for resource in ("Patient", "Task", "Observation", "Communication", "Other")
        for letter in "cruds"
        if granted.allows(level, resource, letter)
    }


# --- what was granted -------------------------------------------------------------------------


@pytest.mark.smart(79)
@pytest.mark.parametrize(
    ("scope", "level", "resource", "letters"),
    [
        ("patient/Observation.rs", "patient", "Observation", "rs"),
        ("user/Task.cruds", "user", "Task", "cruds"),
        ("system/*.r", "system", "*", "r"),
        ("patient/Observation.read", "patient", "Observation", "rs"),
        ("patient/Observation.write", "patient", "Observation", "cud"),
        ("patient/*.*", "patient", "*", "cruds"),
    ],
)
def test_a_scope_is_read(scope: str, level: str, resource: str, letters: str) -> None:
    assert Access.parse(scope) == Access(level, resource, frozenset(letters))


@pytest.mark.smart(79)
@pytest.mark.parametrize(
    "scope",
    [
        "patient/Observation.",
        "patient/Observation.dus",
        "patient/Observation.sr",
        "patient/Observation.rr",
        "patient/Observation.rx",
        "patient/Observation.READ",
        "patient/observation.rs",
        "patient/.rs",
        "Patient/Observation.rs",
        "patients/Observation.rs",
        "patient/Observation",
        "patient/Observation.rs?",
        "launch/patient",
        "openid",
        "__vendor.rs",
    ],
)
def test_what_is_no_access_scope_opens_nothing(scope: str) -> None:
    assert Access.parse(scope) is None
    assert allowed(scope) == set()
    assert scope in Scopes.parse(scope)


@pytest.mark.smart(80)
@given(levels, resources, st.sampled_from(list(V1)))
def test_v1_and_v2_mean_the_same(level: str, resource: str, right: str) -> None:
    assert allowed(f"{level}/{resource}.{right}") == allowed(f"{level}/{resource}.{V1[right]}")


@pytest.mark.smart(84)
@given(levels, resources, rights)
def test_letters_granted_one_by_one_are_the_same_grant(
    level: str, resource: str, granted: str
) -> None:
    one_by_one = " ".join(f"{level}/{resource}.{letter}" for letter in granted)

    assert allowed(one_by_one) == allowed(f"{level}/{resource}.{granted}")


@given(texts, texts)
def test_two_grants_together_allow_what_either_allows(one: str, other: str) -> None:
    assert allowed(f"{one} {other}") == allowed(one) | allowed(other)


@given(st.lists(scopes), st.randoms())
def test_the_order_of_scopes_does_not_matter(granted: list[str], random: object) -> None:
    shuffled = list(granted)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random

    assert Scopes.parse(" ".join(shuffled)) == Scopes.parse(" ".join(granted))


@given(levels, rights, questions)
def test_a_wildcard_covers_every_type_of_its_level_only(
    level: str, granted: str, question: tuple[str, str, str]
) -> None:
    asked_level, _, letter = question
    expected = asked_level == level and letter in granted

    assert Scopes.parse(f"{level}/*.{granted}").allows(*question) == expected


@given(v2_scopes)
def test_a_v2_scope_is_written_as_it_was_read(scope: str) -> None:
    access = Access.parse(scope)

    assert access is not None
    assert access.v2() == scope


@given(st.text(max_size=60))
def test_whatever_an_ehr_writes_is_read_without_trouble(text: str) -> None:
    Scopes.parse(text)


@pytest.mark.smart(85)
def test_an_empty_grant_allows_nothing() -> None:
    assert allowed("") == set()


@pytest.mark.smart(79)
def test_a_narrowed_scope_lets_a_part_be_read_and_promises_no_write() -> None:
    granted = Scopes.parse("patient/Observation.cruds?category=laboratory")

    assert granted.allows("patient", "Observation", "r")
    assert granted.allows("patient", "Observation", "s")
    assert not granted.allows("patient", "Observation", "c")


@pytest.mark.smart(88)
def test_scopes_written_as_addresses_mean_the_same() -> None:
    granted = Scopes.parse(
        "http://smarthealthit.org/fhir/scopes/patient/Task.r"
        " http://smarthealthit.org/fhir/scopes/launch/patient"
        " http://openid.net/specs/openid-connect-core-1_0#openid"
    )

    assert granted.allows("patient", "Task", "r")
    assert "launch/patient" in granted
    assert "openid" in granted


@pytest.mark.smart(87)
def test_scopes_that_nobody_asked_for_do_no_harm() -> None:
    granted = Scopes.parse("patient/Task.r __vendor https://ehr.example/scope patient/Nonsense.q")

    assert allowed("patient/Task.r") == {("patient", "Task", "r")}
    assert granted.allows("patient", "Task", "r")


# --- what to ask for --------------------------------------------------------------------------

CONFIGURED = "openid fhirUser launch/patient patient/Patient.rs patient/Communication.crs"


def asked(configured: str, *capabilities: str, tasks: bool = True, **others: str) -> str:
    return ask(
        configured,
        capabilities=capabilities,
        declared_create={"Task"} if tasks else set(),
        **others,
    )


@pytest.mark.smart(43, 81)
def test_an_ehr_that_knows_v2_is_asked_for_what_is_configured() -> None:
    assert asked(CONFIGURED, "permission-v1", "permission-v2") == CONFIGURED


@pytest.mark.smart(81)
@pytest.mark.parametrize("capabilities", [("permission-v1",), ("launch-ehr",), ()])
def test_an_older_ehr_is_asked_in_v1(capabilities: tuple[str, ...]) -> None:
    assert asked(CONFIGURED, *capabilities) == (
        "openid fhirUser launch/patient patient/Patient.read"
        " patient/Communication.read patient/Communication.write"
    )


@pytest.mark.smart(81)
def test_a_registration_may_know_better_than_what_is_declared() -> None:
    assert asked("patient/Task.rs", "permission-v2", version="v1") == "patient/Task.read"
    assert asked("patient/Task.rs", version="v2") == "patient/Task.rs"


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        ("patient/Task.crs", "patient/Task.rs"),
        ("patient/Task.c openid", "openid"),
        ("user/Task.crus", "user/Task.rus"),
        ("patient/Communication.crs", "patient/Communication.crs"),
    ],
)
def test_creating_tasks_is_asked_for_only_where_it_is_declared(
    configured: str, expected: str
) -> None:
    assert asked(configured, "permission-v2", tasks=False) == expected
    assert asked(configured, "permission-v2", tasks=True) == configured


@pytest.mark.smart(82)
def test_a_narrowed_scope_is_asked_for_to_the_letter() -> None:
    narrowed = "patient/Observation.rs?category=http://terminology.hl7.org/x|vital-signs&_id=%20"

    assert asked(narrowed, "permission-v2") == narrowed


@pytest.mark.smart(88)
def test_a_scope_that_is_configured_as_an_address_is_asked_for_as_one() -> None:
    address = "http://smarthealthit.org/fhir/scopes/patient/Observation.rs"

    assert asked(address) == address


@given(texts, st.booleans(), st.sampled_from(["permission-v1", "permission-v2"]))
def test_nothing_is_asked_for_beyond_what_is_configured(
    configured: str, tasks: bool, syntax: str
) -> None:
    """In v1 the narrowest scope that includes what is configured may still include its kin."""
    requested = allowed(asked(configured, syntax, tasks=tasks))
    kin = {"r": "rs", "s": "rs", "c": "cud", "u": "cud", "d": "cud"}
    limit = {
        (level, resource, near)
        for level, resource, letter in allowed(configured)
        for near in (letter if syntax == "permission-v2" else kin[letter])
    }

    assert requested <= limit
    assert ("patient", "Task", "c") not in allowed(asked("patient/Task.crs", syntax, tasks=False))


@given(texts, st.sampled_from(["permission-v1", "permission-v2"]))
def test_everything_configured_is_asked_for_where_tasks_may_be_created(
    configured: str, syntax: str
) -> None:
    assert allowed(asked(configured, syntax)) >= allowed(configured)
    assert Scopes.parse(asked(configured, syntax)).names == Scopes.parse(configured).names
