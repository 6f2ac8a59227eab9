"""The challenge section of the Compare tab: ten phenomena, four paradigms, and the minimal pairs between them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import gradio as gr
import plotly.graph_objects as go

from paradigms.data import CHALLENGE, Example, load_challenge
from paradigms.record import METHODS

from . import models
from .figures import HEAT, INK, blank
from .parts import HUE, chart, figure_value, panel, picked
from .text import Text
from .view import el, percent, pick, side

if TYPE_CHECKING:
    from markupsafe import Markup


@lru_cache(maxsize=1)
def examples() -> tuple[Example, ...]:
    return tuple(load_challenge())


@lru_cache(maxsize=1)
def answered() -> dict[str, tuple[bool, ...]]:
    """Per method, whether each challenge sentence is answered rightly; takes a few seconds once."""
    texts = [example.text for example in examples()]
    return {
        method: tuple(map(bool, model.predict(texts) == [example.label for example in examples()]))
        for method, model in models.trained().items()
    }


def accuracy(method: str, phenomenon: str) -> float:
    """The share of right answers to the sentences of one phenomenon."""
    right = [ok for ok, example in zip(answered()[method], examples(), strict=True) if example.phenomenon == phenomenon]
    return sum(right) / len(right)


def grid(t: Text) -> dict[str, object]:
    """Accuracy by phenomenon and paradigm as a heat map."""
    table = [[accuracy(method, phenomenon) for method in METHODS] for phenomenon in CHALLENGE]
    names = [t(f"phenomenon.{phenomenon}") for phenomenon in CHALLENGE]
    figure = blank(430, x=t("accuracy"), y="")
    figure.add_trace(
        go.Heatmap(
            z=table,
            x=[t(f"tab.{HUE[method]}") for method in METHODS],
            y=names,
            customdata=[[phenomenon] * len(METHODS) for phenomenon in CHALLENGE],
            text=[[percent(value) for value in row] for row in table],
            texttemplate="%{text}",
            textfont={"size": 15, "color": INK},
            # From the colour of a wrong answer over paper at chance to that of a right one.
            colorscale=HEAT,
            zmin=0,
            zmax=1,
            showscale=False,  # the cells say it, and need the room on a telephone
            hovertemplate="%{y}, %{x}: %{text}<extra></extra>",
        )
    )
    figure.update_layout(yaxis={"autorange": "reversed"}, xaxis={"side": "top", "tickfont": {"size": 12}})
    worst = min(CHALLENGE, key=lambda phenomenon: accuracy("prompt", phenomenon))
    result = t(
        "challenge.result",
        n=len(examples()),
        scores=_scores(t, {method: (sum(right), len(right)) for method, right in answered().items()}),
        worst=t(f"phenomenon.{worst}"),
        value=percent(accuracy("prompt", worst)),
    )
    return figure_value(figure, result)


def sentences(t: Text, phenomenon: str) -> Markup:
    """The sentences of one phenomenon, the two of a minimal pair in one frame, with a dot a paradigm."""
    rows = [(i, example) for i, example in enumerate(examples()) if example.phenomenon == phenomenon]
    pairs: dict[str, list[tuple[int, Example]]] = {}
    for i, example in rows:
        pairs.setdefault(example.pair or f"single {i}", []).append((i, example))
    frames = [el("div", [_row(t, i, example) for i, example in pair], cls="frame") for pair in pairs.values()]
    whole = [pair for pair in pairs.values() if len(pair) == 2]
    both = {
        method: (sum(all(right[i] for i, _ in pair) for pair in whole), len(whole))
        for method, right in answered().items()
    }
    said = t("challenge.pairs", scores=_scores(t, both))
    return el("div", el("p", said, cls="hint"), el("div", frames, cls="frames"))


def _row(t: Text, index: int, example: Example) -> Markup:
    dots = []
    for method in METHODS:
        right = answered()[method][index]
        name = f"{t(f'method.{method}')}{t('colon')}{t('challenge.right' if right else 'challenge.wrong')}"
        dots.append(
            el("span", cls=f"dot hue-{HUE[method]} {'right' if right else ''}", title=name, role="img", aria_label=name)
        )
    label = el("span", t.label(example.label), cls=f"label {side(example.label == '1')}")
    return el("div", label, pick(example.text, example.text), el("span", dots, cls="dots"), cls="challenge-row")


def _scores(t: Text, scores: dict[str, tuple[int, int]]) -> str:
    return t("comma").join(
        t("challenge.score", method=t(f"method.{method}"), right=right, n=n) for method, (right, n) in scores.items()
    )


def build(t: Text, page: Any) -> None:
    """The section; it fills itself when the page is opened and follows its own choice of phenomenon."""
    gr.HTML(
        str(el("div", el("h2", t("challenge")), el("p", t("challenge.note", n=len(examples())), cls="caption"))),
        apply_default_css=False,
        elem_classes=["panel"],
    )
    with gr.Row(equal_height=False):
        with gr.Column(min_width=360):
            picture = chart("challenge-grid")
        with gr.Column(min_width=360):
            choices = [(t(f"phenomenon.{phenomenon}"), phenomenon) for phenomenon in CHALLENGE]
            chosen = gr.Dropdown(
                choices, value=CHALLENGE[0], label=t("challenge.phenomenon"), elem_id="challenge-phenomenon"
            )
            listed = panel("challenge-sentences")
    gr.on(None, lambda phenomenon: (grid(t), str(sentences(t, phenomenon))), chosen, [picture, listed], **page.quietly)

    def choose(event: gr.EventData) -> Any:
        return picked(event) if picked(event) in CHALLENGE else gr.skip()

    picture.select(choose, None, chosen, **page.quietly)
    page.loads_sentence(listed)
