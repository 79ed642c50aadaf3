"""What a page model says things with: gettext lookup, named fields, dates in the clinic's zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from functools import lru_cache, partial

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency, format_decimal

from smartapp.words.catalogue import SOURCE_LOCALE, translations

LOCALES = (SOURCE_LOCALE, "es")
MOST_KEPT = 2048
MOST_WRITABLE = 10**15
# A text that a clinic or a FHIR resource gives in several languages.
LocalText = Mapping[str, str]

# How days and hours are written where the clinics are.
_CUSTOMS = {"en": Locale("en", "US"), "es": Locale("es", "US")}


_STOP_TWICE = re.compile(r"([ap]\.\s?m\.)\.(?!\.)")  # "8:00 a.m." at the end of a sentence


class Words:
    """`words("Hello {name}", name=x)`: the English sentence is the key, and literal in the code."""

    def __init__(self, locale: str, zone: tzinfo = UTC) -> None:
        self.locale = locale
        self._zone = zone
        self._customs = _CUSTOMS[locale]
        self._translations = translations(locale)
        # A page says some sentences, and writes some days, many times over.
        self._plain = lru_cache(maxsize=MOST_KEPT)(lambda message: self._said(message, {}))
        self._long = lru_cache(maxsize=MOST_KEPT)(
            partial(format_date, format="long", locale=self._customs)
        )
        self._short = lru_cache(maxsize=24 * 60)(
            partial(format_time, format="short", locale=self._customs)
        )

    def __call__(self, message: str, /, **fields: object) -> str:
        return self._said(message, fields) if fields else self._plain(message)

    def _said(self, message: str, fields: Mapping[str, object]) -> str:
        said = self._translations.gettext(message).format(**fields)
        return _STOP_TWICE.sub(r"\1", said) if ".." in said else said

    def plural(self, one: str, many: str, n: int, /, **fields: object) -> str:
        """`{n}` is written with the language's separators, as in "1,250 items"."""
        sentence = self._translations.ngettext(one, many, n)
        return sentence.format(n=self._number(n), **fields)

    def money(self, amount: Decimal, currency: str) -> str:
        """As in "$1,522.50"; without a currency only the number."""
        if not re.fullmatch(r"[A-Z]{3}", currency):
            return self._number(amount)
        if not _is_writable(amount):
            return f"{amount} {currency}"
        return str(format_currency(amount, currency, locale=self._customs))

    def _number(self, number: Decimal | int) -> str:
        """With the language's separators, as long as it is one that somebody could mean."""
        if not _is_writable(number):
            return str(number)
        return str(format_decimal(number, locale=self._customs))

    def number(self, value: float, digits: int = 0) -> str:
        """With so many digits after the point, as in "1,250.5"."""
        form = f"#,##0.{'0' * digits}" if digits else "#,##0"
        return str(format_decimal(value, form, locale=self._customs))

    def change(self, value: float) -> str:
        """With its sign, as in "+31" or "−12"."""
        whole = round(value)
        sign = "+" if whole > 0 else "−" if whole < 0 else ""
        return f"{sign}{self.number(abs(whole))}"

    def month(self, day: date) -> str:
        """As in "November 2025"."""
        return format_skeleton("yMMMM", day, locale=self._customs)

    def weekday(self, day: date) -> str:
        """As in "Friday, November 21"."""
        name = format_date(day, "EEEE", locale=self._customs)
        return f"{name}, {format_skeleton('MMMMd', day, locale=self._customs)}"

    def date(self, day: date) -> str:
        """As in "November 21, 2025". A moment goes to the clinic's zone first, a plain day not."""
        if isinstance(day, datetime):
            day = day.astimezone(self._zone).date()
        return self._long(day)

    def date_time(self, moment: datetime) -> str:
        """As in "November 21, 2025, 2:30 PM"."""
        return f"{self.date(moment)}, {self.time(moment)}"

    def day_and_time(self, moment: datetime) -> str:
        """As in "Friday, November 21, 2:30 PM": for what is due soon."""
        return f"{self.weekday(moment.astimezone(self._zone).date())}, {self.time(moment)}"

    def is_same_day(self, one: datetime, other: datetime) -> bool:
        """By the clinic's calendar."""
        return one.astimezone(self._zone).date() == other.astimezone(self._zone).date()

    def language(self, tag: str) -> str:
        """A language by its name, as in "Spanish" for "es-MX"; a tag without one stays as it is."""
        name: str | None = self._customs.languages.get(tag.split("-")[0].lower())
        return name or tag

    def clock(self, hours: str) -> str:
        """A time of day as it is coded, such as "22:00", as in "10:00 PM"."""
        try:
            return self._short(time.fromisoformat(hours))
        except ValueError:
            return hours

    def time(self, moment: datetime) -> str:
        """As in "2:30 PM"."""
        local = moment.astimezone(self._zone)
        return self._short(time(local.hour, local.minute))


def _is_writable(number: Decimal | int) -> bool:
    """A record may hold a number of thirty digits, which the library refuses to round."""
    return -MOST_WRITABLE < number < MOST_WRITABLE


@lru_cache(maxsize=64)
def words_for(locale: str, zone: tzinfo = UTC) -> Words:
    """In the language asked for, such as "es" or "es-MX"; English where the app has no other."""
    language = locale.replace("_", "-").split("-")[0].lower()
    return Words(language if language in LOCALES else SOURCE_LOCALE, zone)


def in_locale(text: LocalText, locale: str) -> str:
    """The text in this language, else in English, else in any: a reader prefers that to a gap."""
    return text.get(locale) or text.get(SOURCE_LOCALE) or next(iter(text.values()), "")
