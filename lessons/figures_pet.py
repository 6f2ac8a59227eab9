"""The picture of the PET tab: how good each pair is, their vote, the classifier they teach, and fine-tuning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from paradigms.evaluate import interval

from .figures import FAINT, HUES, INK, blank


@dataclass(frozen=True)
class Score:
    """One line of the picture: right answers on `n` held-out reviews, trained and zero-shot; None: not measured."""

    name: str
    n: int
    right: int | None = None
    zero: int | None = None
    beside: bool = False  # it is what PET is compared with


def scores(rows: Sequence[Score], majority: float, names: dict[str, str]) -> go.Figure:
    """Accuracies with their intervals, one line each, the first on top; a hollow point is zero-shot.

    `names` has the texts accuracy, majority, zero, trained.
    """
    most = 1 + max(row.name.count("<br>") for row in rows)  # lines of a name
    figure = blank(110 + max(44, 6 + 20 * most) * len(rows), x=names["accuracy"], y="", legend=True)
    figure.add_scatter(
        x=[majority, majority],
        y=[rows[0].name, rows[-1].name],
        name=names["majority"],
        mode="lines",
        line={"color": INK, "width": 1, "dash": "dash"},
    )
    zero = [row for row in rows if row.zero is not None]
    figure.add_scatter(
        x=[row.zero / row.n for row in zero if row.zero is not None],
        y=[row.name for row in zero],
        name=names["zero"],
        mode="markers",
        marker={"color": FAINT, "size": 11, "symbol": "circle-open", "line": {"width": 2}},
    )
    for beside, hue in ((False, HUES["prompt"]), (True, HUES["bert-finetune"])):
        known = [(row, row.right) for row in rows if row.right is not None and row.beside == beside]
        if not known:
            continue
        accuracies = [right / row.n for row, right in known]
        bounds = [interval(right, row.n) for row, right in known]
        figure.add_scatter(
            x=accuracies,
            y=[row.name for row, _ in known],
            name=names["beside" if beside else "trained"],
            mode="markers",
            marker={"color": hue, "size": 13},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [high - a for a, (_, high) in zip(accuracies, bounds, strict=True)],
                "arrayminus": [a - low for a, (low, _) in zip(accuracies, bounds, strict=True)],
                "color": hue,
                "thickness": 2,
            },
        )
    lowest = min((n / row.n for row in rows for n in (row.zero, row.right) if n is not None), default=1.0)
    figure.update_layout(
        xaxis={"range": [min(0.3, lowest - 0.03), 1.0], "tickformat": ".0%"},
        yaxis={
            "title": {"text": None},
            "categoryorder": "array",
            "categoryarray": [row.name for row in reversed(rows)],
            "range": [-0.6, len(rows) - 0.4],
        },
        margin={"l": 8, "r": 16, "t": 40, "b": 8},
    )
    return figure
