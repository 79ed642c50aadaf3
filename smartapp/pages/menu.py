"""All pages of a patient, as one table: what each is called, where it is, what has to be open.

To add a page, add an Entry here and a route whose address is the entry's key. The bar at the top,
the page of all pages and the reason why something is not offered follow from it.
"""

from __future__ import annotations

from dataclasses import dataclass

from smartapp.pages.paths import Paths
from smartapp.pages.shell import Link, Shell
from smartapp.words import Words
from smartapp.workflow.gate import Gate, Why

Need = tuple[str, str]  # a type of resource, and what is done with it


@dataclass(frozen=True)
class Entry:
    key: str  # its address below that of the session
    name: str
    about: str = ""
    needs: tuple[Need, ...] = ()  # without all of these there is no such page
    in_bar: bool = False


@dataclass(frozen=True)
class Group:
    name: str
    entries: tuple[Entry, ...]


def _search(*kinds: str) -> tuple[Need, ...]:
    return tuple((kind, "search-type") for kind in kinds)


def groups(words: Words) -> tuple[Group, ...]:
    """In the order in which they are shown, in the bar as well."""
    return (
        Group(words("Now"), _now(words)),
        Group(words("Your health"), _health(words)),
        Group(words("Your care"), _care(words)),
        Group(words("Your clinic and you"), _clinic(words)),
    )


def _now(words: Words) -> tuple[Entry, ...]:
    return (
        Entry("start", words("Start"), words("What matters now."), in_bar=True),
        Entry(
            "ask", words("Ask"), words("What you need: refills, visits, questions, forms."),
            in_bar=True,
        ),
        Entry(
            "readings", words("Home readings"),
            words("Blood pressure, blood sugar or weight that you measure at home."),
            (("QuestionnaireResponse", "create"),),
        ),
        Entry(
            "requests", words("Requests"), words("What you asked for, and the answers."),
            in_bar=True,
        ),
        Entry("forms", words("Forms"), words("What your clinic asks you to fill in.")),
        Entry(
            "help", words("Help"), words("The rules of writing to us, and phone numbers."),
        ),
    )  # fmt: skip


def _health(words: Words) -> tuple[Entry, ...]:
    return (
        Entry(
            "summary", words("Health in short"), words("All of it on one page."),
        ),
        Entry(
            "results", words("Results"), words("Laboratory tests, and how they changed."),
            _search("Observation"), in_bar=True,
        ),
        Entry(
            "medicines", words("Medicines"), words("What to take, when, and refills."),
            _search("MedicationRequest"), in_bar=True,
        ),
        Entry(
            "allergies", words("Allergies"), words("What you must not be given."),
            _search("AllergyIntolerance"),
        ),
        Entry(
            "conditions", words("Health conditions"), words("What you have, and what you had."),
            _search("Condition"),
        ),
        Entry(
            "immunizations", words("Vaccines"), words("Those you had, as a list to print."),
            _search("Immunization"),
        ),
        Entry(
            "vitals", words("Vital signs"), words("Blood pressure, weight and more."),
            _search("Observation"),
        ),
        Entry(
            "procedures", words("Operations and treatments"), words("What was done."),
            _search("Procedure"),
        ),
        Entry("words", words("Medical words"), words("What they mean, in plain ones.")),
    )  # fmt: skip


def _care(words: Words) -> tuple[Entry, ...]:
    """Visits, plans and the people who care for the patient."""
    return (
        Entry(
            "next", words("What happens next"), words("Appointments, tests, referrals."),
        ),
        Entry(
            "visits", words("Visits"), words("Appointments that are coming, and visits that were."),
            _search("Encounter"),
        ),
        Entry(
            "documents", words("Notes and documents"), words("Notes of visits, letters, reports."),
            _search("DocumentReference"),
        ),
        Entry(
            "plan", words("Care plan and goals"), words("What you and the clinic agreed on."),
            _search("CarePlan"),
        ),
        Entry(
            "team", words("Care team"), words("The people who look after you."),
            _search("CareTeam"),
        ),
    )  # fmt: skip


def _clinic(words: Words) -> tuple[Entry, ...]:
    """Money, access and settings."""
    return (
        Entry(
            "costs", words("Bills and insurance"), words("What was sent to you, and your plan."),
            _search("Coverage"),
        ),
        Entry(
            "access", words("Who can see your record"), words("This app, people who help you."),
        ),
        Entry(
            "download", words("Take your record with you"), words("A copy to read, print or give."),
        ),
        Entry(
            "settings", words("Settings"), words("Size of letters, colours, plain words."),
        ),
    )  # fmt: skip


# --- what is made of the table ----------------------------------------------------------------


def bar(words: Words, paths: Paths, gate: Gate, here: str) -> tuple[Link, ...]:
    """The few pages that are always one tap away, and the page of all."""
    links = [
        _link(entry, paths, here)
        for group in groups(words)
        for entry in group.entries
        if entry.in_bar and _closed(entry, gate) is None
    ]
    return (*links, Link(words("All pages"), paths.page("all"), here == paths.page("all")))


def offered(words: Words, gate: Gate) -> frozenset[str]:
    """The keys of all pages that are open to this session."""
    entries = (entry for group in groups(words) for entry in group.entries)
    return frozenset(entry.key for entry in entries if _closed(entry, gate) is None)


def _link(entry: Entry, paths: Paths, here: str) -> Link:
    address = paths.page(entry.key)
    return Link(entry.name, address, here == address or here.startswith(f"{address}/"))


def _closed(entry: Entry, gate: Gate) -> Why | None:
    reasons = (gate.closed(*need) for need in entry.needs)
    return next((reason for reason in reasons if reason is not None), None)


def open_page(words: Words, paths: Paths, gate: Gate, key: str) -> str:
    """The address of a page that this person can open; empty where there is none."""
    entries = (entry for group in groups(words) for entry in group.entries)
    is_open = any(each.key == key and _closed(each, gate) is None for each in entries)
    return paths.page(key) if is_open else ""


@dataclass(frozen=True)
class MenuRow:
    link: Link | None  # None where the page is not offered
    name: str
    about: str


@dataclass(frozen=True)
class MenuPart:
    name: str
    rows: tuple[MenuRow, ...]


@dataclass(frozen=True)
class MenuPage:
    shell: Shell
    heading: str
    parts: tuple[MenuPart, ...]


def menu_page(words: Words, shell: Shell, paths: Paths, gate: Gate, clinic_phone: str) -> MenuPage:
    return MenuPage(
        shell=shell,
        heading=words("All pages"),
        parts=tuple(
            MenuPart(
                group.name,
                tuple(_row(words, paths, gate, entry, clinic_phone) for entry in group.entries),
            )
            for group in groups(words)
            if group.entries
        ),
    )


def _row(words: Words, paths: Paths, gate: Gate, entry: Entry, clinic_phone: str) -> MenuRow:
    reason = _closed(entry, gate)
    if reason is None:
        return MenuRow(Link(entry.name, paths.page(entry.key)), entry.name, entry.about)
    return MenuRow(None, entry.name, why_closed(words, reason, clinic_phone))


def why_closed(words: Words, reason: str, clinic_phone: str) -> str:
    """Why a part of the record is not offered, and what to do instead."""
    if reason == Why.PRIVATE:
        return words("This part is private. It is not shown to those who act for a patient.")
    if reason == Why.NOT_GRANTED:
        return words(
            "You did not let this app see this part, or the clinic does not share it with you. "
            "To let the app see it, sign out, sign in again and allow it. "
            "Or call the clinic at {phone}.",
            phone=clinic_phone,
        )
    return words(
        "Your clinic’s system does not share this part with apps. "
        "If you need it, call the clinic at {phone}.",
        phone=clinic_phone,
    )
