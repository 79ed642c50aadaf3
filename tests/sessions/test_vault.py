"""What is sealed opens for nobody else, and survives a change of the server's key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.sessions import Vault
from smartapp.sessions.vault import derive
from tests.sessions.conftest import NEW_KEY, OLD_KEY


def test_what_was_sealed_opens_and_looks_like_nothing(vault: Vault) -> None:
    sealed = vault.seal(b"my knee hurts", purpose="draft", about="ana", secret=b"hers")

    assert b"knee" not in sealed
    assert vault.open(sealed, purpose="draft", about="ana", secret=b"hers") == b"my knee hurts"


def test_the_same_words_are_never_sealed_alike(vault: Vault) -> None:
    sealed = {vault.seal(b"knee", purpose="draft", about="ana") for _ in range(50)}

    assert len(sealed) == 50


def test_it_does_not_open_for_another_purpose_subject_or_secret(vault: Vault) -> None:
    sealed = vault.seal(b"knee", purpose="draft", about="ana", secret=b"hers")

    assert vault.open(sealed, purpose="session", about="ana", secret=b"hers") is None
    assert vault.open(sealed, purpose="draft", about="ben", secret=b"hers") is None
    assert vault.open(sealed, purpose="draft", about="ana", secret=b"his") is None
    assert vault.open(sealed, purpose="draft", about="ana") is None
    assert Vault((OLD_KEY,)).open(sealed, purpose="draft", about="ana", secret=b"hers") is None


def test_no_byte_can_be_changed_removed_or_added(vault: Vault) -> None:
    sealed = vault.seal(b"knee", purpose="draft", about="ana")
    for at in range(len(sealed)):
        for bit in range(8):
            changed = sealed[:at] + bytes([sealed[at] ^ 1 << bit]) + sealed[at + 1 :]
            assert vault.open(changed, purpose="draft", about="ana") is None
        assert vault.open(sealed[:at], purpose="draft", about="ana") is None
    assert vault.open(sealed + b"\0", purpose="draft", about="ana") is None


def test_the_newest_key_seals_and_every_key_opens() -> None:
    before, during, after = Vault((OLD_KEY,)), Vault((NEW_KEY, OLD_KEY)), Vault((NEW_KEY,))
    old = before.seal(b"old", purpose="draft", about="ana")
    new = during.seal(b"new", purpose="draft", about="ana")

    assert during.open(old, purpose="draft", about="ana") == b"old"
    assert after.open(new, purpose="draft", about="ana") == b"new"
    assert before.open(new, purpose="draft", about="ana") is None
    assert after.open(old, purpose="draft", about="ana") is None


def test_names_say_nothing_and_are_found_again_after_a_change_of_keys() -> None:
    (before,) = Vault((OLD_KEY,)).names("draft", "north", "ana", "7")
    newest, older = Vault((NEW_KEY, OLD_KEY)).names("draft", "north", "ana", "7")

    assert older == before != newest
    assert "ana" not in before


@pytest.mark.parametrize(
    "others",
    [("northa", "na", "7"), ("north", "ana7", ""), ("north", "ana", None), ("north", "ana")],
)
def test_different_people_have_different_names(vault: Vault, others: tuple[str | None]) -> None:
    assert vault.names("draft", *others) != vault.names("draft", "north", "ana", "7")


def test_absent_and_empty_are_not_the_same_name(vault: Vault) -> None:
    assert vault.names("draft", None) != vault.names("draft", "")
    assert vault.names("draft", "x") != vault.names("outbox", "x")


def test_a_vault_without_a_real_key_is_refused() -> None:
    for keys in ((), (b"",), (b"short",), (NEW_KEY, b"short")):
        with pytest.raises(ValueError, match="at least 32 bytes"):
            Vault(keys)


def test_keys_for_two_purposes_have_nothing_in_common() -> None:
    assert derive(NEW_KEY, "a", length=64)[:32] != derive(NEW_KEY, "b")
    assert len(derive(NEW_KEY, "a", length=64)) == 64


@given(st.binary(max_size=200))
def test_anything_that_is_no_sealed_value_opens_to_nothing(junk: bytes) -> None:
    assert Vault((NEW_KEY,)).open(junk, purpose="draft", about="ana") is None
