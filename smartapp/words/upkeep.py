"""Keeps the translations complete: finds every sentence in the code, and what it lacks."""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import write_po

from smartapp.words.catalogue import FOLDER, path_of, read_catalogue
from smartapp.words.wording import LOCALES

_HEADER = """\
msgid ""
msgstr ""
"Language: {locale}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""


@dataclass(frozen=True)
class Sentence:
    texts: tuple[str, ...]  # one, or the singular and the plural
    place: str  # the file that says it


@dataclass(frozen=True)
class Upkeep:
    """`faults` are what a reader would notice; what is unused is merely in the way."""

    faults: tuple[str, ...]
    unused: tuple[str, ...]


def check(source: Path, folder: Path = FOLDER) -> Upkeep:
    """`source` is the folder of the package, `folder` that of the translations."""
    sentences, faults = _survey(source)
    used = {sentence.texts[0] for sentence in sentences}
    unused: list[str] = []
    for locale in LOCALES[1:]:
        catalogue = read_catalogue(locale, folder)
        faults += [fault for each in sentences for fault in _faults(each, catalogue, locale)]
        unused += [
            f"{locale}: {_name(message)!r}"
            for message in catalogue
            if message.id and _name(message) not in used
        ]
    return Upkeep(tuple(faults), tuple(unused))


def update(source: Path, folder: Path = FOLDER) -> None:
    """Add what the code says newly, without a translation yet; drop what it no longer says."""
    sentences, _ = _survey(source)
    for locale in LOCALES[1:]:
        old = read_catalogue(locale, folder)
        new = Catalog(locale=locale)
        for sentence in sentences:
            known = old.get(sentence.texts[0])
            name = sentence.texts if len(sentence.texts) > 1 else sentence.texts[0]
            fits = known is not None and known.id == name and not known.fuzzy
            string = known.string if known is not None and fits else None
            new.add(name, string, locations=[(sentence.place, 0)])
        body = io.BytesIO()
        write_po(body, new, width=100, omit_header=True, sort_output=True, include_lineno=False)
        header = _HEADER.format(locale=locale, plural_forms=new.plural_forms)
        path_of(locale, folder).write_text(header + body.getvalue().decode(), "utf-8")


def _survey(source: Path) -> tuple[list[Sentence], list[str]]:
    """Every sentence once per file that says it, and the places where none can be found."""
    sentences: dict[Sentence, None] = {}
    faults = []
    for file in sorted(source.rglob("*.py")):
        place = file.relative_to(source.parent).as_posix()
        for call, wanted in _calls(ast.parse(file.read_text("utf-8"), place)):
            texts = tuple(_literals(call, wanted))
            if len(texts) == wanted:
                sentences[Sentence(texts, place)] = None
            else:
                faults.append(f"{place}:{call.lineno} needs a literal text, to be translated")
    return list(sentences), faults


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, int]]:
    """Calls of `words(…)`, which take one text, and of `words.plural(…)`, which take two."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if _is_words(node.func):
            yield node, 1
        elif _is_plural(node.func):
            yield node, 2


def _is_plural(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "plural" and _is_words(node.value)


def _is_words(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name == "words"


def _literals(call: ast.Call, wanted: int) -> Iterator[str]:
    for argument in call.args[:wanted]:
        text = argument.value if isinstance(argument, ast.Constant) else None
        if isinstance(text, str) and text:
            yield text


def _faults(sentence: Sentence, catalogue: Catalog, locale: str) -> Iterator[str]:
    message = catalogue.get(sentence.texts[0])
    said = f"{sentence.place}: {sentence.texts[0]!r}"
    given = _strings(message) if message is not None and not message.fuzzy else ()
    if not given or not all(given) or (len(given) > 1) != (len(sentence.texts) > 1):
        yield f"{said} is not translated to {locale}"
        return
    fields = _fields(sentence.texts[-1])
    for index, text in enumerate(given):
        # "one day" may leave out the number that "{n} days" needs.
        needed = fields - {"n"} if len(given) > 1 and index == 0 else fields
        if not needed <= _fields(text) <= fields:
            yield f"{said} has other fields in {locale}: {text!r}"


def _strings(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _name(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _fields(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return {"a brace that stands alone"}
