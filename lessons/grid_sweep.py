"""The sweep behind the grid tab: row by row, or training by training, into pictures."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any

import anyio.to_thread
import gradio as gr
from markupsafe import Markup

from paradigms.data import Dataset
from paradigms.errors import ParadigmError
from paradigms.plan import Plan
from paradigms.sweep import Cell, sweep

from . import grid_view
from .grid_plan import Sets, plan, sentences, sets, wrong
from .grid_run import Tick, Told, work
from .grid_view import Found
from .text import Text
from .view import el

KIND = "grid"
SHOW_EVERY = 0.5  # seconds between two pictures
PICTURES = 6  # numbers, heat map, two spreads, calibration, table


async def run(
    t: Text, session: str | None, state: Mapping[str, Any], own: Dataset | None
) -> AsyncGenerator[tuple[Any, ...]]:
    """Yields (progress, numbers, heat map, spreads, calibration, table, what is found); what does not change is
    skipped."""
    skip = [gr.skip()] * PICTURES
    try:
        chosen = sets(state, own)
        made = plan(state, chosen)
        held_out = sentences(made, chosen)
        found = Found(made, tuple(chosen.test.classes), held_out.majority, ())
        pieces = work(session, KIND, lambda told: _cells(made, chosen, told), trains=made.shots > 0)
        total = found.total * len(made.seeds)
        cells: dict[tuple[int, int], Cell] = {}
        done = 0
        start, shown, step = time.monotonic(), 0.0, Tick()
        async with aclosing(pieces):
            async for item in pieces:
                if isinstance(item, Tick):
                    step = item
                else:
                    cells[item.row, item.column] = item
                    step = Tick()
                    done += 1  # a cell comes again with every seed
                said = str(_said(t, made, step, done, total, time.monotonic() - start))
                if isinstance(item, Tick) or time.monotonic() - shown < SHOW_EVERY or done == total:
                    yield said, *skip, gr.skip()
                    continue
                found = replace(found, cells=tuple(cells.values()))
                yield said, *await anyio.to_thread.run_sync(_pictures, t, found), found
                shown = time.monotonic()
        found = replace(found, cells=tuple(cells.values()))
    except ParadigmError as error:
        yield str(wrong(t, error)), *skip, gr.skip()
        return
    seconds = f"{time.monotonic() - start:.1f}"
    key = "grid.done" if found.complete else "grid.stopped"
    ended = t(key, cells=len(found.cells), total=found.total, seconds=seconds)
    if not found.cells:
        yield str(grid_view.progress(t, 0, total, ended, running=False)), *skip, gr.skip()
        return
    if found.complete and not made.shots:
        others = tuple([cell async for cell in _others(session, made, chosen)])
        if len(others) == found.total:  # stopped on the way, they would be compared with cells they lack
            found = replace(found, others=others)
    drawn = await anyio.to_thread.run_sync(partial(_pictures, t, found, last=True))
    yield str(grid_view.progress(t, 1, 1, ended, running=False)), *drawn, found


def _cells(made: Plan, chosen: Sets, told: Told) -> Iterator[Cell]:
    return sweep(made, train=chosen.train, test=chosen.test, on_step=told)


async def _others(session: str | None, made: Plan, chosen: Sets) -> AsyncGenerator[Cell]:
    """The cells with calibration where `made` has none, and without it where it has; the encoder has run already."""
    switched = replace(made, calibrate=None if made.calibrate else "average")
    async for item in work(session, KIND, lambda told: _cells(switched, chosen, told)):
        if isinstance(item, Cell):
            yield item


def _pictures(t: Text, found: Found, *, last: bool = False) -> tuple[Any, ...]:
    if last:
        listed = el("div", grid_view.downloads(t, found), grid_view.table(t, found))
    else:  # those of the grid before would be taken for this one's
        listed = el("p", t("grid.table.later"), cls="hint")
    return (
        str(grid_view.summary(t, found)),
        *grid_view.pictures(t, found),
        grid_view.calibration(t, found, last=last),
        str(listed),
    )


def _said(t: Text, made: Plan, tick: Tick, done: int, total: int, seconds: float) -> Markup:
    values = {"done": done, "total": total, "seconds": f"{seconds:.0f}"}
    if tick.ahead:
        return grid_view.progress(t, done, total, t("train.waiting", ahead=tick.ahead), running=True)
    if tick.step is not None:
        part = tick.step.step / tick.step.total
        said = t("grid.running.step", **values, step=tick.step.step, steps=tick.step.total)
        return grid_view.progress(t, done + part, total, said, running=True)
    return grid_view.progress(t, done, total, t("grid.running", **values), running=True)
