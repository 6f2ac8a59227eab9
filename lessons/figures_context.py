"""Figures of the tab "In-context learning"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from .figures import FAINT, INK, blank

HUE = "var(--hue-context)"


@dataclass(frozen=True)
class Point:
    """An accuracy with its interval, in the row `name`."""

    name: str
    accuracy: float
    low: float
    high: float
    calibrated: bool


def points(drawn: Sequence[Point], majority: float, names: dict[str, str]) -> go.Figure:
    """Accuracies with their intervals, the first row on top; calibrated ones are hollow. `names` has the texts
    accuracy, majority, plain, calibrated."""
    rows = list(dict.fromkeys(point.name for point in drawn))[::-1]
    figure = blank(90 + 46 * len(rows), x=names["accuracy"], y="", legend=True)
    for calibrated, colour, symbol in ((False, HUE, "circle"), (True, INK, "diamond-open")):
        of_kind = [point for point in drawn if point.calibrated == calibrated]
        if not of_kind:
            continue
        figure.add_scatter(
            x=[point.accuracy for point in of_kind],
            y=[rows.index(point.name) + (-0.18 if calibrated else 0.0) for point in of_kind],
            name=names["calibrated" if calibrated else "plain"],
            mode="markers",
            marker={"size": 12, "color": colour, "symbol": symbol, "line": {"width": 2, "color": colour}},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [point.high - point.accuracy for point in of_kind],
                "arrayminus": [point.accuracy - point.low for point in of_kind],
                "color": colour,
                "thickness": 2,
            },
            hovertemplate="%{x:.1%}<extra></extra>",
        )
    _majority(figure, majority, names["majority"])
    low = min(0.4, *(point.low - 0.02 for point in drawn))
    high = max(0.9, *(point.high + 0.02 for point in drawn))
    figure.update_layout(
        xaxis={"range": [low, high], "tickformat": ".0%"},
        yaxis={"title": None, "tickvals": list(range(len(rows))), "ticktext": rows, "range": [-0.6, len(rows) - 0.4]},
    )
    return figure


def order_histogram(
    plain: Sequence[float], calibrated: Sequence[float], majority: float, n: int, names: dict[str, str]
) -> go.Figure:
    """How many orders have which accuracy over `n` sentences, with calibration and without. `names` also has orders."""
    figure = blank(330, x=names["accuracy"], y=names["orders"], legend=True)
    width = max(0.02, 1 / n)
    most = 1
    for values, name, colour in ((plain, names["plain"], HUE), (calibrated, names["calibrated"], INK)):
        # Bars stand on multiples of the width, where the accuracies of few sentences are.
        counts = Counter(round(value / width) for value in values)
        most = max(most, *counts.values())
        figure.add_bar(
            x=[place * width for place in sorted(counts)],
            y=[counts[place] for place in sorted(counts)],
            width=[0.4 * width] * len(counts),
            name=name,
            marker={"color": colour},
            opacity=1 if colour == HUE else 0.55,
            hovertemplate="%{x:.1%}: %{y}<extra></extra>",
        )
    _majority(figure, majority, names["majority"])
    known = [*plain, *calibrated, majority]
    span = [max(0.25, min(known) - 0.06), min(1.0, max(known) + 0.08)]
    figure.update_layout(
        barmode="group",
        bargap=0.12,
        xaxis={"range": span, "tickformat": ".0%", "tick0": 0, "dtick": 0.05 if span[1] - span[0] < 0.45 else 0.1},
        yaxis={"rangemode": "tozero", "dtick": -(-most // 6)},
    )
    return figure


def _majority(figure: go.Figure, majority: float, name: str) -> None:
    line = {"color": FAINT, "dash": "dash", "width": 1}
    figure.add_vline(x=majority, line=line, name=name, showlegend=True)
