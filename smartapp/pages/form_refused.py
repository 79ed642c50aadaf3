"""A form that cannot be filled in here: why not, and what to do instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smartapp.pages.filling import Section
from smartapp.pages.form.said import Pair
from smartapp.pages.form_changed import written_before
from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link, Shell
from smartapp.words import Words
from smartapp.workflow.forms.fitness import Unfit
from smartapp.workflow.policy.model import Policy


@dataclass(frozen=True)
class RefusedFormPage:
    shell: Shell
    heading: str
    why: str
    instead: str
    back: Link
    code: str
    said: tuple[Section, ...] = ()


def refusal_page(
    words: Words,
    shell: Shell,
    paths: Paths,
    reason: str,
    policy: Policy,
    said: Sequence[Pair] = (),
) -> RefusedFormPage:
    reasons = {
        Unfit.NOT_ACTIVE: words("Your clinic does not use this form any more."),
        Unfit.NOT_NOW: words("This form is not for this time."),
        Unfit.NOT_FOR_PATIENTS: words("This form is not for patients to fill in."),
        Unfit.SIGNATURE: words("This form has to be signed in a way that is not possible here."),
        Unfit.FILE: words("It needs a kind of file that cannot be sent here."),
        "not-found": words("This form is not there any more."),
    }
    return RefusedFormPage(
        shell=shell,
        heading=words("This form cannot be filled in here"),
        why=reasons.get(reason, words("It asks in a way that does not work in this app.")),
        instead=words(
            "Please call {phone}. You can fill it in at the clinic.", phone=policy.phones.clinic
        ),
        back=Link(words("All forms"), paths.forms),
        code=words("If you call, say this: {reason}", reason=reason),
        said=written_before(words, said),
    )
