"""The two charts of the naive Bayes tab: a sum that grows bar by bar, and a confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import plotly.graph_objects as go

from .figures import FAINT, HUES, INK, NEGATIVE, POSITIVE, blank
from .view import signed

WATERFALL_HEIGHT = 560  # pixels, however many bars there are: the page below keeps its place while someone types
ROWS = 7  # room for at least so many bars, so that the few of a short sentence are not fat
NARROWEST = 0.5  # log-odds that the axis spans at least, so that a sum of next to nothing looks like one
LONGEST = 18  # characters of a term beside its bar


def waterfall(names: Sequence[str], values: Sequence[float], notes: Sequence[str], *, x: str, y: str) -> go.Figure:
    """One bar after the other, each starting where the one before ended; the last bar is their sum.

    `names` has a name more than `values` has numbers, the sum's; `notes` is what the pointer is told, one a name.
    """
    figure = blank(WATERFALL_HEIGHT, x=x, y=y)
    total = sum(values)
    reached = [0.0, *accumulate(values)]
    low, high = min(reached), max(reached)
    margin = 0.28 * max(high - low, NARROWEST)  # for the numbers beside the bars
    rows = list(range(len(names)))
    figure.add_waterfall(
        orientation="h",
        measure=["relative"] * len(values) + ["total"],
        x=[*values, total],
        y=rows,
        text=[signed(value) for value in (*values, total)],
        textposition="outside",
        textfont={"color": INK, "size": 15},
        cliponaxis=False,
        hovertext=list(notes),
        hoverinfo="text",
        width=0.72,
        increasing={"marker": {"color": POSITIVE}},
        decreasing={"marker": {"color": NEGATIVE}},
        totals={"marker": {"color": HUES["tfidf-nb"]}},
        connector={"mode": "between", "line": {"color": FAINT, "width": 1}},
    )
    figure.update_xaxes(range=[low - margin, high + margin], zerolinewidth=2, tickformat="+.2~f", tickangle=0, nticks=6)
    figure.update_yaxes(
        range=[max(len(names), ROWS) - 0.5, -0.5],
        tickvals=rows,
        ticktext=[_short(name) for name in names],
        tickfont={"size": 15},
        showgrid=False,
        zeroline=False,
    )
    return figure


def empty_waterfall(*, x: str, y: str) -> go.Figure:
    """The waterfall of no sentence: its axes, in the same place."""
    figure = blank(WATERFALL_HEIGHT, x=x, y=y)
    figure.update_xaxes(range=[-1, 1], zerolinewidth=2)
    figure.update_yaxes(range=[ROWS - 0.5, -0.5], showticklabels=False, showgrid=False, zeroline=False)
    return figure


def confusion(counts: Sequence[Sequence[int]], labels: Sequence[str], *, x: str, y: str) -> go.Figure:
    """How many texts of each class (rows) were given each class (columns)."""
    figure = blank(300, x=x, y=y)
    most = max(max(row) for row in counts)
    figure.add_heatmap(
        z=[list(row) for row in counts],
        x=list(labels),
        y=list(labels),
        zmin=0,
        zmax=most or 1,
        colorscale=[[0, "var(--wash)"], [1, HUES["tfidf-nb"]]],
        showscale=False,
        xgap=3,
        ygap=3,
        hovertemplate=f"{y}: %{{y}}<br>{x}: %{{x}}<br>%{{z}}<extra></extra>",
    )
    for row, label in enumerate(labels):
        for column, given in enumerate(labels):
            count = counts[row][column]
            figure.add_annotation(
                x=given,
                y=label,
                text=str(count),
                showarrow=False,
                # Dark cells in the light page, bright ones in the dark page: the paper's colour is readable on both.
                font={"size": 26, "color": "var(--paper)" if 2 * count > most else INK},
            )
    figure.update_layout(
        xaxis={"showgrid": False, "tickfont": {"size": 15}, "fixedrange": True},
        yaxis={"showgrid": False, "tickfont": {"size": 15}, "fixedrange": True, "autorange": "reversed"},
    )
    return figure


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
