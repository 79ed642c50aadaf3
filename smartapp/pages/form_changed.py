"""A form that the clinic has changed since somebody began it: what they wrote, and how to go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smartapp.pages.filling import Answered, Section
from smartapp.pages.form.said import Pair
from smartapp.pages.shell import Shell
from smartapp.words import Words


@dataclass(frozen=True)
class ChangedFormPage:
    shell: Shell
    heading: str
    lead: str
    text: str
    sections: tuple[Section, ...]
    action: str
    go_on: str
    anew_text: str
    anew: str


def changed_form_page(
    words: Words, shell: Shell, *, title: str, said: Sequence[Pair], action: str
) -> ChangedFormPage:
    return ChangedFormPage(
        shell=shell,
        heading=title,
        lead=words("Your clinic has changed this form since you began. Nothing is sent yet."),
        text=words(
            "Go on with the form as it is now. Your answers are put in where the questions are "
            "still there, and you look at all of them again."
        ),
        sections=written_before(words, said),
        action=action,
        go_on=words("Go on with my answers"),
        anew_text=words("Or begin anew. Then the answers above are deleted."),
        anew=words("Delete my answers and begin anew"),
    )


def written_before(words: Words, said: Sequence[Pair]) -> tuple[Section, ...]:
    """Only to read: the form that asked for it may be gone."""
    if not said:
        return ()
    return (Section(words("What you had written"), tuple(Answered(*each) for each in said)),)


def other_version(words: Words) -> str:
    return words(
        "Your clinic has changed this form since you answered it. Your answers are put in where "
        "the questions are still there. Please look at all of them again."
    )
