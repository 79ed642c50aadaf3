"""Insurance, bills and payments of a plan, with the way to where the clinic takes payments."""

from __future__ import annotations

from flask import Blueprint

from smartapp.launch import Role
from smartapp.pages import costs as pages
from smartapp.pages.shell import Link
from smartapp.views.confidential import kept_from_proxies
from smartapp.views.here import Here, View, requires_launch
from smartapp.views.reading import read, showing
from smartapp.views.show import patient_shell, show
from smartapp.words import in_locale
from smartapp.workflow.record.care import ACCOUNTS, BENEFITS, BILLS, COVERAGES

bp = Blueprint("costs", __name__, url_prefix="/l/<lid>")


@bp.get("/costs")
@requires_launch(Role.PATIENT)
@kept_from_proxies("costs")
def costs(here: Here) -> View:
    got, at = read(here, COVERAGES, BILLS, BENEFITS, ACCOUNTS), showing(here, "costs")
    words, policy = here.words, here.services.policy
    title = words("Bills and insurance")
    can_ask = here.can_ask and "billing" in policy.topics
    page = pages.CostsPage(
        shell=patient_shell(here, title, got.patient),
        heading=title,
        lead=in_locale(policy.costs.about, words.locale),
        pay=Link(words("Pay on the clinic’s page"), policy.costs.payment_page)
        if policy.costs.payment_page
        else None,
        pay_note=words("This leaves the app and opens {host}.", host=policy.costs.payment_host)
        if policy.costs.payment_page
        else words("To pay a bill, call the clinic at {phone}.", phone=policy.phones.clinic),
        ask=Link(words("Ask about a bill"), here.paths.asking("billing")) if can_ask else None,
        ask_note=""
        if can_ask
        else words("For questions, call the clinic at {phone}.", phone=policy.phones.clinic),
        blocks=(
            pages.bills_block(at, got[BILLS]),
            pages.coverage_block(at, got[COVERAGES], here.now),
            pages.benefits_block(at, got[BENEFITS]),
            pages.accounts_block(at, got[ACCOUNTS]),
        ),
    )
    return show("costs", page)
