"""The Compare tab: one sentence, four answers, each with its own evidence in miniature."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import gradio as gr
from markupsafe import Markup

from paradigms.record import METHODS, SEEDS, Recorded

from . import challenge, models
from .bayes import word_contributions
from .figures import FAINT, HUES, INK, blank
from .parts import HUE, chart, figure_value, intro, panel
from .text import Text
from .view import coloured, el, meter, percent, signed, tabular

if TYPE_CHECKING:
    from paradigms.base import TextClassifier
    from paradigms.bert_finetune import FineTuneExplanation
    from paradigms.prompt.classifier import PromptExplanation
    from paradigms.tfidf_nb import NaiveBayesExplanation
    from paradigms.word2vec_lstm import LSTMExplanation

NAME = "compare"
UNKNOWN = "[UNK]"  # BERT's; models that cut words down to bytes have none
CURVE_AT = 16  # labelled examples per class at which the chart's sentence compares the paradigms


def show(t: Text, state: Mapping[str, Any], session: str | None = None) -> tuple[str]:
    """The four panels for the sentence."""
    text = state["s"].strip()
    if not text:
        return (str(el("p", t("sentence.empty"), cls="empty")),)
    cards = [answer_card(t, method, model, text) for method, model in models.trained().items()]
    return (str(el("div", cards, cls="cards")),)


def answer_card(t: Text, method: str, model: TextClassifier, text: str) -> Markup:
    """One paradigm's answer: label, probability, evidence, cost."""
    explanation = model.explain(text)
    probabilities = explanation.probabilities
    best = max(range(len(probabilities)), key=probabilities.__getitem__)
    label = t.label(str(model.classes_[best]))
    row = next(r for r in models.results() if r.method == method and r.shots == (0 if method == "prompt" else None))
    n_labels = t("labels.used", n=f"{row.n_train:,}") if row.n_train else t("labels.none")
    return el(
        "section",
        el("h3", t(f"method.{method}")),
        el(
            "p",
            el("span", label, cls=f"label {_side(best)}"),
            meter(probabilities[best], cls=_side(best)),
            el("span", percent(probabilities[best]), cls="number"),
            cls="answer",
            aria_label=t("compare.answer", label=label, probability=percent(probabilities[best])),
        ),
        el("div", EVIDENCE[method](t, text, explanation), cls="evidence"),
        el("p", t(f"compare.evidence.{method}"), cls="caption"),
        el("p", n_labels, " · ", t("parameters", n=f"{row.trainable_parameters:,}"), _model_name(model), cls="cost"),
        cls=f"card hue-{HUE[method]}",
        data_method=method,
    )


def _model_name(model: TextClassifier) -> str | None:
    """Which pre-trained model answered, for the paradigms that have one."""
    return f" · {model.lm_.name}" if hasattr(model, "lm_") else None


def _bayes(t: Text, text: str, explanation: NaiveBayesExplanation) -> list[Markup | None]:
    spans = word_contributions(text, explanation)
    greatest = max((abs(value) for _, _, value in spans), default=0.0) or 1.0
    words = coloured(text, [(start, end, value / greatest, signed(value)) for start, end, value in spans])
    unseen = t("list").join(explanation.unseen)
    return [words, el("p", t("compare.unseen", words=unseen), cls="hint") if unseen else None]


def _lstm(t: Text, text: str, explanation: LSTMExplanation) -> list[Markup | None]:
    columns = [
        el(
            "span",
            el(
                "span",
                cls=f"fill {_side(word.probabilities[-1] >= 0.5)}",
                style=f"height: {_height(word.probabilities)}",
            ),
            el("span", word.word, cls="under"),
            cls="column",
            title=f"{word.word}: {percent(word.probabilities[-1])}",
        )
        for word in explanation.words
    ]
    unknown = list(dict.fromkeys(word.word for word in explanation.words if not word.known))
    hint = el("p", t("compare.novector", words=t("list").join(unknown)), cls="hint") if unknown else None
    return [el("div", columns, cls="running"), hint]


def _finetune(t: Text, text: str, explanation: FineTuneExplanation) -> list[Markup | None]:
    """Words for the predicted label in that label's colour, words against it in the other's."""
    sign = 1 if explanation.probabilities[-1] >= 0.5 else -1
    greatest = max((abs(word.change) for word in explanation.salience), default=0.0) or 1.0
    words = coloured(
        text,
        [(w.start, w.end, sign * w.change / greatest, signed(w.change, 3)) for w in explanation.salience],
    )
    return [words, _unread(t, explanation.tokens)]


def _prompt(t: Text, text: str, explanation: PromptExplanation) -> list[Markup | None]:
    top = list(zip(explanation.distribution.words, explanation.distribution.probabilities, strict=True))[:4]
    before = explanation.tokens[: explanation.mask_position]
    after = explanation.tokens[explanation.mask_position + 1 :]
    blank_sentence = el(
        "p", " ".join(_plain(before)), el("span", top[0][0], cls="slot"), " ".join(_plain(after)), cls="cloze"
    )
    strongest = top[0][1] or 1.0
    bars = [
        el(
            "span",
            el("span", word, cls="name"),
            meter(p / strongest, cls="hue"),
            el("span", percent(p, 1), cls="number"),
            cls="bar",
        )
        for word, p in top
    ]
    return [blank_sentence, el("div", bars, cls="bars"), _unread(t, explanation.tokens)]


EVIDENCE: dict[str, Callable[[Text, str, Any], Any]] = {
    "tfidf-nb": _bayes,
    "word2vec-lstm": _lstm,
    "bert-finetune": _finetune,
    "prompt": _prompt,
}


def _unread(t: Text, tokens: tuple[str, ...]) -> Markup | None:
    """How many words the model has no piece for, such as those of another language: it answers all the same."""
    n = tokens.count(UNKNOWN)
    return el("p", t("compare.unread", n=n), cls="hint") if n else None


def _plain(tokens: tuple[str, ...]) -> list[str]:
    """Word pieces as words again, special tokens left out, except in place of what could not be read."""
    words: list[str] = []
    for token in tokens:
        if token.startswith("##") and words:
            words[-1] += token[2:]
        elif token == UNKNOWN or not (token.startswith("[") and token.endswith("]") and len(token) > 2):
            words.append(token)
    return words


def _side(label: int | bool) -> str:
    return "positive" if label else "negative"


def _height(probabilities: tuple[float, ...]) -> str:
    return f"{100 * probabilities[-1]:.1f}%"


# The recorded results -----------------------------------------------------------------------------------------------


def shots_name(t: Text, row: Recorded) -> str:
    if row.shots is None:
        return t("compare.shots.all")
    return t("compare.shots.k", k=row.shots) if row.shots else t("compare.shots.0")


def table_rows(rows: list[Recorded]) -> list[Recorded]:
    """What the table and its chart compare: no label where that is possible, 16 per class, and all labels."""
    return [row for method in METHODS for row in rows if row.method == method and row.shots in (0, CURVE_AT, None)]


def table(t: Text, rows: list[Recorded]) -> Markup:
    columns = ("method", "labels", "parameters", "seconds", "accuracy")
    body = []
    for row in table_rows(rows):
        low, high = row.bounds
        spread = f" ± {100 * row.deviation:.1f}" if row.deviation else ""
        body.append(
            el(
                "tr",
                el("th", t(f"method.{row.method}"), el("span", shots_name(t, row), cls="shots"), scope="row"),
                el("td", f"{row.n_train:,}"),
                el("td", f"{row.trainable_parameters:,}"),
                el("td", f"{row.seconds_fit:.1f}"),
                el(
                    "td",
                    el("strong", percent(row.accuracy, 1)),
                    f"{spread} [{100 * low:.1f}–{100 * high:.1f}] ",
                    el("span", t("recorded"), cls="recorded", title=t("recorded.title", command=row.command)),
                ),
                cls=f"hue-{HUE[row.method]}",
            )
        )
    note = t(
        "compare.table.note",
        n=rows[0].n_test,
        majority=percent(models.held_out().majority),
        seeds=len(SEEDS),
    )
    return el(
        "div",
        el("h2", t("compare.table")),
        tabular([t(f"compare.column.{name}") for name in columns], body),
        el("p", note, cls="caption"),
    )


def accuracy_chart(t: Text, rows: list[Recorded]) -> dict[str, object]:
    """Accuracy of each row with its 95% interval, and the majority-class line."""
    shown = table_rows(rows)[::-1]
    majority = models.held_out().majority
    # Two lines a name, so that a phone has room for the points.
    names = [f"{t(f'method.{row.method}')}<br>{shots_name(t, row)}" for row in shown]
    figure = blank(92 + 42 * len(shown), x=t("accuracy"), y="")
    figure.add_scatter(
        x=[row.accuracy for row in shown],
        y=names,
        mode="markers",
        marker={"size": 12, "color": [HUES[row.method] for row in shown]},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [row.bounds[1] - row.accuracy for row in shown],
            "arrayminus": [row.accuracy - row.bounds[0] for row in shown],
            "color": INK,
            "thickness": 1.5,
        },
    )
    above = {"text": t("majority"), "align": "left", "yanchor": "bottom", "font": {"color": FAINT}}
    figure.add_vline(x=majority, line={"color": FAINT, "dash": "dash", "width": 1}, annotation=above)
    figure.update_layout(xaxis={"range": [0.44, 1.0], "tickformat": ".0%"}, yaxis={"title": None}, margin={"t": 40})
    best = max(shown, key=lambda row: row.accuracy)
    zero = next(row for row in shown if row.shots == 0)
    result = t(
        "compare.result.accuracy",
        best=t("compare.row", method=t(f"method.{best.method}"), shots=shots_name(t, best)),
        value=percent(best.accuracy, 1),
        zero=percent(zero.accuracy, 1),
        majority=percent(majority),
    )
    return figure_value(figure, result)


def curve_chart(t: Text, rows: list[Recorded]) -> dict[str, object]:
    """Accuracy over the number of labelled examples: how many labels each paradigm needs."""
    figure = blank(340, x=t("compare.axis.labels"), y=t("accuracy"), legend=True)
    at: dict[str, str] = {}
    for method in METHODS:
        points = sorted((row for row in rows if row.method == method and row.n_train), key=lambda row: row.n_train)
        figure.add_scatter(
            x=[row.n_train for row in points],
            y=[row.accuracy for row in points],
            error_y={"type": "data", "array": [row.deviation for row in points], "thickness": 1, "width": 3},
            name=t(f"method.{method}"),
            mode="lines+markers",
            line={"color": HUES[method], "width": 3},
        )
        at[method] = percent(next(row.accuracy for row in points if row.shots == CURVE_AT), 1)
    zero = next(row for row in rows if row.shots == 0)
    name = t("compare.row", method=t("method.prompt"), shots=shots_name(t, zero))
    figure.add_hline(
        y=zero.accuracy, line={"color": HUES["prompt"], "dash": "dot", "width": 2}, name=name, showlegend=True
    )
    figure.update_layout(xaxis={"type": "log", "dtick": "D2"}, yaxis={"tickformat": ".0%"})
    result = t(
        "compare.result.curve",
        n=2 * CURVE_AT,
        prompt=at["prompt"],
        finetune=at["bert-finetune"],
        lstm=at["word2vec-lstm"],
        bayes=at["tfidf-nb"],
    )
    return figure_value(figure, result)


def build(t: Text, page: Any) -> tuple[dict[str, gr.components.Component], list[gr.components.Component]]:
    """The tab's controls by the name of their field, and the outputs that `show` fills."""
    rows = models.results()
    formula = el("span", "p(", el("i", "y"), " | ", el("i", "x"), ")")
    gr.HTML(str(intro(NAME, t, formula)), apply_default_css=False)
    cards = panel("compare-cards")
    gr.HTML(str(table(t, rows)), apply_default_css=False, elem_classes=["results"])
    with gr.Row(equal_height=False):
        for name, value in (("compare-accuracy", accuracy_chart(t, rows)), ("compare-curve", curve_chart(t, rows))):
            with gr.Column(min_width=360):
                chart(name, value)
    challenge.build(t, page)
    return {}, [cards]
