"""The tab of the first paradigm: naive Bayes, retrained while a slider moves, its arithmetic laid open."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import gradio as gr
import numpy as np
from markupsafe import Markup

from paradigms.tfidf_nb import NaiveBayesExplanation, TfidfNaiveBayes
from paradigms.words import word_spans

from . import models
from .bayes_held_out import confusion_chart, examine, mistakes, model_card, telling, telling_terms
from .bayes_sum import empty_chart, sum_chart, sum_table
from .parts import chart, intro, panel
from .review_sets import choice, sliders
from .state import FIELDS, per_class
from .text import Text
from .view import coloured, el, join, meter, percent, side, signed

NAME = "bayes"


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


def show(t: Text, state: Mapping[str, Any], session: str | None = None) -> tuple[Any, ...]:
    """The model, the answer, its sum as a picture and in words; telling terms, confusion matrix, mistakes."""
    n = per_class(state, "nb_n")
    setting = n, state["nb_ngrams"], state["nb_alpha"], state["set"]
    model, examined = models.naive_bayes(*setting), examine(*setting)
    text = state["s"].strip()
    if text:
        explanation = model.explain(text)
        said, picture = answer(t, text, model, explanation), sum_chart(t, explanation)
        table = sum_table(t, explanation)
    else:
        other, label = (t.label(str(name)) for name in model.classes_)
        said, picture = el("p", t("sentence.empty"), cls="empty"), empty_chart(t, (label, other))
        table = Markup()
    return (
        str(model_card(t, model, n, examined, state["set"])),
        str(said),
        picture,
        str(table),
        str(telling_terms(t, model, telling(*setting))),
        confusion_chart(t, model, examined, state["set"]),
        str(mistakes(t, model, examined, state["set"])),
    )


def answer(t: Text, text: str, model: TfidfNaiveBayes, explanation: NaiveBayesExplanation) -> Markup:
    """Label, probability, the sentence with the colours of its words, and the words that count for nothing."""
    probabilities = explanation.probabilities
    best = int(np.argmax(probabilities))
    spans = word_contributions(text, explanation)
    greatest = max((abs(value) for _, _, value in spans), default=0.0) or 1.0
    unseen = t("list").join(explanation.unseen)
    return el(
        "div",
        el(
            "p",
            el("span", t.label(str(model.classes_[best])), cls=f"label {side(best)}"),
            meter(probabilities[best], cls=side(best)),
            el("span", percent(probabilities[best], 1), cls="number"),
            cls="answer",
        ),
        coloured(text, [(start, end, value / greatest, signed(value)) for start, end, value in spans]),
        el("p", t("bayes.coloured"), cls="hint"),
        el("p", t("bayes.unseen", words=unseen) if unseen else t("bayes.seen"), cls="unseen"),
    )


# The formula: scikit-learn's smoothed idf, as in `paradigms.tfidf_nb` -------------------------------------------------


def _math(*parts: str | Markup) -> Markup:
    """MathML: strings are symbols with spaces between them, letters set as names and the rest as operators."""
    symbols: list[Markup] = []
    for part in parts:
        if isinstance(part, Markup):
            symbols.append(part)
            continue
        for symbol in part.split():
            symbols.append(el("mn" if symbol.isdigit() else "mi" if symbol.isalpha() else "mo", symbol))
            if symbol == "ln":
                symbols.append(el("mspace", width="0.2em"))
    return el("mrow", symbols)


def _over(above: Markup, below: Markup) -> Markup:
    return el("mfrac", above, below)


def _sub(base: str, index: str) -> Markup:
    return el("msub", _math(base), _math(index))


_W_SUM = _math(_sub("∑", "d ∈ c"), "w ( t , d )")
_W_ALL = _math(_sub("∑", "s"), _sub("∑", "d ∈ c"), "w ( s , d )")
_IDF = _math("ln", _over(_math("1 + N"), _math("1 +", _sub("df", "t"))))
FORMULA = join(
    el("div", el("math", line, displaystyle="true"))
    for line in (
        _math("w ( t , d ) = ( 1 + ln", _sub("tf", "t , d"), ") · ( 1 +", _IDF, ")"),
        _math("p ( t | c ) =", _over(_math("α +", _W_SUM), _math("α · | V | +", _W_ALL))),
        _math(
            "x = ln",
            _over(_math("p ( pos )"), _math("p ( neg )")),
            "+",
            _sub("∑", "t"),
            "w ( t , d ) · [ ln p ( t | pos ) − ln p ( t | neg ) ]",
        ),
        _math("p ( pos | d ) =", _over(_math("1"), _math("1 +", el("msup", _math("e"), _math("− x"))))),
    )
)


# The tab -------------------------------------------------------------------------------------------------------------


def build(t: Text, page: Any) -> tuple[dict[str, gr.components.Component], list[gr.components.Component]]:
    """The tab's controls by the name of their field, and the outputs that `show` fills."""
    gr.HTML(str(intro(NAME, t, FORMULA)), apply_default_css=False)
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=300):
            controls: dict[str, gr.components.Component] = {"set": choice(t, page, NAME)}
            with gr.Row(elem_id="bayes-controls"):
                controls |= sliders(page, "nb_n", partial(_slider, t))
                controls |= {name: _slider(t, name) for name in ("nb_ngrams", "nb_alpha")}
            said = panel("bayes-answer")
        with gr.Column(scale=1, min_width=300):
            model = panel("bayes-model")
    _heading(t("bayes.sum"))
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=320):
            picture = chart("bayes-sum")
        with gr.Column(scale=4, min_width=320):
            table = panel("bayes-terms")
    with gr.Row(equal_height=False):
        with gr.Column(scale=5, min_width=320):
            _heading(t("bayes.telling"))
            terms = panel("bayes-telling")
        with gr.Column(scale=4, min_width=320):
            _heading(t("bayes.confusion"))
            matrix = chart("bayes-confusion")
    _heading(t("bayes.errors"))
    errors = panel("bayes-errors")
    page.loads_sentence(errors)
    # The mistakes stand far below the sum that explains them.
    errors.select(None, js="() => document.getElementById('bayes-answer').scrollIntoView({behavior: 'smooth'})")
    return controls, [model, said, picture, table, terms, matrix, errors]


def _slider(t: Text, name: str) -> gr.Slider:
    field, said = FIELDS[name], name.removeprefix("nb_").removesuffix("_zh")
    return gr.Slider(
        field.low,
        field.high,
        value=float(field.default),
        step=field.step,
        label=t(f"bayes.{said}"),
        info=t(f"bayes.{said}.info"),
        elem_id=f"bayes-{name.removeprefix('nb_').replace('_', '-')}",
        min_width=200,
    )


def _heading(text: str) -> None:
    gr.HTML(str(el("h2", text)), apply_default_css=False, elem_classes=["results", "bayes-heading"])
