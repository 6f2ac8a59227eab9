"""Figures of the pre-training lesson."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from .figures import FAINT, INK, blank

HUE = "var(--hue-origins)"


def tiny_curve(
    points: Sequence[tuple[int, float]], chance: float, frequency: float, longest: int, names: dict[str, str]
) -> go.Figure:
    """Held-out loss over word pieces read, with what one reaches without training and by counting words alone.

    `names` has the texts tokens, loss, held_out, chance, frequency.
    """
    figure = blank(320, x=names["tokens"], y=names["loss"], legend=True)
    for level, name, dash in ((chance, "chance", "dot"), (frequency, "frequency", "dash")):
        figure.add_scatter(
            x=[0, longest],
            y=[level, level],
            name=names[name],
            mode="lines",
            line={"color": INK, "width": 1, "dash": dash},
        )
    figure.add_scatter(
        x=[tokens for tokens, _ in points],
        y=[loss for _, loss in points],
        name=names["held_out"],
        mode="lines+markers",
        line={"color": HUE, "width": 3},
    )
    figure.update_layout(yaxis={"range": [3.8, chance + 0.3]}, xaxis={"range": [0, longest]})
    return figure


def recorded_curve(
    tokens: Sequence[int], losses: Sequence[float], zero_shot: Sequence[float], names: dict[str, str]
) -> go.Figure:
    """Held-out loss (left axis) and zero-shot accuracy (right) of the real run over millions of word pieces read.

    `names` has the texts millions, loss, held_out, zero_shot.
    """
    millions = [n / 1e6 for n in tokens]
    figure = blank(320, x=names["millions"], y=names["loss"], legend=True)
    figure.add_scatter(
        x=millions, y=list(losses), name=names["held_out"], mode="lines", line={"color": HUE, "width": 3}
    )
    figure.add_scatter(
        x=millions,
        y=list(zero_shot),
        name=names["zero_shot"],
        yaxis="y2",
        mode="lines",
        line={"color": "var(--hue-prompt)", "width": 2, "dash": "dot"},
    )
    right = {"overlaying": "y", "side": "right", "color": INK, "showgrid": False, "tickformat": ".0%"}
    figure.update_layout(
        yaxis2={**right, "title": {"text": names["zero_shot"]}, "automargin": True, "zerolinecolor": FAINT}
    )
    return figure
