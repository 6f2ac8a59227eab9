"""The grid: many templates x many label words, and how far the wording alone moves accuracy."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from functools import partial
from html import escape
from typing import Any

import gradio as gr
from markupsafe import Markup

from paradigms.data import Dataset
from paradigms.errors import ParadigmError

from . import grid_curse, grid_label_words, grid_one_word, grid_view
from .errors import say
from .grid_plan import about, added, content, count, gallery_chips, hint, lines, read_upload, toggled, with_file, wrong
from .grid_run import stop, until_replaced
from .grid_sweep import run
from .grid_view import Found
from .parts import chart, intro, panel, picked
from .state import DEFAULTS, FIELDS
from .text import Text
from .view import el

NAME = "grid"
FIELDS_OF_RUN = ("gt", "gv", "gset", "gn", "gmode", "gk", "gseeds", "gcal")


def show(t: Text, state: Mapping[str, Any], session: str | None = None) -> tuple[Any, ...]:
    """(hint and gallery of the templates, of the verbalizers, what a press of the button would do, words to click)."""
    return (
        str(hint(t, "gt", state["gt"])),
        str(gallery_chips(t, "gt", state["gt"])),
        str(hint(t, "gv", state["gv"])),
        str(gallery_chips(t, "gv", state["gv"])),
        str(announced(t, state)),
        grid_one_word.show(t, state),
    )


def announced(t: Text, state: Mapping[str, Any]) -> Markup:
    """What a press of the button would compute."""
    rows, columns = (count(field, state[field]) for field in ("gt", "gv"))
    cells = {"rows": rows, "columns": columns, "cells": rows * columns, "n": state["gn"]}
    if state["gmode"] == "zero":
        return el("p", t("grid.plan.zero", **cells, runs=rows * state["gn"]), cls="hint")
    seeds = state["gseeds"]
    tuned = {"k": state["gk"], "seeds": seeds, "trainings": rows * columns * seeds}
    return el("p", t("grid.plan.tuned", **cells, **tuned), cls="hint")


def build(t: Text, page: Any) -> tuple[dict[str, gr.components.Component], list[gr.components.Component]]:
    """The tab's controls by the name of their field, and the outputs that `show` fills."""
    gr.HTML(str(intro(NAME, t, formula())), apply_default_css=False)
    c: dict[str, Any] = {}
    shown: list[gr.components.Component] = []
    uploads, galleries = {}, {}
    with gr.Row(equal_height=False, elem_classes=["hue-grid"]):
        for field, part in (("gt", "part-template"), ("gv", "part-verbalizer")):
            with gr.Column(min_width=320, elem_classes=["live", "tight", part]):
                c[field] = gr.Textbox(
                    DEFAULTS[field], label=t(f"grid.{field}"), info=t(f"grid.{field}.info"), lines=8, max_lines=14,
                    max_length=FIELDS[field].longest, elem_id=f"grid-{field}",
                )  # fmt: skip
                shown.append(panel(f"grid-{field}-hint"))
                with gr.Accordion(t(f"grid.{field}.gallery"), open=False):
                    galleries[field] = panel(f"grid-{field}-gallery")
                shown.append(galleries[field])
                with gr.Row():
                    uploads[field] = gr.UploadButton(
                        t(f"grid.{field}.load"), file_types=[".txt", ".json", ".jsonl"], size="sm", min_width=150
                    )
                    if field == "gt":
                        carry = gr.Button(t("grid.carry"), size="sm", min_width=150, elem_id="grid-carry")
    _choices(t, c)
    with gr.Row(elem_classes=["hue-grid"], equal_height=True):
        start = gr.Button(t("grid.start"), variant="primary", scale=0, elem_id="grid-start", min_width=140)
        halt = gr.Button(t("train.stop"), scale=0, elem_id="grid-stop", min_width=100)
        own_file = gr.UploadButton(t("grid.own.load"), scale=0, file_types=[".tsv", ".csv", ".txt"], min_width=180)
    with gr.Column(elem_classes=["tight"]):
        own_line, plan_line = panel("grid-own"), panel("grid-plan")
        shown.append(plan_line)
        progress = panel("grid-progress", grid_view.progress(t, 0, 1, t("grid.idle"), running=False))
    numbers = panel("grid-numbers")
    gr.HTML(str(el("div", el("h2", t("grid.heat")), el("p", t("grid.heat.note"), cls="caption"))))
    heat, detail = chart("grid-heat"), panel("grid-detail", el("p", t("grid.detail.none"), cls="hint"))
    with gr.Row(equal_height=False):
        with gr.Column(min_width=340):
            gr.HTML(str(el("h2", t("grid.strip.template"))))
            by_template = chart("grid-by-template")
        with gr.Column(min_width=340):
            gr.HTML(str(el("h2", t("grid.strip.verbalizer"))))
            by_verbalizer = chart("grid-by-verbalizer")
    gr.HTML(str(el("div", el("h2", t("grid.prior")), el("p", t("grid.prior.note"), cls="caption"))))
    removed = chart("grid-prior", grid_view.not_calibrated(t))
    gr.HTML(str(el("h2", t("grid.table"))))
    listed = gr.HTML(
        js_on_load="window.cloze.sorts(element, (name, data) => trigger('select', data))",
        elem_id="grid-table", elem_classes=["panel"], apply_default_css=False,
    )  # fmt: skip
    found, own = gr.State(None), gr.State(None)
    grid_curse.build(t, page, found)
    word_picks = grid_one_word.build(t, page, own, c)
    grid_label_words.build(t, page)
    shown.append(word_picks)

    pictures = [numbers, heat, by_template, by_verbalizer, removed, listed]
    path = page.root_path + {"en": "/", "zh": "/zh"}[t.language]

    async def compute(request: gr.Request, own: Dataset | None, *values: Any) -> AsyncGenerator[tuple[Any, ...]]:
        state = {name: FIELDS[name].clean(value) for name, value in zip(FIELDS_OF_RUN, values, strict=True)}
        async with aclosing(until_replaced(run(t, request.session_hash, state, own))) as steps:
            async for step in steps:
                yield step

    async def first(
        request: gr.Request, found: Found | None, own: Dataset | None, *values: Any
    ) -> AsyncGenerator[tuple[Any, ...]]:
        """The worked example, when the tab is opened for the first time."""
        if found is None and values[FIELDS_OF_RUN.index("gmode")] == "zero":
            async with aclosing(compute(request, own, *values)) as steps:
                async for step in steps:
                    yield step

    def halted(request: gr.Request) -> None:
        stop(request.session_hash, NAME)

    def load_lines(field: str, file: str, box: str) -> Any:
        return filled(lambda: with_file(field, box, content(file)))

    def load_own(file: str) -> tuple[Any, Any, Any]:
        try:
            sentences = read_upload(file)
        except ParadigmError as error:
            return str(wrong(t, error)), gr.skip(), gr.skip()
        return str(about(t, sentences)), sentences, "own"

    def toggle(field: str, box: str, event: gr.EventData) -> Any:
        return filled(lambda: toggled(field, box, picked(event)))

    def from_cart(box: str, cart: str) -> Any:
        return filled(lambda: added("gt", box, lines(cart)))

    def filled(made: Callable[[], str]) -> Any:
        """What a box is to hold, or a warning why it cannot: the box stays as it is then."""
        try:
            return made()
        except ParadigmError as error:
            gr.Warning(escape(_plainly(t, error)))
            return gr.skip()

    def look(event: gr.EventData, found: Found | None) -> str:
        return str(grid_view.detail(t, found, picked(event), path))

    def wire() -> None:
        inputs, outputs = [own, *(c[name] for name in FIELDS_OF_RUN)], [progress, *pictures, found]
        running: dict[str, Any] = {"concurrency_id": "grid", "concurrency_limit": None, **page.quietly}
        start.click(compute, inputs, outputs, **running)
        page.opened(NAME).then(first, [found, *inputs], outputs, **running)
        halt.click(halted, None, None, queue=False, **page.quietly)
        carried = [c["gt"], page.controls["cart"]]
        carry.click(from_cart, carried, c["gt"], queue=False, **page.quietly).then(**page.live)
        for field, upload in uploads.items():
            upload.upload(partial(load_lines, field), [upload, c[field]], c[field], **page.quietly).then(**page.live)
        for field, chips in galleries.items():
            chips.select(_for(field, toggle), c[field], c[field], queue=False, **page.quietly).then(**page.live)
        own_file.upload(load_own, own_file, [own_line, own, c["gset"]], **page.quietly).then(**page.live)
        for picture in (numbers, heat, by_template, by_verbalizer, removed, listed):
            picture.select(look, found, detail, queue=False, **page.quietly)

    page.after(wire)
    return c, shown


def _for(field: str, toggle: Any) -> Any:
    """Gradio hands the event to plain functions only."""

    def click(event: gr.EventData, box: str) -> str:
        return toggle(field, box, event)

    return click


def _plainly(t: Text, error: ParadigmError) -> str:
    said = say(error, t)
    return t("grid.line", line=error.details["line"], said=said) if "line" in error.details else said


def _choices(t: Text, c: dict[str, Any]) -> None:
    """The controls of a run."""

    def slider(name: str) -> gr.Slider:
        field = FIELDS[name]
        return gr.Slider(
            field.low, field.high, value=float(field.default), step=field.step, label=t(f"grid.{name}"), min_width=260,
            elem_id=f"grid-{name}",
        )  # fmt: skip

    with gr.Row(elem_classes=["hue-grid"]):
        for name in ("gmode", "gset", "gcal"):
            choices = [(t(f"grid.{name}.{choice}"), choice) for choice in FIELDS[name].choices]
            kind = gr.Dropdown if name == "gcal" else gr.Radio
            c[name] = kind(
                choices, value=DEFAULTS[name], label=t(f"grid.{name}"), min_width=260, elem_id=f"grid-{name}"
            )
    with gr.Row(elem_classes=["hue-grid"]):
        for name in ("gn", "gk", "gseeds"):
            c[name] = slider(name)


def formula() -> Markup:
    """Accuracy of one cell: how often the likelier label word is that of the right label."""
    argmax = el("munder", el("mo", "arg max"), el("mi", "y"))
    slot = [el("mtext", "[MASK]"), el("mo", "="), el("mi", "v"), el("mo", "("), el("mi", "y"), el("mo", ")")]
    given = [el("mo", "|"), el("mi", "T"), el("mo", "("), el("mi", "x"), el("mo", ")")]
    label = el("mover", el("mi", "y"), el("mo", "^"))
    return el(
        "math",
        el("mrow", label, el("mo", "="), argmax, el("mi", "p"), el("mo", "("), slot, given, el("mo", ")")),
        display="block",
    )
