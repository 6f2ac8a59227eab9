"""Soft prompts: vectors instead of words, trained in front of a language model that is not."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any

import gradio as gr
from markupsafe import Markup

from paradigms.errors import ParadigmError
from paradigms.prompt.soft import INITS

from . import training
from .anatomy import anatomy
from .errors import say
from .parts import chart, intro, panel
from .soft_models import (
    ASKED,
    BESIDE,
    COLOURS,
    HISTORY,
    INIT_COLOURS,
    METHODS,
    Snapshot,
    begun,
    others,
    parts,
    speaking,
)
from .soft_race import curves, initialisations, methods, moved, near, not_yet, results, run
from .soft_race import stop as stop_all
from .soft_view import strip
from .state import FIELDS
from .text import Text
from .training import Progress
from .view import el

NAME = "soft"
CONTROLS = ("sp_method", "sp_t", "sp_lm", "sp_init", "sp_n", "sp_k", "sp_seed")


def formula() -> Markup:
    """p(y | x) = p([MASK] = v(y) | [P; x]), P trained, θ not."""
    return el(
        "p",
        *(el("i", "p"), "(", el("i", "y"), " | ", el("i", "x"), ") = ", el("i", "p"), "([MASK] = ", el("i", "v")),
        *("(", el("i", "y"), ") | [", el("b", "P"), "; ", el("i", "x"), "], ", el("i", "θ"), "),   "),
        *(el("b", "P"), " ← ", el("b", "P"), " − η ∂", el("i", "L"), "/∂", el("b", "P"), ",   "),
        *("∂", el("i", "L"), "/∂", el("i", "θ"), " ≡ 0"),
    )


def show(t: Text, state: Mapping[str, Any], session: str | None) -> tuple[Any, ...]:
    """(hint, input, diagram, plan, neighbours, drift) of the chosen method; a template that does not work leaves the
    last picture."""
    method = state["sp_method"]
    skip = gr.skip()
    try:
        first = begun(state)
    except ParadigmError as error:
        return str(el("p", say(error, t), cls="hint wrong", role="alert")), skip, skip, skip, skip, skip
    model = speaking(state, session)
    fresh = model is not first
    voice = t("soft.voice.trained" if fresh else "soft.voice.start", method=t(f"soft.row.{method}"))
    if others(state, model):
        asked = ASKED[model]
        voice += t("space") + t("soft.voice.others", k=asked["sp_k"], seed=asked["sp_seed"])
    sentence = state["s"].strip()
    read = (
        strip(t, model.explain(sentence), list(model.classes_), voice)
        if sentence
        else el("section", el("h2", t("soft.reads")), el("p", t("sentence.empty"), cls="empty"))
    )
    history = HISTORY.get(model) or [Snapshot(0, model.pseudo_tokens())]
    n = state["sp_k"] * len(model.classes_)
    plan = el("p", t("soft.plan", n=n, seed=state["sp_seed"]), cls="hint")
    diagram = anatomy(t, parts(method, first), hue="prompt", title=t("soft.anatomy", method=t(f"soft.row.{method}")))
    note = el("p", t(f"soft.about.{method}"), cls="hint")
    return str(note), str(read), str(diagram), str(plan), near(t, method, history), moved(t, history)


def build(t: Text, page: Any) -> tuple[dict[str, gr.components.Component], list[gr.components.Component]]:
    """The tab's controls by the name of their field, and the outputs that `show` fills."""
    gr.HTML(str(intro(NAME, t, formula())), apply_default_css=False)
    controls = _choices(t)
    hint, read, diagram = (panel(f"soft-{name}", classes=("hue-prompt",)) for name in ("hint", "input", "parts"))
    controls |= _training_controls(t)
    plan = panel("soft-plan")
    with gr.Row(elem_classes=["hue-prompt"]):
        go = gr.Button(t("soft.start"), variant="primary", elem_id="soft-start")
        halt = gr.Button(t("train.stop"), elem_id="soft-stop")
    status = panel("soft-status", training.status(t, Progress("idle")))
    race = chart("soft-curves", curves(t, []))
    table = panel("soft-results", results(t, not_yet((*METHODS, BESIDE), COLOURS)))
    near_panel = panel("soft-neighbours", classes=("hue-prompt",))
    drift = chart("soft-drift")
    _head(t, "soft.inits")
    with gr.Row(elem_classes=["hue-prompt"]):
        go_inits = gr.Button(t("soft.inits.start"), variant="primary", elem_id="soft-inits-start")
        halt_inits = gr.Button(t("train.stop"), elem_id="soft-inits-stop")
    inits_status = panel("soft-inits-status", training.status(t, Progress("idle")))
    inits_race = chart("soft-inits-curves", curves(t, []))
    inits_table = panel("soft-inits-results", results(t, not_yet(INITS, INIT_COLOURS)))

    inputs = [controls[name] for name in CONTROLS]

    def trainer(entrants: Callable[[Mapping[str, Any]], list[Any]]) -> Callable[..., AsyncGenerator[Any]]:
        async def train(request: gr.Request, *values: Any) -> AsyncGenerator[Any]:
            state = {name: FIELDS[name].clean(value) for name, value in zip(CONTROLS, values, strict=True)}
            async with aclosing(run(t, str(request.session_hash), state, entrants(state))) as steps:
                async for shown in steps:
                    yield shown

        return train

    def stopper(*names: str) -> Callable[[gr.Request], None]:
        def stop(request: gr.Request) -> None:
            stop_all(request.session_hash, names)

        return stop

    def wire() -> None:
        training_event: dict[str, Any] = {"concurrency_id": "training", "concurrency_limit": None, **page.quietly}
        everything = [status, race, near_panel, drift, table]
        go.click(trainer(methods), inputs, everything, **training_event).then(**page.live)
        everything = [inits_status, inits_race, near_panel, drift, inits_table]
        go_inits.click(trainer(initialisations), inputs, everything, **training_event).then(**page.live)
        for button, names in ((halt, (*METHODS, BESIDE)), (halt_inits, INITS)):
            button.click(stopper(*names), None, None, queue=False, **page.quietly)

    page.after(wire)
    return controls, [hint, read, diagram, plan, near_panel, drift]


def _head(t: Text, name: str) -> None:
    gr.HTML(
        str(el("div", el("h2", t(name)), el("p", t(f"{name}.note"), cls="hint"))),
        apply_default_css=False,
    )


def _choices(t: Text) -> dict[str, gr.components.Component]:
    """Which method, and what it may be asked."""
    method = FIELDS["sp_method"]
    chosen = gr.Radio(
        [(t(f"soft.row.{name}"), name) for name in METHODS],
        value=method.default,
        label=t("soft.method"),
        elem_id="soft-method",
    )
    with gr.Row(elem_classes=["live", "hue-prompt"]):
        template = gr.Textbox(
            str(FIELDS["sp_t"].default),
            label=t("soft.template"),
            max_length=FIELDS["sp_t"].longest,
            elem_id="soft-template",
        )
    with gr.Row(equal_height=False):
        lm = _radio(t, "sp_lm", "soft.lm")
        init = _radio(t, "sp_init", "soft.init")
        length = _slider(t, "sp_n", "soft.length")
    return {"sp_method": chosen, "sp_t": template, "sp_lm": lm, "sp_init": init, "sp_n": length}


def _training_controls(t: Text) -> dict[str, gr.components.Component]:
    _head(t, "soft.race")
    with gr.Row(equal_height=False):
        return {"sp_k": _slider(t, "sp_k", "soft.k"), "sp_seed": _slider(t, "sp_seed", "seed")}


def _radio(t: Text, name: str, key: str) -> gr.Radio:
    field = FIELDS[name]
    choices = [(t(f"{key}.{choice}"), choice) for choice in field.choices]
    return gr.Radio(choices, value=field.default, label=t(key), min_width=280, elem_id=key.replace(".", "-"))


def _slider(t: Text, name: str, key: str) -> gr.Slider:
    field = FIELDS[name]
    return gr.Slider(
        field.low,
        field.high,
        value=float(field.default),
        step=field.step,
        label=t(key),
        min_width=280,
        elem_id=f"soft-{name}",
    )
