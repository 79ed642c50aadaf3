"""The clinic's own policy, a copy of it that a test may spoil, and a small EHR to work with."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import settings
from pytest_httpserver import HTTPServer

from smartapp.fhir.client import FhirClient
from smartapp.fhir.codes import Vocabulary
from smartapp.transport import Bearer, Limits, Transport
from smartapp.workflow.commands import lint
from smartapp.workflow.desk import Desk
from smartapp.workflow.policy.loading import load_policy
from smartapp.workflow.policy.model import Policy, Topic
from tests.workflow.at_the_desk import ANN, TOM, person
from tests.workflow.fake_ehr import Clock, FakeEhr
from tests.workflow.submitting import Delivery, submission
from tests.workflow.threads import VOCABULARY, at, message_json, routed, task_json

# How long an example takes says more about the machine than about the code.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

FOLDER = Path(__file__).parents[2] / "policy"

Given = dict[str, tuple[str | bool, ...]]  # answers that a test can change


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(FOLDER)


@pytest.fixture(scope="session")
def refill(policy: Policy) -> Topic:
    return policy.topic("refill")


@pytest.fixture
def usual_answers() -> Given:
    """A refill with nothing unusual about it."""
    return {
        "red-flags": ("none",),
        "supply-left": ("over-a-week",),
        "taking": ("yes",),
        "side-effects": (False,),
        "pharmacy": ("usual",),
    }


@dataclass(frozen=True)
class Copy:
    """The clinic's policy in a folder of its own."""

    folder: Path

    def change(self, file: str, old: str, new: str, times: int = 1) -> Copy:
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, times), encoding="utf-8")
        return self

    def problems(self) -> list[str]:
        return [str(problem) for problem in lint(self.folder)]


@pytest.fixture
def policy_copy(tmp_path: Path) -> Copy:
    """With refills alone: what is wrong with one topic is found without reading all others."""
    folder = Path(shutil.copytree(FOLDER, tmp_path / "policy"))
    for path in (*folder.glob("topics/*.toml"), *folder.glob("questionnaires/*.json")):
        if path.stem != "refill":
            path.unlink()
    shutil.rmtree(folder / "cases" / "mix")
    (folder / "cases" / "rare.toml").unlink()
    text = (folder / "policy.toml").read_text(encoding="utf-8")
    groups = re.findall(r"\[\[groups\]\]\n(?:.+\n)+\n", text)
    for group in groups:
        text = text.replace(group, group if '"refill"' in group else "")
    text = text.replace('["refill", "side-effect"]', '["refill"]')
    (folder / "policy.toml").write_text(text, encoding="utf-8")
    desk = (folder / "desk.toml").read_text(encoding="utf-8")
    desk = re.sub(r"(\[beside\.topics\]\n)(refill = .+\n)(.+\n)+", r"\1\2", desk)
    desk = desk.replace('topic = "appointment"', 'topic = "refill"')
    (folder / "desk.toml").write_text(desk, encoding="utf-8")
    return Copy(folder)


@pytest.fixture
def problems_after(policy_copy: Copy) -> Callable[[str, str, str], list[str]]:
    """What is said about the policy after one change in one file."""

    def after(file: str, old: str, new: str) -> list[str]:
        return policy_copy.change(file, old, new).problems()

    return after


# --- an EHR --------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def _server() -> Iterator[HTTPServer]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request takes its time
    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture
def ehr(_server: HTTPServer) -> Iterator[FakeEhr]:
    ehr = FakeEhr(_server.url_for("/fhir"))
    _server.expect_request(re.compile("/fhir(/.*)?")).respond_with_handler(ehr.answer)
    yield ehr
    _server.check()
    _server.clear()


@pytest.fixture(scope="session")
def transport() -> Iterator[Transport]:
    opened = Transport(Limits(retries=0, failures=10_000), allow_http=True)
    yield opened
    opened.close()


@pytest.fixture
def client_for(transport: Transport, ehr: FakeEhr) -> Callable[..., FhirClient]:
    """Access for one patient, or for nobody in particular."""

    def client(patient_id: str | None = "maria", token: str = "") -> FhirClient:
        return FhirClient(transport, Bearer(token or "token", ehr.base), patient_id=patient_id)

    return client


@pytest.fixture
def vocabulary(policy: Policy) -> Vocabulary:
    return Vocabulary(policy.code_system)


@pytest.fixture
def desk(ehr: FakeEhr, client_for: Callable[..., FhirClient], clock: Clock) -> Delivery:
    return Delivery(ehr, client_for, clock)


@pytest.fixture
def sid(desk: Delivery) -> str:
    """A submission that was handed in, and not sent yet."""
    return desk.receive(submission())


# --- staff ---------------------------------------------------------------------------------------


@pytest.fixture
def tom(client_for: Callable[..., FhirClient], policy: Policy) -> Desk:
    return Desk(client_for(), VOCABULARY, person(policy, TOM, "Tom Berg"), at(12))


@pytest.fixture
def ann(tom: Desk, policy: Policy) -> Desk:
    return replace(tom, staff=person(policy, ANN, "Ann Wu"))


@pytest.fixture
def work(ehr: FakeEhr) -> None:
    ehr.holds(message_json("1", routing=routed()), task_json("9", "1"))


def asked_for(policy: Policy) -> list[str]:
    """The topics on a patient's list. A form is a topic too, once it is filled in."""
    return [code for group in policy.groups for code in group.topics]
