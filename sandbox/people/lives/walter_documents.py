"""Walter's papers: a wrong discharge summary and its correction, a letter, a draft."""

from __future__ import annotations

from sandbox.people.builders.documents import (
    CCDA_FORMAT,
    beside,
    binary,
    document,
    inside,
    note,
    pdf_beside,
)
from sandbox.people.builders.trust import provenance
from sandbox.people.cast import DR_PATEL, HOSPITAL, NURSE_BERG
from sandbox.people.ccda import ccda
from sandbox.people.codes import care
from sandbox.people.dates import Days
from sandbox.people.png import png
from sandbox.people.shapes import Concept, Json, Ref, ref_to

WALTER = Ref("Patient", "walter-brooks", "Walter Brooks")
SURGERY = 24  # days ago
WENT_HOME = 22

INSTRUCTIONS = """<html><body>
<h1>At home after your new knee</h1>
<h2>Every day</h2>
<ul>
  <li>Walk with your walker, a little farther each day.</li>
  <li>Do the exercises three times.</li>
  <li>Keep the wound dry until the stitches are out.</li>
</ul>
<h2>Call the clinic</h2>
<p>Fever over 101 °F, more redness, or a wound that leaks.</p>
<h2>Call 911</h2>
<p><strong>Chest pain, trouble breathing, or a swollen and painful calf.</strong></p>
</body></html>
"""


def documents_of_walter(days: Days) -> list[Json]:
    home_day = days.ago(WENT_HOME)
    first = note(
        WALTER,
        "discharge-first",
        care.DISCHARGE_SUMMARY,
        "Hospital discharge summary (first version)",
        home_day,
        DR_PATEL,
        "Left knee replacement. Went home on the second day.",
        status="superseded",
    )
    summary = ccda(
        "walter-brooks-discharge",
        "18842-5",
        "Discharge Summary",
        home_day,
        WALTER.id,
        WALTER.display,
        {
            "Hospital course": "Total replacement of the right knee, no complications.",
            "Medicines": "Apixaban, acetaminophen, oxycodone for 5 days.",
            "Follow-up": "Stitches out after two weeks; physical therapy twice a week.",
        },
    )
    file = binary("walter-brooks-discharge", summary.encode(), "application/xml")
    current = document(
        WALTER,
        "discharge",
        care.DISCHARGE_SUMMARY,
        "Hospital discharge summary (corrected: right knee)",
        days.ago(WENT_HOME - 1),
        DR_PATEL,
        [beside(file, title="Discharge summary", form=CCDA_FORMAT)],
        replaces=first,
        custodian=HOSPITAL,
        visit=Ref("Encounter", "walter-brooks-hospital-stay"),
    )
    photo = binary("walter-brooks-wound-photo", png(), "image/png")
    return [
        photo,
        document(
            WALTER,
            "wound-photo",
            Concept("Photo"),
            "Photo of the healed wound",
            days.visit(8),
            NURSE_BERG,
            [beside(photo, title="Right knee, stitches out")],
        ),
        first,
        file,
        current,
        provenance(
            "walter-brooks-discharge-source",
            [ref_to(current)],
            HOSPITAL,
            days.ago(WENT_HOME - 1),
            words="Received from the hospital",
            role="author",
        ),
        *pdf_beside(
            WALTER,
            "operation-note",
            care.OPERATION_NOTE,
            "Operation note",
            days.visit(SURGERY),
            DR_PATEL,
            ["Total replacement of the right knee.", "No complications. Blood loss 250 mL."],
            custodian=HOSPITAL,
        ),
        document(
            WALTER,
            "home-instructions",
            care.AFTER_VISIT_SUMMARY,
            "What to do at home",
            home_day,
            NURSE_BERG,
            [inside(INSTRUCTIONS, "text/html", title="At home after your new knee")],
            visit=Ref("Encounter", "walter-brooks-hospital-stay"),
        ),
        note(
            WALTER,
            "draft-note",
            care.PROGRESS_NOTE,
            "Stitches out (draft)",
            days.visit(8),
            DR_PATEL,
            "Wound dry. To be completed.",
            docStatus="preliminary",
        ),
        note(
            WALTER,
            "referral-letter",
            care.REFERRAL_NOTE,
            "Letter to Riverbend Physical Therapy",
            days.ago(WENT_HOME),
            DR_PATEL,
            "Please see Walter twice a week for six weeks after his right knee replacement.",
        ),
    ]
