"""A draft is found again by the same person, about the same patient, on the same form."""

from __future__ import annotations

import pytest

from smartapp.errors import DraftTooLarge
from smartapp.launch import Role
from smartapp.sessions import Drafts, Store, Vault
from tests.sessions.conftest import NEW_KEY, OLD_KEY, Clock
from tests.sessions.people import ANA, ANA_ELSEWHERE, ANA_FOR_HER_CHILD, BEN, HOUR

WORDS = {"reason": ["My knee – «sí» 👩‍⚕️"], "days": ["mon", "tue"], "empty": [""]}


def test_what_was_typed_is_found_again_letter_by_letter(drafts: Drafts, clock: Clock) -> None:
    ends_at = drafts.save(ANA, Role.PATIENT, "refill", WORDS)

    draft = drafts.find(ANA, "refill")

    assert draft is not None
    assert draft.fields == WORDS
    assert draft.saved_at == clock.now
    assert draft.ends_at == ends_at


@pytest.mark.parametrize("other", [BEN, ANA_FOR_HER_CHILD, ANA_ELSEWHERE], ids=str)
def test_nobody_else_finds_it_nor_the_same_person_for_another_patient(
    drafts: Drafts, other: object
) -> None:
    drafts.save(ANA, Role.PATIENT, "refill", WORDS)

    assert drafts.find(other, "refill") is None  # type: ignore[arg-type]  # ids=str needs object
    assert drafts.find(ANA, "message") is None


def test_a_draft_under_another_persons_name_does_not_open(
    drafts: Drafts, store: Store, vault: Vault
) -> None:
    drafts.save(ANA, Role.PATIENT, "refill", WORDS)
    (hers,) = vault.names("draft", ANA.ehr_key, ANA.user_key, ANA.patient_id, "refill")
    (his,) = vault.names("draft", BEN.ehr_key, BEN.user_key, BEN.patient_id, "refill")
    store.put(f"draft:{his}", store.get(f"draft:{hers}") or b"", 60)

    assert drafts.find(BEN, "refill") is None


@pytest.mark.parametrize(("role", "hours"), [(Role.PATIENT, 72), (Role.STAFF, 24)])
def test_a_draft_ends_when_the_page_said_it_would(
    drafts: Drafts, clock: Clock, role: Role, hours: int
) -> None:
    ends_at = drafts.save(ANA, role, "refill", WORDS)

    assert ends_at == clock.now + hours * HOUR
    clock.passes(hours * HOUR - 1)
    assert drafts.find(ANA, "refill")
    clock.passes(1)
    assert drafts.find(ANA, "refill") is None


def test_saving_again_replaces_it(drafts: Drafts, clock: Clock) -> None:
    drafts.save(ANA, Role.PATIENT, "refill", WORDS)
    clock.passes(HOUR)
    drafts.save(ANA, Role.PATIENT, "refill", {"reason": ["shorter"]})

    draft = drafts.find(ANA, "refill")
    assert draft is not None
    assert draft.fields == {"reason": ["shorter"]}
    assert draft.saved_at == clock.now


def test_a_discarded_draft_is_gone_and_the_others_are_not(drafts: Drafts) -> None:
    drafts.save(ANA, Role.PATIENT, "refill", WORDS)
    drafts.save(ANA, Role.PATIENT, "message", WORDS)

    drafts.discard(ANA, "refill")
    drafts.discard(ANA, "never-begun")

    assert drafts.find(ANA, "refill") is None
    assert drafts.find(ANA, "message")


def test_sixty_kilobytes_are_kept_and_seventy_are_refused_by_name(drafts: Drafts) -> None:
    drafts.save(ANA, Role.PATIENT, "refill", {"reason": ["x" * 60 * 1024]})

    with pytest.raises(DraftTooLarge) as refusal:
        drafts.save(ANA, Role.PATIENT, "refill", {"reason": ["y" * 70 * 1024]})

    assert "y" not in str(refusal.value)
    draft = drafts.find(ANA, "refill")
    assert draft is not None
    assert draft.fields == {"reason": ["x" * 60 * 1024]}  # the last one that fitted


def test_letters_of_every_language_count_as_what_they_are(drafts: Drafts) -> None:
    drafts.save(ANA, Role.PATIENT, "refill", {"reason": ["ñ" * 30 * 1024]})

    with pytest.raises(DraftTooLarge):
        drafts.save(ANA, Role.PATIENT, "refill", {"reason": ["ñ" * 35 * 1024]})


def test_a_new_server_key_loses_no_draft(store: Store, clock: Clock) -> None:
    before = Drafts(store, Vault((OLD_KEY,)), clock)
    during = Drafts(store, Vault((NEW_KEY, OLD_KEY)), clock)
    after = Drafts(store, Vault((NEW_KEY,)), clock)
    before.save(ANA, Role.PATIENT, "refill", WORDS)
    assert after.find(ANA, "refill") is None
    assert during.find(ANA, "refill")

    during.save(ANA, Role.PATIENT, "refill", {"reason": ["newer"]})

    for drafts in (during, after):
        draft = drafts.find(ANA, "refill")
        assert draft is not None
        assert draft.fields == {"reason": ["newer"]}
    assert before.find(ANA, "refill") is None  # the older text is not left behind


def test_a_draft_under_an_old_key_can_be_discarded(store: Store, clock: Clock) -> None:
    Drafts(store, Vault((OLD_KEY,)), clock).save(ANA, Role.PATIENT, "refill", WORDS)
    during = Drafts(store, Vault((NEW_KEY, OLD_KEY)), clock)

    during.discard(ANA, "refill")

    assert during.find(ANA, "refill") is None


def test_no_typed_word_shows_when_a_draft_is_printed(drafts: Drafts) -> None:
    drafts.save(ANA, Role.PATIENT, "refill", WORDS)

    assert "knee" not in repr(drafts.find(ANA, "refill"))
