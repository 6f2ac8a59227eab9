"""The playground: edit one word of a question, and watch how many of the held-out sentences change their answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from html import escape
from typing import Any

import gradio as gr
from markupsafe import Markup

from paradigms.errors import ParadigmError
from paradigms.prompt.doctor import check, examine
from paradigms.prompt.template import Template, TemplateError
from paradigms.prompt.verbalizer import words_of

from . import models
from . import playground_keep as keep
from . import playground_lens as lens
from . import playground_strip as strip
from .errors import say
from .grid_plan import fitting
from .parts import chart, intro, panel, picked
from .playground_doctor import report
from .prompt_question import read
from .prompt_ready import PAIRS, TEMPLATES, pair, ready, used
from .prompt_view import SIDES, template_bad, template_good
from .state import DEFAULTS, FIELDS
from .state import LESSONS as TABS
from .text import Text
from .view import el

NAME = "playground"
BOXES = strip.NOW[1:]
STRIP = '<div class="blocks"></div><p class="cell-detail" aria-live="polite"></p>'
LISTEN = "(name, data) => trigger('select', data)"
# The strip's event says which sentences the browser has, and which tab is open.
ASKING = "async (_, __, ...controls) => [window.cloze.have(), await window.cloze.lesson(), ...controls]"
ASKED = ("pset", "pn", *strip.NOW, *strip.REFERENCE)


def show(t: Text, state: Mapping[str, Any], session: str | None = None) -> tuple[Any, ...]:
    """(template hint, doctor, lens, its inputs, its lists, boxes to keep); the strip has an event of its own.

    What cannot be computed from the boxes as they are is skipped, so that the last picture stays.
    """
    lm = models.trained()["prompt"].lm_
    labels = models.held_out().classes
    words = tuple(words_of(state[box]) for box in BOXES)
    try:
        template = Template.parse(state["pt"])
        hint = template_good(t, read(lm, template, state["s"]))
        diagnosis = examine(lm, template, words, labels, state["s"])
    except TemplateError as error:
        return str(template_bad(t, state["pt"], error)), *(gr.skip() for _ in range(5))
    checked = check(words, labels, lm.tokenizer, template.spaced_mask())
    try:
        looked = lens.show(t, state, lm, labels, checked)
    except TemplateError:  # of the reference, or with the sentence's word hidden: too long
        looked = (gr.skip(), gr.skip(), gr.skip())
    try:
        strip.Question.read(state).check(lm)
        boxes = str(keep.boxes(t, state))
    except ParadigmError as error:
        boxes = str(el("p", say(error, t), cls="hint wrong"))
    return str(hint), str(report(t, diagnosis, labels)), *looked, boxes


def kept(state: Mapping[str, Any]) -> list[str]:
    """The question as it is becomes the reference; raises ParadigmError where it cannot be asked."""
    strip.Question.read(state).check(models.trained()["prompt"].lm_)
    return [state[field] for field in strip.NOW]


def carted(cart: str, template: str) -> str:
    """The cart with one more template; each is in it once. Raises TemplateError where it is none, and TooMany where it
    has no room."""
    Template.parse(template)
    lines = [line for line in cart.splitlines() if line.strip()]
    return fitting("cart", "\n".join(dict.fromkeys([*lines, template.strip()])))


def hidden_word(choice: str, blanks: tuple[int, int]) -> tuple[int, int]:
    """Which words are hidden after a click on a word (`a:3`) or on the template's slot (`b:-1`)."""
    side, _, number = choice.partition(":")
    place = int(FIELDS["blank"].clean(number))
    return (place, blanks[1]) if side == "a" else (blanks[0], place)


def formula() -> Markup:
    """The exact sign test of McNemar: b sentences flipped to right, c to wrong."""
    row = [
        *(el("mi", "p"), el("mo", "="), el("mn", "2"), el("mo", "·")),
        el("munderover", el("mo", "∑"), el("mrow", el("mi", "k"), el("mo", "="), el("mn", "0")), _least()),
        el("mrow", el("mo", "("), el("mfrac", _total(), el("mi", "k"), linethickness="0"), el("mo", ")")),
        el("msup", el("mn", "2"), el("mrow", el("mo", "−"), el("mo", "("), _total(), el("mo", ")"))),
    ]
    return el("math", el("mrow", row), display="block")


def _least() -> Markup:
    return el("mrow", el("mi", "min"), el("mo", "("), el("mi", "b"), el("mo", ","), el("mi", "c"), el("mo", ")"))


def _total() -> Markup:
    return el("mrow", el("mi", "b"), el("mo", "+"), el("mi", "c"))


def build(t: Text, page: Any) -> tuple[dict[str, gr.components.Component], list[gr.components.Component]]:
    """The tab's controls by the name of their field, and the outputs that `show` fills."""
    labels = models.held_out().classes
    gr.HTML(str(intro(NAME, t, formula())), apply_default_css=False)
    c: dict[str, Any] = {}
    with gr.Row(equal_height=False, elem_classes=["hue-playground"]):
        with gr.Column(scale=5, min_width=320, elem_classes=["live", "tight"]):
            c["pt"] = _box("pt", t("prompt.template"), classes=["part-template"], info=t("prompt.template.info"))
            hint = panel("playground-hint")
            choices = ready(t, [(kind, text, text) for kind, text in TEMPLATES])
            templates = panel("playground-templates", choices, classes=("part-template",))
            for box, label, side in zip(BOXES, labels, SIDES, strict=True):
                c[box] = _box(box, t.label(label), classes=["words-row", side])
            choices = ready(t, [(kind, f"{neg} / {pos}", f"{neg}|{pos}") for kind, neg, pos in PAIRS])
            pairs = panel("playground-pairs", choices, classes=("part-verbalizer",))
        with gr.Column(scale=7, min_width=320, elem_classes=["tight"]):
            numbers = panel("playground-numbers", el("p", t("playground.asking"), cls="numbers hint"))
            commit = gr.Button(t("playground.commit"), variant="primary", elem_id="playground-commit")
            cells = gr.HTML(
                strip.pending(t, DEFAULTS),
                html_template=STRIP,
                js_on_load=f"window.cloze.strip(element, props, watch, {LISTEN})",
                elem_id="playground-strip",
                elem_classes=["panel"],
                apply_default_css=False,
            )
            page.loads_sentence(cells)
            with gr.Row():
                field = FIELDS["pn"]
                c["pn"] = gr.Slider(
                    field.low, field.high, float(field.default), step=field.step, label=t("playground.n"), min_width=240
                )
                sets = [(t(f"playground.set.{name}"), name) for name in FIELDS["pset"].choices]
                c["pset"] = gr.Radio(sets, value=DEFAULTS["pset"], label=t("playground.set"), min_width=240)
            doctor = panel("playground-doctor", classes=("part-doctor",))
    for field_name in strip.REFERENCE:
        c[field_name] = gr.Textbox(DEFAULTS[field_name], visible=False)
    lens_chart, inputs, lists, wire_lens = _lens(t, page, c)
    boxes, wire_keep = _keep(t, page, c)

    have, lesson = gr.Textbox(visible=False), gr.Textbox(visible=False)  # filled by ASKING at every call

    async def follow(request: gr.Request, have: str, lesson: str, *values: Any) -> AsyncGenerator[tuple[Any, Any]]:
        state = {name: FIELDS[name].clean(value) for name, value in zip(ASKED, values, strict=True)}
        if lesson == NAME:
            async for picture in strip.follow(t, request.session_hash, state, have):
                yield picture
        yield gr.skip(), gr.skip()

    page.ahead[NAME] = strip.first, [cells, numbers]

    def keep_reference(*values: Any) -> Any:
        try:
            return kept(dict(zip(strip.NOW, values, strict=True)))
        except ParadigmError as error:
            gr.Warning(escape(say(error, t)))
            return [gr.skip() for _ in values]

    def fill_words(event: gr.EventData) -> list[str]:
        return pair(picked(event))

    def wire() -> None:
        asking: dict[str, Any] = {
            "fn": follow,
            "js": ASKING,
            "inputs": [have, lesson, *(c[name] for name in ASKED)],
            "outputs": [cells, numbers],
            "concurrency_id": "strip",
            "concurrency_limit": None,
            **page.quietly,
        }
        questions = [c[name] for name in strip.NOW]
        heard = [box.change for box in questions] + [
            c["pset"].input,
            c["pn"].input,
            c["pn"].release,
        ]
        # Every edit goes out at once: it is the older computation that ends, not the newer one that waits.
        gr.on(heard, trigger_mode="multiple", **asking)
        page.opened(NAME).then(**asking)
        reference = [c[name] for name in strip.REFERENCE]
        after = commit.click(keep_reference, questions, reference, queue=False, **page.quietly).then(**asking)
        after.then(**page.live)
        templates.select(picked, None, c["pt"], queue=False, **page.quietly).then(**page.live)
        pairs.select(fill_words, None, [c[box] for box in BOXES], queue=False, **page.quietly).then(**page.live)
        wire_lens()
        wire_keep()

    page.after(wire)
    return c, [hint, doctor, lens_chart, inputs, lists, boxes]


def _box(field: str, label: str, *, classes: list[str], info: str | None = None, lines: int = 1) -> gr.Textbox:
    return gr.Textbox(
        DEFAULTS[field],
        label=label,
        info=info,
        max_length=FIELDS[field].longest,
        lines=lines,
        max_lines=max(4, lines),
        elem_id=f"playground-{field}",
        elem_classes=classes,
    )


def _lens(t: Text, page: Any, c: dict[str, Any]):
    """The mask lens: adds its controls; gives its outputs, and what wires its events."""
    with gr.Column(elem_classes=["hue-playground", "part-lens", "tight"]):
        gr.HTML(str(el("div", el("h2", t("playground.lens")), el("p", t("playground.lens.about"), cls="caption"))))
        with gr.Row(elem_classes=["live"]):
            modes = [(t(f"playground.lens.{mode}"), mode) for mode in FIELDS["lens"].choices]
            c["lens"] = gr.Radio(modes, value=DEFAULTS["lens"], label=t("playground.lens.compare"), min_width=280)
            c["s2"] = _box("s2", t("playground.lens.second"), classes=["second-sentence"])
            c["find"] = _box("find", t("playground.lens.find"), classes=[])
            sides = [(t.label(label), str(place)) for place, label in enumerate(models.held_out().classes)]
            click = gr.Radio(sides, value=sides[-1][1], label=t("playground.lens.click"), min_width=220)
        inputs = panel("playground-inputs")
        with gr.Row(equal_height=False):
            with gr.Column(scale=7, min_width=320):
                figure = chart("playground-lens")
            with gr.Column(scale=5, min_width=320):
                lists = panel("playground-lists")
    blanks = [gr.Number(DEFAULTS[name], visible=False) for name in ("blank", "blank2")]
    c["blank"], c["blank2"] = blanks
    words = [c[box] for box in BOXES]
    quietly = {**page.quietly, "queue": False}

    def use(event: gr.EventData, *values: str) -> list[str]:
        return used(picked(event), values)

    def use_clicked(event: gr.EventData, place: str, *values: str) -> list[str]:
        return used(f"{place}:{picked(event)}", values)

    def hide(event: gr.EventData, blank: Any, blank2: Any) -> tuple[int, int]:
        return hidden_word(picked(event), (int(FIELDS["blank"].clean(blank)), int(FIELDS["blank"].clean(blank2))))

    def wire() -> None:
        figure.select(use_clicked, [click, *words], words, **quietly).then(**page.live)
        lists.select(use, words, words, **quietly).then(**page.live)
        inputs.select(hide, blanks, blanks, **quietly).then(**page.live)

    return figure, inputs, lists, wire


def _keep(t: Text, page: Any, c: dict[str, Any]):
    """Keep and share: adds its controls; gives its output, and what wires its events."""
    with gr.Row(equal_height=False, elem_classes=["hue-playground", "part-keep"]):
        with gr.Column(scale=5, min_width=320, elem_classes=["live", "tight"]):
            gr.HTML(str(el("h2", t("playground.keep"))))
            c["cart"] = _box("cart", t("playground.cart"), classes=[], info=t("playground.cart.info"), lines=3)
            add = gr.Button(t("playground.cart.add"), elem_id="playground-add")
            modes = [(t(f"playground.mode.{mode}"), mode) for mode in FIELDS["pmode"].choices]
            c["pmode"] = gr.Radio(modes, value=DEFAULTS["pmode"], label=t("playground.mode"))
            boxes = panel("playground-keep")
        with gr.Column(scale=7, min_width=320, elem_classes=["tight"]):
            gr.HTML(
                str(el("div", el("h2", t("playground.link")), keep.class_link(t, TABS))),
                js_on_load="window.cloze.classLink(element)",
                elem_id="playground-link",
                elem_classes=["panel"],
                apply_default_css=False,
            )

    def put(cart: str, template: str) -> Any:
        try:
            return carted(cart, template)
        except ParadigmError as error:
            gr.Warning(escape(say(error, t)))
            return gr.skip()

    def wire() -> None:
        into = add.click(put, [c["cart"], c["pt"]], c["cart"], queue=False, **page.quietly)
        into.then(**page.live)

    return boxes, wire
