"""The server's key is changed under people who work: nobody is logged off, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from smartapp.sessions import Drafts, Launches, Outbox, Vault
from tests.app import people
from tests.app.people import Patient
from tests.app.world import World

NEW = b"n" * 32


def with_keys(world: World, *keys: bytes) -> World:
    """A worker that was started with these, the newest first, beside the same store."""
    services = world.services
    store, vault = services.store, Vault(keys)
    return world.with_services(
        settings=replace(services.settings, secret_keys=keys),
        launches=Launches(store, vault, world.clock),
        drafts=Drafts(store, vault, world.clock),
        outbox=Outbox(store, vault, world.clock),
    )


def at(worker: World, patient: Patient) -> Patient:
    """The same person with the same cookies, as that worker sees them."""
    there = people.patient(worker)
    there.browser.cookies, there.home = patient.browser.cookies, patient.home
    return there


@pytest.mark.smart(102)
def test_a_whole_change_of_the_key_through_the_app(world: World, james: Patient) -> None:
    (old,) = world.services.settings.secret_keys
    learned, in_front = with_keys(world, old, NEW), with_keys(world, NEW, old)
    after = with_keys(world, NEW)
    check = james.checks("lisinopril", more="My knee hurts")

    for worker in (world, learned, in_front, learned, in_front):
        world.clock.passes(60)
        assert "James" in at(worker, james).go("start").text
        draft = at(worker, james).browser.get(check.url)
        assert "My knee hurts" in draft.text
    there = at(in_front, james)
    receipt = there.sends(there.browser.get(check.url))
    assert "The clinic has your request" in receipt.text

    for worker in (in_front, after, after):
        world.clock.passes(60)
        assert "James" in at(worker, james).go("start").text
    assert len(world.written("Communication")) == 1
    assert not world.events("session.end")
