"""What naive Bayes has learned and how it does on the held-out reviews."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from markupsafe import Markup

from paradigms.evaluate import interval
from paradigms.tfidf_nb import TfidfNaiveBayes

from . import models
from .figures_bayes import confusion
from .parts import figure_value
from .text import Text
from .view import el, meter, percent, pick, side, signed, written

TELLING = 12  # terms a class
MISTAKES = 12


@dataclass(frozen=True)
class Mistake:
    text: str
    gold: int
    given: int
    probability: float  # of the label given


@dataclass(frozen=True)
class Examined:
    counts: tuple[tuple[int, ...], ...]  # (n_classes, n_classes): rows the true label, columns the label given
    mistakes: tuple[Mistake, ...]  # all of them, most confident first

    @property
    def right(self) -> int:
        return sum(row[label] for label, row in enumerate(self.counts))

    @property
    def n(self) -> int:
        return sum(map(sum, self.counts))


@lru_cache(maxsize=64)
def examine(per_class: int, ngram_max: int, alpha: float, name: str) -> Examined:
    """`models.naive_bayes` on the held-out reviews of the same set."""
    model, held_out = models.naive_bayes(per_class, ngram_max, alpha, name), models.held_out(name)
    probabilities = model.predict_proba(held_out.texts)
    given = probabilities.argmax(axis=1)
    gold = np.searchsorted(model.classes_.astype(str), held_out.labels)
    counts = np.zeros((len(model.classes_),) * 2, dtype=int)
    np.add.at(counts, (gold, given), 1)
    wrong = np.flatnonzero(gold != given)
    wrong = wrong[np.argsort(-probabilities[wrong, given[wrong]], kind="stable")]
    mistakes = tuple(
        Mistake(held_out.texts[i], int(gold[i]), int(given[i]), float(probabilities[i, given[i]])) for i in wrong
    )
    return Examined(tuple(tuple(map(int, row)) for row in counts), mistakes)


@lru_cache(maxsize=64)
def telling(per_class: int, ngram_max: int, alpha: float, name: str) -> tuple[tuple[tuple[str, float], ...], ...]:
    """Per class its most telling terms, strongest first: (term, log-likelihood difference)."""
    terms = models.naive_bayes(per_class, ngram_max, alpha, name).telling_terms(TELLING)
    return tuple(tuple(of_class) for of_class in terms.values())


def model_card(t: Text, model: TfidfNaiveBayes, per_class: int, examined: Examined, name: str) -> Markup:
    """What was learned from how much, and how well it does."""
    low, high = interval(examined.right, examined.n)
    cost = t(
        "bayes.model.cost",
        labels=t("labels.used", n=f"{per_class * len(model.classes_):,}"),
        k=f"{per_class:,}",
        terms=f"{len(model.vectorizer_.vocabulary_):,}",
        parameters=t("parameters", n=f"{model.trainable_parameters_:,}"),
    )
    held_out = t(
        "bayes.model.held_out",
        low=percent(low, 1),
        high=percent(high, 1),
        held_out=t("held_out", n=examined.n, set=t(f"set.{name}")),
        majority=t("majority"),
        guess=percent(models.held_out(name).majority),
    )
    return el(
        "section",
        el("h3", t("bayes.model")),
        el(
            "p",
            el("span", t("accuracy"), " "),
            el("strong", percent(examined.right / examined.n, 1), cls="number"),
            cls="accuracy",
        ),
        el("p", held_out, cls="caption"),
        el("p", cost, cls="cost"),
        cls="card hue-bayes",
    )


def telling_terms(t: Text, model: TfidfNaiveBayes, terms: Sequence[Sequence[tuple[str, float]]]) -> Markup:
    """A column of bars for each class, all to one scale."""
    labels = [t.label(str(name)) for name in model.classes_]
    greatest = max((abs(value) for of_class in terms for _, value in of_class), default=0.0) or 1.0
    columns = []
    for row, (label, of_class) in enumerate(zip(labels, terms, strict=True)):
        other = labels[1 - row]
        bars = [
            el(
                "span",
                el("span", written(term), cls="name", title=written(term)),
                meter(value / greatest, cls=side(row)),
                el("span", signed(value), cls="number"),
                cls="bar",
            )
            for term, value in of_class
        ]
        columns.append(
            el(
                "div",
                el("h3", t("bayes.telling.class", label=label), cls=f"label {side(row)}"),
                el("p", t("bayes.telling.axis", label=label, other=other), cls="caption"),
                el("div", bars, cls="bars"),
            )
        )
    result = t(
        "bayes.telling.result",
        other=labels[0],
        label=labels[1],
        first=written(terms[0][0][0]),
        second=written(terms[1][0][0]),
    )
    return el("div", el("div", columns, cls="telling"), el("p", result, cls="caption"))


def confusion_chart(t: Text, model: TfidfNaiveBayes, examined: Examined, name: str) -> dict[str, object]:
    labels = [t.label(str(name)) for name in model.classes_]
    low, high = interval(examined.right, examined.n)
    result = t(
        "bayes.result.confusion",
        right=examined.right,
        n=examined.n,
        set=t(f"set.{name}"),
        value=percent(examined.right / examined.n, 1),
        low=percent(low, 1),
        high=percent(high, 1),
        first=examined.counts[0][1],
        second=examined.counts[1][0],
        negative=labels[0],
        positive=labels[1],
    )
    figure = confusion(examined.counts, labels, x=t("bayes.axis.given"), y=t("bayes.axis.true"))
    return figure_value(figure, result)


def mistakes(t: Text, model: TfidfNaiveBayes, examined: Examined, name: str) -> Markup:
    """The most confident mistakes; a click on one makes it the sentence."""
    if not examined.mistakes:
        return el("p", t("bayes.errors.none"), cls="empty")
    shown = examined.mistakes[:MISTAKES]
    labels = [t.label(str(name)) for name in model.classes_]
    items = [
        el(
            "li",
            pick(
                [
                    el(
                        "span",
                        el("span", labels[mistake.given], cls=f"label {side(mistake.given)}"),
                        el("span", percent(mistake.probability), cls="number"),
                        el("span", t("bayes.errors.true", label=labels[mistake.gold]), cls="caption"),
                        cls="verdict",
                    ),
                    el("span", mistake.text),
                ],
                mistake.text,
            ),
        )
        for mistake in shown
    ]
    note = t("bayes.errors.note", shown=len(shown), n=len(examined.mistakes), set=t(f"set.{name}"))
    return el("div", el("p", note, cls="caption"), el("ol", items, cls="mistakes"), cls="hue-bayes")
