"""Reading FHIR JSON: asks for what is meant by name, and says where something is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from smartapp.errors import MalformedAnswer
from smartapp.fhir.codes import DATA_ABSENT
from smartapp.fhir.dates import FhirDate
from smartapp.fhir.plain import plain

Json = Mapping[str, Any]
T = TypeVar("T")

_ID = re.compile(r"(?!\.+(?:$|/))[A-Za-z0-9.-]{1,64}", re.ASCII)
_LOCAL = re.compile(
    rf"(?P<type>[A-Z][A-Za-z]+)/(?P<id>{_ID.pattern})(?:/_history/[A-Za-z0-9.-]+)?", re.ASCII
)


def is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


@dataclass(frozen=True)
class Coding:
    system: str
    code: str
    display: str
    chosen: bool = False  # userSelected: the words a person picked


@dataclass(frozen=True)
class Concept:
    """A CodeableConcept."""

    text: str
    codings: tuple[Coding, ...] = ()

    @property
    def label(self) -> str:
        """Words before codes: text, the coding a person picked, any display, the bare code."""
        chosen = (coding.display for coding in self.codings if coding.chosen)
        displays = (coding.display for coding in self.codings)
        bare = (coding.code for coding in self.codings)
        return next((words for words in (self.text, *chosen, *displays, *bare) if words), "")

    def has(self, system: str, *codes: str) -> bool:
        return any(coding.system == system and coding.code in codes for coding in self.codings)

    def code(self, system: str) -> str | None:
        return next((coding.code for coding in self.codings if coding.system == system), None)


@dataclass(frozen=True)
class Reference:
    """A pointer to another resource.

    `target` is "Type/id" where it lies in the same EHR. What the EHR writes with its whole address
    the client has shortened: whatever still has an address lies elsewhere, and "Patient/7" of
    another server is not our patient 7.
    """

    raw: str
    display: str
    identifier: tuple[str, str] | None = None
    type: str = ""  # as stated beside the pointer, or of what is contained

    @property
    def target(self) -> str | None:
        match = _LOCAL.fullmatch(self.raw)
        return f"{match['type']}/{match['id']}" if match else None

    @property
    def kind(self) -> str:
        """What type of thing it points to; "" where that is not known."""
        return self.target.split("/", 1)[0] if self.target else self.type

    @property
    def contained(self) -> str | None:
        return self.raw[1:] if self.raw.startswith("#") else None


class Element:
    """One object of FHIR JSON, and the path to it for the error message."""

    __slots__ = ("json", "path")

    def __init__(self, json: Json, path: str) -> None:
        self.json = json
        self.path = path

    @classmethod
    def resource(cls, json: object, resource_type: str) -> Element:
        if not isinstance(json, Mapping) or json.get("resourceType") != resource_type:
            raise MalformedAnswer(f"{resource_type}: not such a resource")
        return cls(json, resource_type)

    # --- primitives -------------------------------------------------------------------------

    def text(self, name: str) -> str | None:
        value = self.json.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.wrong(name, "not text")
        return value.strip() or None

    def required_text(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise self.wrong(name, "missing")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """In such a list, null keeps the place of a value that is only said something about."""
        values = [value for value in self._list(name) if value is not None]
        if not all(isinstance(value, str) for value in values):
            raise self.wrong(name, "not a list of texts")
        return tuple(values)

    def boolean(self, name: str) -> bool | None:
        value = self.json.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise self.wrong(name, "not a boolean")

    def number(self, name: str) -> Decimal | None:
        value = self.json.get(name)
        if value is None:
            return None
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return Decimal(value)
        raise self.wrong(name, "not a number")

    def whole(self, name: str) -> int | None:
        value = self.number(name)
        if value is not None and value != value.to_integral_value():
            raise self.wrong(name, "not a whole number")
        return None if value is None else int(value)

    def date(self, name: str) -> FhirDate | None:
        return FhirDate.parse(self.text(name)) if name in self.json else None

    def is_absent(self, name: str) -> bool:
        """True where the EHR states that it has no value, and why, instead of leaving it out."""
        shadow = self.json.get(f"_{name}") or self.json.get(name)
        if not isinstance(shadow, Mapping):
            return False
        return Element(shadow, f"{self.path}.{name}").extension(DATA_ABSENT) is not None

    # --- structures -------------------------------------------------------------------------

    def child(self, name: str) -> Element | None:
        value = self.json.get(name)
        if value is None:
            return None
        if type(value) is not dict and not isinstance(value, Mapping):
            raise self.wrong(name, "not an object")
        return Element(value, f"{self.path}.{name}")

    def children(self, name: str) -> Iterator[Element]:
        return iter(()) if name not in self.json else self._children(name)

    def _children(self, name: str) -> Iterator[Element]:
        for index, value in enumerate(self._list(name)):
            if type(value) is not dict and not isinstance(value, Mapping):
                raise self.wrong(f"{name}[{index}]", "not an object")
            yield Element(value, f"{self.path}.{name}[{index}]")

    def concept(self, name: str) -> Concept | None:
        if name not in self.json:
            return None
        plainly = _concept(self.json[name])
        if plainly is not None:
            return plainly
        value = self.child(name)
        return None if value is None else value.as_concept()

    def concepts(self, name: str) -> tuple[Concept, ...]:
        if name not in self.json:
            return ()
        return _all_of(self.json[name], _concept) or tuple(
            value.as_concept() for value in self.children(name)
        )

    def as_concept(self) -> Concept:
        return _concept(self.json) or Concept(
            text=plain(self.text("text") or ""),
            codings=tuple([coding.as_coding() for coding in self.children("coding")]),
        )

    def as_coding(self) -> Coding:
        return _coding(self.json) or Coding(
            system=self.text("system") or "",
            code=self.text("code") or "",
            display=plain(self.text("display") or ""),
            chosen=self.boolean("userSelected") or False,
        )

    def reference(self, name: str) -> Reference | None:
        if name not in self.json:
            return None
        value = self.child(name)
        return None if value is None else value.as_reference()

    def references(self, name: str) -> tuple[Reference, ...]:
        if name not in self.json:
            return ()
        return tuple([value.as_reference() for value in self.children(name)])

    def as_reference(self) -> Reference:
        plainly = _reference(self.json)
        if plainly is not None:
            return plainly
        identifier = self.child("identifier")
        return Reference(
            raw=self.text("reference") or "",
            display=plain(self.text("display") or ""),
            identifier=(identifier.text("system") or "", identifier.text("value") or "")
            if identifier
            else None,
            type=self.text("type") or "",
        )

    def identifier(self, system: str) -> str | None:
        """The value under one identifier system, whether the type has one identifier or many."""
        return next(iter(self.identifiers(system)), None)

    def identifiers(self, system: str) -> tuple[str, ...]:
        value = self.json.get("identifier")
        many = value if isinstance(value, list) else [value]
        return tuple(
            found
            for one in many
            if isinstance(one, Mapping) and one.get("system") == system
            if isinstance(found := one.get("value"), str)
        )

    def extension(self, url: str) -> Element | None:
        return next(
            (each for each in self.children("extension") if each.json.get("url") == url), None
        )

    def contained(self, local_id: str) -> Json | None:
        """A resource that lies inside this one."""
        return next(
            (each.json for each in self.children("contained") if each.json.get("id") == local_id),
            None,
        )

    def has_unknown_modifier(self) -> bool:
        """A modifier that nobody here understands may turn the meaning round, at any depth."""
        return bool(self.json.get("implicitRules")) or _is_modified(self.json)

    def wrong(self, name: str, what: str) -> MalformedAnswer:
        return MalformedAnswer(f"{self.path}.{name}: {what}")

    def _list(self, name: str) -> list[Any]:
        value = self.json.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.wrong(name, "not a list")
        return value


# Most of a record is codes and pointers, and most of those are what they should be: they are read
# here in one go. For what is not so plain there is None, and each of its values is asked for by its
# name, which says what is wrong and where.


def _concept(value: object) -> Concept | None:
    if type(value) is not dict:
        return None
    text, given = value.get("text", ""), value.get("coding")
    codings = () if given is None else _all_of(given, _coding)
    if type(text) is not str or codings is None:
        return None
    return Concept(plain(text), codings)


def _coding(value: object) -> Coding | None:
    if type(value) is not dict or "userSelected" in value:
        return None
    system, code, display = value.get("system", ""), value.get("code", ""), value.get("display", "")
    if type(system) is not str or type(code) is not str or type(display) is not str:
        return None
    return Coding(system.strip(), code.strip(), plain(display))


def _reference(value: Json) -> Reference | None:
    if "identifier" in value:
        return None
    raw, display, kind = value.get("reference", ""), value.get("display", ""), value.get("type", "")
    if type(raw) is not str or type(display) is not str or type(kind) is not str:
        return None
    return Reference(raw.strip(), plain(display), type=kind.strip())


def _all_of(values: object, read: Callable[[object], T | None]) -> tuple[T, ...] | None:
    if type(values) is not list:
        return None
    made = [one for each in values if (one := read(each)) is not None]
    return tuple(made) if len(made) == len(values) else None


def _is_modified(value: object) -> bool:
    """Every resource goes through here, all of it: so this holds only what can hold more."""
    left = [value]
    for node in left:
        if type(node) is dict:
            if node.get("modifierExtension"):
                return True
            inner: Iterable[object] = node.values()
        else:
            inner = node if type(node) is list else ()
        for each in inner:
            if type(each) in _HOLDERS:
                left.append(each)
    return False


_HOLDERS = frozenset({dict, list})
