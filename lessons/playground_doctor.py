"""The token doctor's report: what the tokenizer makes of each label word, and where the question leans by itself."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from paradigms.prompt.doctor import Diagnosis, WordReport
from paradigms.prompt.verbalizer import VerbalizerError

from .errors import say
from .prompt_view import SIDES, share
from .text import Text
from .view import el, meter, percent

LEANING = 0.65  # a class that holds more of the probability when nothing is said is worth a warning


def report(t: Text, found: Diagnosis, labels: Sequence[str]) -> Markup:
    """A table of the label words, the leaning of the question, and the warnings."""
    columns = ("class", "word", "pieces", "rank", "prior")
    head = el("tr", [el("th", t(f"playground.doctor.{name}"), scope="col") for name in columns])
    body = [
        _row(t, one, t.label(label), SIDES[place % len(SIDES)])
        for place, (label, row) in enumerate(zip(labels, found.words, strict=True))
        for one in row
    ]
    warnings = list(_warnings(t, found, labels))
    sound = el("p", t("playground.doctor.sound", most=percent(LEANING)), cls="hint good")
    return el(
        "section",
        el("h3", t("playground.doctor")),
        el("div", el("table", el("thead", head), el("tbody", body)), cls="scroll"),
        _leaning(t, found, labels) if found.prior else None,
        el("ul", [el("li", warning) for warning in warnings], cls="warnings") if warnings else sound,
        cls=None if found.prior else "unusable",
    )


def _row(t: Text, one: WordReport, label: str, side: str) -> Markup:
    error = one.checked.error
    return el(
        "tr",
        el("td", label, cls=f"label {side}"),
        el("th", one.checked.word, scope="row"),
        el("td", " ".join(one.pieces) or "–", cls="pieces", title=say(error, t) if error else None),
        el("td", "–" if one.rank is None else f"{one.rank:,}"),
        el("td", "–" if one.prior is None else share(one.prior)),
        cls="wrong" if error else None,
    )


def _leaning(t: Text, found: Diagnosis, labels: Sequence[str]) -> Markup:
    assert found.prior is not None
    bars = [
        el(
            "span",
            el("span", t.label(label), cls="name"),
            meter(p, cls=SIDES[place % len(SIDES)]),
            el("span", percent(p), cls="number"),
            cls="bar",
        )
        for place, (label, p) in enumerate(zip(labels, found.prior, strict=True))
    ]
    return el("div", el("p", t("playground.doctor.leaning"), cls="caption"), el("div", bars, cls="bars"))


def _warnings(t: Text, found: Diagnosis, labels: Sequence[str]):
    for label, row in zip(labels, found.words, strict=True):
        if not row:
            yield say(VerbalizerError("empty", f"label {label!r} has no label word", where=label), t)
        for one in row:
            if one.checked.error:
                yield say(one.checked.error, t)
            if one.in_sentence:
                yield t("playground.doctor.in_sentence", word=one.checked.word)
    if found.prior and max(found.prior) > LEANING:
        place = max(range(len(labels)), key=found.prior.__getitem__)
        yield t("playground.doctor.biased", label=t.label(labels[place]), p=percent(found.prior[place]))
    if found.truncated:
        yield t("playground.doctor.truncated", n=found.truncated, limit=found.limit)
