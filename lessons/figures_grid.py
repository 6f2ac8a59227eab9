"""The pictures of the grid tab: heat map, spreads, what calibration takes away, and the winner's curse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

import plotly.graph_objects as go

from paradigms.sweep import Cell, Curse

from .figures import FAINT, HEAT, INK, NEGATIVE, POSITIVE, blank, folded
from .view import percent

HUE = "var(--hue-grid)"
ROW, LINE = 30, 18  # pixels of a row, and of every further line of its name
NUMBERED = 12  # columns up to which the cells have room for their numbers


def heights(names: Sequence[str]) -> int:
    """Pixels for one row a name."""
    return sum(ROW + LINE * folded(name).count("<br>") for name in names)


def key(cell: Cell) -> str:
    """What a click on a cell tells Python."""
    return f"{cell.row}:{cell.column}"


def heat(
    templates: Sequence[str],
    verbalizers: Sequence[str],
    cells: Sequence[Cell],
    chance: float,
) -> go.Figure:
    """Accuracy of every cell; what is not computed yet is left open. Colours part at `chance`, as far apart as the
    values are."""
    found = {(cell.row, cell.column): cell for cell in cells}
    rows, columns = range(len(templates)), range(len(verbalizers))
    table = [[found[row, k].accuracy if (row, k) in found else None for k in columns] for row in rows]
    far = max([abs(cell.accuracy - chance) for cell in cells], default=0.1) or 0.1
    figure = blank(heights(templates) + 120, x="", y="")
    figure.add_trace(
        go.Heatmap(
            z=table,
            x=list(columns),
            y=[folded(name) for name in templates],
            customdata=[[f"{row}:{k}" if (row, k) in found else None for k in columns] for row in rows],
            text=[["" if value is None else percent(value) for value in row] for row in table],
            texttemplate="%{text}" if len(verbalizers) <= NUMBERED else None,
            textfont={"color": INK},
            colorscale=HEAT,
            zmin=chance - far,
            zmax=chance + far,
            xgap=2,
            ygap=2,
            showscale=len(verbalizers) > NUMBERED,
            colorbar={"tickformat": ".0%", "tickfont": {"color": INK}, "thickness": 12},
            hovertext=[
                [f"{folded(template, 60)}<br>{folded(name, 44)}" for name in verbalizers] for template in templates
            ],
            hovertemplate="%{hovertext}<br><b>%{text}</b><extra></extra>",
        )
    )
    shown = [name if len(name) <= 26 else f"{name[:24]} …" for name in verbalizers]
    figure.update_layout(
        yaxis={"autorange": "reversed", "showgrid": False},
        xaxis={"side": "top", "showgrid": False, "zeroline": False, "tickvals": list(columns), "ticktext": shown},
    )
    return figure


def strip(
    names: Sequence[str], others: Sequence[str], cells: Sequence[Cell], majority: float, words: Mapping[str, str]
) -> go.Figure:
    """A row a template, or a row a verbalizer: every cell a dot, the range a line, the median a bar. `others` names
    what a dot of a row differs in."""
    by_row = len(names), len(others)
    of_template = words["what"] == "template"
    shown = [folded(name) for name in names]
    figure = blank(heights(names) + 104, x=words["accuracy"], y="")
    places = [(cell.row, cell.column) if of_template else (cell.column, cell.row) for cell in cells]
    for place in range(by_row[0]):
        own = [cell.accuracy for cell, (row, _) in zip(cells, places, strict=True) if row == place]
        if own:
            figure.add_scatter(
                x=[min(own), max(own)], y=[shown[place]] * 2, mode="lines", line={"color": FAINT, "width": 2},
                hoverinfo="skip",
            )  # fmt: skip
            figure.add_scatter(
                x=[median(own)], y=[shown[place]], mode="markers", hoverinfo="skip",
                marker={"symbol": "line-ns", "size": 20, "line": {"width": 4, "color": INK}},
            )  # fmt: skip
    figure.add_scatter(
        x=[cell.accuracy for cell in cells],
        y=[shown[row] for row, _ in places],
        customdata=[key(cell) for cell in cells],
        text=[folded(others[k], 40) for _, k in places],
        mode="markers",
        marker={"size": 11, "color": HUE, "opacity": 0.65},
        hovertemplate="%{text}<br><b>%{x:.1%}</b><extra></extra>",
    )
    figure.add_vline(x=majority, line={"color": INK, "dash": "dash", "width": 1})
    values = [cell.accuracy for cell in cells]
    figure.add_annotation(
        x=majority, y=1, yref="paper", yanchor="bottom", text=words["majority"], showarrow=False, font={"color": FAINT},
        xanchor="right" if majority > (min(values) + max(values)) / 2 else "left",
    )  # fmt: skip
    figure.update_layout(
        xaxis={"tickformat": ".0%"},
        yaxis={"categoryorder": "array", "categoryarray": shown[::-1], "range": [-0.6, len(names) - 0.4]},
        margin={"t": 40},
    )
    return figure


def prior(
    points: Sequence[tuple[float, float]],
    keys: Sequence[str],
    labels: Sequence[str],
    even: float,
    names: Mapping[str, str],
) -> go.Figure:
    """What a question says of nothing (horizontal), and what accuracy gains when that is taken away (vertical)."""
    figure = blank(360, x=names["prior"], y=names["gain"])
    figure.add_vline(x=even, line={"color": FAINT, "dash": "dot", "width": 1})
    figure.add_hline(y=0, line={"color": INK, "width": 1})
    figure.add_scatter(
        x=[x for x, _ in points],
        y=[y for _, y in points],
        customdata=list(keys),
        text=list(labels),
        mode="markers",
        marker={
            "size": 11,
            "color": [POSITIVE if y > 0 else NEGATIVE if y < 0 else FAINT for _, y in points],
            "opacity": 0.75,
        },
        hovertemplate="%{text}<br>%{x:.1%}<br><b>%{y:+.1f}</b><extra></extra>",
    )
    figure.update_layout(xaxis={"tickformat": ".0%", "range": [-0.02, 1.02]})
    return figure


def curse(found: Curse, names: Mapping[str, str]) -> go.Figure:
    """A line a draw: from the winner's accuracy where it was chosen to what it is worth elsewhere."""
    figure = blank(380, x="", y=names["accuracy"], legend=True)
    x = [names["chosen"], names["held_out"]]
    for place, draw in enumerate(found.draws):
        figure.add_scatter(
            x=x, y=[draw.chosen_on, draw.held_out], mode="lines+markers", name=names["draw"], legendgroup="draw",
            showlegend=place == 0, line={"color": HUE, "width": 2}, marker={"size": 9}, opacity=0.75,
            hovertemplate=f"#{draw.seed}: %{{y:.1%}}<extra></extra>",
        )  # fmt: skip
    for name, value, dash in (("best", found.best, "solid"), ("average", found.average, "dash")):
        figure.add_scatter(
            x=x, y=[value, value], mode="lines", name=names[name], line={"color": INK, "width": 1.5, "dash": dash}
        )
    figure.update_layout(yaxis={"tickformat": ".0%"}, xaxis={"range": [-0.15, 1.15]}, legend={"traceorder": "normal"})
    return figure


def label_words(rows: Sequence[Mapping[str, Any]], majority: float, names: Mapping[str, str]) -> go.Figure:
    """Ours and the published accuracy of each condition, with their standard deviations."""
    shown = rows[::-1]
    figure = blank(150 + 48 * len(rows), x=names["accuracy"], y="", legend=True)
    for series, symbol, colour in (("published", "diamond-open", FAINT), ("ours", "circle", HUE)):
        some = [row for row in shown if row[series] is not None]
        figure.add_scatter(
            x=[row[series][0] for row in some],
            y=[row["name"] for row in some],
            error_x={"type": "data", "array": [row[series][1] for row in some], "color": colour, "thickness": 2},
            mode="markers",
            name=names[series],
            marker={"size": 13, "symbol": symbol, "color": colour, "line": {"width": 2}},
            hovertemplate="%{y}: <b>%{x:.1%}</b><extra></extra>",
        )
    ends = [shown[0]["name"], shown[-1]["name"]]
    line = {"color": INK, "dash": "dash", "width": 1}
    figure.add_scatter(x=[majority] * 2, y=ends, mode="lines", name=names["majority"], line=line, hoverinfo="skip")
    figure.update_layout(
        xaxis={"tickformat": ".0%", "range": [0.3, 1.0]},
        yaxis={"categoryorder": "array", "categoryarray": [row["name"] for row in shown]},
    )
    return figure
