"""The flow from the vocabulary to the label, every number on the way shown.

Three columns and two bands between them. In the left column the whole vocabulary is a bar of height 1 on which the
label words have their true size; the first band magnifies that part, so that what is left of it is 1 again, the softmax
over label words; the second gathers each class's words.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from paradigms.prompt.classifier import LabelWord, PromptExplanation

from .prompt_view import SIDES, logit, share
from .text import Text
from .view import el, meter, percent

Strip = tuple[float, float]  # from top to bottom, shares of the height of a column


def flow(t: Text, text: str, explanation: PromptExplanation, labels: Sequence[str]) -> Markup:
    """`text` is the sentence; `labels` in the order of the explanation's probabilities."""
    words = explanation.label_words
    side = {label: SIDES[index] for index, label in enumerate(labels)}
    colours = [side[one.label] for one in words]
    vocabulary, word_strips, label_strips = strips(words, labels)
    best = max(range(len(labels)), key=explanation.probabilities.__getitem__)
    result = t(
        "prompt.flow.result",
        covered=share(explanation.covered),
        label=t.label(labels[best]),
        probability=percent(explanation.probabilities[best], 1),
    )
    return el(
        "section",
        el("h2", t("prompt.flow")),
        # Seen while the boxes hold what cannot be asked: then this picture is older than they are.
        el("p", t("prompt.flow.last", sentence=text), cls="hint last"),
        el(
            "div",
            _vocabulary(t, explanation, colours, vocabulary),
            _band(vocabulary, word_strips, colours),
            _words(t, words, colours),
            _band(word_strips, label_strips, colours),
            _labels(t, explanation, labels, best),
            cls="flow",
            style=f"--n: {len(words)}",
        ),
        el("p", result, cls="caption result"),
    )


def strips(words: Sequence[LabelWord], labels: Sequence[str]) -> tuple[list[Strip], list[Strip], list[Strip]]:
    """Where each word's strip runs in the three columns: vocabulary, label words, labels."""
    vocabulary, in_words, in_labels = [], [], []
    row, top = 1 / len(words), 0.0
    for index, one in enumerate(words):
        vocabulary.append((top, top + one.probability))
        top += one.probability
        middle = (index + 0.5) * row
        in_words.append((middle - 0.4 * row * one.share, middle + 0.4 * row * one.share))
    height = 0.8 / len(labels)  # of a label that gets everything
    for place, label in enumerate(labels):
        mine = [one.share for one in words if one.label == label]
        at = (place + 0.5) / len(labels) - height * sum(mine) / 2
        for share_of_word in mine:
            in_labels.append((at, at + height * share_of_word))
            at += height * share_of_word
    return vocabulary, in_words, in_labels


def _band(left: Sequence[Strip], right: Sequence[Strip], colours: Sequence[str]) -> Markup:
    """Strips from column to column; at least a hairline, so that the smallest word is seen to go somewhere."""
    paths = []
    for (a, b), (c, d), colour in zip(left, right, colours, strict=True):
        (a, b), (c, d) = _hairline(a, b), _hairline(c, d)
        path = f"M0 {a:.2f} C50 {a:.2f} 50 {c:.2f} 100 {c:.2f} L100 {d:.2f} C50 {d:.2f} 50 {b:.2f} 0 {b:.2f} Z"
        paths.append(el("path", d=path, cls=colour))
    return el(
        "div", el("svg", paths, viewBox="0 0 100 100", preserveAspectRatio="none"), cls="band", aria_hidden="true"
    )


def _hairline(top: float, bottom: float) -> tuple[float, float]:
    """In percent, at least 0.6 high and inside the column."""
    top, bottom = 100 * top, 100 * bottom
    missing = max(0.0, 0.6 - (bottom - top)) / 2
    top, bottom = top - missing, bottom + missing
    shift = max(0.0, -top)
    return top + shift, bottom + shift


def _vocabulary(t: Text, explanation: PromptExplanation, colours: Sequence[str], vocabulary: Sequence[Strip]) -> Markup:
    size = len(explanation.distribution.log_probabilities)
    segments = [
        el("span", cls=f"segment {colour}", style=f"--part: {100 * (bottom - top):.3f}%")
        for (top, bottom), colour in zip(vocabulary, colours, strict=True)
    ]
    n_others = size - len(explanation.label_words)
    return el(
        "div",
        el("h3", t("prompt.flow.vocabulary")),
        el(
            "div",
            el(
                "div",
                el("p", t("prompt.flow.all", n=f"{size:,}"), cls="caption"),
                el("p", t("prompt.flow.covered"), " ", el("strong", share(explanation.covered), cls="number")),
                el(
                    "p",
                    t("prompt.flow.rest", n=f"{n_others:,}"),
                    " ",
                    el("span", share(1 - explanation.covered), cls="number"),
                    cls="caption",
                ),
            ),
            el("div", segments, cls="stack", aria_hidden="true"),
            cls="body",
        ),
        cls="column vocabulary",
    )


def _words(t: Text, words: Sequence[LabelWord], colours: Sequence[str]) -> Markup:
    names = ("words", "logit", "probability", "share")
    head = el("tr", [el("th", t(f"prompt.flow.{name}"), scope="col") for name in names])
    rows = [
        el(
            "tr",
            el("th", one.word, scope="row", cls=f"label {colour}"),
            el("td", logit(one.logit), cls="number"),
            el("td", share(one.probability), cls="number"),
            el("td", el("span", el("span", share(one.share), cls="number"), meter(one.share, cls=colour))),
        )
        for one, colour in zip(words, colours, strict=True)
    ]
    return el("table", el("thead", head), el("tbody", rows), cls="column words")


def _labels(t: Text, explanation: PromptExplanation, labels: Sequence[str], best: int) -> Markup:
    blocks = []
    for index, (label, probability) in enumerate(zip(labels, explanation.probabilities, strict=True)):
        shares = [one.share for one in explanation.label_words if one.label == label]
        if len(shares) == 1:
            terms = t("prompt.flow.one")
        elif len(shares) <= 3:
            terms = " + ".join(share(value) for value in shares)
        else:
            terms = t("prompt.flow.several", n=len(shares))
        blocks.append(
            el(
                "div",
                el("span", t.label(label), cls=f"label {SIDES[index]}"),
                el("span", terms, cls="terms number"),
                el("span", percent(probability, 1), cls=f"answer number {SIDES[index]}"),
                meter(probability, cls=SIDES[index]),
                cls=f"label-block {'best' if index == best else ''}",
            )
        )
    return el("div", el("h3", t("prompt.flow.label")), el("div", blocks, cls="body"), cls="column labels")
