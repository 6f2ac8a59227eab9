"""The one-word experiment: other words in one place of a template, and the distribution of their accuracies."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
from markupsafe import Markup

from paradigms.data import Dataset
from paradigms.errors import ParadigmError
from paradigms.masked_lm import MaskedLM
from paradigms.plan import Plan, draw
from paradigms.prompt.one_word import Place, own_words, places, put
from paradigms.prompt.openprompt import parse_template
from paradigms.prompt.template import Template
from paradigms.sweep import Cell, Spread, sweep

from . import grid_view, models
from .grid_plan import Sets, plan, sets, wrong
from .grid_run import Told, stop, until_replaced, work
from .grid_view import Found
from .parts import panel, picked
from .state import DEFAULTS, FIELDS
from .text import Text
from .view import el, percent, pick

KIND = "one word"
TOP = 50  # of the model's own words
ASKED = 32  # training sentences over which its words are averaged
BINS = (0.005, 0.01, 0.02, 0.05, 0.1)  # widths of a row; the least that needs at most ROWS of them is taken
ROWS = 16
NAMES = ("ot", "ov", "op", "ow", "gset", "gn", "gcal")


@dataclass(frozen=True)
class Words:
    """The words that are tried, and the templates that come of them."""

    original: str
    words: tuple[str, ...]  # the original first
    plan: Plan
    own: bool  # whether they are the model's


def show(t: Text, state: Mapping[str, Any]) -> str:
    """The template with its words to click: the pressed one is exchanged."""
    try:
        template = parse_template(state["ot"])
        found = places(template)
    except ParadigmError as error:
        return str(wrong(t, error))
    if not found:
        return str(el("p", t("grid.word.none"), cls="hint"))
    chosen = chosen_place(found, state["op"])
    parts: list[object] = []
    for number, place in enumerate(found):
        parts += [pick(place.word, str(number), pressed=place is chosen), " "]
    return str(el("div", el("span", t("grid.word.which"), cls="caption"), parts, cls="chips"))


def chosen_place(found: Sequence[Place], number: int) -> Place:
    """The place with that number; the last where there is none."""
    return found[number] if 0 <= number < len(found) else found[-1]


def asked(state: Mapping[str, Any], own: Dataset | None, lm: MaskedLM) -> tuple[Words, Sets]:
    """What is to be tried. Raises ParadigmError."""
    chosen = sets(state, own)
    template = parse_template(state["ot"])
    found = places(template)
    if not found:
        raise ParadigmError("no_word", "the template has no word of its own")
    place = chosen_place(found, state["op"])
    typed = [word for word in re.split(r"[\s,，、;；]+", state["ow"]) if word]
    tried = typed or [word for word, _ in own_words(template, place, lm, _sentences(), TOP)]
    words = tuple(dict.fromkeys([place.word, *(word for word in tried if word.lower() != place.word.lower())]))
    made = plan({**DEFAULTS, **state, "gt": template.source, "gv": state["ov"], "gmode": "zero"}, chosen)
    if len(made.verbalizers) > 1:
        raise ParadigmError("one_set", f"{len(made.verbalizers)} sets of label words, one is wanted")
    made = replace(made, templates=tuple(_put(template, place, word) for word in words))
    return Words(place.word, words, made, not typed), chosen


def _put(template: Template, place: Place, word: str) -> str:
    return put(template, place, word).source


def _sentences() -> tuple[str, ...]:
    return draw(models.train_set(), ASKED).texts


async def run(
    t: Text, session: str | None, state: Mapping[str, Any], own: Dataset | None
) -> AsyncGenerator[tuple[Any, Any]]:
    """Yields (progress, distribution)."""
    lm = models.trained()["prompt"].lm_
    found: list[Cell] = []
    tried: Words | None = None
    start, shown = time.monotonic(), 0.0

    def begin(told: Told) -> Iterator[Any]:
        words, chosen = asked(state, own, lm)
        yield words
        for cell in sweep(words.plan, test=chosen.test):
            told(None)
            yield cell

    try:
        async with aclosing(work(session, KIND, begin)) as pieces:
            async for item in pieces:
                if isinstance(item, Words):
                    tried = item
                elif isinstance(item, Cell):
                    found.append(item)
                total = len(tried.words) if tried else TOP
                said = t("grid.word.running", done=len(found), total=total)
                bar = str(grid_view.progress(t, len(found), total, said, running=True))
                if tried and found and time.monotonic() - shown > 0.5:
                    shown = time.monotonic()
                    yield bar, str(histogram(t, tried, [cell.accuracy for cell in found]))
                else:
                    yield bar, gr.skip()
    except ParadigmError as error:
        yield str(wrong(t, error)), gr.skip()
        return
    if tried is None or not found:
        yield str(el("p", t("grid.word.stopped"), cls="status")), gr.skip()
        return
    measured = grid_view.how(t, Found(tried.plan, (), 0.0, tuple(found)))
    said = t("grid.word.done", n=len(found), sentences=measured, seconds=f"{time.monotonic() - start:.1f}")
    yield str(el("p", said, cls="status", role="status")), str(histogram(t, tried, [cell.accuracy for cell in found]))


def histogram(t: Text, tried: Words, accuracies: Sequence[float]) -> Markup:
    """The distribution, written with the words themselves: a row of accuracy, and the words that reach it."""
    low, high = min(accuracies), max(accuracies)
    width = next((w for w in BINS if int(high / w) - int(low / w) < ROWS), BINS[-1])
    rows: dict[int, list[str]] = {row: [] for row in range(int(high / width + 1e-9), int(low / width + 1e-9) - 1, -1)}
    for word, accuracy in zip(tried.words, accuracies, strict=False):  # as far as they have been tried
        rows[int(accuracy / width + 1e-9)].append(word)
    digits = int(width < 0.01)
    shown = [
        el(
            "div",
            el("dt", f"{100 * row * width:.{digits}f}–{100 * (row + 1) * width:.{digits}f}%"),
            el("dd", [_word(t, word, tried.original) for word in words]),
        )
        for row, words in rows.items()
    ]
    spread = Spread.of(accuracies)
    best, worst = (tried.words[accuracies.index(value)] for value in (spread.best, spread.worst))
    result = t(
        "grid.word.result",
        n=len(accuracies),
        original=tried.original,
        before=percent(accuracies[0], 1),
        best=best,
        high=percent(spread.best, 1),
        worst=worst,
        low=percent(spread.worst, 1),
        median=percent(spread.median, 1),
        deviation=f"{100 * spread.deviation:.1f}",
    )
    source = t("grid.word.own", n=ASKED) if tried.own else t("grid.word.typed")
    return el("div", el("p", result, cls="result"), el("dl", shown, cls="grid-words"), el("p", source, cls="caption"))


def _word(t: Text, word: str, original: str) -> Markup:
    if word != original:
        return el("span", word)
    return el("span", word, cls="original", title=t("grid.word.original"))


def build(t: Text, page: Any, own: gr.State, c: dict[str, Any]) -> gr.HTML:
    """The section: adds its controls, gives the panel with the words to click."""
    gr.HTML(str(el("div", el("h2", t("grid.word")), el("p", t("grid.word.note"), cls="caption"))))
    with gr.Row(elem_classes=["live", "hue-grid"]):
        for name in ("ot", "ov", "ow"):
            c[name] = gr.Textbox(
                DEFAULTS[name], label=t(f"grid.{name}"), info=t(f"grid.{name}.info"), min_width=260,
                max_length=FIELDS[name].longest, elem_id=f"grid-{name}",
            )  # fmt: skip
    c["op"] = gr.Number(DEFAULTS["op"], visible=False)
    picks = panel("grid-word-picks", classes=("hue-grid",))
    with gr.Row(elem_classes=["hue-grid"]):
        start = gr.Button(t("grid.word.start"), variant="primary", scale=0, elem_id="grid-word-start", min_width=200)
        halt = gr.Button(t("train.stop"), scale=0, min_width=100)
    said = gr.HTML(elem_id="grid-word-progress", elem_classes=["panel"], apply_default_css=False)
    drawn = gr.HTML(elem_id="grid-word", elem_classes=["panel", "hue-grid"], apply_default_css=False)

    async def compute(request: gr.Request, own: Dataset | None, *values: Any) -> AsyncGenerator[tuple[Any, Any]]:
        state = {name: FIELDS[name].clean(value) for name, value in zip(NAMES, values, strict=True)}
        async with aclosing(until_replaced(run(t, request.session_hash, state, own))) as steps:
            async for step in steps:
                yield step

    def halted(request: gr.Request) -> None:
        stop(request.session_hash, KIND)

    def choose(event: gr.EventData) -> int:
        return int(FIELDS["op"].clean(picked(event)))

    def wire() -> None:
        inputs = [own, *(c[name] for name in NAMES)]
        start.click(compute, inputs, [said, drawn], concurrency_id="grid", concurrency_limit=None, **page.quietly)
        halt.click(halted, None, None, queue=False, **page.quietly)
        picks.select(choose, None, c["op"], queue=False, **page.quietly).then(**page.live)

    page.after(wire)
    return picks
