"""Searched prompts: a template or label words that nobody wrote, found on a few labelled examples."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import gradio as gr
from markupsafe import Markup

from paradigms.errors import ParadigmError
from paradigms.prompt.verbalizer import words_of

from . import models, training
from .anatomy import anatomy
from .errors import say
from .parts import chart, intro, panel, picked
from .playground import carted
from .prompt_accuracy import in_words
from .prompt_ready import pair, used
from .prompt_training import BOXES
from .search_models import FIELD, TEMPLATE, WORDS, given, key, parts
from .search_run import Scene, panels, run, status
from .state import DEFAULTS, FIELDS
from .text import Text
from .view import el

NAME = "search"
OWN = ("se_k", "se_seed", "se_tune", "se_how", "se_words")
CONTROLS = (*OWN, "t", *BOXES)  # the last three are the prompt tab's


def formula() -> Markup:
    """Of a template t, of a swap of trigger words w -> w', of the label words of a class y."""
    p, sub = el("i", "p"), (lambda *inner: el("sub", *inner))
    x, y, w, v = (el("i", name) for name in "xywv")
    t, theirs, loss = el("i", "t"), el("i", "w′"), el("i", "L")
    log_p = (" log ", p, "(")
    return el(
        "div",
        el(
            "p",
            t,
            "* = argmax",
            sub(t),
            " Σ",
            sub("(", x, ", ", y, ")"),
            " Σ",
            sub(el("i", "j")),
            *log_p,
            t,
            sub(el("i", "j")),
            " | ",
            x,
            ", ",
            t,
            sub("<", el("i", "j")),
            ", ",
            v,
            "(",
            y,
            "))",
        ),
        el(
            "p",
            loss,
            "(",
            theirs,
            ") − ",
            loss,
            "(",
            w,
            ") ≈ (",
            el("b", "e"),
            sub(theirs),
            " − ",
            el("b", "e"),
            sub(w),
            ")",
            el("sup", "⊤"),
            " ∂",
            loss,
            "/∂",
            el("b", "e"),
            sub(w),
        ),
        el(
            "p",
            v,
            "(",
            y,
            ") ∈ top-",
            el("i", "k"),
            sub(w),
            " Σ",
            sub(x, " ∈ ", y),
            *log_p,
            "[MASK] = ",
            w,
            " | ",
            el("i", "T"),
            "(",
            x,
            "))",
        ),
    )


def show(t: Text, state: Mapping[str, Any], session: str | None) -> tuple[Any, ...]:
    """(where it starts, then for the template and for the words: about, diagram, four panels); where the question of
    the prompt tab cannot be used, only the first says so."""
    try:
        words = given(state)
        shown: list[Any] = []
        for kind in (TEMPLATE, WORDS):
            scene = models.SESSIONS.get(session, key(kind, state)) or Scene(kind, state)
            how = state[FIELD[kind]]
            about = [el("p", t(f"search.about.{how}"), cls="hint")]
            if changed(scene, state):
                asked = {"k": scene.state["se_k"], "seed": scene.state["se_seed"], "template": scene.state["t"]}
                boxes = in_words(tuple(words_of(scene.state[box]) for box in BOXES))
                said = "search.changed" if "t" in listens(scene) else "search.changed.words"
                about.append(el("p", t(said, **asked, words=boxes), cls="hint"))
            title = t("search.anatomy", how=t(f"search.{FIELD[kind]}.{how}"))
            diagram = anatomy(t, parts(kind, state), hue="prompt", title=title)
            shown += [str(el("div", about)), str(diagram), *panels(t, scene)]
    except ParadigmError as error:
        return str(el("p", say(error, t), cls="hint wrong", role="alert")), *(gr.skip() for _ in range(12))
    said = in_words(tuple(row for _, row in words.label_words))
    start = el("p", t("search.start", template=state["t"], words=said), cls="hint")
    return str(start), *shown


def changed(scene: Scene, state: Mapping[str, Any]) -> bool:
    """Whether a search was run with other examples, or from another question, than the controls now ask for."""
    return any(scene.state[name] != state[name] for name in listens(scene))


def listens(scene: Scene) -> tuple[str, ...]:
    """The controls that a search and its comparison with a prompt by hand depend on: what writes a template of its own
    does without the one of the prompt tab."""
    template = () if scene.how in ("generate", "gradient") else ("t",)
    return ("se_k", "se_seed", *template, *BOXES)


def build(t: Text, page: Any) -> tuple[dict[str, gr.components.Component], list[gr.components.Component]]:
    """The tab's controls by the name of their field, and the outputs that `show` fills."""
    gr.HTML(str(intro(NAME, t, formula())), apply_default_css=False)
    start = panel("search-start")
    with gr.Row(equal_height=False):
        controls: dict[str, Any] = {
            "se_k": _slider(t, "se_k", "search.k"),
            "se_seed": _slider(t, "se_seed", "seed"),
            "se_tune": _radio(t, "se_tune", "search.se_tune"),
        }
    sections = {kind: Section(t, kind, controls) for kind in (TEMPLATE, WORDS)}
    outputs: list[gr.components.Component] = [
        start,
        *(part for section in sections.values() for part in section.outputs),
    ]

    def wire() -> None:
        for section in sections.values():
            section.wire(t, page, controls)

    page.after(wire)
    return controls, outputs


class Section:
    """One of the two searches: its choice, its buttons, its panels."""

    def __init__(self, t: Text, kind: str, controls: dict[str, Any]):
        self.kind = kind
        name = f"search-{kind}"
        gr.HTML(str(el("h2", t(f"search.{kind}"))), apply_default_css=False)
        controls[FIELD[kind]] = _radio(t, FIELD[kind], f"search.{FIELD[kind]}")
        about = panel(f"{name}-about")
        with gr.Row(elem_classes=["hue-prompt"]):
            self.go = gr.Button(t(f"search.{kind}.go"), variant="primary", elem_id=f"{name}-go")
            self.halt = gr.Button(t("train.stop"), elem_id=f"{name}-stop")
        self.status = panel(f"{name}-status", status(t, Scene(kind, DEFAULTS)))
        with gr.Row(equal_height=False, elem_classes=["hue-prompt"]):
            with gr.Column(scale=6, min_width=320):
                left = panel(f"{name}-{'candidates' if kind == TEMPLATE else 'words'}")
            with gr.Column(scale=5, min_width=320):
                drawn = chart(f"{name}-chart")
        self.carried = panel(f"{name}-carried", el("p", "\u00a0", cls="hint"))
        middle = panel(f"{name}-{'steps' if kind == TEMPLATE else 'candidates'}", classes=("hue-prompt",))
        results = panel(f"{name}-results")
        diagram = panel(f"{name}-parts")
        self.panels = [left, drawn, middle, results]
        self.clicked = [left, drawn, middle]
        self.outputs = [about, diagram, *self.panels]

    def wire(self, t: Text, page: Any, controls: Mapping[str, Any]) -> None:
        inputs = [page.controls[name] for name in CONTROLS]
        kind = self.kind

        async def search(request: gr.Request, *values: Any) -> AsyncGenerator[Any]:
            state = {name: FIELDS[name].clean(value) for name, value in zip(CONTROLS, values, strict=True)}
            async with aclosing(run(t, str(request.session_hash), kind, state)) as shown:
                async for step in shown:
                    yield step

        def stop(request: gr.Request) -> None:
            for how in FIELDS[FIELD[kind]].choices:  # another way may have been chosen since
                training.stop(request.session_hash, key(kind, {FIELD[kind]: how}))

        def carry(event: gr.EventData, template: str, negative: str, positive: str, cart: str) -> list[Any]:
            return carried(t, picked(event), template, (negative, positive), cart)

        def chosen(request: gr.Request, how: object) -> str:
            """Another way: what was said of the former one's search goes."""
            state = {**DEFAULTS, FIELD[kind]: FIELDS[FIELD[kind]].clean(how)}
            return status(t, models.SESSIONS.get(request.session_hash, key(kind, state)) or Scene(kind, state))

        training_event: dict[str, Any] = {"concurrency_id": "training", "concurrency_limit": None, **page.quietly}
        self.go.click(search, inputs, [self.status, *self.panels], **training_event).then(**page.live)
        self.halt.click(stop, None, None, queue=False, **page.quietly)
        controls[FIELD[kind]].change(chosen, controls[FIELD[kind]], self.status, queue=False, **page.quietly)
        taken = [page.controls[name] for name in ("t", *BOXES, "cart")]
        for component in self.clicked:
            component.select(carry, taken, [*taken, self.carried], queue=False, **page.quietly)


def carried(t: Text, choice: str, template: str, boxes: Sequence[str], cart: str) -> list[Any]:
    """Template, label words and cart of the other tabs after a click, and what has been done.

    `t:` and a template replaces the template; `cart:` and a template puts it into the cart; `w:bad|good` replaces the
    label words; `1:great` puts a word among those of the second class, or takes it away.
    """
    kind, _, value = choice.partition(":")
    done = ""
    if kind == "t":
        template, done = value, t("search.carried.template", template=value)
    elif kind == "cart":
        try:
            cart, done = carted(cart, value), t("search.carried.cart", template=value)
        except ParadigmError as error:
            done = say(error, t)
    elif kind == "w":
        boxes = pair(value)
        done = t("search.carried.words", words=" / ".join(boxes))
    elif value:
        boxes = used(choice, boxes)
        done = t("search.carried.words", words=" / ".join(boxes))
    said = el("p", done or "\u00a0", cls="hint", role="status")
    return [template, *boxes, cart, str(said)]


def _radio(t: Text, name: str, key: str) -> gr.Radio:
    field = FIELDS[name]
    choices = [(t(f"{key}.{choice}"), choice) for choice in field.choices]
    return gr.Radio(choices, value=field.default, label=t(key), min_width=280, elem_id=name.replace("_", "-"))


def _slider(t: Text, name: str, key: str) -> gr.Slider:
    field = FIELDS[name]
    return gr.Slider(
        field.low,
        field.high,
        value=float(field.default),
        step=field.step,
        label=t(key),
        min_width=280,
        elem_id=name.replace("_", "-"),
    )
