"""The tab "In-context learning": answered examples in the prompt, and no update at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import gradio as gr
from markupsafe import Markup

from paradigms.errors import ParadigmError
from paradigms.prompt.what_is_trained import Count, counts

from . import context_runs as runs
from . import models, training
from .anatomy import Part, anatomy, language_model
from .context_prompt import MOST, PER_CLASS, answers, ask, demonstrations, edited, pool, whole, with_only, written
from .errors import say
from .parts import chart, intro, panel, picked
from .state import DEFAULTS, FIELDS
from .text import Text
from .view import el

NAME = "context"
FIELD_NAMES = ("t", "neg", "pos", "s", "icl_choose", "icl_n", "icl_seed", "icl_task", "icl_demos", "icl_calibrate")
LIST = "window.context.list(element, (name, data) => trigger('select', data))"


def show(t: Text, state: Mapping[str, Any], session: str | None = None) -> tuple[Any, ...]:
    """(what is wrong, list of demonstrations, the prompt in full, answers to the sentence, diagram). What
    cannot be computed from the controls as they are is skipped, so that the last picture stays."""
    try:
        model = ask(state)
        explanation = model.explain(state["s"])
    except ParadigmError as error:
        return str(el("p", say(error, t), cls="hint wrong", role="alert")), gr.skip(), gr.skip(), gr.skip(), gr.skip()
    each = {"zero": with_only(model, 0), "one": with_only(model, 1), "few": model}
    words = {"template": state["t"], "words": f"{state['neg']} / {state['pos']}"}
    if model.choose == "given":
        source = t("context.source.hand", n=len(model.examples_), **words)
    else:
        n, seed = PER_CLASS * len(model.classes_), state["icl_seed"]
        source = t("context.source.line", n=n, k=PER_CLASS, seed=seed, **words)
    return (
        str(el("p", source, cls="hint")),
        str(demonstrations(t, explanation, pool(state["icl_seed"]))),
        str(whole(t, model, explanation, state["s"])),
        str(answers(t, each, state["s"])) if state["s"].strip() else str(el("p", t("sentence.empty"), cls="empty")),
        str(parts(t)),
    )


def formula() -> Markup:
    """p(y | x) = p([MASK] = v(y) | d1 ... dk T(x)), di = T(xi) with v(yi) in the slot."""

    def sub(name: str, index: str) -> Markup:
        return el("msub", el("mi", name), el("mi", index))

    def of(name: str, inside: object) -> list[object]:
        return [el("mi", name), el("mo", "("), inside, el("mo", ")")]

    y, x, bar, equals = el("mi", "y"), el("mi", "x"), el("mo", "|"), el("mo", "=")
    mask = el("mtext", "[MASK]")
    prompt = [sub("d", "1"), el("mo", "…"), sub("d", "k"), el("mspace", width=".3em"), of("T", x)]
    each = [
        sub("d", "i"),
        equals,
        of("T", sub("x", "i")),
        el("mtext", ", "),
        mask,
        el("mo", "→"),
        of("v", sub("y", "i")),
    ]
    first = el("mrow", of("p", [y, bar, x]), equals, of("p", [mask, equals, of("v", y), bar, prompt]))
    return el("math", first, el("mspace", width="2em"), el("mrow", each), display="block")


def parts(t: Text) -> Markup:
    """What of the method is trained: nothing. Counted on the shared model, which nobody trains."""
    frozen = {name: Count(part.total, 0) for name, part in counts(models.trained()["prompt"].lm_).items()}
    return anatomy(t, [Part("prompt", "demonstrations", 0), *language_model(frozen)], hue=NAME)


def slider(name: str, label: str) -> gr.Slider:
    field = FIELDS[name]
    span: dict[str, Any] = {"minimum": field.low, "maximum": field.high, "step": field.step}
    return gr.Slider(**span, value=float(field.default), label=label, min_width=200, elem_id=f"context-{name}")


def radio(t: Text, name: str, key: str) -> gr.Radio:
    choices = [(t(f"context.{key}.{choice}"), choice) for choice in FIELDS[name].choices]
    return gr.Radio(choices, value=DEFAULTS[name], label=t(f"context.{key}"), min_width=200, elem_id=f"context-{name}")


def build(t: Text, page: Any) -> tuple[dict[str, gr.components.Component], list[gr.components.Component]]:
    """The tab's controls by the name of their field, and the outputs that `show` fills."""
    gr.HTML(str(intro(NAME, t, formula())), apply_default_css=False)
    controls: dict[str, Any] = {}
    with gr.Row(equal_height=False, elem_classes=["hue-context"]):
        with gr.Column(scale=5, min_width=320, elem_classes=["live", "tight"]):
            controls["icl_choose"] = radio(t, "icl_choose", "choose")
            with gr.Row():
                controls["icl_n"] = slider("icl_n", t("context.n"))
                span: dict[str, Any] = {"minimum": FIELDS["icl_seed"].low, "maximum": FIELDS["icl_seed"].high}
                controls["icl_seed"] = gr.Number(
                    DEFAULTS["icl_seed"], label=t("seed"), precision=0, **span, min_width=90, elem_id="context-seed"
                )
                controls["icl_calibrate"] = radio(t, "icl_calibrate", "calibrate")
            controls["icl_task"] = gr.Textbox(
                DEFAULTS["icl_task"],
                label=t("context.task"),
                placeholder=t("context.task.placeholder"),
                max_length=FIELDS["icl_task"].longest,
                max_lines=2,
                elem_id="context-task",
            )
            hint = panel("context-hint")
            listed = gr.HTML(js_on_load=LIST, elem_id="context-list", elem_classes=["panel"], apply_default_css=False)
        with gr.Column(scale=7, min_width=320, elem_classes=["live", "tight"]):
            prompt_panel = panel("context-prompt")
            answers_panel = panel("context-answers")
            controls["icl_demos"] = gr.Textbox(
                DEFAULTS["icl_demos"],
                label=t("context.hand"),
                info=t("context.hand.info"),
                max_length=FIELDS["icl_demos"].longest,
                lines=3,
                max_lines=10,
                elem_id="context-demos",
            )
    parts_panel = panel("context-parts")
    wires = many(t, controls)

    def edit(event: gr.EventData, *values: Any) -> list[Any]:
        state = cleaned(FIELD_NAMES, values)
        try:
            (now,) = ask(state).chosen([state["s"]])
        except ParadigmError:  # said beside the box
            return [gr.skip(), gr.skip()]
        examples = [(one.text, one.label) for one in (*now.shown, *now.left_out)]
        changed = edited(examples, picked(event), pool(state["icl_seed"]))
        return ["hand", written(t, changed)]

    def wire() -> None:
        chosen = [controls.get(name) or page.controls[name] for name in FIELD_NAMES]
        targets = [controls["icl_choose"], controls["icl_demos"]]
        listed.select(edit, chosen, targets, queue=False, **page.quietly).then(**page.live)
        wires(page)

    page.after(wire)
    return controls, [hint, listed, prompt_panel, answers_panel, parts_panel]


def cleaned(names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    return {name: FIELDS[name].clean(value) for name, value in zip(names, values, strict=True)}


def many(t: Text, controls: dict[str, Any]) -> Callable[[Any], None]:
    """The lower part of the tab, over many sentences: two charts, each with its buttons; gives what wires them."""
    kept = runs.recorded()
    badge = el("span", t("recorded"), cls="recorded", title=t("recorded.title", command=kept.command))
    placed = {}
    with gr.Row(equal_height=False, elem_classes=["hue-context"]):
        for name, value in (("compare", runs.recorded_chart(t)), ("orders", runs.recorded_orders(t))):
            with gr.Column(min_width=340):
                gr.HTML(str(el("h2", t(f"context.{name}"))), apply_default_css=False)
                if name == "compare":
                    controls["icl_sentences"] = slider("icl_sentences", t("context.sentences"))
                note = t(f"context.{name}.note", n=runs.ORDER_SENTENCES, most=MOST)
                gr.HTML(str(el("p", note, cls="hint")), apply_default_css=False)
                with gr.Row():
                    start = gr.Button(t("context.measure"), variant="primary", elem_id=f"context-{name}-start")
                    halt = gr.Button(t("train.stop"), elem_id=f"context-{name}-stop")
                said = el("p", badge, " ", t(f"context.{name}.recorded", n=kept.n_test), cls="status")
                status = panel(f"context-{name}-status", said)
                placed[name] = (start, halt, status, chart(f"context-{name}-chart", value))

    def wire(page: Any) -> None:
        names = (*FIELD_NAMES, "icl_sentences")
        for name, run in (("compare", runs.compare), ("orders", runs.orders)):
            start, halt, status, drawn = placed[name]
            inputs = [controls.get(field) or page.controls[field] for field in names]
            queued: dict[str, Any] = {"concurrency_id": "training", "concurrency_limit": None}
            start.click(starter(t, run, names), inputs, [status, drawn], **queued, **page.quietly)
            halt.click(stopper(f"context-{name}"), None, None, queue=False, **page.quietly)

    return wire


def starter(t: Text, run: Callable[..., Any], names: tuple[str, ...]) -> Callable[..., Any]:
    async def start(request: gr.Request, *values: Any) -> Any:
        state = cleaned(names, values)
        async with aclosing(run(t, str(request.session_hash), state)) as steps:
            async for status, value in steps:
                yield status, gr.skip() if value is None else value

    return start


def stopper(name: str) -> Callable[..., None]:
    def stop(request: gr.Request) -> None:
        training.stop(request.session_hash, name)

    return stop
