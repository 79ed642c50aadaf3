"""Asking for a refill: in either language, in danger, for another, and with mistakes on the way."""

from __future__ import annotations

from tests.app import people
from tests.app.asked import answers_in, current_step, details, messages_in, only, routing_of
from tests.app.people import PLAIN, Patient, Staff
from tests.app.world import World

# --- languages --------------------------------------------------------------------------------


def test_a_patient_who_reads_spanish_is_spoken_to_in_spanish(
    world: World, patient: Patient, nurse: Staff
) -> None:
    """Her record says so, whatever her browser prefers."""
    home = patient.logs_in("maria")
    assert home.lang == "es"
    assert "Hola, María" in home.text
    check = patient.checks("lisinopril", more="Salgo de viaje el viernes.")
    assert "Salgo de viaje el viernes." in check.text
    receipt = patient.sends(check)
    assert "La clínica tiene su solicitud" in receipt.text
    assert only(world.written("Communication"))["language"] == "es"

    nurse.opens("tom")
    item = nurse.takes(nurse.opens_item())
    assert item.lang == "en"
    assert "You see the original." in item.text
    assert "Salgo de viaje el viernes." in item.text
    form = nurse.answers(item, template="approved").form("/answer")
    assert form.fields["text"][0].startswith("Su resurtido de lisinopril")
    nurse.browser.submit(form, {"then": "close"})

    end = patient.browser.get(receipt.url)
    assert "Aprobado y enviado a la farmacia" in end.text
    assert "Su resurtido de lisinopril" in end.text
    assert "Terminada" in current_step(end.html)


def test_the_language_can_be_changed_on_every_page(patient: Patient) -> None:
    patient.logs_in("james")
    for path in ("start", "medicines", "requests"):
        english = patient.go(path)
        spanish = patient.browser.submit(english.form("/language"), {"language": "es"})
        assert spanish.path == english.path
        assert (english.lang, spanish.lang) == ("en", "es")
        patient.browser.submit(spanish.form("/language"), {"language": "en"})


def test_staff_who_read_spanish_see_the_queue_in_spanish(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    nurse = people.staff(world, language="es-MX,es;q=0.9,en;q=0.5")

    queue = nurse.opens("tom")
    assert queue.lang == "es"
    assert "Resurtidos" in queue.text
    assert nurse.takes(nurse.opens_item()).lang == "es"


# --- red flags --------------------------------------------------------------------------------


def test_a_red_flag_shows_what_to_do_now_and_can_still_be_sent(
    world: World, patient: Patient, nurse: Staff
) -> None:
    patient.logs_in("james")
    check = patient.checks("lisinopril", {**PLAIN, "red-flags": "chest-or-breathing"})
    assert "Call 911 now." in check.text
    assert "It goes to the nurses." in check.text
    receipt = patient.sends(check)
    assert "The clinic has your request" in receipt.text

    task = only(world.written("Task"))
    assert task["priority"] == "stat"
    assert details(task, "red-flag-advice-shown") == ["chest-pain-or-breathing"]
    said = routing_of(only(world.written("Communication")))
    assert said["red-flag-advice-shown"] == "chest-pain-or-breathing"
    queue = nurse.opens("nina")
    assert "Urgent" in queue.text
    assert "Was told to call 911." in queue.text


def test_an_urgent_request_stands_above_an_older_one(patient: Patient, nurse: Staff) -> None:
    patient.logs_in("james")
    patient.asks_for("lisinopril")
    patient.asks_for("hydrochlorothiazide", {**PLAIN, "red-flags": "self-harm"})

    queue = nurse.opens("nina")
    titles = [text for text, href in queue.links if "/queue/" in href]
    assert titles == [
        "Refill: hydrochlorothiazide 25 mg tablet",
        "Refill: lisinopril 10 mg tablet",
    ]


def test_nobody_gets_past_the_safety_question(world: World, patient: Patient) -> None:
    patient.logs_in("james")
    form = patient.opens_form("lisinopril")
    unanswered = {name: value for name, value in PLAIN.items() if name != "red-flags"}

    page = patient.answers(form, unanswered, status=422)
    assert page.title.startswith("Error: ")
    assert "Answer this question: Do you have any of these right now?" in page.text
    check = form.form("/refill").action + "/check"
    assert patient.browser.get(check).has_form("/refill"), "back to the questions"
    assert world.written("Task") == []


# --- acting for another -----------------------------------------------------------------------


def test_a_mother_asks_for_her_child(world: World, patient: Patient, nurse: Staff) -> None:
    world.prescribes("leo-nguyen", "cetirizine 5 mg")
    home = patient.logs_in("emily", "leo-nguyen")
    assert "Leo" in home.text
    assert "You are acting for this person" in home.text
    receipt = patient.asks_for("cetirizine")
    assert "You are acting for this person" in receipt.text

    message, task = only(world.written("Communication")), only(world.written("Task"))
    assert message["sender"]["reference"] == "RelatedPerson/emily-for-leo"
    assert "Emily" in message["sender"]["display"]
    assert message["subject"]["reference"] == "Patient/leo-nguyen"
    assert task["requester"]["reference"] == "RelatedPerson/emily-for-leo"
    assert details(task, "rule") == ["child"]
    nurse.opens("nina")
    nurse.answers_and_closes("We checked the dose.")
    answer = messages_in(world)[-1]
    assert answer["recipient"] == [{"reference": "RelatedPerson/emily-for-leo"}]
    assert "We checked the dose." in patient.browser.get(receipt.url).text


def test_her_own_record_knows_nothing_of_her_childs_request(world: World, patient: Patient) -> None:
    world.prescribes("leo-nguyen", "cetirizine 5 mg")
    patient.logs_in("emily", "leo-nguyen")
    patient.asks_for("cetirizine")

    herself = people.patient(world)
    home = herself.logs_in("emily", "emily-nguyen")
    assert "You are acting for this person" not in home.text
    assert "You have not asked for anything yet." in herself.go("requests").text


# --- forms ------------------------------------------------------------------------------------


def test_what_was_typed_waits_for_the_same_person_after_a_new_login(
    world: World, patient: Patient
) -> None:
    patient.logs_in("james")
    form = patient.opens_form("lisinopril").form("/refill")
    saved = patient.browser.submit(
        form, {"supply-left": "none", "more": "Half a thought", "then": "save"}
    )
    assert "Your answers are kept. Nothing is sent yet." in saved.text

    later = people.patient(world)
    later.logs_in("james")
    assert "You have not finished this" in later.go("ask").text
    safety = later.opens_form("lisinopril").form("/refill")
    rest = later.browser.submit(safety, {"red-flags": "none", "then": "check"})
    found = rest.form("/refill").fields
    assert found["more"] == ["Half a thought"]
    assert found["supply-left"] == ["none"]
    assert world.written("Task") == []


def test_a_mistake_keeps_the_other_answers(patient: Patient) -> None:
    patient.logs_in("james")
    form = patient.opens_form("lisinopril")
    page = patient.answers(form, {**PLAIN, "supply-left": ""}, status=422, more="x" * 501)

    assert "Make this shorter, 500 letters at most" in page.text
    fields = page.form("/refill").fields
    assert fields["taking"] == ["yes"]
    assert fields["more"] == ["x" * 501]


def test_only_what_the_form_asks_is_taken(world: World, patient: Patient) -> None:
    """Whoever posts more than the form offers gains nothing by it."""
    patient.logs_in("james")
    form = patient.opens_form("lisinopril")
    extra = {
        "queue": "physician",
        "priority": "stat",
        "status": "completed",
        "patient": "Patient/maria-lopez",
        "safety": "none",
        "taking-why": "cost",
        "submission": "11111111-1111-4111-8111-111111111111",
    }
    patient.sends(patient.answers(form, {**PLAIN, **extra}))

    task = only(world.written("Task"))
    assert task["for"]["reference"] == "Patient/james-carter"
    assert task["priority"] == "routine"
    assert task["identifier"][0]["value"] == form.form("/refill").fields["submission"][0]
    given = dict(answers_in(only(world.written("QuestionnaireResponse"))["item"]))
    assert set(given) == set(PLAIN)
