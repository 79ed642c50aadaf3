"""The clinic's own forms: `policy/forms/forms.toml`, and beside it the Questionnaires it names.

Each is a topic like any other once it is filled in: with danger signs, rules, a team and an end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from fhir.resources.R4B.questionnaire import Questionnaire as QuestionnaireR4
from pydantic import ValidationError

from smartapp.fhir.element import Json
from smartapp.fhir.questionnaire import Questionnaire
from smartapp.words import LocalText
from smartapp.workflow.forms.expressions import of_our_own
from smartapp.workflow.forms.fitness import prepared
from smartapp.workflow.forms.plan import FormRefused, Plan
from smartapp.workflow.policy.intake import About
from smartapp.workflow.policy.model import Outcome, Reply, Rule, Topic, TopicWords
from smartapp.workflow.policy.questionnaires import NOTHING
from smartapp.workflow.policy.reading import Reading, Table
from smartapp.workflow.policy.topics import (
    Surroundings,
    outcome_in,
    red_flag_in,
    reply_in,
    response_time,
    rule_in,
)

TOPIC = "form-"  # before the code of a form: the topic of what was filled in
PAPER = "paper-"  # before the code of a kind of paper: the code of its form
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
ANY_FORM = "form"  # the topic of a form that the EHR brought and the clinic did not list


@dataclass(frozen=True)
class ClinicForm:
    code: str
    plan: Plan
    topic: Topic
    for_anyone: bool  # False: only where it was asked for
    first_visit: bool  # a part of the first visit's papers
    hint: LocalText
    is_paper: bool = False  # nothing to fill in: something to send a picture of

    @property
    def canonical(self) -> str:
        return self.plan.form.canonical


@dataclass(frozen=True)
class ClinicForms:
    forms: Mapping[str, ClinicForm]  # in the order of the file
    other: Topic  # for forms that are not listed

    def by_canonical(self, canonical: str) -> ClinicForm | None:
        """By address and version; by the address alone where no version was asked for."""
        url, _, version = canonical.partition("|")
        return next(
            (
                each
                for each in self.forms.values()
                if each.plan.form.url == url and version in {"", each.plan.form.version}
            ),
            None,
        )

    @property
    def topics(self) -> Mapping[str, Topic]:
        listed = {each.topic.code: each.topic for each in self.forms.values()}
        return {**listed, self.other.code: self.other}


def read_clinic_forms(reading: Reading, around: Surroundings) -> ClinicForms:
    file = reading.toml("forms/forms.toml")
    common = _Common(
        replies=tuple(reply_in(each) for each in file.tables("replies")),
        outcomes=tuple(outcome_in(each) for each in file.tables("outcomes")),
        words=file.table("words"),
        around=around,
    )
    other = file.table("other")
    topic = _topic(ANY_FORM, NOTHING, other, common, title=None)
    forms: dict[str, ClinicForm] = {}
    for table in file.tables("forms"):
        code = table.text("code")
        plan = _plan(reading, table)
        if code in forms:
            table.wrong("code", f"{code!r} is there twice")
        if plan is None:
            continue  # what is wrong with it has been said
        forms[code] = ClinicForm(
            code=code,
            plan=plan,
            topic=_topic(f"{TOPIC}{code}", plan.form, table, common, title=plan.form.title),
            for_anyone=table.flag("for_anyone"),
            first_visit="first_visit" in table and table.flag("first_visit"),
            hint=table.local("hint"),
        )
    if "paper" in file:
        forms |= _papers(reading, file.table("paper"), common)
    if not reading.problems:
        file.check_nothing_else()
    return ClinicForms(MappingProxyType(forms), topic)


def _papers(reading: Reading, table: Table, common: _Common) -> dict[str, ClinicForm]:
    """Each kind of paper has an address of its own, so that two can be asked for at once."""
    papers: dict[str, ClinicForm] = {}
    for kind in table.tables("kinds"):
        code, title = f"{PAPER}{kind.text('code')}", kind.local("title")
        if code in papers:
            kind.wrong("code", "is there twice")
        plan = _plan(reading, table, partial(_named, code=code, title=title))
        if plan is None:
            break  # what is wrong with it has been said, and is so for all of them
        papers[code] = ClinicForm(
            code=code,
            plan=plan,
            topic=_topic(f"{TOPIC}{code}", plan.form, table, common, title=plan.form.title),
            for_anyone=False,
            first_visit=False,
            hint=table.local("hint"),
            is_paper=True,
        )
    return papers


def _named(resource: Json, *, code: str, title: LocalText) -> Json:
    """The same questions under another address and title."""
    base, _, _ = str(resource.get("url", "")).rpartition("/")
    others = [_translation(language, text) for language, text in title.items() if language != "en"]
    return {
        **resource,
        "id": code,
        "url": f"{base}/{code}",
        "title": title.get("en", ""),
        "_title": {"extension": others},
    }


def _translation(language: str, text: str) -> Json:
    parts = [{"url": "lang", "valueCode": language}, {"url": "content", "valueString": text}]
    return {"url": TRANSLATION, "extension": parts}


@dataclass(frozen=True)
class _Common:
    """What all forms share."""

    replies: tuple[Reply, ...]
    outcomes: tuple[Outcome, ...]
    words: Table
    around: Surroundings


def _topic(
    code: str, form: Questionnaire, table: Table, common: _Common, title: LocalText | None
) -> Topic:
    around, words = common.around, common.words
    respond_within = response_time(table, "respond_within")
    rules: tuple[Rule, ...] = tuple(
        rule_in(each, around.queues, respond_within) for each in table.tables("rules")
    )
    return Topic(
        code=code,
        owner=table.text("owner"),
        policy_version=around.version,
        words=TopicWords(
            title=title or words.local("title"),
            short=title or words.local("title"),
            hint=words.local("intro"),
            intro=words.local("intro"),
            scope=words.local("scope"),
            plain=words.local("plain", placeholders=("about",)),
            next_steps=words.local("next_steps"),
            receipt=words.local("receipt"),
        ),
        about=About(),
        message_length=2000,
        attachments=0,
        respond_within=respond_within,
        questionnaire=form,
        prefills={},
        free_times=None,
        exclusions=(),
        self_service=(),
        fee=None,
        confidentiality=None,
        red_flags=tuple(red_flag_in(each, around) for each in table.tables("red_flags"))
        if "red_flags" in table
        else (),
        rules=rules,
        unclassified=around.unclassified,
        replies=common.replies,
        outcomes=common.outcomes,
        progress=(),
        summary=(),
        refills=None,
    )


def _plan(
    reading: Reading, table: Table, made: Callable[[Json], Json] = lambda each: each
) -> Plan | None:
    """`made`: what becomes of the Questionnaire of the file."""
    name = table.text("file")
    if not name or PurePosixPath(name).name != name:
        table.wrong("file", f"{name!r} is not the name of a file in forms/")
        return None
    try:
        resource = made(read_json(reading.folder / "forms" / name))
        QuestionnaireR4.model_validate(_without_translations(resource))
        with of_our_own():
            plan = prepared(resource)
    except OSError as trouble:
        table.wrong("file", f"{name!r} cannot be read: {type(trouble).__name__}")
    except ValidationError as trouble:
        for error in trouble.errors():
            place = ".".join(str(part) for part in error["loc"])
            reading.wrong(reading.place(f"forms/{name}"), f"{place}: {error['msg']}")
    except json.JSONDecodeError as trouble:
        place = f"line {trouble.lineno}, column {trouble.colno}"
        reading.wrong(reading.place(f"forms/{name}"), f"is not JSON: {place}: {trouble.msg}")
    except (ValueError, RecursionError) as trouble:
        reading.wrong(reading.place(f"forms/{name}"), f"is not JSON: {type(trouble).__name__}")
    except FormRefused as refused:
        table.wrong("file", f"{name!r} cannot be filled in here: {refused}")
    else:
        return plan
    return None


def read_json(path: Any) -> Json:
    found: Json = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return found


def _without_translations(value: Any) -> Any:
    """Those of an extension's own value: FHIR has them, and the library that checks has not."""
    if isinstance(value, Mapping):
        return {
            name: _without_translations(inner)
            for name, inner in value.items()
            if not name.startswith("_value")
        }
    return [_without_translations(each) for each in value] if isinstance(value, list) else value
