"""The winner's curse in the grid tab: choose the best cell on a few labelled examples, and see what it is worth."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from statistics import mean
from typing import Any

import gradio as gr

from paradigms.sweep import Curse, winners_curse

from . import figures_grid as figures
from . import grid_view, models
from .grid_run import Tick, Told, stop, until_replaced, work
from .grid_view import Found
from .parts import chart, figure_value
from .text import Text
from .view import el, percent

KIND = "curse"
PER_CLASS, DRAWS = 16, 10


async def run(t: Text, session: str | None, found: Found | None) -> AsyncGenerator[tuple[Any, Any]]:
    """Yields (progress, chart)."""
    if refused := _refused(t, found):
        yield str(el("p", refused, cls="hint wrong", role="alert")), gr.skip()
        return
    assert found is not None
    plan, cells = found.plan, found.cells

    def begin(told: Told) -> Iterator[Curse]:
        yield winners_curse(
            plan, cells, train=models.train_set(), per_class=PER_CLASS, draws=DRAWS, on_row=lambda row: told(row + 1)
        )

    curse, rows = None, len(plan.templates)
    async with aclosing(work(session, KIND, begin)) as pieces:
        async for item in pieces:
            if isinstance(item, Tick):
                done = item.step or 0
                said = t("grid.curse.running", done=done, total=rows)
                yield str(grid_view.progress(t, done, rows, said, running=True)), gr.skip()
            else:
                curse = item
    if curse is None:
        yield str(el("p", t("grid.curse.stopped"), cls="status")), gr.skip()
        return
    examples = PER_CLASS * len(found.labels)
    done_said = t("grid.curse.done", n=examples, draws=DRAWS, cells=len(cells), test=cells[0].n)
    yield str(el("p", done_said, cls="status", role="status")), picture(t, curse)


def _refused(t: Text, found: Found | None) -> str | None:
    """Why there is nothing to choose from."""
    if found is None or not found.complete:
        return t("grid.curse.first")
    if found.plan.shots:
        return t("grid.curse.zero")
    if list(found.labels) != models.train_set().classes:
        return t("error.other_labels")
    return None


def picture(t: Text, curse: Curse) -> dict[str, object]:
    names = {
        "accuracy": t("accuracy"),
        "chosen": t("grid.curse.chosen", n=curse.examples),
        "held_out": t("grid.curse.held_out"),
        "draw": t("grid.curse.draw"),
        "best": t("grid.curse.best"),
        "average": t("grid.curse.average"),
    }
    result = t(
        "grid.curse.result",
        n=curse.examples,
        chosen=percent(mean(draw.chosen_on for draw in curse.draws), 1),
        ties=f"{curse.ties:.1f}",
        held_out=percent(mean(draw.held_out for draw in curse.draws), 1),
        drop=f"{100 * curse.drop:.1f}",
        best=percent(curse.best, 1),
        average=percent(curse.average, 1),
        draws=len(curse.draws),
    )
    return figure_value(figures.curse(curse, names), result)


def build(t: Text, page: Any, found: gr.State) -> None:
    """The section."""
    head = el("div", el("h2", t("grid.curse")), el("p", t("grid.curse.note", n=PER_CLASS, draws=DRAWS), cls="caption"))
    gr.HTML(str(head))
    with gr.Row(elem_classes=["hue-grid"]):
        start = gr.Button(t("grid.curse.start"), variant="primary", scale=0, elem_id="grid-curse-start", min_width=200)
        halt = gr.Button(t("train.stop"), scale=0, min_width=100)
    said = gr.HTML(elem_id="grid-curse-progress", elem_classes=["panel"], apply_default_css=False)
    drawn = chart("grid-curse")

    async def compute(request: gr.Request, found: Found | None) -> AsyncGenerator[tuple[Any, Any]]:
        async with aclosing(until_replaced(run(t, request.session_hash, found))) as steps:
            async for step in steps:
                yield step

    def halted(request: gr.Request) -> None:
        stop(request.session_hash, KIND)

    def wire() -> None:
        start.click(compute, found, [said, drawn], concurrency_id="grid", concurrency_limit=None, **page.quietly)
        halt.click(halted, None, None, queue=False, **page.quietly)

    page.after(wire)
