"""The tab of the first paradigm: naive Bayes, retrained while a slider moves, its arithmetic laid open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import gradio as gr
import numpy as np
from markupsafe import Markup

from paradigms.evaluate import interval
from paradigms.tfidf_nb import NaiveBayesExplanation, Term, TfidfNaiveBayes
from paradigms.words import word_spans

from . import models
from .figures_bayes import confusion, empty_waterfall, waterfall
from .parts import chart, figure_value, intro, panel
from .state import FIELDS
from .text import Text
from .view import coloured, el, meter, percent, pick, signed

NAME = "bayes"
TERMS = 13  # that stand in the picture by themselves; of more, the strongest 12 do and the others share a bar
TELLING = 12  # terms a class
MISTAKES = 12

# Equations as in `paradigms.tfidf_nb`, which is scikit-learn's smoothed idf.
FORMULA = Markup(
    "<div><math><mi>w</mi><mo>(</mo><mi>t</mi><mo>,</mo><mi>d</mi><mo>)</mo><mo>=</mo>"
    "<mo>(</mo><mn>1</mn><mo>+</mo><mi>ln</mi><mspace width='.2em'/><msub><mi>tf</mi><mrow><mi>t</mi><mo>,</mo>"
    "<mi>d</mi></mrow></msub><mo>)</mo><mo>·</mo><mrow><mo>(</mo><mn>1</mn><mo>+</mo><mi>ln</mi><mspace width='.2em'/>"
    "<mfrac><mrow><mn>1</mn><mo>+</mo><mi>N</mi></mrow><mrow><mn>1</mn><mo>+</mo><msub><mi>df</mi><mi>t</mi></msub>"
    "</mrow></mfrac><mo>)</mo></mrow></math></div>"
    "<div><math><mi>p</mi><mo>(</mo><mi>t</mi><mo>|</mo><mi>c</mi><mo>)</mo><mo>=</mo><mfrac><mrow><mi>α</mi><mo>+</mo>"
    "<msub><mo>∑</mo><mrow><mi>d</mi><mo>∈</mo><mi>c</mi></mrow></msub><mi>w</mi><mo>(</mo><mi>t</mi><mo>,</mo>"
    "<mi>d</mi><mo>)</mo></mrow><mrow><mi>α</mi><mo>|</mo><mi>V</mi><mo>|</mo><mo>+</mo><msub><mo>∑</mo><mi>s</mi></msub>"
    "<msub><mo>∑</mo><mrow><mi>d</mi><mo>∈</mo><mi>c</mi></mrow></msub><mi>w</mi><mo>(</mo><mi>s</mi><mo>,</mo>"
    "<mi>d</mi><mo>)</mo></mrow></mfrac></math></div>"
    "<div><math><mi>x</mi><mo>=</mo><mi>ln</mi><mspace width='.2em'/><mfrac><mrow><mi>p</mi><mo>(</mo><mo>+</mo><mo>)</mo>"
    "</mrow><mrow><mi>p</mi><mo>(</mo><mo>−</mo><mo>)</mo></mrow></mfrac><mo>+</mo><msub><mo>∑</mo><mi>t</mi></msub>"
    "<mi>w</mi><mo>(</mo><mi>t</mi><mo>,</mo><mi>d</mi><mo>)</mo><mo>·</mo><mo>[</mo><mi>ln</mi><mspace width='.2em'/>"
    "<mi>p</mi><mo>(</mo><mi>t</mi><mo>|</mo><mo>+</mo><mo>)</mo><mo>−</mo><mi>ln</mi><mspace width='.2em'/><mi>p</mi>"
    "<mo>(</mo><mi>t</mi><mo>|</mo><mo>−</mo><mo>)</mo><mo>]</mo></math></div>"
    "<div><math><mi>p</mi><mo>(</mo><mo>+</mo><mo>|</mo><mi>d</mi><mo>)</mo><mo>=</mo><mfrac><mn>1</mn><mrow><mn>1</mn>"
    "<mo>+</mo><msup><mi>e</mi><mrow><mo>−</mo><mi>x</mi></mrow></msup></mrow></mfrac></math></div>"
)


def word_contributions(text: str, explanation: NaiveBayesExplanation) -> list[tuple[int, int, float]]:
    """What each word of `text` adds to the log-odds: (start, end, contribution).

    The contribution of a run of words is split evenly among its words and the places where it stands.
    """
    spans = word_spans(text)
    tokens = [word for word, _, _ in spans]
    values = [0.0] * len(spans)
    for term in explanation.terms:
        parts = term.term.split(" ")
        places = [i for i in range(len(tokens)) if tokens[i : i + len(parts)] == parts]
        for place in places:
            for offset in range(len(parts)):
                values[place + offset] += term.contribution / (len(parts) * len(places))
    return [(start, end, value) for (_, start, end), value in zip(spans, values, strict=True)]


# What the model of the sliders does on the held-out reviews ---------------------------------------------------------


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
def examine(per_class: int, ngram_max: int, alpha: float) -> Examined:
    """`models.naive_bayes` on the held-out reviews."""
    model, held_out = models.naive_bayes(per_class, ngram_max, alpha), models.held_out()
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
def telling(per_class: int, ngram_max: int, alpha: float) -> tuple[tuple[tuple[str, float], ...], ...]:
    """Per class its most telling terms, strongest first: (term, log-likelihood difference)."""
    terms = models.naive_bayes(per_class, ngram_max, alpha).telling_terms(TELLING)
    return tuple(tuple(of_class) for of_class in terms.values())


# The outputs ---------------------------------------------------------------------------------------------------------


def show(t: Text, state: Mapping[str, Any], session: str | None = None) -> tuple[Any, ...]:
    """The model, the answer, its sum as a picture and in words; telling terms, confusion matrix, mistakes."""
    setting = state["nb_n"], state["nb_ngrams"], state["nb_alpha"]
    model = models.naive_bayes(*setting)
    examined = examine(*setting)
    text = state["s"].strip()
    explanation = model.explain(text) if text else None
    return (
        str(model_card(t, model, state["nb_n"], examined)),
        str(answer(t, text, model, explanation) if explanation else _empty(t)),
        sum_chart(t, explanation) if explanation else _empty_chart(t, model),
        str(sum_table(t, explanation)) if explanation else "",
        str(telling_terms(t, model, telling(*setting))),
        confusion_chart(t, model, examined),
        str(mistakes(t, model, examined)),
    )


def model_card(t: Text, model: TfidfNaiveBayes, per_class: int, examined: Examined) -> Markup:
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
        held_out=t("held_out", n=examined.n),
        majority=t("majority"),
        guess=percent(models.held_out().majority),
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


def answer(t: Text, text: str, model: TfidfNaiveBayes, explanation: NaiveBayesExplanation) -> Markup:
    """Label, probability, the sentence with the colours of its words, and the words that count for nothing."""
    probabilities = explanation.probabilities
    best = int(np.argmax(probabilities))
    spans = word_contributions(text, explanation)
    greatest = max((abs(value) for _, _, value in spans), default=0.0) or 1.0
    unseen = ", ".join(explanation.unseen)
    return el(
        "div",
        el(
            "p",
            el("span", t.label(str(model.classes_[best])), cls=f"label {_side(best)}"),
            meter(probabilities[best], cls=_side(best)),
            el("span", percent(probabilities[best], 1), cls="number"),
            cls="answer",
        ),
        coloured(text, [(start, end, value / greatest, signed(value)) for start, end, value in spans]),
        el("p", t("bayes.coloured"), " ", t("bayes.unseen", words=unseen) if unseen else t("bayes.seen"), cls="hint"),
    )


def _empty(t: Text) -> Markup:
    return el("p", t("sentence.empty"), cls="empty")


def parts_of_sum(explanation: NaiveBayesExplanation) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """The terms that stand by themselves, and the weaker ones that are merged."""
    terms = explanation.terms
    alone = len(terms) if len(terms) <= TERMS else TERMS - 1
    return terms[:alone], terms[alone:]


def sum_chart(t: Text, explanation: NaiveBayesExplanation) -> dict[str, object]:
    """The sum as a waterfall: log prior, terms, log-odds."""
    alone, merged = parts_of_sum(explanation)
    label, other = t.label(explanation.label), t.label(explanation.other)
    names = [t("bayes.prior")]
    values = [explanation.log_prior]
    notes = [t("bayes.note.prior", label=label, other=other, value=signed(explanation.log_prior, 3))]
    for term in alone:
        names.append(term.term)
        values.append(term.contribution)
        notes.append(
            t(
                "bayes.note.term",
                term=term.term,
                tfidf=f"{term.tfidf:.3f}",
                ratio=signed(term.log_ratio, 3),
                value=signed(term.contribution, 3),
            )
        )
    if merged:
        names.append(t("bayes.rest", n=len(merged)))
        values.append(sum(term.contribution for term in merged))
        notes.append(", ".join(f"{term.term} {signed(term.contribution)}" for term in merged[:8]))
    names.append(t("bayes.log_odds"))
    notes.append(t("bayes.note.sum", value=signed(explanation.log_odds, 3)))
    x = t("bayes.axis.sum", label=label, other=other)
    return figure_value(waterfall(names, values, notes, x=x, y=t("bayes.axis.term")), in_words(t, explanation))


def _empty_chart(t: Text, model: TfidfNaiveBayes) -> dict[str, object]:
    other, label = (t.label(str(name)) for name in model.classes_[:2])
    figure = empty_waterfall(x=t("bayes.axis.sum", label=label, other=other), y=t("bayes.axis.term"))
    return figure_value(figure, t("sentence.empty"))


def in_words(t: Text, explanation: NaiveBayesExplanation) -> str:
    """The sum and the probability it gives, as one sentence."""
    values = {
        "label": t.label(explanation.label),
        "minus": signed(-explanation.log_odds),
        "probability": percent(1 / (1 + np.exp(-explanation.log_odds)), 1),
    }
    if not explanation.terms:
        return t("bayes.result.prior", **values)
    first = explanation.terms[0]
    return t(
        "bayes.result.sum",
        prior=signed(explanation.log_prior),
        n=len(explanation.terms),
        log_odds=signed(explanation.log_odds),
        term=first.term,
        value=signed(first.contribution),
        **values,
    )


def sum_table(t: Text, explanation: NaiveBayesExplanation) -> Markup:
    """The sum in words, a line for each bar of the waterfall."""
    alone, merged = parts_of_sum(explanation)
    label, other = t.label(explanation.label), t.label(explanation.other)
    columns = ("term", "tfidf", "ratio", "adds")
    head = el("tr", [el("th", t(f"bayes.column.{name}", label=label, other=other), scope="col") for name in columns])
    rows = [_row(t("bayes.prior"), "", "", explanation.log_prior)]
    rows += [
        _row(term.term, f"{term.tfidf:.3f}", f"× {signed(term.log_ratio, 3)}", term.contribution) for term in alone
    ]
    if merged:
        rows.append(_row(t("bayes.rest", n=len(merged)), "", "", sum(term.contribution for term in merged)))
    total = el(
        "tr",
        el("th", t("bayes.log_odds"), scope="row"),
        el("td"),
        el("td"),
        el("td", el("strong", signed(explanation.log_odds, 3)), cls="number"),
    )
    chance = 1 / (1 + np.exp(-explanation.log_odds))
    probability = el(
        "tr",
        el("th", f"p({label})", scope="row"),
        el("td", f"1 / (1 + e^({signed(-explanation.log_odds, 3)}))", colspan=2),
        el("td", el("strong", percent(chance, 1)), cls="number"),
    )
    return el(
        "div",
        el(
            "table",
            el("thead", head),
            el("tbody", rows),
            el("tfoot", total, probability),
        ),
        cls="scroll hue-bayes",
    )


def _row(name: str, tfidf: str, ratio: str, value: float) -> Markup:
    side = _side(value > 0) if round(value, 3) else ""
    return el(
        "tr",
        el("th", name, scope="row"),
        el("td", tfidf),
        el("td", ratio),
        el("td", signed(value, 3), cls=f"number {side}".strip()),
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
                el("span", term, cls="name", title=term),
                meter(value / greatest, cls=_side(row)),
                el("span", signed(value), cls="number"),
                cls="bar",
            )
            for term, value in of_class
        ]
        columns.append(
            el(
                "div",
                el("h3", t("bayes.telling.class", label=label), cls=f"label {_side(row)}"),
                el("p", t("bayes.telling.axis", label=label, other=other), cls="caption"),
                el("div", bars, cls="bars"),
            )
        )
    result = t("bayes.telling.result", other=labels[0], label=labels[1], first=terms[0][0][0], second=terms[1][0][0])
    return el("div", el("div", columns, cls="telling"), el("p", result, cls="caption"))


def confusion_chart(t: Text, model: TfidfNaiveBayes, examined: Examined) -> dict[str, object]:
    labels = [t.label(str(name)) for name in model.classes_]
    low, high = interval(examined.right, examined.n)
    result = t(
        "bayes.result.confusion",
        right=examined.right,
        n=examined.n,
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


def mistakes(t: Text, model: TfidfNaiveBayes, examined: Examined) -> Markup:
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
                        el("span", labels[mistake.given], cls=f"label {_side(mistake.given)}"),
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
    note = t("bayes.errors.note", shown=len(shown), n=len(examined.mistakes))
    return el("div", el("p", note, cls="caption"), el("ol", items, cls="mistakes"), cls="hue-bayes")


def _side(label: int | bool) -> str:
    return "positive" if label else "negative"


def build(t: Text, page: Any) -> tuple[dict[str, gr.components.Component], list[gr.components.Component]]:
    """The tab's controls by the name of their field, and the outputs that `show` fills."""
    gr.HTML(str(intro(NAME, t, FORMULA)), apply_default_css=False)
    with gr.Row(equal_height=False, elem_id="bayes-controls"):
        with gr.Column(scale=3, min_width=300):
            with gr.Row():
                controls: dict[str, gr.components.Component] = {
                    f"nb_{name}": _slider(t, name) for name in ("n", "ngrams", "alpha")
                }
            said = panel("bayes-answer")
        with gr.Column(scale=1, min_width=300):
            model = panel("bayes-model")
    _heading(t("bayes.sum"))
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=320):
            picture = chart("bayes-sum")
        with gr.Column(scale=2, min_width=320):
            table = panel("bayes-terms")
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=320):
            _heading(t("bayes.telling"))
            terms = panel("bayes-telling")
        with gr.Column(scale=2, min_width=320):
            _heading(t("bayes.confusion"))
            matrix = chart("bayes-confusion")
    _heading(t("bayes.errors"))
    errors = panel("bayes-errors")
    page.loads_sentence(errors)
    # The mistakes stand far below the sum that explains them.
    errors.select(None, js=f"() => document.getElementById({said.elem_id!r}).scrollIntoView({{behavior: 'smooth'}})")
    return controls, [model, said, picture, table, terms, matrix, errors]


def _slider(t: Text, name: str) -> gr.Slider:
    field = FIELDS[f"nb_{name}"]
    return gr.Slider(
        field.low,
        field.high,
        value=float(field.default),
        step=field.step,
        label=t(f"bayes.{name}"),
        info=t(f"bayes.{name}.info"),
        elem_id=f"bayes-{name}",
        min_width=200,
    )


def _heading(text: str) -> None:
    gr.HTML(str(el("h2", text)), apply_default_css=False, elem_classes=["results"])
