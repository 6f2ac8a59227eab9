"""The pictures of the fine-tuning tab: the formula, how a sentence passes through the network, the curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go
from markupsafe import Markup

from .figures import HUES, training_curves
from .text import Text
from .view import el, percent

if TYPE_CHECKING:
    from paradigms.bert_finetune import BertFineTune, FineTuneExplanation

COLUMNS = 12  # columns drawn for the word pieces; a longer sentence has a gap in the middle
EMPTY = 8  # columns that stand for a sentence not yet typed
COLUMN, ROW, RADIUS = 24, 26, 6  # SVG units


def counts(model: BertFineTune) -> dict[str, int]:
    """How many parameters each part has, counted from the model itself, and how wide and deep it is."""
    head, encoder = model.head_, model.encoder_
    embeddings = _size(encoder.embeddings)
    old = model.trainable_parameters_ - model.new_parameters_
    return {
        "old": old,
        "new": model.new_parameters_,
        "trainable": model.trainable_parameters_,
        "embeddings": embeddings,
        "layers": old - embeddings,
        "dense": _size(head.dense),
        "out": _size(head.out),
        # What the pre-trained model has and this classifier does not read: the masked-LM head.
        "unused": model.lm_.n_parameters - _size(encoder),
        "depth": model.lm_.model.config.num_hidden_layers,
        "heads": model.lm_.model.config.num_attention_heads,
        "hidden": model.lm_.hidden_size,
        "classes": len(model.classes_),
    }


def _size(module) -> int:
    return sum(weight.numel() for weight in module.parameters())


def diagram(t: Text, model: BertFineTune, explanation: FineTuneExplanation | None) -> Markup:
    """Tokens -> embeddings -> layers -> state of [CLS] -> the new classifier -> label, with what is new set apart.

    Without an explanation (an empty sentence) the parts stand there without an answer.
    """
    n = counts(model)
    width = n["hidden"]
    attention = explanation.attention if explanation else (1.0,) * EMPTY
    length = len(attention) if explanation else 0
    old = [
        _step(t("finetune.diagram.tokens", n=length or "T"), "[CLS] … [SEP]"),
        _step(t("finetune.diagram.embeddings"), f"{length or 'T'} × {width}", n["embeddings"], t),
        el(
            "li",
            el("span", t("finetune.diagram.layers", n=n["depth"]), cls="ft-name"),
            network(t, attention, n["depth"]),
            el("span", t("finetune.diagram.layers_what"), cls="ft-shape"),
            el("span", t("finetune.diagram.count", n=f"{n['layers']:,}"), cls="ft-count"),
            cls="ft-step ft-layers",
        ),
    ]
    new = [
        _step("dropout", None),
        _step("dense", f"{width} → {width}", n["dense"], t),
        _step("tanh", None),
        _step("dropout", None),
        _step("out", f"{width} → {n['classes']}", n["out"], t),
    ]
    state = _step(t("finetune.diagram.state"), t("finetune.diagram.state_what", n=width), cls="ft-state")
    return el(
        "div",
        _part(t, "old", n["old"], old),
        el("ol", state, cls="ft-steps ft-between"),
        _part(t, "new", n["new"], new),
        el("ol", _answer(t, model, explanation), cls="ft-steps ft-between ft-last"),
        cls="ft-flow",
    )


def _part(t: Text, name: str, size: int, steps: list[Markup]) -> Markup:
    return el(
        "section",
        el(
            "h4",
            t(f"finetune.diagram.{name}"),
            " ",
            el("strong", t("finetune.diagram.count", n=f"{size:,}"), cls="number"),
        ),
        el("ol", steps, cls="ft-steps"),
        cls=f"ft-part ft-{name}",
    )


def _step(name: str, shape: str | None, size: int | None = None, t: Text | None = None, cls: str = "") -> Markup:
    count = None if size is None or t is None else t("finetune.diagram.count", n=f"{size:,}")
    return el(
        "li",
        el("span", name, cls="ft-name"),
        el("span", shape, cls="ft-shape") if shape else None,
        el("span", count, cls="ft-count") if count else None,
        cls=f"ft-step {cls}".strip(),
    )


def _answer(t: Text, model: BertFineTune, explanation: FineTuneExplanation | None) -> Markup:
    if explanation is None:
        return _step(t("finetune.diagram.answer"), "–", cls="ft-answer")
    best = max(range(len(explanation.probabilities)), key=explanation.probabilities.__getitem__)
    side = "positive" if best else "negative"
    return el(
        "li",
        el("span", t("finetune.diagram.answer"), cls="ft-shape"),
        el("span", t.label(str(model.classes_[best])), cls=f"label {side}"),
        el("span", percent(explanation.probabilities[best], 1), cls="number"),
        cls="ft-step ft-answer",
    )


def network(t: Text, attention: Sequence[float], depth: int) -> Markup:
    """The columns of the word pieces through the layers, as SVG; the lines at the top are the attention of [CLS]."""
    pieces = _shown(len(attention))
    n = len(pieces)
    width, height = COLUMN * n, ROW * (depth + 3)
    xs = [COLUMN * (i + 0.5) for i in range(n)]
    foot, top, state = height - ROW / 2, ROW * 2.0, ROW / 2
    greatest = max(attention) or 1.0
    drawn: list[Markup] = []
    for x, piece in zip(xs, pieces, strict=True):
        if piece is None:
            drawn.append(el("text", "…", x=x, y=foot + 4, text_anchor="middle", cls="ft-gap"))
            continue
        side = "ft-cls" if piece == 0 else "ft-other"
        drawn.append(el("line", x1=x, y1=foot, x2=x, y2=top - ROW / 2, cls=side))
        share = attention[piece] / greatest
        drawn.append(
            el(
                "line",
                x1=x,
                y1=top - ROW / 2,
                x2=xs[0],
                y2=state,
                cls="ft-look",
                stroke_width=f"{0.5 + 4 * share:.1f}",
                stroke_opacity=f"{0.25 + 0.75 * share:.2f}",
            )
        )
        drawn.append(el("circle", cx=x, cy=foot, r=RADIUS, cls=side))
    drawn += [
        el("rect", x=1, y=top + ROW * layer, width=width - 2, height=ROW - 10, rx=5, cls="ft-layer")
        for layer in range(depth)
    ]
    drawn.append(el("circle", cx=xs[0], cy=state, r=RADIUS + 1, cls="ft-cls"))
    said = t("finetune.diagram.picture", tokens=len(attention), layers=depth)
    return el("svg", drawn, viewBox=f"0 0 {width} {height}", style=f"max-width: {width}px", role="img", aria_label=said)


def _shown(length: int) -> list[int | None]:
    """Which pieces have a column; None is the gap."""
    if length <= COLUMNS:
        return list(range(length))
    return [*range(COLUMNS - 4), None, *range(length - 3, length)]


def curves(
    names: dict[str, str],
    losses: Sequence[float],
    train: Sequence[tuple[int, float]],
    held_out: Sequence[tuple[int, float]],
    total: int,
    majority: float,
) -> go.Figure:
    """Both accuracies asked of the same model at the same moments: how far they come apart is the overfitting.

    The axis is as long as the training will be, so that the curves grow into it instead of being squeezed.
    """
    steps = range(1, len(losses) + 1)
    figure = training_curves(steps, losses, (), held_out, majority, hue=HUES["bert-finetune"], names=names)
    close = bool(train and held_out) and train[-1][1] - held_out[-1][1] < 0.12  # their figures would overlap
    below = "bottom left" if close else "top left"
    for name, points, place in (("train", train, "top left"), ("held_out", held_out, below)):
        figure.update_traces(
            {
                "x": [step for step, _ in points],
                "y": [value for _, value in points],
                "mode": "lines+markers+text",
                "text": ["" for _ in points[1:]] + [percent(value) for _, value in points[-1:]],
                "textposition": place,
                "cliponaxis": False,
            },
            selector={"name": names[name]},
        )
    figure.update_traces({"x": [0, total]}, selector={"name": names["majority"]})
    greatest = max(losses, default=0.0)
    figure.update_layout(
        height=420,
        xaxis={"range": [0, 1.02 * total]},
        yaxis={"range": [0.3, 1.08]},
        yaxis2={"range": [0, max(1.0, 1.05 * greatest)], "tickmode": "auto", "nticks": 6},
    )
    return figure


def formula() -> Markup:
    """p(y | x) = softmax(W2 tanh(W1 h + b1) + b2), h the state of [CLS]; and the loss over the n examples."""

    def name(symbol: str, low: str | None = None) -> Markup:
        return el("msub", el("mi", symbol), el("mn", low)) if low else el("mi", symbol)

    def mark(*symbols: str) -> list[Markup]:
        return [el("mo", symbol) for symbol in symbols]

    inner = [name("W", "1"), name("h"), mark("+"), name("b", "1")]
    outer = [name("W", "2"), name("tanh"), mark("("), inner, mark(")", "+"), name("b", "2")]
    probability = [name("p"), mark("("), name("y"), mark("|"), name("x"), mark(")", "="), name("softmax")]
    bert = el("msub", el("mi", "BERT"), el("mi", "\u03b8"))
    state = [
        name("h"),
        mark("="),
        el("msub", [el("mrow", bert, mark("("), name("x"), mark(")"))], el("mtext", "[CLS]")),
    ]
    of_example = [el("msub", el("mi", symbol), el("mi", "i")) for symbol in "yx"]
    mean = [
        name("L"),
        mark("=", "\u2212"),
        el("mfrac", el("mn", "1"), el("mi", "n")),
        el("munder", el("mo", "\u2211"), el("mi", "i")),
        [name("log"), name("p"), mark("("), of_example[0], mark("|"), of_example[1], mark(")")],
    ]
    lines = ([state], [probability, mark("("), outer, mark(")")], [mean])
    return el("div", [el("math", *line, display="block") for line in lines], cls="ft-formula")
