"""The pictures of the searches: every candidate's loss and the best so far; words on the plane of the two classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from .figures import FAINT, INK, NEGATIVE, POSITIVE, blank, folded

HUE = "var(--hue-prompt)"


@dataclass(frozen=True)
class Tried:
    """One candidate at one step."""

    step: int
    loss: float  # on the labelled examples
    written: str


def trajectory(
    tried: Sequence[Tried],
    best: Sequence[tuple[int, float]],
    held_out: Sequence[tuple[int, float]],
    by_hand: float,
    total: int,
    names: dict[str, str],
) -> go.Figure:
    """Loss over steps (left axis), accuracy on held-out reviews of the best so far (right axis).

    `names` has the texts step, loss, accuracy, tried, best, held_out, by_hand. A click on a candidate says `t:` and it.
    """
    figure = blank(380, x=names["step"], y=names["loss"], legend=True)
    figure.add_scatter(
        x=[one.step for one in tried],
        y=[one.loss for one in tried],
        customdata=[f"t:{one.written}" for one in tried],
        text=[folded(one.written, 60) for one in tried],
        hovertemplate="%{text}<br>%{y:.3f}<extra></extra>",
        name=names["tried"],
        mode="markers",
        marker={"size": 7, "color": FAINT, "opacity": 0.6},
    )
    figure.add_scatter(
        x=[step for step, _ in best],
        y=[loss for _, loss in best],
        name=names["best"],
        mode="lines",
        line={"color": HUE, "width": 3, "shape": "hv"},
    )
    figure.add_scatter(
        x=[0, total],
        y=[by_hand, by_hand],
        name=names["by_hand"],
        mode="lines",
        line={"color": INK, "width": 1.5, "dash": "dash"},
    )
    figure.add_scatter(
        x=[step for step, _ in held_out],
        y=[share for _, share in held_out],
        name=names["held_out"],
        yaxis="y2",
        mode="lines+markers",
        line={"color": "var(--positive)", "width": 2, "dash": "dot"},
        marker={"size": 8, "symbol": "diamond"},
    )
    highest = max([by_hand, *(loss for _, loss in best)])
    lowest = min([by_hand, *(loss for _, loss in best)])
    figure.update_layout(
        xaxis={"range": [0, total + 0.5]},
        yaxis={"range": [lowest - 0.05, highest + 0.25]},  # a candidate far above says no more than "bad"
        yaxis2={
            "title": {"text": names["accuracy"]},
            "overlaying": "y",
            "side": "right",
            "range": [0.4, 1.0],
            "tickformat": ".0%",
            "dtick": 0.2,
            "showgrid": False,
            "color": INK,
            "automargin": True,
        },
    )
    return figure


NAMED = 12  # words of each class with their name beside them, where there is room


def plane(words: Sequence[tuple[str, float, float]], marked: Sequence[str], x: str, y: str) -> go.Figure:
    """Words by what they are to the first class (x) and to the second (y); beside the diagonal are those that tell the
    classes apart. `marked` words are drawn large. A click on one says `0:word` or `1:word`, its own class."""
    figure = blank(420, x=x, y=y)
    low, high = min(min(a, b) for _, a, b in words), max(max(a, b) for _, a, b in words)
    figure.add_scatter(
        x=[low, high], y=[low, high], mode="lines", line={"color": FAINT, "width": 1, "dash": "dash"}, hoverinfo="skip"
    )
    for side, colour in enumerate((NEGATIVE, POSITIVE)):
        own = sorted((one for one in words if (one[2] > one[1]) == bool(side)), key=lambda one: -abs(one[2] - one[1]))
        named = _with_room([one for one in own if one[0] in marked] + own[:NAMED], high - low)
        figure.add_scatter(
            x=[a for _, a, _ in own],
            y=[b for _, _, b in own],
            text=[word if word in named else "" for word, _, _ in own],
            hovertext=[word for word, _, _ in own],
            hovertemplate="%{hovertext}<br>%{x:.2f}, %{y:.2f}<extra></extra>",
            customdata=[f"{side}:{word}" for word, _, _ in own],
            mode="markers+text",
            cliponaxis=False,
            textposition="middle right" if not side else "middle left",
            textfont={"color": colour, "size": 13},
            marker={"color": colour, "size": [13 if word in marked else 7 for word, _, _ in own], "opacity": 0.75},
        )
    room, beside = 0.2 * (high - low), 0.45 * (high - low)  # names stand to the left and to the right of their points
    figure.update_layout(xaxis={"range": [low - beside, high + beside]}, yaxis={"range": [low - room, high + room]})
    return figure


def _with_room(words: Sequence[tuple[str, float, float]], extent: float) -> set[str]:
    """Those of `words` whose names do not run into one before them; `extent` is that of either axis."""
    kept: list[tuple[str, float, float]] = []
    for word, x, y in words:
        if all(abs(x - a) > 0.25 * extent or abs(y - b) > 0.05 * extent for _, a, b in kept):
            kept.append((word, x, y))
    return {word for word, _, _ in kept}
