"""The messages of a request, and who really wrote each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from smartapp.fhir.message import Message
from smartapp.pages.files import file_words
from smartapp.pages.shell import Link
from smartapp.pages.when import moment_words
from smartapp.words import Words
from smartapp.workflow.requests import Request


@dataclass(frozen=True)
class MessageBubble:
    who: str
    when: str
    text: str
    mine: bool
    lang: str
    files: tuple[Link, ...] = ()
    state: str = ""  # how far a message of one's own got, as far as anybody knows


Opens = Callable[[str, int], str]  # of a message, its file at this place: the address


def bubbles(
    words: Words, request: Request, reader: str, opens: Opens | None = None
) -> tuple[MessageBubble, ...]:
    return tuple(_bubble(words, message, reader, request, opens) for message in request.messages)


def _state(words: Words, message: Message, request: Request) -> str:
    """Only what is known: that it is in the clinic's record, and that somebody acted on it."""
    if any(each.is_answer for each in request.messages[request.messages.index(message) + 1 :]):
        return words("Seen: the clinic answered after it")
    seen = request.work is not None and request.work.owner is not None
    if seen and message is request.root:
        return words("Seen: somebody at the clinic has taken it")
    return words("Received: it is in the clinic’s record")


def _bubble(
    words: Words, message: Message, reader: str, request: Request, opens: Opens | None
) -> MessageBubble:
    mine = message.sender is not None and message.sender.target == reader
    text = "\n\n".join(message.words) or (message.subject_line if message.is_form else "")
    if message.unreadable:
        part = words("A part of this message cannot be shown here. Ask the clinic.")
        text = f"{text}\n\n{part}" if text else part
    return MessageBubble(
        who=words("You") if mine else who_wrote(words, message),
        when=moment_words(words, message.sent) if message.sent else "",
        text=text,
        mine=mine,
        lang=message.language or "",
        files=tuple(
            Link(file_words(words, each), opens(message.reference, each.at) if opens else "")
            for each in message.files
        ),
        state=_state(words, message, request) if mine else "",
    )


def who_wrote(words: Words, message: Message) -> str:
    """By what the sender is. The name beside it is whatever the writer chose to put there, and
    nobody may pass for a doctor by it.
    """
    sender, name = message.sender, message.sender.display if message.sender else ""
    if sender is None or not sender.kind:
        return words("{name}, as the message says", name=name) if name else words("Not known who")
    if sender.target == message.patient:
        return words("The patient")
    if message.is_from_patient:
        for_patient = words("{name}, for the patient", name=name)
        return for_patient if name else words("Someone for the patient")
    return name or words("The clinic")
