"""The label-word experiment in the grid tab: five choices of label words and fine-tuning, ours beside the published."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from functools import lru_cache
from typing import Any

import gradio as gr
from markupsafe import Markup

from paradigms.prompt.label_words import (
    CONDITIONS,
    PUBLISHED_PARAMETERS,
    SEEDS,
    SHOTS,
    TEMPLATE,
    Finding,
    Row,
    findings,
    label_words,
)
from paradigms.record import TRAINED

from . import figures_grid as figures
from . import grid_view, models
from .grid_run import Tick, Told, stop, until_replaced, work
from .parts import chart, figure_value
from .text import Text
from .view import el, percent, signed, tabular

KIND = "label words"
RECORD = TRAINED / "label_words.json"
COMMAND = "python -m paradigms label-words"


@lru_cache(maxsize=1)
def recorded() -> tuple[Row, ...]:
    """The rows measured once with COMMAND; none where that has not been done for this backbone."""
    if not RECORD.is_file() or models.Backbone.source is not None:
        return ()
    accuracies = {
        row["name"]: tuple(row["accuracies"]) for row in json.loads(RECORD.read_text(encoding="utf8"))["rows"]
    }
    return tuple(Row(condition, accuracies[condition.name]) for condition in CONDITIONS)


async def run(t: Text, session: str | None) -> AsyncGenerator[tuple[Any, Any, Any]]:
    """Yields (progress, chart, table)."""
    rows: dict[str, Row] = {}
    total, start, stopped = len(CONDITIONS) * len(SEEDS), time.monotonic(), True

    def begin(told: Told) -> Iterator[Row]:
        train, test = models.train_set(), models.held_out()
        return label_words(train, test, backbone=models.Backbone.source, on_step=told)

    async with aclosing(work(session, KIND, begin, trains=True)) as pieces:
        async for item in pieces:
            done = sum(len(row.accuracies) for row in rows.values())
            values = {"total": total, "seconds": f"{time.monotonic() - start:.0f}"}
            if isinstance(item, Tick):
                part = item.step.step / item.step.total if item.step else 0.0
                said = t("train.waiting", ahead=item.ahead) if item.ahead else t("grid.lm.running", done=done, **values)
                yield str(grid_view.progress(t, done + part, total, said, running=True)), gr.skip(), gr.skip()
                continue
            rows[item.condition.name] = item
            stopped = (done := done + 1) < total
            said = t("grid.lm.running", done=done, **values)
            bar = str(grid_view.progress(t, done, total, said, running=True))
            yield bar, *pictures(t, tuple(rows.values()), fresh=True)
    key = "grid.lm.stopped" if stopped else "grid.lm.done"
    ended = t(key, seconds=f"{time.monotonic() - start:.0f}", n=sum(len(row.accuracies) for row in rows.values()))
    yield str(el("p", ended, cls="status", role="status")), gr.skip(), gr.skip()


def pictures(t: Text, rows: Sequence[Row], *, fresh: bool) -> tuple[dict[str, object], str]:
    """(chart, table with its conclusion)."""
    ours = {row.condition.name: row for row in rows}
    majority = models.held_out().majority
    shown = [
        {
            "name": name(t, condition.name),
            "published": (condition.published, condition.published_deviation),
            "ours": (ours[condition.name].accuracy, ours[condition.name].deviation) if condition.name in ours else None,
        }
        for condition in CONDITIONS
    ]
    names = {
        "accuracy": t("accuracy"),
        "published": t("grid.lm.published", n=f"{PUBLISHED_PARAMETERS / 1e6:.0f}M"),
        "ours": t("grid.lm.ours", n=f"{models.Backbone.size() / 1e6:.1f}M"),
        "majority": t("majority"),
    }
    said = conclusion(t, rows)
    figure = figures.label_words(shown, majority, names)
    return figure_value(figure, said), str(table(t, ours, names, fresh=fresh))


def name(t: Text, condition: str) -> str:
    return t("method.bert-finetune") if condition == "fine-tuning" else condition


def table(t: Text, ours: dict[str, Row], names: dict[str, str], *, fresh: bool) -> Markup:
    published, mine_head = (names[one].replace("<br>", " ") for one in ("published", "ours"))
    head = [t("grid.lm.condition"), published, mine_head, t("grid.lm.seeds")]
    badge = el("span", t("recorded"), cls="recorded", title=t("recorded.title", command=COMMAND)) if not fresh else None
    body = []
    for condition in CONDITIONS:
        row = ours.get(condition.name)
        mine: list[object] = ["–"]
        if row is not None:
            spread = f" ± {100 * row.deviation:.1f} " if len(row.accuracies) > 1 else " "
            mine = [el("strong", percent(row.accuracy, 1)), spread, badge]
        body.append(
            el(
                "tr",
                el("th", name(t, condition.name), scope="row"),
                el("td", f"{percent(condition.published, 1)} ± {100 * condition.published_deviation:.1f}"),
                el("td", mine),
                el("td", ", ".join(f"{100 * value:.1f}" for value in row.accuracies) if row else "–"),
            )
        )
    note = t("grid.lm.setting", template=TEMPLATE, n=SHOTS * 2, k=SHOTS, seeds=len(SEEDS), test=len(models.held_out()))
    return el(
        "div",
        tabular(head, body),
        el("p", note, cls="caption"),
    )


def conclusion(t: Text, rows: Sequence[Row]) -> str:
    """What was reproduced and what was not, from the numbers."""
    if len(rows) < len(CONDITIONS) or any(len(row.accuracies) < len(SEEDS) for row in rows):
        return t("grid.lm.incomplete")
    found = findings(rows)
    parts = []
    for key, some in (("yes", [f for f in found if f.reproduced]), ("no", [f for f in found if not f.reproduced])):
        if some:
            parts.append(t(f"grid.lm.{key}", what=t("semicolon").join(_difference(t, one) for one in some)))
    sizes = {"ours": f"{models.Backbone.size() / 1e6:.1f}M", "theirs": f"{PUBLISHED_PARAMETERS / 1e6:.0f}M"}
    return t("space").join([*parts, t("grid.lm.why", **sizes)])


def _difference(t: Text, one: Finding) -> str:
    numbers = {"ours": signed(100 * one.ours, 1), "error": f"{100 * one.error:.1f}"}
    return t(f"grid.lm.{one.name}", published=signed(100 * one.published, 1), **numbers)


def build(t: Text, page: Any) -> None:
    """The section; it opens with what is recorded."""
    note = t("grid.lm.note", n=len(CONDITIONS) * len(SEEDS))
    gr.HTML(str(el("div", el("h2", t("grid.lm")), el("p", note, cls="caption"))))
    with gr.Row(elem_classes=["hue-grid"]):
        start = gr.Button(t("grid.lm.start"), variant="primary", scale=0, elem_id="grid-lm-start", min_width=200)
        halt = gr.Button(t("train.stop"), scale=0, min_width=100)
    said = gr.HTML(elem_id="grid-lm-progress", elem_classes=["panel"], apply_default_css=False)
    figure, listed = pictures(t, recorded(), fresh=False)
    drawn = chart("grid-lm", figure)
    below = gr.HTML(listed, elem_id="grid-lm-table", elem_classes=["results", "panel"], apply_default_css=False)

    async def compute(request: gr.Request) -> AsyncGenerator[tuple[Any, Any, Any]]:
        async with aclosing(until_replaced(run(t, request.session_hash))) as steps:
            async for step in steps:
                yield step

    def halted(request: gr.Request) -> None:
        stop(request.session_hash, KIND)

    def wire() -> None:
        start.click(compute, None, [said, drawn, below], concurrency_id="grid", concurrency_limit=None, **page.quietly)
        halt.click(halted, None, None, queue=False, **page.quietly)

    page.after(wire)
