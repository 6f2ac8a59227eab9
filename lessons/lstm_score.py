"""The running score of tab 2: what the LSTM thinks after each word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from paradigms.word2vec_lstm import RUNNING

from .text import Text
from .view import el, meter, percent, pick, side

if TYPE_CHECKING:
    from paradigms.word2vec_lstm import LSTMExplanation, ReadWord, Word2VecLSTM


def running_score(
    t: Text, model: Word2VecLSTM, explanation: LSTMExplanation, word: str | None, speaker: Markup
) -> Markup:
    """The answer, and a column a word; a click on one chooses the word."""
    read = explanation.words
    best = max(range(len(explanation.probabilities)), key=explanation.probabilities.__getitem__)
    last = t.label(str(model.classes_[-1]))
    if not read:
        columns = el("p", t("sentence.empty"), cls="empty")
        result = ""
    else:
        scale = el("span", [el("span", at) for at in ("100%", "50%", "0%")], cls="scale", aria_hidden="true")
        columns = el("div", scale, el("div", [_column(t, w, last, w.word == word) for w in read], cls="columns"))
        result = _running_result(t, explanation, last)
    label = t.label(str(model.classes_[best]))
    answer = el(
        "p",
        el("span", label, cls=f"label {side(best)}"),
        meter(explanation.probabilities[best], cls=side(best)),
        el("span", percent(explanation.probabilities[best]), cls="number"),
        cls="answer",
    )
    unknown = list(dict.fromkeys(w.word for w in read if not w.known))
    vectors = (t("lstm.unknown", words=t("list").join(unknown)) if unknown else t("lstm.all_known")) if read else ""
    return el(
        "section",
        el("h2", t("lstm.running")),
        answer if read else el("p", "–", cls="answer"),
        el("p", speaker, cls="caption"),
        el("div", el("p", t("lstm.axis.p", label=last), cls="axis"), columns, cls="running-score"),
        el("p", result, cls="hint"),
        el("p", t("lstm.running.first", n=RUNNING), cls="hint") if len(read) == RUNNING else None,
        el("p", vectors, cls="hint"),
        cls="hue-lstm",
    )


def _column(t: Text, read: ReadWord, label: str, chosen: bool) -> Markup:
    p = read.probabilities[-1]
    key = "lstm.column" if read.known else "lstm.column.unknown"
    return pick(
        [
            el(
                "span",
                el("span", cls=f"fill {side(p >= 0.5)}", style=f"height: {100 * p:.1f}%"),
                el("span", percent(p), cls="number", style=f"bottom: {100 * p:.1f}%"),
                cls="track",
            ),
            el("span", read.word, cls="under"),
        ],
        read.word,
        cls="column" if read.known else "column unknown",
        title=t(key, word=read.word, label=label, p=percent(p)),
        pressed=chosen,
    )


def _running_result(t: Text, explanation: LSTMExplanation, label: str) -> str:
    """Which word moves the score most."""
    scores = [read.probabilities[-1] for read in explanation.words]
    if len(scores) == 1:
        return t("lstm.result.one", label=label, p=percent(scores[0]))
    at = max(range(1, len(scores)), key=lambda i: abs(scores[i] - scores[i - 1]))
    return t(
        "lstm.result.running",
        word=explanation.words[at].word,
        before=percent(scores[at - 1]),
        after=percent(scores[at]),
        label=label,
        p=percent(explanation.probabilities[-1]),
    )
