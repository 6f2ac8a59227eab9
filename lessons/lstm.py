"""Tab 2, word2vec + LSTM: the running score, the space of words, and an LSTM trained while one watches."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import anyio.to_thread
import gradio as gr
import numpy as np

from paradigms import data
from paradigms.errors import ParadigmError
from paradigms.words import words

from . import models, training
from .errors import say
from .figures import HUES
from .lstm_models import METHOD, RUNS, Run, model_table, own, recorded, speaker
from .lstm_network import network
from .lstm_score import running_score
from .lstm_space import empty_map, neighbour_bars, word_hint, word_map
from .parts import chart, intro, panel, picked
from .review_sets import choice, key, sliders
from .state import DEFAULTS, FIELDS, SETS, per_class
from .text import Text
from .view import el

if TYPE_CHECKING:
    from paradigms.base import TextClassifier
    from paradigms.data import Dataset

NAME = "lstm"
HUE = HUES[METHOD]
NEIGHBOURS = 10


def show(t: Text, state: Mapping[str, Any], session: str | None = None) -> tuple[Any, ...]:
    """(running score, what is said of the chosen word, its neighbours, the map, the table of models).

    A chosen word that has no vector leaves the neighbours as they are, except in a page just opened, where there are
    none yet. For the Chinese reviews no model is recorded: until the session has trained one, each place says so.
    """
    name = state["set"]
    trained = own(session, name)
    if (model := trained or recorded(name)) is None:
        return (*untrained(t), str(model_table(t, None, name)))
    explanation = model.explain(state["s"])
    asked = words(state["word"])
    word = asked[0] if len(asked) == 1 and asked[0] in model.keyed_vectors_ else None
    near = model.neighbours(word, NEIGHBOURS) if word else []
    if word:
        neighbours = str(neighbour_bars(t, word, near, model.embeddings))
    else:
        neighbours = str(el("p", t("lstm.near.nothing"), cls="empty")) if session is None else gr.skip()
    return (
        str(running_score(t, model, explanation, word, speaker(t, model))),
        str(word_hint(t, model, state["word"], asked, word)),
        neighbours,
        word_map(t, model, explanation, word, near),
        str(model_table(t, trained, name)),
    )


def untrained(t: Text) -> tuple[str, str, str, dict[str, object]]:
    """The running score, the two panels of the word and the map, before there is a model."""
    said = el("section", el("h2", t("lstm.running")), el("p", t("lstm.untrained"), cls="empty"), cls="hue-lstm")
    nothing = str(el("p", t("lstm.untrained.word"), cls="empty"))
    return str(said), nothing, "", empty_map(t)


async def learn(t: Text, session: str, state: Mapping[str, Any]) -> AsyncIterator[tuple[str, dict[str, object]]]:
    """Train with the state's `set`, `lstm_n`, `lstm_emb` and `lstm_seed`: (status line, curves) again and again.

    At the end the session has the model, measured on all held-out reviews.
    """
    from paradigms.word2vec_lstm import Word2VecLSTM

    name, n = state["set"], per_class(state, "lstm_n")
    examples = data.few_shot(models.train_set(name), n, state["lstm_seed"])
    held_out = models.held_out(name)
    model = Word2VecLSTM(embeddings=state["lstm_emb"], seed=state["lstm_seed"])
    run = RUNS[model] = Run(name, n, len(examples))
    training.begin(session, key(METHOD, name))
    async for progress in training.train(session, key(METHOD, name), model, examples, held_out=held_out):
        if progress.model is not None:
            right = await anyio.to_thread.run_sync(_n_right, model, held_out)
            RUNS[model] = replace(run, seconds=progress.seconds, stopped=progress.state == "stopped", right=right)
        yield training.status(t, progress, t(f"set.{name}")), training.curves(t, progress, HUE, held_out)


def _n_right(model: TextClassifier, test: Dataset) -> int:
    return int((model.predict(test.texts) == np.asarray(test.labels, dtype=object)).sum())


# The tab ------------------------------------------------------------------------------------------------------------


def build(t: Text, page: Any) -> tuple[dict[str, gr.components.Component], list[gr.components.Component]]:
    """The tab's controls by the name of their field, and the outputs that `show` fills."""
    gr.HTML(str(intro(NAME, t, network(t))), apply_default_css=False)
    score = panel("lstm-running")
    gr.HTML(str(el("h2", t("lstm.space"))), apply_default_css=False, elem_classes=["panel"])
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=300, elem_classes=["live"]):
            word = gr.Textbox(
                DEFAULTS["word"],
                label=t("lstm.word"),
                placeholder=t("lstm.word.placeholder"),
                max_length=FIELDS["word"].longest,
                max_lines=1,
                elem_id="lstm-word",
            )
            hint = panel("lstm-hint")
            neighbours = panel("lstm-neighbours")
        with gr.Column(scale=3, min_width=340):
            plane = chart("lstm-map")
    gr.HTML(str(el("h2", t("lstm.train"))), apply_default_css=False, elem_classes=["panel", "part-training"])
    seed = FIELDS["lstm_seed"]
    with gr.Row(equal_height=False):
        with gr.Column(scale=3, min_width=290):
            reviews = choice(t, page, NAME)
            numbers = sliders(page, "lstm_n", partial(_slider, t))
            embeddings = gr.Radio(
                [(t(f"lstm.emb.{choice}"), choice) for choice in FIELDS["lstm_emb"].choices],
                value=DEFAULTS["lstm_emb"],
                label=t("lstm.emb"),
                elem_id="lstm-emb",
            )
            panel("lstm-emb-note", el("p", t("lstm.emb.info"), cls="caption"))
            seed_box = gr.Number(
                DEFAULTS["lstm_seed"],
                label=t("seed"),
                minimum=seed.low,
                maximum=seed.high,
                precision=0,
                elem_id="lstm-seed",
            )
            with gr.Row():
                start = gr.Button(t("train.start"), variant="primary", elem_id="lstm-train", min_width=100)
                stop = gr.Button(t("train.stop"), elem_id="lstm-stop", min_width=100)
            idle = training.Progress("idle")
            status = panel("lstm-status", training.status(t, idle))
        with gr.Column(scale=5, min_width=340):
            curves = chart("lstm-curves", training.curves(t, idle, HUE))
        with gr.Column(scale=4, min_width=330):
            table = panel("lstm-models")
    controls: dict[str, gr.components.Component] = {
        "word": word,
        **numbers,
        "lstm_emb": embeddings,
        "lstm_seed": seed_box,
    }
    trained_with = {"set": reviews, **{name: controls[name] for name in controls if name != "word"}}

    async def train(request: gr.Request, *values: object) -> AsyncIterator[tuple[Any, ...]]:
        state = {name: FIELDS[name].clean(value) for name, value in zip(trained_with, values, strict=True)}
        try:
            async for status_line, curve in learn(t, str(request.session_hash), state):
                yield status_line, curve
        except ParadigmError as error:
            gr.Warning(escape(say(error, t)))

    def stop_training(request: gr.Request) -> None:
        for name in SETS:
            training.stop(request.session_hash, key(METHOD, name))

    def opening(name: object) -> tuple[str, dict[str, object]]:
        """Another set of reviews: what was said and drawn of the former one's training goes."""
        held_out = models.held_out(str(FIELDS["set"].clean(name)))
        return training.status(t, idle), training.curves(t, idle, HUE, held_out)

    def wire() -> None:
        for place in (score, hint, neighbours, plane):
            place.select(picked, None, word, queue=False, **page.quietly).then(**page.live)
        start.click(
            train,
            [*trained_with.values()],
            [status, curves],
            concurrency_id="training",
            concurrency_limit=None,
            **page.quietly,
        ).then(**page.live)
        stop.click(stop_training, queue=False, **page.quietly)
        reviews.change(opening, reviews, [status, curves], queue=False, **page.quietly)

    page.after(wire)
    return controls, [score, hint, neighbours, plane, table]


def _slider(t: Text, name: str) -> gr.Slider:
    field = FIELDS[name]
    return gr.Slider(
        field.low,
        field.high,
        value=float(field.default),
        step=field.step,
        label=t("lstm.n"),
        elem_id=name.replace("_", "-"),
    )
