"""The tab of PET: several prompts about one sentence, trained, and one conventional classifier that they teach."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

import gradio as gr
import numpy as np
from markupsafe import Markup

from paradigms.errors import ParadigmError
from paradigms.prompt.pet import PAIRS

from . import models, training
from .errors import say
from .parts import chart, intro, panel
from .pet_pairs import Pair, read_pairs, votes
from .pet_training import METHOD, RUNS, picture, plan, rows_of, run, stop
from .state import DEFAULTS, FIELDS
from .text import Text
from .training import Progress
from .view import el

NAME = "pet"
CONTROLS = ("pet_pairs", "pet_k", "pet_seed", "pet_weighting", "pet_generations", "pet_texts")


def show(t: Text, state: Mapping[str, Any], session: str | None = None) -> tuple[Any, ...]:
    """(hint under the pairs, what they say, plan of a training); pairs that do not work leave the last picture."""
    try:
        pairs = read_pairs(state["pet_pairs"])
    except ParadigmError as error:
        line = error.details.get("line")
        where = t("pet.line", n=line) if line else ""
        return str(el("p", where, say(error, t), cls="hint wrong", role="alert")), gr.skip(), gr.skip()
    hint = el("p", t("pet.pairs.good", n=len(pairs)), cls="hint")
    return str(hint), str(votes(t, state, pairs, taught(t, state, session))), str(plan(t, state, len(pairs)))


def taught(t: Text, state: Mapping[str, Any], session: str | None) -> tuple[Markup, np.ndarray] | None:
    """The session's own classifier: who it is, and what it says of the sentence."""
    pet = models.SESSIONS.get(session, METHOD)
    if pet is None or not state["s"].strip():
        return None
    how = RUNS[pet]
    details = {"pairs": how.n_pairs, "n": how.n_labelled, "texts": f"{how.n_unlabelled:,}", "seed": how.seed}
    who = el("span", t("pet.row.student"), " ", el("span", t("pet.taught", **details), cls="shots"))
    return who, pet.predict_proba([state["s"]])[0]


def formula() -> Markup:
    """L = (1 - a) L_CE + a L_MLM;  s(y|x) = 1/Z sum w(p) s_p(y|x);  q = softmax(s / T)."""
    i = lambda name: el("i", name)  # noqa: E731
    return el(
        "div",
        el("p", i("L"), " = (1 − α) ", i("L"), el("sub", "CE"), " + α ", i("L"), el("sub", "MLM")),
        el(
            "p",
            *(i("s"), "(", i("y"), " | ", i("x"), ") = 1/", i("Z"), " ∑", el("sub", i("p")), " ", i("w"), "(", i("p")),
            *(") ", i("s"), el("sub", i("p")), "(", i("y"), " | ", i("x"), "),  ", i("q"), " = softmax(", i("s")),
            *(" / ", i("T"), "),  ", i("T"), " = 2"),
        ),
    )


def build(t: Text, page: Any) -> tuple[dict[str, gr.components.Component], list[gr.components.Component]]:
    """The tab's controls by the name of their field, and the outputs that `show` fills."""
    gr.HTML(str(intro(NAME, t, formula())), apply_default_css=False)
    controls: dict[str, Any] = {}
    with gr.Row(equal_height=False, elem_classes=["hue-pet"]):
        with gr.Column(scale=2, min_width=320, elem_classes=["live"]):
            controls["pet_pairs"] = gr.Textbox(
                DEFAULTS["pet_pairs"],
                label=t("pet.pairs"),
                info=t("pet.pairs.info"),
                max_length=FIELDS["pet_pairs"].longest,
                lines=4,
                max_lines=8,
                elem_id="pet-pairs",
            )
            hint = panel("pet-hint")
            controls["pet_weighting"] = gr.Radio(
                [(t(f"pet.weighting.{name}"), name) for name in FIELDS["pet_weighting"].choices],
                value=DEFAULTS["pet_weighting"],
                label=t("pet.weighting"),
                elem_id="pet-weighting",
            )
        with gr.Column(scale=3, min_width=320):
            said = panel("pet-votes", classes=("results",))
    gr.HTML(str(el("div", el("h2", t("pet.train")), el("p", t("pet.train.note"), cls="hint"))), apply_default_css=False)
    with gr.Row(equal_height=False, elem_classes=["hue-pet"]):
        for name in ("pet_k", "pet_texts", "pet_generations", "pet_seed"):
            field = FIELDS[name]
            controls[name] = gr.Slider(
                field.low,
                field.high,
                value=float(field.default),
                step=field.step,
                label=t(f"pet.{name.removeprefix('pet_')}"),
                min_width=200,
                elem_id=name.replace("_", "-"),
            )
    planned = panel("pet-plan", classes=("hue-pet",))
    with gr.Row():
        start = gr.Button(t("train.start"), variant="primary", elem_id="pet-start")
        halt = gr.Button(t("train.stop"), elem_id="pet-stop")
    status = panel("pet-status", training.status(t, Progress("idle")))
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=340):
            gr.HTML(str(el("h3", t("pet.scores"))), apply_default_css=False)
            opening = [Pair(pattern, ()) for pattern, _ in PAIRS]  # nothing is asked yet
            scores = chart("pet-scores", picture(t, rows_of(t, opening, None)))
        with gr.Column(scale=2, min_width=340):
            gr.HTML(str(el("h3", t("pet.curves"))), apply_default_css=False)
            curve = chart("pet-curve", training.curves(t, Progress("idle"), "var(--hue-prompt)"))

    async def train(request: gr.Request, *values: Any) -> AsyncGenerator[tuple[Any, ...]]:
        state = {name: FIELDS[name].clean(value) for name, value in zip(CONTROLS, values, strict=True)}
        async with aclosing(run(t, str(request.session_hash), state)) as steps:
            async for shown in steps:
                yield shown

    def stop_training(request: gr.Request) -> None:
        stop(request.session_hash)

    def wire() -> None:
        start.click(
            train,
            [controls[name] for name in CONTROLS],
            [status, curve, scores],
            concurrency_id="training",
            concurrency_limit=None,
            **page.quietly,
        ).then(**page.live)
        halt.click(stop_training, None, None, queue=False, **page.quietly)

    page.after(wire)
    return controls, [hint, said, planned]
