"""Files of templates and of verbalizers, in this project's writing or in OpenPrompt's (Ding et al. 2022).

    {"placeholder":"text_a"} It was {"mask"}.        becomes        {text} It was [MASK].

OpenPrompt evaluates what stands between the braces as Python; here it is matched against the few forms that a cloze
question needs, and nothing else is taken:

    {"placeholder": "text_a"}                                    {text}
    {"mask"}                                                     [MASK]
    {"soft"}   {"soft": None, "duplicate": 3}   {"soft": "it"}   [soft:1]   [soft:3]   [soft:"it"]
    {"text": "It was"}                                           It was
    {"special": "<sep>"}                                         [SEP]

A file of templates has one a line, or is a JSON list of them. A file of verbalizers has `negative=bad;positive=good` or
`{"negative": ["bad"], "positive": ["good"]}` a line, or is one such object or a JSON list of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from ..errors import ParadigmError
from .template import Template, TemplateError
from .verbalizer import Verbalizer, VerbalizerError

_QUOTED = r""""[^"{}]*"|'[^'{}]*'"""
_FIELD = re.compile(r"\{(?P<inside>[^{}]*)\}")
_ITEM = re.compile(rf"\s*(?P<key>{_QUOTED})\s*(?::\s*(?P<value>{_QUOTED}|\w+)\s*)?(?:,|$)")
_OPENPROMPT = re.compile(r"""\{\s*["']""")  # how its fields begin, and ours never
_PLACES = r" at (\d+|\[[\d, ]+\])"
_IN_BRACKETS = re.compile(r"""\s*\[\s*(\{[^{}]*\}|"[^"]*")\s*\] *\S""")  # one thing, and more after it: no list
_EXTRA = {"shortenable", "add_prefix_space"}  # said beside a field; truncation and spaces are seen to here anyway

Item = TypeVar("Item")


class FileError(ParadigmError):
    """A file of templates or verbalizers that cannot be read. `kind`: not_found, not_utf8, bad_json, empty_file,
    not_a_template."""


def parse_template(source: str) -> Template:
    """A template in either writing. Raises TemplateError; `position` is where in `source`.

    >>> parse_template('{"placeholder":"text_a"} It was {"mask"}.').source
    '{text} It was [MASK].'
    """
    if not _OPENPROMPT.search(source):
        return Template.parse(source)
    written, starts, end = "", [(0, 0)], 0  # starts: a place in `written`, and the same place in `source`
    for field in _FIELD.finditer(source):
        written += source[end : field.start()]
        starts.append((len(written), field.start()))
        written += _field(field, source)
        end = field.end()
        starts.append((len(written), end))
    try:
        return Template.parse(written + source[end:])
    except TemplateError as error:
        ours, theirs = max(pair for pair in starts if pair[0] <= (error.position or 0))
        position = theirs + (error.position or 0) - ours
        message = f"{re.sub(_PLACES, '', str(error))}, at {position} of {source}"  # it named places of `written`
        raise TemplateError(
            error.kind, message, where=source, position=position, offending=error.offending, **error.details
        ) from error


def _field(field: re.Match[str], source: str) -> str:
    """One field in this project's writing."""
    items: dict[str, str | None] = {}
    at = 0
    inside = field["inside"].strip()
    while at < len(inside):
        item = _ITEM.match(inside, at)
        if item is None:
            raise _unknown(field, source)
        value = item["value"]
        items[item["key"][1:-1]] = value[1:-1] if value and value[0] in "\"'" else None if value == "None" else value
        at = item.end()
    match {key: value for key, value in items.items() if key not in _EXTRA}:
        case {"placeholder": "text_a", **more} if not more:
            return "{text}"
        case {"mask": None, **more} if not more:
            return "[MASK]"
        case {"special": "<sep>", **more} if not more:
            return "[SEP]"
        case {"text": str(words), **more} if not more:
            return words
        case {"soft": None, "duplicate": str(n), **more} if n.isdecimal() and not more:
            return f"[soft:{n}]"
        case {"soft": None, **more} if not more:
            return "[soft:1]"
        case {"soft": str(words), **more} if not more:
            return f'[soft:"{words}"]'
    raise _unknown(field, source)


def _unknown(field: re.Match[str], source: str) -> TemplateError:
    message = f"{field.group()} at {field.start()} is no field that a template here can have"
    return TemplateError("unknown_field", message, where=source, position=field.start(), offending=field.group())


def parse_verbalizer(source: str) -> Verbalizer:
    """`negative=bad;positive=good` or a JSON object from label to words."""
    if not source.lstrip().startswith("{"):
        return Verbalizer.parse(source)
    return _from_object(_json(source, ""))


def source_of(verbalizer: Verbalizer) -> str:
    """A verbalizer as one line that `parse_verbalizer` reads, also where a word is a sign of the short writing."""
    if any(set(word) & set(",;=，；") for word in verbalizer.words) or any(
        set(label) & set(";=；") for label in verbalizer.labels
    ):
        return json.dumps(dict(verbalizer.label_words), ensure_ascii=False)
    return verbalizer.source


def _template_of(value: Any) -> Template:
    if isinstance(value, str):
        return parse_template(value)
    shown = json.dumps(value, ensure_ascii=False)[:80]
    raise FileError("not_a_template", f"{shown} is not the text of a template", offending=shown)


def _from_object(value: Any) -> Verbalizer:
    if isinstance(value, dict) and all(
        isinstance(words, str) or (isinstance(words, list) and all(isinstance(word, str) for word in words))
        for words in value.values()
    ):
        return Verbalizer.of(value)
    shown = json.dumps(value, ensure_ascii=False)[:80]
    raise VerbalizerError("no_equals", f"{shown} does not map labels to words", position=0, offending=shown)


def read_templates(file: str | Path) -> tuple[Template, ...]:
    """The templates of a file, in its order; raises with the file and line."""
    return parse_templates(_content(Path(file)), str(file))


def read_verbalizers(file: str | Path) -> tuple[Verbalizer, ...]:
    """The verbalizers of a file, in its order; raises with the file and line."""
    return parse_verbalizers(_content(Path(file)), str(file))


def parse_templates(content: str, where: str = "") -> tuple[Template, ...]:
    """The templates of a file's content, each once."""
    return _items(content, where, _template_of)


def parse_verbalizers(content: str, where: str = "") -> tuple[Verbalizer, ...]:
    """The verbalizers of a file's content, each once."""
    return _items(content, where, _verbalizer_of, objects=True)


def _verbalizer_of(value: Any) -> Verbalizer:
    return parse_verbalizer(value) if isinstance(value, str) else _from_object(value)


def _items(content: str, where: str, parse: Callable[[Any], Item], *, objects: bool = False) -> tuple[Item, ...]:
    unit, numbered = _numbered(content, where, objects)
    if not numbered:
        raise FileError("empty_file", f"{where} has no rows", where=where)
    items = []
    for line, row in numbered:
        try:
            items.append(parse(row))
        except ParadigmError as error:
            message = f"{where}, {unit} {line}: {error}" if where else f"{unit} {line}: {error}"
            details = {**error.details, "line": line}
            raise type(error)(
                error.kind,
                message,
                where=error.where or where,
                position=error.position,
                offending=error.offending,
                **details,
            ) from error
    return tuple(dict.fromkeys(items))


def _numbered(content: str, where: str, objects: bool) -> tuple[str, list[tuple[int, Any]]]:
    """What a file holds, counted from 1: the items of a JSON list, the one object that it is, or its lines."""
    lines = [(line, row.strip()) for line, row in enumerate(content.split("\n"), 1) if row.strip()]
    listed = re.match(r"""\s*\[\s*["{\]]""", content) and not _IN_BRACKETS.match(content)  # no line with a [MASK]
    spread = objects and content.lstrip().startswith("{") and not lines[0][1].endswith("}")  # over several lines
    if not (listed or spread):
        return "line", lines
    value = _json(content, where)
    return "item", list(enumerate(value if isinstance(value, list) else [value], 1))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, of which Python would keep the last of two values under one name."""
    names = [name for name, _ in pairs]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise VerbalizerError("same_label", f"{twice!r} has label words twice", where=twice, offending=twice)
    return dict(pairs)


def _json(content: str, where: str) -> Any:
    try:
        return json.loads(content, object_pairs_hook=_once)
    except VerbalizerError as error:
        message = f"{where}: {error}" if where else str(error)
        raise VerbalizerError(error.kind, message, where=error.where, offending=error.offending) from error
    except json.JSONDecodeError as error:
        message = f"{where}, line {error.lineno}: {error.msg}" if where else f"{error.msg}, at {error.pos}"
        raise FileError("bad_json", message, where=where, position=error.pos, line=error.lineno) from error


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileError("not_found", f"no file {file}", where=str(file)) from error
    except UnicodeDecodeError as error:
        raise FileError("not_utf8", f"{file} is not UTF-8 text", where=str(file), position=error.start) from error
