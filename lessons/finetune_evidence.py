"""What the fine-tuned model read and how it came to its answer, as panels of the tab."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from markupsafe import Markup

from paradigms.words import surface_words

from .anatomy import Part, anatomy
from .figures_finetune import counts, diagram
from .text import Text
from .view import coloured, el, meter, percent, signed

if TYPE_CHECKING:
    from paradigms.bert_finetune import BertFineTune, FineTuneExplanation

BARS = 8  # words in the list of the most salient


def _best(explanation: FineTuneExplanation) -> int:
    return max(range(len(explanation.probabilities)), key=explanation.probabilities.__getitem__)


def _side(label: int) -> str:
    return "positive" if label else "negative"


def _label(t: Text, model: BertFineTune, row: int) -> str:
    return t.label(str(model.classes_[row]))


def _empty(t: Text) -> Markup:
    return el("p", t("sentence.empty"), cls="empty")


def answer(t: Text, model: BertFineTune, who: Markup, explanation: FineTuneExplanation | None) -> Markup:
    """The label and its probability, under a line that says which model speaks."""
    if explanation is None:
        return el("div", who, _empty(t), cls="ft-head")
    best = _best(explanation)
    probability = explanation.probabilities[best]
    return el(
        "div",
        who,
        el(
            "p",
            el("span", _label(t, model, best), cls=f"label {_side(best)}"),
            meter(probability, cls=_side(best)),
            el("span", percent(probability, 1), cls="number"),
            cls="answer",
        ),
        cls="ft-head",
    )


def untrained(t: Text) -> tuple[Markup, ...]:
    """The answer, the tokens, the diagram and the salience before there is a model."""
    nothing = el("p", t("finetune.untrained.evidence"), cls="empty")
    cards = [
        el("section", el("h3", t(f"finetune.{name}")), nothing, cls="card")
        for name in ("tokens", "diagram", "salience")
    ]
    return el("div", el("p", t("finetune.untrained"), cls="empty"), cls="ft-head"), *cards


def tokens(t: Text, model: BertFineTune, explanation: FineTuneExplanation | None) -> Markup:
    """Word pieces with the attention that [CLS] pays to each."""
    title = el("h3", t("finetune.tokens"))
    if explanation is None:
        return el("section", title, _empty(t), cls="card")
    greatest = max(explanation.attention)
    special = {0, len(explanation.tokens) - 1}
    chips = [
        el(
            "li",
            el("span", el("span", cls="fill", style=f"height: {100 * share / greatest:.1f}%"), cls="ft-well"),
            el("span", piece, cls="ft-piece", style=f"--strength: {55 * share / greatest:.0f}%"),
            el("span", percent(share, 1), cls="ft-share"),
            cls="ft-token special" if row in special else "ft-token",
        )
        for row, (piece, share) in enumerate(zip(explanation.tokens, explanation.attention, strict=True))
    ]
    words = [row for row in range(len(chips)) if row not in special] or [0]
    most = max(words, key=explanation.attention.__getitem__)
    said = t(
        "finetune.tokens.result",
        n=len(chips),
        most=explanation.tokens[most],
        share=percent(explanation.attention[most], 1),
        special=percent(sum(explanation.attention[row] for row in special), 1),
    )
    cut = explanation.truncated
    return el(
        "section",
        title,
        el("ol", chips, cls="ft-tokens"),
        el("p", t("finetune.truncated", n=cut), cls="hint wrong") if cut else None,
        el("p", said, cls="result"),
        el("p", t("finetune.tokens.note", heads=counts(model)["heads"]), cls="caption"),
        cls="card",
    )


def flow(t: Text, model: BertFineTune, explanation: FineTuneExplanation | None) -> Markup:
    """The diagram; under it what is new in words, and the arithmetic of the last step."""
    n = counts(model)
    share = n["new"] / n["trainable"]
    note = t(
        "finetune.diagram.note",
        trainable=f"{n['trainable']:,}",
        old=f"{n['old']:,}",
        new=f"{n['new']:,}",
        share=percent(share, 2),
    )
    return el(
        "section",
        el("h3", t("finetune.diagram")),
        diagram(t, model, explanation),
        el(
            "div",
            el(
                "div",
                el("h4", t("finetune.new")),
                meter(share, cls="hue", title=percent(share, 2)),
                el("p", note),
                el("p", t("finetune.diagram.unused", unused=f"{n['unused']:,}"), cls="caption"),
            ),
            logits(t, model, explanation),
            cls="ft-pair",
        ),
        anatomy(
            t, [Part("model", "bert", n["old"], n["old"]), Part("head", "new_head", n["new"], n["new"])], hue="finetune"
        ),
        cls="card",
    )


def logits(t: Text, model: BertFineTune, explanation: FineTuneExplanation | None) -> Markup:
    """The arithmetic of softmax."""
    title = el("h4", t("finetune.logits"))
    if explanation is None:
        return el("div", title, _empty(t))
    powers = [exp(z) for z in explanation.logits]
    head = [t("finetune.logits.class"), t("finetune.logits.logit"), el("span", "e", el("sup", "z")), t("probability")]
    rows = [
        el(
            "tr",
            el("th", el("span", _label(t, model, row), cls=f"label {_side(row)}"), scope="row"),
            el("td", signed(z, 3)),
            el("td", f"{power:.3f}"),
            el("td", meter(p, cls=_side(row)), " ", percent(p, 1)),
        )
        for row, (z, power, p) in enumerate(zip(explanation.logits, powers, explanation.probabilities, strict=True))
    ]
    total = [
        el("th", t("finetune.logits.sum"), scope="row"),
        el("td"),
        el("td", f"{sum(powers):.3f}"),
        el("td", "100%"),
    ]
    first, second = sorted(explanation.logits, reverse=True)[:2]
    return el(
        "div",
        title,
        el(
            "div",
            el(
                "table",
                el("thead", el("tr", [el("th", name, scope="col") for name in head])),
                el("tbody", rows, el("tr", total)),
            ),
            cls="scroll",
        ),
        el("p", t("finetune.logits.note", difference=f"{first - second:.3f}"), cls="caption"),
    )


def salience(t: Text, model: BertFineTune, text: str, explanation: FineTuneExplanation | None) -> Markup:
    """The sentence with each word in the colour it speaks for, and the words that move the answer most."""
    title = el("h3", t("finetune.salience"))
    if explanation is None or not explanation.salience:
        return el("section", title, _empty(t), cls="card")
    best = _best(explanation)
    label = _label(t, model, best)
    for_it, against = _side(best), _side(not best)
    greatest = max(abs(word.change) for word in explanation.salience) or 1.0
    sign = 1 if best else -1
    spans = [(w.start, w.end, sign * w.change / greatest, _points(w.change)) for w in explanation.salience]
    strongest = sorted(explanation.salience, key=lambda word: -abs(word.change))[:BARS]
    bars = [
        el(
            "span",
            el("span", word.word, cls="name"),
            el(
                "span",
                el(
                    "span",
                    cls=f"fill {for_it if word.change >= 0 else against}",
                    style=_swing(word.change / greatest),
                ),
                cls="ft-swing",
            ),
            el("span", _points(word.change), cls="number"),
            cls="bar",
        )
        for word in strongest
    ]
    before = explanation.probabilities[best]
    said = t(
        "finetune.salience.result",
        most=strongest[0].word,
        label=label,
        before=percent(before, 1),
        after=percent(before - strongest[0].change, 1),
    )
    tried = len(explanation.salience)
    limit = t("finetune.salience.limit", n=tried) if len(surface_words(text)) > tried else None
    return el(
        "section",
        title,
        el(
            "div",
            el(
                "div",
                el("p", coloured(text, spans), cls="ft-big"),
                el("p", said, cls="result"),
                el("p", t("finetune.salience.note", label=label), " ", limit, cls="caption"),
            ),
            el("div", bars, cls="bars"),
            cls="ft-pair",
        ),
        cls="card",
    )


def _swing(share: float) -> str:
    """A bar from the middle to the right for what is above 0, to the left for what is below."""
    return f"{'left' if share >= 0 else 'right'}: 50%; width: {50 * abs(share):.1f}%"


def _points(change: float) -> str:
    """In percentage points, without a sign on what rounds to 0."""
    points = round(100 * change, 1)
    return signed(points, 1) if points else "0.0"
