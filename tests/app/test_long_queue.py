"""A queue of thousands: the same order as a full sort, for the work of a short one."""

from __future__ import annotations

import re
import statistics
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from smartapp.workflow.queue import QueueItem
from tests.app import long_queue, people
from tests.app.people import Staff
from tests.app.world import World, opened

NINAS = {"nurse-triage", "refills", "review"}
TITLE = re.compile(r">Item (\d{5})</bdi></a>")

Busy = Callable[[int], tuple[Staff, list[QueueItem]]]


@pytest.fixture
def busy() -> Iterator[Busy]:
    """Nina, with so many open items in her queues, and all of them as a full sort has them."""
    with opened() as world:
        yield lambda count: (people.staff(world), at_work(world, count))


def at_work(world: World, count: int) -> list[QueueItem]:
    policy, vocabulary = world.services.policy, world.services.vocabulary
    made = long_queue.work(policy, vocabulary, 4 * count, world.services.now())
    hers = long_queue.sorted_whole(made, vocabulary, lambda queue: queue in NINAS)
    kept = {each.reference for each in sorted(hers, key=lambda each: each.title)[:count]}
    items = [each for each in hers if each.reference in kept]
    tasks = [each for each in made if f"Task/{each['id']}" in kept]
    world.ehr.load(tasks)
    world.ehr.load(long_queue.messages(tasks, vocabulary))
    assert len(items) == count
    return items


def shown(nurse: Staff, query: str = "") -> list[str]:
    return TITLE.findall(nurse.browser.ask("GET", f"{nurse.home}/queue{query}").text)


def numbers(items: list[QueueItem]) -> list[str]:
    return [each.title.removeprefix("Item ") for each in items]


def test_a_long_queue_begins_as_a_full_sort_would(busy: Busy) -> None:
    nurse, expected = busy(400)

    page = nurse.opens("nina")

    assert "The first 25 of 400 open items, by when they are due." in page.text
    assert "Look for messages and forms without a work item" in page.text
    assert shown(nurse) == numbers(expected)[:25]
    assert shown(nurse, "?show=75") == numbers(expected)[:75]
    third = nurse.browser.get(f"{nurse.home}/queue?start=200")
    assert TITLE.findall(third.html) == numbers(expected)[200:300]
    assert "Lines 201 to 300 of 400 open items, by when they are due." in third.text
    assert third.link("Previous 100").endswith("?show=100&start=100")
    last = nurse.browser.get(third.link("Next 100"))
    assert TITLE.findall(last.html) == numbers(expected)[300:]
    assert all("Next" not in text for text, _ in last.links), "there is no page after the last"


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("priority=routine", lambda each: each.routing.priority == "routine"),
        ("queue=nurse-triage", lambda each: each.routing.queue == "nurse-triage"),
        ("topic=refill", lambda each: each.topic == "refill"),
        ("whose=unclaimed", lambda each: each.owner is None),
    ],
    ids=["priority", "queue", "topic", "owner"],
)
def test_a_long_queue_is_narrowed_in_the_same_order(
    settled_busy: tuple[Staff, list[QueueItem]], query: str, fits: Callable[[QueueItem], bool]
) -> None:
    nurse, expected = settled_busy
    wanted = numbers([each for each in expected if fits(each)])

    assert wanted
    found = shown(nurse, f"?{query}&show=50")
    assert found[:50] == wanted[:50]


@pytest.fixture(scope="module")
def settled_busy() -> Iterator[tuple[Staff, list[QueueItem]]]:
    with opened() as world:
        expected = at_work(world, 400)
        nurse = people.staff(world)
        nurse.opens("nina")
        yield nurse, expected


def test_what_has_no_work_is_looked_for_beside_a_long_queue(
    settled_busy: tuple[Staff, list[QueueItem]],
) -> None:
    nurse, _ = settled_busy
    world = nurse.world
    (task,) = [each for each in world.written("Task") if each["focus"] is not None][:1]
    message = world.ehr.read("Communication", task["focus"]["reference"].partition("/")[2])
    assert message is not None
    alone = {"identifier": [{"system": world.vocabulary.message, "value": "alone"}]}
    world.ehr.load(
        [{**message, **alone, "id": "alone", "topic": {"text": "Nobody made work of it"}}]
    )

    queue = nurse.queue()
    beside = nurse.browser.get(queue.link("Look for messages and forms without a work item"))

    assert "Nobody made work of it" not in queue.text
    assert "Nobody made work of it" in beside.text
    assert "1 found. 401 messages and forms were looked through here." in beside.text


@pytest.mark.proof
def test_five_thousand_cost_little_more_than_fifty() -> None:
    """CPU of the app for one view of the queue, without the threads in which the EHR answers."""
    figures = {}
    for count in (50, 5000):
        with opened() as world:
            expected = numbers(at_work(world, count))
            nurse = people.staff(world)
            nurse.opens("nina")
            figures[count] = statistics.median(one_view(nurse) for _ in range(9))
            for start in range(0, min(count, 1000), 100):
                page = nurse.browser.get(f"{nurse.home}/queue?start={start}&show=100")
                assert TITLE.findall(page.html) == expected[start : start + 100]
            assert shown(nurse)[:25] == expected[:25]
    small, large = (figures[each] * 1000 for each in (50, 5000))
    print(f"\nfirst view: {small:.1f} ms with 50 items, {large:.1f} ms with 5,000, ", end="")
    print(f"{large / small:.2f} times; the first 1,000 of 5,000 in the order of a full sort")
    assert large <= 1.5 * small


def one_view(nurse: Staff) -> float:
    before = spent()
    shown(nurse)
    return spent() - before


def spent() -> float:
    ours = [
        each
        for each in threading.enumerate()
        if "process_request" not in each.name and "serve_forever" not in each.name
    ]
    stats = (Path(f"/proc/self/task/{each.native_id}/schedstat").read_text() for each in ours)
    return sum(int(each.split()[0]) for each in stats) / 1e9
