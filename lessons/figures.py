"""The look all figures share. A figure is a pure function of data; colours are the page's own, by name.

Axes are always labelled, the background is transparent, and there is no title: the page says what a figure is.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

INK, FAINT, GRID = "var(--ink)", "var(--faint)", "var(--grid)"
NEGATIVE, POSITIVE = "var(--negative)", "var(--positive)"
HEAT = [[0, "var(--heat-negative)"], [0.5, "var(--paper)"], [1, "var(--heat-positive)"]]  # under numbers in ink
HUES = {
    "tfidf-nb": "var(--hue-bayes)",
    "word2vec-lstm": "var(--hue-lstm)",
    "bert-finetune": "var(--hue-finetune)",
    "prompt": "var(--hue-prompt)",
}
FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"


def folded(name: str, width: int = 20) -> str:
    """A name in lines that leave room for the picture on a phone; signs of markup in it are shown as they are."""
    return "<br>".join(escape(line, quote=False) for line in wrap(name, width) or [name])


def blank(height: int, *, x: str, y: str, legend: bool = False) -> go.Figure:
    """An empty figure of `height` pixels with labelled axes."""
    axis: dict[str, Any] = {
        "color": INK,
        "gridcolor": GRID,
        "zerolinecolor": FAINT,
        "automargin": True,
        "title": {"standoff": 8},
        "fixedrange": False,
    }
    return go.Figure(
        layout={
            "template": "none",
            "height": height,
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": 14, "color": INK},
            "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
            "showlegend": legend,
            "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0, "font": {"color": INK}},
            "hoverlabel": {"font": {"family": FONT}},
            "xaxis": {**axis, "title": {"text": x, **axis["title"]}},
            "yaxis": {**axis, "title": {"text": y, **axis["title"]}},
        }
    )


def training_curves(
    steps: Sequence[int],
    losses: Sequence[float],
    train: Sequence[float],
    held_out: Sequence[tuple[int, float]],
    majority: float,
    *,
    hue: str,
    names: dict[str, str],
) -> go.Figure:
    """Loss (right axis) and accuracies (left) over steps, with the accuracy of always answering the majority class.

    `names` has the texts step, accuracy, loss, train, held_out, majority.
    """
    figure = blank(300, x=names["step"], y=names["accuracy"], legend=True)
    held_steps, held = [step for step, _ in held_out], [value for _, value in held_out]
    figure.add_scatter(
        x=list(steps), y=list(losses), name=names["loss"], yaxis="y2", mode="lines", line={"color": FAINT, "width": 1}
    )
    figure.add_scatter(
        x=list(steps), y=list(train), name=names["train"], mode="lines", line={"color": hue, "width": 2, "dash": "dot"}
    )
    figure.add_scatter(
        x=held_steps, y=held, name=names["held_out"], mode="lines+markers", line={"color": hue, "width": 3}
    )
    figure.add_scatter(
        x=[0, max(steps, default=1)],
        y=[majority, majority],
        name=names["majority"],
        mode="lines",
        line={"color": INK, "width": 1, "dash": "dash"},
    )
    right = {"overlaying": "y", "side": "right", "color": INK, "showgrid": False, "rangemode": "tozero"}
    figure.update_layout(
        yaxis={"range": [0.3, 1.02], "tickformat": ".0%"},
        yaxis2={**right, "title": {"text": names["loss"]}, "automargin": True},
    )
    return figure
