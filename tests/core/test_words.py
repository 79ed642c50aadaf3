"""Sentences and dates in English and Spanish, and the upkeep that forgets none of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import smartapp
from smartapp.words import LOCALES, in_locale, words_for
from smartapp.words.upkeep import check, update

NEW_YORK = ZoneInfo("America/New_York")
LATE = datetime(2025, 11, 21, 4, 30, tzinfo=UTC)  # still the evening before in New York
NARROW_SPACE = "\u202f"  # as the language's customs have it before "PM"


def test_every_sentence_of_the_app_has_its_translation():
    upkeep = check(Path(smartapp.__file__).parent)

    assert upkeep.faults == ()


def test_fields_are_filled_in_and_their_braces_left_alone():
    words = words_for("en")

    assert words("Hello {name}", name="{A} & {B}") == "Hello {A} & {B}"


def test_numbers_are_written_as_the_language_does():
    assert words_for("en").plural("{n} item", "{n} items", 1) == "1 item"
    assert words_for("en").plural("{n} item", "{n} items", 1250) == "1,250 items"


@pytest.mark.parametrize(
    ("locale", "day", "moment", "due"),
    [
        ("en", "November 20, 2025", "11:30 PM", "Thursday, November 20, 11:30 PM"),
        ("es", "20 de noviembre de 2025", "11:30 p.m.", "jueves, 20 de noviembre, 11:30 p.m."),
    ],
)
def test_a_moment_is_told_in_the_clinics_time_zone(locale, day, moment, due):
    words = words_for(locale, NEW_YORK)

    assert words.date(LATE) == day
    assert words.date_time(LATE).replace(NARROW_SPACE, " ") == f"{day}, {moment}"
    assert words.day_and_time(LATE).replace(NARROW_SPACE, " ") == due


def test_a_time_of_day_at_the_end_of_a_sentence_has_one_stop():
    words = words_for("es", NEW_YORK)
    said = words("If you do nothing here, you are signed out at {time}.", time=words.time(LATE))

    assert said.endswith("p.m."), said
    assert not said.endswith("p.m.."), said
    assert words("Hello {name}", name="Hm... 5 p.m....").endswith("Hm... 5 p.m....")


def test_a_day_without_a_time_stays_that_day():
    assert words_for("en", NEW_YORK).date(date(2025, 11, 21)) == "November 21, 2025"


@pytest.mark.parametrize(
    ("asked", "given"), [("es-MX", "es"), ("es_US", "es"), ("ES", "es"), ("fr", "en"), ("", "en")]
)
def test_a_language_that_the_app_has_not_is_english(asked, given):
    assert words_for(asked).locale == given
    assert words_for(asked).locale in LOCALES


def test_a_clinics_own_text_falls_back_rather_than_leave_a_gap():
    assert in_locale({"en": "Refill", "es": "Renovación"}, "es") == "Renovación"
    assert in_locale({"en": "Refill", "es": ""}, "es") == "Refill"
    assert in_locale({"fr": "Recette"}, "es") == "Recette"
    assert in_locale({}, "es") == ""


@pytest.fixture
def app(tmp_path):
    """A small app with translations of its own."""

    class App:
        source = tmp_path / "app"

        def says(self, code):
            self.source.mkdir(exist_ok=True)
            (self.source / "page.py").write_text(code, "utf-8")

        def has(self, *pairs):
            body = "\n".join(f'msgid "{source}"\nmsgstr "{text}"\n' for source, text in pairs)
            (tmp_path / "es.po").write_text(f'msgid ""\nmsgstr "Language: es"\n\n{body}', "utf-8")

        def check(self):
            return check(self.source, tmp_path)

        def update(self):
            update(self.source, tmp_path)
            return (tmp_path / "es.po").read_text("utf-8")

    return App()


@pytest.mark.parametrize(
    "code",
    [
        "words('New')",
        "self.words('New')",
        "page(words(\n    'N'\n    'ew'\n))",
        "words('Old {x}', x=words('New'))",
        "f(g(words('Old {x}', x=h(words('New')))))",
    ],
)
def test_a_sentence_without_a_translation_is_found_wherever_it_stands(app, code):
    app.says(code)
    app.has(("Old {x}", "Viejo {x}"))

    assert app.check().faults == ("app/page.py: 'New' is not translated to es",)


@pytest.mark.parametrize("translation", ["Hola {nombre}", "Hola", "Hola {name} {}", "Hola {name"])
def test_a_translation_with_other_fields_is_found(app, translation):
    app.says("words('Hello {name}', name=x)")
    app.has(("Hello {name}", translation))

    (fault,) = app.check().faults
    assert "'Hello {name}' has other fields in es" in fault


@pytest.mark.parametrize("code", ["words(f'Hello {name}')", "words(text)", "words('a' + x)"])
def test_a_sentence_that_is_put_together_is_refused(app, code):
    app.says(code)
    app.has()

    assert app.check().faults == ("app/page.py:1 needs a literal text, to be translated",)


def test_a_translation_that_nothing_says_is_named_but_is_no_fault(app):
    app.says("words('Hello')")
    app.has(("Hello", "Hola"), ("Bye", "Adiós"))

    assert app.check().faults == ()
    assert app.check().unused == ("es: 'Bye'",)


def test_an_update_adds_what_is_new_keeps_what_is_translated_and_drops_the_rest(app):
    app.says("words('Hello')\nwords('New')\nwords.plural('{n} day', '{n} days', n)")
    app.has(("Hello", "Hola"), ("Bye", "Adiós"))

    text = app.update()

    assert 'msgid "Hello"\nmsgstr "Hola"' in text
    assert 'msgid "New"\nmsgstr ""' in text
    assert 'msgid_plural "{n} days"' in text
    assert "Bye" not in text
    assert len(app.check().faults) == 2
    assert app.update() == text


def test_a_sentence_that_became_a_plural_needs_a_new_translation(app):
    app.says("words.plural('{n} day', '{n} days', n)")
    app.has(("{n} day", "{n} días"))

    assert app.check().faults == ("app/page.py: '{n} day' is not translated to es",)


def test_a_singular_may_say_one_without_its_digit(app):
    app.says("words.plural('{n} day', '{n} days', n)")
    app.has()
    half = app.update()
    po = half.replace('msgstr[0] ""', 'msgstr[0] "un día"')

    for plural, faults in [("{n} días", 0), ("días", 1), ("", 1)]:
        (app.source.parent / "es.po").write_text(
            po.replace('msgstr[1] ""', f'msgstr[1] "{plural}"'), "utf-8"
        )
        assert len(app.check().faults) == faults


@pytest.mark.parametrize("locale", ["en", "es"])
def test_a_number_that_nobody_can_mean_is_written_as_it_is(locale: str) -> None:
    words = words_for(locale)

    assert words.plural("{n} refill left on this order", "{n} refills left on this order", 10**30)
    assert str(10**30) in words.money(Decimal(10**30), "USD")
    assert words.money(Decimal("-1e40"), "")
