"""Whether a form can be filled in here; where not, why not. Said before anybody types a word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum

from smartapp.errors import MalformedAnswer
from smartapp.fhir.element import Element, Json
from smartapp.fhir.questionnaire import Expression, Item, Option, Questionnaire
from smartapp.fhir.questionnaire import extensions as has
from smartapp.workflow.forms.expressions import ExpressionFailed, compiled, pattern
from smartapp.workflow.forms.files import takes_any
from smartapp.workflow.forms.plan import FormRefused, Plan, plan_of
from smartapp.workflow.forms.scores import score_of


class Unfit(StrEnum):
    """What stands in the way. docs/forms.md explains each of them."""

    MALFORMED = "malformed"
    NOT_ACTIVE = "not-active"
    NOT_NOW = "not-now"
    NOT_FOR_PATIENTS = "not-for-patients"
    MODIFIER = "modifier"
    CRITICAL = "critical-extension"
    ADAPTIVE = "adaptive"
    MODULAR = "modular"
    SIGNATURE = "signature"
    OPTIONS_CHANGE = "options-change"
    NO_OPTIONS = "no-options"
    TYPE = "type"
    FILE = "file"
    EXPRESSION = "expression"
    PATTERN = "pattern"
    TWICE = "link-id-twice"
    CIRCLE = "goes-in-circles"
    TOO_LARGE = "too-large"


TYPES = frozenset(
    {
        *("group", "display", "boolean", "decimal", "integer", "date", "dateTime", "time"),
        *("string", "text", "url", "choice", "open-choice", "attachment", "reference", "quantity"),
    }
)
# What says of itself that it must be understood, and is.
UNDERSTOOD = frozenset(
    {
        *("hidden", "itemControl", "enableWhenExpression", "calculatedExpression", "variable"),
        *("initialExpression", "minValue", "maxValue", "minLength", "regex", "minOccurs"),
        *("maxOccurs", "unit", "unitOption", "optionExclusive", "constraint", "launchContext"),
        *("ordinalValue", "itemWeight", "maxDecimalPlaces", "rendering-xhtml", "entryFormat"),
    }
)
_REFUSED = {
    "questionnaireAdaptive": Unfit.ADAPTIVE,
    "subQuestionnaire": Unfit.MODULAR,
    "signatureRequired": Unfit.SIGNATURE,
    "answerOptionsToggleExpression": Unfit.OPTIONS_CHANGE,
    "lookupQuestionnaire": Unfit.MODULAR,
    "usageMode": None,
}
_MODULAR = frozenset({"assemble-root", "assemble-child", "assemble-root-or-child"})

ValueSets = Mapping[str, tuple[Option, ...]]


def prepared(
    json: Json, *, now: datetime | None = None, value_sets: ValueSets | None = None
) -> Plan:
    """Raises FormRefused, with the reason."""
    try:
        form = Questionnaire.from_fhir(json, value_sets)
    except MalformedAnswer as trouble:
        raise FormRefused(Unfit.MALFORMED, str(trouble)) from None
    _check_whole(Element(json, "Questionnaire"), form, now or datetime.now(UTC))
    form = replace(form, items=_workable(form.items))
    plan = plan_of(form)
    for item in plan.items.values():
        _check_item(plan, item)
    for expression in form.variables:
        _check_expression(expression, "variable")
    return plan


def _check_whole(json: Element, form: Questionnaire, now: datetime) -> None:
    if json.has_unknown_modifier():
        raise FormRefused(Unfit.MODIFIER, "modifierExtension")
    if form.status != "active":
        raise FormRefused(Unfit.NOT_ACTIVE, form.status or "no status")
    if (form.starts and form.starts.earliest > now) or (form.ends and form.ends.latest < now):
        raise FormRefused(Unfit.NOT_NOW, "effectivePeriod")
    subjects = json.texts("subjectType")
    if subjects and "Patient" not in subjects:
        raise FormRefused(Unfit.NOT_FOR_PATIENTS, ", ".join(subjects))
    for place, each in _all_extensions(json):
        _check_extension(place, each)


def _all_extensions(element: Element) -> Iterator[tuple[str, Element]]:
    for each in element.children("extension"):
        yield element.path, each
    for item in element.children("item"):
        yield from _all_extensions(item)


def _check_extension(place: str, each: Element) -> None:
    name = has.short_name(str(each.json.get("url")))
    reason = _REFUSED.get(name)
    if reason is not None and each.boolean("valueBoolean") is not False:
        raise FormRefused(reason, place)
    if name == "assemble-expectation" and each.text("valueCode") in _MODULAR:
        raise FormRefused(Unfit.MODULAR, place)
    if name in {"criticalExtension", "rendering-criticalExtension"}:
        wanted = each.text("valueUri") or each.text("valueCanonical") or ""
        if has.short_name(wanted) not in UNDERSTOOD:
            raise FormRefused(Unfit.CRITICAL, wanted or place)


def _workable(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """A total in a language that is not spoken here is worked out by the table where it has one;
    a person could not see or mend it anyway where it is hidden.
    """
    return tuple(
        replace(
            item,
            calculated=None if _is_dispensable(item, item.calculated) else item.calculated,
            items=_workable(item.items),
        )
        for item in items
    )


def _is_dispensable(item: Item, expression: Expression | None) -> bool:
    foreign = expression is not None and not expression.is_path
    return foreign and (item.hidden or score_of(item) is not None)


def _check_item(plan: Plan, item: Item) -> None:
    if item.type not in TYPES:
        raise FormRefused(Unfit.TYPE, f"{item.link_id}: {item.type}")
    needs_file = item.type == "attachment" and item.required and not _is_hidden(plan, item)
    if needs_file and not takes_any(item):
        raise FormRefused(Unfit.FILE, f"{item.link_id}: {', '.join(item.mime_types)}")
    needs_options = item.type == "choice" and not item.read_only and not _is_hidden(plan, item)
    if needs_options and not item.options:
        raise FormRefused(Unfit.NO_OPTIONS, item.value_set or item.link_id)
    needed = (item.calculated, item.enabled_by, *(rule.expression for rule in item.rules))
    for expression in needed:
        if expression is not None:
            _check_expression(expression, item.link_id, must_be_understood=True)
    for expression in item.variables:
        _check_expression(expression, item.link_id)
    if item.regex:
        try:
            pattern(item.regex)
        except ExpressionFailed:
            raise FormRefused(Unfit.PATTERN, item.link_id) from None


def _is_hidden(plan: Plan, item: Item) -> bool:
    link: str | None = item.link_id
    while link is not None:
        if plan.items[link].hidden:
            return True
        link = plan.parents.get(link)
    return False


def _check_expression(
    expression: Expression, place: str, *, must_be_understood: bool = False
) -> None:
    """A variable may hold what is asked of the EHR; what decides something has to be FHIRPath."""
    if not expression.is_path:
        if must_be_understood:
            raise FormRefused(Unfit.EXPRESSION, f"{place}: {expression.language}")
        return
    try:
        compiled(expression.text)
    except ExpressionFailed as trouble:
        raise FormRefused(Unfit.EXPRESSION, f"{place}: {trouble}") from None
