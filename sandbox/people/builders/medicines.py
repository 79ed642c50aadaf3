"""Orders for medicines, what the pharmacy handed out, and what people say they take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sandbox.people.cast import PHARMACY
from sandbox.people.codes.systems import HL7
from sandbox.people.dates import at
from sandbox.people.shapes import (
    Concept,
    Json,
    Ref,
    code,
    period,
    quantity,
    resource,
    without_blanks,
)

BY_MOUTH = Concept("By mouth")


@dataclass(frozen=True)
class Sig:
    """How to take it: in words, and as timing that a day plan can be made from."""

    text: str
    dose: float = 1
    unit: str = "tablet"
    times: int = 1
    every: tuple[int, str] = (1, "d")
    when: tuple[str, ...] = ()  # MORN, EVE, HS, CM (with breakfast), CV (with the evening meal)
    on_days: tuple[str, ...] = ()  # mon, tue, ...
    at_times: tuple[str, ...] = ()
    as_needed: Concept | None = None
    for_patient: str = ""
    route: Concept = BY_MOUTH

    def json(self) -> Json:
        return without_blanks(
            {
                "text": self.text,
                "patientInstruction": self.for_patient,
                "timing": {"repeat": self._repeat()},
                "asNeededCodeableConcept": self.as_needed,
                "route": self.route,
                "doseAndRate": [{"doseQuantity": quantity(self.dose, self.unit)}],
            }
        )

    def _repeat(self) -> Json:
        number, unit = self.every
        return {
            "frequency": self.times,
            "period": number,
            "periodUnit": unit,
            "dayOfWeek": self.on_days,
            "timeOfDay": self.at_times,
            "when": self.when,
        }


@dataclass(frozen=True)
class Supply:
    """What one fill is, how often it may be repeated, and until when."""

    amount: float
    days: int
    repeats: int
    unit: str = "tablet"
    valid_days: int = 365


NINETY_DAYS = Supply(amount=90, days=90, repeats=3)


def order(
    of: Ref,
    slug: str,
    drug: Concept | Ref,
    sig: Sig,
    *,
    on: date,
    by: Ref,
    supply: Supply | None = None,
    fills: Sequence[date] = (),
    status: str = "active",
    intent: str = "order",
    **more: Any,
) -> list[Json]:
    """An order and the fills that the pharmacy recorded against it, oldest first."""
    asked = resource(
        "MedicationRequest",
        f"{of.id}-{slug}",
        status=status,
        intent=intent,
        category=[code(f"{HL7}/medicationrequest-category", "community")],
        **_medication(drug),
        subject=of,
        authoredOn=at(on, "10:20"),
        requester=by,
        dosageInstruction=[sig.json()],
        dispenseRequest=_may_be_dispensed(supply, on) if supply else None,
        **more,
    )
    if supply is None:
        return [asked]
    return [asked, *(_fill(asked, drug, sig, supply, day, n) for n, day in enumerate(fills, 1))]


def statement(
    of: Ref, slug: str, drug: Concept, words: str, since: date | str, **more: Any
) -> Json:
    """What someone says they take, without an order from this clinic."""
    return resource(
        "MedicationStatement",
        f"{of.id}-{slug}",
        status=more.pop("status", "active"),
        medicationCodeableConcept=drug,
        subject=of,
        effectivePeriod=period(since),
        dosage=[{"text": words}],
        informationSource=more.pop("source", of),
        **more,
    )


def _medication(drug: Concept | Ref) -> Json:
    kind = "Reference" if isinstance(drug, Ref) else "CodeableConcept"
    return {f"medication{kind}": drug}


def _named(drug: Concept | Ref) -> Concept | Ref:
    """A drug that is contained in its order cannot be pointed at from outside."""
    return Concept(drug.display) if isinstance(drug, Ref) and not drug.kind else drug


def _may_be_dispensed(supply: Supply, on: date) -> Json:
    return {
        "validityPeriod": period(on, on + timedelta(days=supply.valid_days)),
        "numberOfRepeatsAllowed": supply.repeats,
        "quantity": quantity(supply.amount, supply.unit),
        "expectedSupplyDuration": quantity(supply.days, "days", "d"),
        "performer": PHARMACY,
    }


def _fill(
    asked: Json, drug: Concept | Ref, sig: Sig, supply: Supply, day: date, number: int
) -> Json:
    return resource(
        "MedicationDispense",
        f"{asked['id']}-fill-{number}",
        status="completed",
        **_medication(_named(drug)),
        subject=asked["subject"],
        performer=[{"actor": PHARMACY}],
        authorizingPrescription=[{"reference": f"MedicationRequest/{asked['id']}"}],
        quantity=quantity(supply.amount, supply.unit),
        daysSupply=quantity(supply.days, "days", "d"),
        whenPrepared=at(day, "11:00"),
        whenHandedOver=at(day, "16:30"),
        dosageInstruction=[{"text": sig.text}],
    )
