"""The pictures of the soft prompt tab: accuracy over steps, and how far pseudo-tokens have moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from .figures import FAINT, INK, blank

DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
STILL = 1e-4  # a distance that is rounding
MARKERS = ("circle", "square", "diamond", "triangle-up", "x")


@dataclass(frozen=True)
class Line:
    """One training: its accuracies as (step, share)."""

    name: str
    colour: str
    points: tuple[tuple[int, float], ...]


def race(lines: Sequence[Line], levels: Mapping[str, float], total: int, *, step: str, accuracy: str) -> go.Figure:
    """Accuracy over steps, a line per training, with dashed levels for what is not trained."""
    figure = blank(380, x=step, y=accuracy, legend=True)
    for number, line in enumerate(lines):
        figure.add_scatter(
            x=[at for at, _ in line.points],
            y=[share for _, share in line.points],
            name=line.name,
            mode="lines+markers",
            line={"color": line.colour, "width": 3, "dash": DASHES[number % len(DASHES)]},
            marker={"symbol": MARKERS[number % len(MARKERS)], "size": 8, "color": line.colour},
        )
    for (name, level), dash, colour in zip(levels.items(), ("dash", "dot"), (INK, FAINT), strict=True):
        figure.add_scatter(
            x=[0, total], y=[level, level], name=name, mode="lines", line={"color": colour, "width": 1.5, "dash": dash}
        )
    figure.update_layout(yaxis={"range": [0.38, 0.92], "tickformat": ".0%"}, xaxis={"range": [0, total]})
    return figure


def drift(names: Sequence[str], steps: Sequence[int], distances: Sequence[Sequence[float]], *, x: str, y: str):
    """How far each pseudo-token is from where it began; `distances[i]` belongs to `steps[i]`."""
    figure = blank(300, x=x, y=y)
    for place, name in enumerate(names):
        figure.add_scatter(
            x=list(steps),
            y=[row[place] for row in distances],
            name=name,
            mode="lines+markers",
            line={"color": "var(--hue-prompt)", "width": 1.5},
            marker={"size": 5, "color": "var(--hue-prompt)"},
            opacity=0.75,
        )
    last = distances[-1]
    order = sorted(range(len(names)), key=last.__getitem__)
    for place in {order[0], order[-1]} if last[order[-1]] > STILL else ():  # the two ends are named
        figure.add_annotation(x=steps[-1], y=last[place], text=names[place], showarrow=False, xanchor="left", xshift=6)
    figure.update_layout(
        yaxis={"range": [0, max(0.1, 1.1 * max(max(row) for row in distances))]},
        xaxis={"range": [0, 1.02 * max(*steps, 60)]},
        margin={"r": 48},
    )
    return figure
