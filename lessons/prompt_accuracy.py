"""How good a question is: zero-shot accuracy of the template and label words in the boxes, on the held-out reviews."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import gradio as gr
import numpy as np
from markupsafe import Markup

from paradigms.base import ParadigmError, TextClassifier
from paradigms.evaluate import interval
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.template import Template
from paradigms.prompt.verbalizer import words_of
from paradigms.record import Recorded

from . import models
from .prompt_question import Words, asked
from .prompt_view import SIDES
from .review_sets import named
from .state import DEFAULTS
from .text import Text
from .view import el, percent


@dataclass(frozen=True)
class Measured:
    """Answers on held-out reviews: `confusion[i][j]` of class i were said to be class j."""

    confusion: tuple[tuple[int, ...], ...]

    @property
    def n(self) -> int:
        return sum(map(sum, self.confusion))

    @property
    def right(self) -> int:
        return sum(row[index] for index, row in enumerate(self.confusion))

    @property
    def accuracy(self) -> float:
        return self.right / self.n


def measure(model: TextClassifier, name: str = DEFAULTS["set"]) -> Measured:
    """A fitted model on all the held-out reviews of the set `name`."""
    held_out = models.held_out(name)
    gold, said = np.asarray(held_out.labels, dtype=object), model.predict(held_out.texts)
    labels = model.classes_
    return Measured(tuple(tuple(int(((gold == a) & (said == b)).sum()) for b in labels) for a in labels))


@lru_cache(maxsize=256)
def zero_shot(template: str, words: Words, name: str = DEFAULTS["set"]) -> Measured:
    """The accuracy of a question without training; raises ParadigmError where it cannot be asked."""
    return measure(question(template, words), name)


def question(template: str, words: Words) -> PromptClassifier:
    """The untrained model with this question; raises ParadigmError where it cannot be asked."""
    model = models.trained()["prompt"]
    assert isinstance(model, PromptClassifier)
    model = asked(model, Template.parse(template), words)
    model.predict_proba([])  # looks every label word up, and asks nothing
    return model


def in_words(words: Words) -> str:
    """Label words as a reader wants them: `terrible / great, fine`."""
    return " / ".join(", ".join(row) for row in words)


def accuracy_panel(t: Text, template: str, words: Words, measured: Measured, name: str = DEFAULTS["set"]) -> Markup:
    bounds = interval(measured.right, measured.n)
    return _panel(t, template, words, measured.accuracy, bounds, name, _confusion(t, measured))


def recorded_panel(t: Text, template: str, words: Words, row: Recorded) -> Markup:
    """The recorded accuracy of the question a page opens with, until it is measured here."""
    return _panel(t, template, words, row.accuracy, row.ci95, DEFAULTS["set"], badge(t, row))


def _panel(
    t: Text, template: str, words: Words, accuracy: float, bounds: tuple[float, float], name: str, more: Markup
) -> Markup:
    low, high = (percent(bound, 1) for bound in bounds)
    held_out = models.held_out(name)
    return el(
        "section",
        el("h2", t("prompt.zero"), named(t, name)),
        el("p", t("prompt.zero.for", template=template, words=in_words(words)), cls="caption asked"),
        el(
            "div",
            el(
                "div",
                el("strong", percent(accuracy, 1), cls="big number"),
                el("span", t("prompt.zero.interval", low=low, high=high), cls="number"),
                whisker(accuracy, bounds, name),
            ),
            el("div", more),
            cls="measured",
        ),
        el("p", t("prompt.zero.note", n=len(held_out), majority=percent(held_out.majority)), cls="caption"),
    )


def badge(t: Text, row: Recorded) -> Markup:
    return el("span", t("recorded"), cls="recorded", title=t("recorded.title", command=row.command))


def whisker(accuracy: float, bounds: tuple[float, float], name: str = DEFAULTS["set"]) -> Markup:
    """An accuracy with its interval on a line from 0 to 1, the majority class of the set `name` as a tick."""
    low, high = bounds
    return el(
        "span",
        el("span", cls="tick", style=f"left: {100 * models.held_out(name).majority:.1f}%"),
        el("span", cls="range", style=f"left: {100 * low:.1f}%; width: {100 * (high - low):.1f}%"),
        el("span", cls="dot", style=f"left: {100 * accuracy:.1f}%"),
        cls="whisker",
        aria_hidden="true",
    )


def _confusion(t: Text, measured: Measured) -> Markup:
    names = [t.label(label) for label in models.held_out().classes]
    head = el(
        "tr",
        el("th", t("prompt.confusion")),
        [el("th", t("prompt.confusion.said", label=name), scope="col") for name in names],
    )
    body = [
        el(
            "tr",
            el("th", t("prompt.confusion.is", label=name), scope="row", cls=f"label {SIDES[index]}"),
            [el("td", n, cls="right" if index == column else "wrong") for column, n in enumerate(row)],
        )
        for index, (name, row) in enumerate(zip(names, measured.confusion, strict=True))
    ]
    return el("table", el("thead", head), el("tbody", body), cls="confusion")


def score(t: Text, template: str, neg: str, pos: str, name: str = DEFAULTS["set"]) -> Iterator[tuple[Any, str]]:
    """Yields (accuracy panel, line below it): first that the last value is being replaced, then the new one. Where the
    question cannot be asked the last value stays; the hints under the boxes say why."""
    words = (words_of(neg), words_of(pos))
    try:
        question(template, words)
    except ParadigmError:
        yield gr.skip(), str(el("p", t("prompt.zero.last"), cls="hint"))
        return
    yield gr.skip(), str(el("p", t("prompt.zero.stale"), cls="hint stale", role="status"))
    measured = zero_shot(template, words, name)
    yield str(accuracy_panel(t, template, words, measured, name)), str(el("p", t("prompt.zero.fresh"), cls="hint"))
