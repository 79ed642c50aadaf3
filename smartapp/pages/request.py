"""One request: its receipt, where it is now, and the messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from smartapp.fhir.message import Message
from smartapp.fhir.questionnaire import Answers, Item, Questionnaire
from smartapp.pages.files import file_words
from smartapp.pages.form import FaultLine, Field, answer_words, fault_lines, fields_of
from smartapp.pages.shell import Link, Shell
from smartapp.pages.urgent import Urgent, urgent_words
from smartapp.pages.when import moment_words
from smartapp.words import Words, in_locale
from smartapp.workflow.forms import FieldFault, Fields
from smartapp.workflow.policy.model import Policy, RedFlag, Topic
from smartapp.workflow.requests import Request, Stage

REPLY = "text"  # the name of the field for a message, as the error page knows it


def stage_words(words: Words, request: Request) -> str:
    return _stage_name(words, request.stage)


def title_of(words: Words, request: Request, topic: Topic | None) -> str:
    """By the clinic's own short name for it, in the language of who reads."""
    if request.is_reading:
        return words("Home readings")
    if topic is None:
        return request.root.subject_line or words("A message")
    name = in_locale(topic.words.short, words.locale)
    return f"{name}: {request.about}" if request.about else name


def _stage_name(words: Words, stage: Stage) -> str:
    return {
        Stage.RECEIVED: words("The clinic has it"),
        Stage.WITH_NURSE: words("A nurse is working on it"),
        Stage.WITH_DOCTOR: words("With the doctor"),
        Stage.ANSWERED: words("Answered"),
        Stage.CLOSED: words("Finished"),
    }[stage]


@dataclass(frozen=True)
class Step:
    text: str
    done: bool
    current: bool
    state: str  # the same in words, for who does not see the marks
    when: str = ""


def steps_of(words: Words, request: Request) -> tuple[Step, ...]:
    """The way of a request. The doctor is on it only where the request went to one."""
    now = request.stage
    way = [Stage.RECEIVED, Stage.WITH_NURSE, Stage.ANSWERED, Stage.CLOSED]
    if now is Stage.WITH_DOCTOR:
        way.insert(2, Stage.WITH_DOCTOR)
    here = way.index(now)
    when = _times(words, request)
    states = (words("done"), words("it is here now"), words("still to come"))
    return tuple(
        Step(
            text=_stage_name(words, stage),
            done=index < here,
            current=index == here,
            state=states[(index >= here) + (index > here)],
            when=when.get(stage, ""),
        )
        for index, stage in enumerate(way)
    )


def _times(words: Words, request: Request) -> dict[Stage, str]:
    times = {}
    if request.root.sent:
        times[Stage.RECEIVED] = moment_words(words, request.root.sent)
    answer = request.last_answer
    if answer and answer.sent:
        times[Stage.ANSWERED] = moment_words(words, answer.sent)
    return times


@dataclass(frozen=True)
class Receipt:
    state: str  # "received", "confirming" or "refused": a fourth would be a lie
    heading: str
    text: str
    reference_label: str
    reference: str
    facts: tuple[str, ...]
    action: str = ""  # where sending once more leads, where only the author can decide it
    button: str = ""
    sending: str = ""


@dataclass(frozen=True)
class MessageBubble:
    who: str
    when: str
    text: str
    mine: bool
    lang: str
    files: tuple[Link, ...] = ()
    state: str = ""  # how far a message of one's own got, as far as anybody knows


@dataclass(frozen=True)
class ReplyForm:
    heading: str
    note: str
    urgent: str
    action: str
    submission: str
    slip: str
    fields: tuple[Field, ...]
    fault_heading: str
    faults: tuple[FaultLine, ...]
    button: str
    sending: str


@dataclass(frozen=True)
class RatingForm:
    heading: str
    action: str
    fields: tuple[Field, ...]
    fault_heading: str
    faults: tuple[FaultLine, ...]
    button: str
    sending: str


@dataclass(frozen=True)
class RequestPage:
    shell: Shell
    heading: str
    receipt: Receipt | None
    urgent: tuple[Urgent, ...]
    steps_heading: str
    steps: tuple[Step, ...]
    facts: tuple[str, ...]
    late: str
    outcome: str
    thread_heading: str
    thread: tuple[MessageBubble, ...]
    trouble: str
    again: Link | None
    kept_heading: str
    kept: str
    print_hint: str
    reply: ReplyForm | None = None
    cannot_reply: str = ""
    rating: RatingForm | None = None
    rated: tuple[str, ...] = ()


def receipt_received(words: Words, *, reference: str, team: str, due: str, receipt: str) -> Receipt:
    return Receipt(
        state="received",
        heading=words("The clinic has your request"),
        text=receipt,
        reference_label=words("Your reference"),
        reference=reference,
        facts=tuple(
            fact
            for known, fact in (
                (team, words("It is with {team}.", team=team)),
                (due, words("You get an answer by {time}.", time=due)),
            )
            if known
        ),
    )


def receipt_confirming(words: Words, *, reference: str, clinic_phone: str) -> Receipt:
    return Receipt(
        state="confirming",
        heading=words("We have your request. We are making sure that the clinic has it too."),
        text=words(
            "Your clinic’s system has not told us yet that it arrived. Do not send it again: "
            "we keep it and keep checking. Look at this page again in a few minutes."
        ),
        reference_label=words("Your reference"),
        reference=reference,
        facts=(words("If it is urgent, call the clinic at {phone}.", phone=clinic_phone),),
    )


def receipt_unsure(words: Words, *, reference: str, clinic_phone: str, action: str) -> Receipt:
    return Receipt(
        state="confirming",
        heading=words("We could not find out if the clinic has your request"),
        text=words(
            "Your clinic’s system does not tell us. You can call and ask. Or send it once more: "
            "then the clinic may get it twice, and a person there sees that it is the same."
        ),
        reference_label=words("Your reference"),
        reference=reference,
        facts=(words("If it is urgent, call the clinic at {phone}.", phone=clinic_phone),),
        action=action,
        button=words("Send it once more"),
        sending=words("Sending. This can take a few seconds. Please wait."),
    )


def receipt_waiting(words: Words, *, reference: str, clinic_phone: str) -> Receipt:
    return Receipt(
        state="confirming",
        heading=words("We could not make sure that the clinic has your request"),
        text=words(
            "Your sign-in ended before the clinic’s system answered. We kept your request. "
            "Sign in again, and we go on from here."
        ),
        reference_label=words("Your reference"),
        reference=reference,
        facts=(words("If it is urgent, call the clinic at {phone}.", phone=clinic_phone),),
    )


def receipt_refused(words: Words, *, reference: str, clinic_phone: str) -> Receipt:
    return Receipt(
        state="refused",
        heading=words("The clinic did NOT get your request"),
        text=words(
            "Your clinic’s system refused it. What you wrote is below, so that you can copy it."
        ),
        reference_label=words("Support code"),
        reference=reference,
        facts=(words("Call the clinic at {phone}.", phone=clinic_phone),),
    )


def request_page(
    words: Words,
    shell: Shell,
    *,
    policy: Policy,
    request: Request | None,
    receipt: Receipt | None,
    opens: Opens | None = None,
    lost_files: int = 0,
    red_flags: Sequence[RedFlag] = (),
    title: str,
    reader: str,
    now: datetime,
    whole: bool = True,
    kept: str = "",
    reply: ReplyForm | None = None,
    cannot_reply: str = "",
    rating: RatingForm | None = None,
    rated: tuple[str, ...] = (),
) -> RequestPage:
    return RequestPage(
        shell=replace(shell, title=f"{receipt.heading} – {title}") if receipt else shell,
        heading=title,
        receipt=receipt,
        urgent=urgent_words(words, red_flags),
        steps_heading=words("Where your request is"),
        steps=steps_of(words, request) if request else (),
        facts=_facts(words, policy, request) if request and not receipt else (),
        late=_late(words, request, now, policy.phones.clinic) if request else "",
        outcome=_outcome(words, policy, request) if request else "",
        thread_heading=words("Messages"),
        thread=bubbles(words, request, reader, opens) if request else (),
        trouble=words(
            "Not all of your files arrived. Bring them to your visit, or call the clinic at "
            "{phone}.",
            phone=policy.phones.clinic,
        )
        if lost_files > 0
        else ""
        if whole
        else words("We could not load all of this request. Some messages may be missing."),
        again=None if whole else Link(words("Try again"), ""),
        kept_heading=words("What you wrote"),
        kept=kept,
        print_hint=words("You can print this page and keep it."),
        reply=reply,
        cannot_reply=cannot_reply,
        rating=rating,
        rated=rated,
    )


def reply_form(
    words: Words,
    *,
    request: Request,
    urgent: str,
    longest: int,
    action: str,
    submission: str,
    slip: str,
    posted: Fields,
    faults: Sequence[FieldFault] = (),
) -> ReplyForm:
    fields = fields_of(words, reply_questions(words, longest), posted, faults)
    return ReplyForm(
        heading=words("Write again"),
        note=words("This opens your request again, and the clinic sees it.")
        if request.is_closed
        else words("The clinic sees it together with this request."),
        urgent=urgent,
        action=action,
        submission=submission,
        slip=slip,
        fields=fields,
        fault_heading=words("There is a problem"),
        faults=fault_lines(fields),
        button=words("Send this message"),
        sending=words("Sending. This can take a few seconds. Please wait."),
    )


def reply_questions(words: Words, longest: int) -> Questionnaire:
    text = words("Your message")
    item = Item(REPLY, "text", {"en": text, words.locale: text}, required=True, max_length=longest)
    return Questionnaire(url="", version="", title={"en": ""}, items=(item,))


def rating_page(
    words: Words,
    questions: Questionnaire,
    *,
    action: str,
    posted: Fields,
    faults: Sequence[FieldFault] = (),
) -> RatingForm:
    fields = fields_of(words, questions, posted, faults)
    return RatingForm(
        heading=words("How did it go?"),
        action=action,
        fields=fields,
        fault_heading=words("There is a problem"),
        faults=fault_lines(fields),
        button=words("Send your opinion"),
        sending=words("Sending. This can take a few seconds. Please wait."),
    )


def rated_lines(words: Words, questions: Questionnaire, answers: Answers) -> tuple[str, ...]:
    lines = [
        answer_words(words, item, answers[item.link_id])
        for item in questions.items
        if item.link_id in answers and not item.hidden
    ]
    return (words("Thank you. You told us:"), *lines) if lines else ()


def _facts(words: Words, policy: Policy, request: Request) -> tuple[str, ...]:
    facts = []
    if request.submission:
        facts.append(words("Your reference: {code}", code=short_reference(request.submission)))
    if request.routing and not request.is_closed:
        team = in_locale(policy.queue(request.routing.queue).team, words.locale)
        facts.append(words("It is with {team}.", team=team))
    if request.due and request.stage not in {Stage.ANSWERED, Stage.CLOSED}:
        facts.append(words("You get an answer by {time}.", time=words.day_and_time(request.due)))
    return tuple(facts)


def short_reference(submission: str) -> str:
    """What a person reads out on the phone: the first part of the submission's id."""
    return submission.split("-")[0].upper()


def _late(words: Words, request: Request, now: datetime, phone: str) -> str:
    if not request.is_late(now):
        return ""
    return words(
        "We are late. You should have had an answer by now. Call the clinic at {phone}.",
        phone=phone,
    )


def _outcome(words: Words, policy: Policy, request: Request) -> str:
    if not request.is_closed or request.task is None or request.task.outcome is None:
        return ""
    topic = policy.topics.get(request.task.topic)
    code = next((each.code for each in request.task.outcome.codings), "")
    outcome = topic.outcome(code) if topic else None
    return in_locale(outcome.words, words.locale) if outcome else request.task.outcome.label


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
    text = "\n\n".join(message.words)
    if message.unreadable:
        part = words("A part of this message cannot be shown here. Ask the clinic.")
        text = f"{text}\n\n{part}" if text else part
    return MessageBubble(
        who=words("You") if mine else _who(words, message),
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


def _who(words: Words, message: Message) -> str:
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
