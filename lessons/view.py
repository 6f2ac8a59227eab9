"""HTML from data: every string is escaped unless it is `Markup` already, so that user text stays text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import cache

from markupsafe import Markup, escape

from paradigms.words import HAN


def el(tag: str, *children: object, **attributes: object) -> Markup:
    """One element. `cls` is the class; an attribute that is None or False is left out; `data_pick` is `data-pick`.

    >>> el("b", "1 < 2", cls="sum")
    Markup('<b class="sum">1 &lt; 2</b>')
    """
    written = "".join(
        [
            f' {_attribute(name)}="{"" if value is True else _text(value)}"'
            for name, value in attributes.items()
            if value is not None and value is not False
        ]
    )
    if tag in ("br", "hr"):
        return _markup(f"<{tag}{written}>")
    return _markup(f"<{tag}{written}>{_text(children)}</{tag}>")


def join(children: Iterable[object]) -> Markup:
    """Children one after the other; None is nothing, a list is its items."""
    return _markup(_text(tuple(children)))


@cache
def _attribute(name: str) -> str:
    return "class" if name == "cls" else name.replace("_", "-")


def _text(child: object) -> str:
    if isinstance(child, Markup):  # most are, and `escape` would copy it
        return child
    if isinstance(child, list | tuple):
        return "".join([_text(one) for one in child if one is not None])
    return escape(child)


def _markup(written: str) -> Markup:
    """What is escaped already; without the questions that `Markup` asks of whatever it is given, two hundred times at
    every key."""
    return str.__new__(Markup, written)


def tabular(names: Sequence[str], rows: Sequence[Markup]) -> Markup:
    """Rows, each with its own name in front, below the names of the columns. A phone has no room for columns: there a
    row's cells stand below its name, each with its column's, which the style sheet takes from the table's style."""
    style = "; ".join(
        f"--column-{place}: {json.dumps(name, ensure_ascii=False)}" for place, name in enumerate(names, 1)
    )
    head = el("tr", [el("th", name, scope="col") for name in names])
    table = el("table", el("thead", head), el("tbody", rows), cls="tabular", style=style)
    return el("div", table, cls="scroll")


def pick(text: object, value: str, *, cls: str = "", title: str | None = None, pressed: bool | None = None) -> Markup:
    """A button that hands `value` to the page when it is clicked, see `PICK` in `parts`."""
    state = None if pressed is None else str(pressed).lower()
    return el(
        "button", text, type="button", cls=f"pick {cls}".strip(), data_pick=value, title=title, aria_pressed=state
    )


def status_line(state: str, *said: object) -> Markup:
    """What is under way, or how it ended. A screen reader says it aloud when that changes, not at every step."""
    return el("p", *said, cls=f"status {state}".strip(), role=None if state == "running" else "status")


def written(term: str) -> str:
    """A run of words as it is written: between two Chinese characters there is no space.

    >>> written("漂 亮"), written("very good")
    ('漂亮', 'very good')
    """
    return re.sub(f"(?<=[{HAN}]) (?=[{HAN}])", "", term)


def percent(share: float, digits: int = 0) -> str:
    return f"{100 * share:.{digits}f}%"


def signed(number: float, digits: int = 2) -> str:
    """With its sign, a true minus included: charts and tables line up."""
    return f"{number:+.{digits}f}".replace("-", "\u2212")


def side(label: int | bool) -> str:
    """The CSS class that gives a label's colour: of the first class, or of any other."""
    return "positive" if label else "negative"


def tint(share: float) -> str:
    """A style for a word: the colour of its class as strong as |share|, 0 to 1; below 0 the first class, above it the
    second."""
    side = "negative" if share < 0 else "positive"
    return f"--tint: var(--{side}); --strength: {100 * min(1.0, abs(share)) * 0.6:.0f}%"


def coloured(text: str, spans: Iterable[tuple[int, int, float, str]]) -> Markup:
    """`text` with coloured words: (start, end, share from -1 to 1, what the pointer is told)."""
    parts: list[object] = []
    at = 0
    for start, end, share, title in spans:
        word = el("span", text[start:end], cls="word", style=tint(share), title=title)
        parts += [text[at:start], word]
        at = end
    return el("span", parts, text[at:], cls="sentence")


def meter(share: float, *, cls: str, title: str | None = None) -> Markup:
    """A horizontal bar from 0 to 1 whose length moves when it changes."""
    fill = el("span", cls="fill", style=f"width: {100 * max(0.0, min(1.0, share)):.2f}%")
    return el("span", fill, cls=f"meter {cls}", title=title)
