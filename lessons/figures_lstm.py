"""The map of words: where the vectors lie on the plane of their two first principal components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from .figures import FAINT, HUES, INK, blank

HUE = HUES["word2vec-lstm"]
HEIGHT = 520
# The plotting area that labels are placed for, in pixels; a wider one leaves them more room.
AREA = (600.0, 400.0)
LETTER, LINE, GAP = 8.6, 17.0, 9.0  # width of a letter and height of a line at 15 px, distance from point to label
SIDES = {
    "top center": (-0.5, 1.0),
    "bottom center": (-0.5, -1.0),
    "middle right": (0.0, 0.0),
    "middle left": (-1.0, 0.0),
    "top right": (0.0, 1.0),
    "top left": (-1.0, 1.0),
    "bottom right": (0.0, -1.0),
    "bottom left": (-1.0, -1.0),
}


@dataclass(frozen=True)
class Place:
    """A word on the map. `role`: chosen, neighbour or sentence."""

    word: str
    x: float
    y: float
    role: str


def word_plane(places: Sequence[Place], *, x: str, y: str, names: dict[str, str]) -> go.Figure:
    """The map; `x` and `y` are the axis titles, `names` the legend's text for each role."""
    figure = blank(HEIGHT, x=x, y=y, legend=True)
    labels = place_labels(places)
    looks = {
        "sentence": ({"size": 10, "color": INK}, INK),
        "neighbour": ({"size": 11, "color": HUE, "symbol": "circle-open", "line": {"width": 2}}, HUE),
        "chosen": ({"size": 17, "color": HUE, "symbol": "diamond"}, HUE),
    }
    for role, (marker, colour) in looks.items():
        own = [(place, label) for place, label in zip(places, labels, strict=True) if place.role == role]
        figure.add_scatter(
            x=[place.x for place, _ in own],
            y=[place.y for place, _ in own],
            customdata=[place.word for place, _ in own],
            text=[f"<b>{place.word}</b>" if role == "chosen" else place.word if label else "" for place, label in own],
            textposition=[label or "top center" for _, label in own],
            textfont={"size": 15, "color": colour},
            hovertemplate="%{customdata}<extra></extra>",
            mode="markers+text",
            marker=marker,
            name=names[role],
            cliponaxis=False,
        )
    # No zooming: on a phone a finger on the map should scroll the page.
    for axis, values in (("xaxis", [place.x for place in places]), ("yaxis", [place.y for place in places])):
        low, high = min(values, default=-1.0), max(values, default=1.0)
        room = 0.13 * (high - low) or 1.0
        figure.update_layout({axis: {"range": [low - room, high + room], "fixedrange": True, "zerolinecolor": FAINT}})
    figure.update_layout(dragmode=False, hovermode="closest")
    return figure


def place_labels(places: Sequence[Place]) -> list[str]:
    """On which side of its point each word stands so that they overlap least; "" where there is no room for it.

    One after the other, the chosen word first: each takes the side that covers least of the labels placed before, of
    the points and of what lies outside. The chosen word always has its label.
    """
    points = _pixels(places)
    order = sorted(range(len(places)), key=lambda i: ("chosen", "sentence", "neighbour").index(places[i].role))
    dots = [(x - 6, y - 6, x + 6, y + 6) for x, y in points]
    placed: list[tuple[float, float, float, float]] = []
    sides = [""] * len(places)
    for i in order:
        best, box, cost = "", (0.0, 0.0, 0.0, 0.0), float("inf")
        for side in SIDES:
            candidate = _box(points[i], places[i].word, side)
            over = [_overlap(candidate, other) for other in placed]
            hidden = sum(over) + 0.5 * sum(_overlap(candidate, dot) for j, dot in enumerate(dots) if j != i)
            total = hidden + _outside(candidate)
            if total < cost - 1e-6:
                best, box, cost = side, candidate, total
        area = (box[2] - box[0]) * (box[3] - box[1])
        if cost < 0.12 * area or places[i].role == "chosen":
            sides[i] = best
            placed.append(box)
    return sides


def _pixels(places: Sequence[Place]) -> list[tuple[float, float]]:
    """The points in pixels of the plotting area, its margin of 13% / 1.26 on each side included."""
    columns = []
    for values, size in (([p.x for p in places], AREA[0]), ([p.y for p in places], AREA[1])):
        low, high = min(values, default=0.0), max(values, default=1.0)
        span = (high - low) or 1.0
        columns.append([size * (0.13 + (value - low) / span) / 1.26 for value in values])
    return list(zip(*columns, strict=True))


def _box(point: tuple[float, float], word: str, side: str) -> tuple[float, float, float, float]:
    """left, bottom, right, top of a label."""
    across, up = SIDES[side]
    width = LETTER * len(word)
    left = point[0] + across * width + (GAP if across == 0.0 else -GAP if across == -1.0 else 0.0)
    bottom = point[1] - LINE / 2 + up * (LINE / 2 + GAP)
    return left, bottom, left + width, bottom + LINE


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    """The area that two boxes share, in square pixels."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return width * height if width > 0 and height > 0 else 0.0


def _outside(box: tuple[float, float, float, float]) -> float:
    """The area of a box beyond the plotting area's edges."""
    return (box[2] - box[0]) * (box[3] - box[1]) - _overlap(box, (0.0, 0.0, *AREA))
