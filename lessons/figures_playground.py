"""The figure of the playground: the mask lens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, pairwise
from math import log

import numpy as np
import plotly.graph_objects as go

from .figures import FAINT, INK, NEGATIVE, POSITIVE, blank

SIDES = (NEGATIVE, POSITIVE)
MARKERS = ("triangle-down", "triangle-up")  # a class is told by its shape too
TEN = log(10)


@dataclass(frozen=True)
class Points:
    """Some words in the lens: their names and log-probabilities (nats)."""

    words: Sequence[str]
    a: np.ndarray
    b: np.ndarray


def lens(
    borders: np.ndarray,
    counts: np.ndarray,
    points: Points,
    far: Points,
    of_classes: Sequence[tuple[str, Points]],
    found: Points,
    *,
    names: dict[str, str],
) -> go.Figure:
    """Every word by how probable it is at two blanks, both axes logarithmic: the many as a density (`borders` and
    `counts` of `Lens.density`), the expected ones as points, those far from the diagonal with their name, the label
    words of each class (`of_classes`: name and words), and the word looked for.

    `names` has the texts a, b, expected, found.
    """
    figure = blank(520, x=names["a"], y=names["b"], legend=True)
    edges = (borders / TEN).round(3).tolist()
    centres = [(left + right) / 2 for left, right in pairwise(edges)]
    figure.add_heatmap(
        x=centres,
        y=centres,
        z=[[round(float(np.log10(n)), 2) if n else None for n in row] for row in counts],
        colorscale=[[0, "var(--wash)"], [1, "var(--line)"]],
        showscale=False,
        hoverinfo="skip",
    )
    low = edges[0]
    figure.add_scatter(
        x=[low, 0], y=[low, 0], mode="lines", line={"color": FAINT, "dash": "dash", "width": 1}, hoverinfo="skip"
    )
    figure.data[-1].showlegend = False
    _add(figure, points, name=names["expected"], marker={"size": 5, "color": FAINT, "opacity": 0.7})
    _add(figure, far, labelled=True, marker={"size": 7, "color": INK})
    figure.data[-1].showlegend = False
    for (name, words), colour, symbol in zip(of_classes, cycle(SIDES), cycle(MARKERS), strict=False):
        _add(figure, words, labelled=True, name=name, marker={"size": 13, "color": colour, "symbol": symbol})
    if len(found.words):
        ring = {"size": 18, "color": INK, "symbol": "circle-open", "line": {"width": 3}}
        _add(figure, found, labelled=True, name=names["found"], marker=ring)
    powers = range(0, int(low) - 1, -1)
    ticks = {
        "tickvals": list(powers),
        "ticktext": [_power(power) for power in powers],
        "range": [low, 0.15],
        "zeroline": False,
    }
    # At the right there is room for the name of a word that is probable, on a phone too.
    figure.update_layout(xaxis=ticks, yaxis=ticks, hovermode="closest", margin_r=56)
    return figure


def _add(figure: go.Figure, points: Points, *, labelled: bool = False, **how: object) -> None:
    shares = [(f"{100 * np.exp(a):.2g}%", f"{100 * np.exp(b):.2g}%") for a, b in zip(points.a, points.b, strict=True)]
    figure.add_scatter(
        x=(points.a / TEN).round(3).tolist(),
        y=(points.b / TEN).round(3).tolist(),
        mode="markers+text" if labelled else "markers",
        text=list(points.words) if labelled else None,
        textposition=["top left" if b > a else "bottom right" for a, b in zip(points.a, points.b, strict=True)],
        customdata=list(points.words),
        hovertext=[f"{word}: {a} → {b}" for word, (a, b) in zip(points.words, shares, strict=True)],
        hoverinfo="text",
        cliponaxis=False,
        textfont={"color": INK, "size": 14},
        **how,
    )


def _power(power: int) -> str:
    """A probability that is a power of ten: 1, 0.1, 0.01, 10⁻³."""
    return f"{10**power:g}" if power >= -2 else "10" + str(power).translate(_RAISED)


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
