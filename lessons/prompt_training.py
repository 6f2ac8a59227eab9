"""K-shot training in the prompt tab: the prompt, and beside it fine-tuning with the same examples."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any
from weakref import WeakKeyDictionary

import anyio.to_thread
import gradio as gr
import torch
from markupsafe import Markup
from sklearn.base import clone

from paradigms import data
from paradigms.base import ParadigmError, TextClassifier
from paradigms.bert_finetune import BertFineTune, ClassifierHead
from paradigms.data import Dataset
from paradigms.evaluate import interval
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.verbalizer import words_of
from paradigms.prompt.what_is_trained import Count, choose_trained, count, counts

from . import models, training
from .anatomy import Part, anatomy, language_model
from .errors import say
from .figures import HUES
from .parts import chart, panel
from .prompt_accuracy import measure, question, zero_shot
from .prompt_question import Words
from .prompt_results import BESIDE, METHOD, Row, recorded_rows, results
from .review_sets import key
from .state import DEFAULTS, FIELDS, SETS
from .text import Text
from .training import Progress
from .view import el

BOXES = ("neg", "pos")  # the controls with the label words, in the order of the classes
NAMES = {METHOD: "prompt", BESIDE: "finetune"}
# Under which the desk knows the two trainings: the fine-tuning tab's own training goes by the method's name.
KEYS = {METHOD: METHOD, BESIDE: "beside the prompt"}


@dataclass(frozen=True)
class Trained:
    """How a session's model came to be."""

    template: str
    words: Words
    shots: int  # labelled examples per class
    seed: int
    step: int
    total: int
    parameters: int


_trained: WeakKeyDictionary[TextClassifier, Trained] = WeakKeyDictionary()


def trained_how(model: TextClassifier) -> Trained | None:
    return _trained.get(model)


@lru_cache(maxsize=8)
def parameters(train: str) -> dict[str, Count]:
    """What `train` changes, part by part; counted on a copy."""
    model = models.trained()[METHOD]
    assert isinstance(model, PromptClassifier)
    lm = model.lm_.copy()
    choose_trained(lm, train)
    return counts(lm)


@lru_cache(maxsize=8)
def beside(n_classes: int) -> int:
    """How many numbers fine-tuning trains that starts from the prompt's backbone."""
    model = models.trained()[METHOD]
    assert isinstance(model, PromptClassifier)
    with torch.device("meta"):  # to be counted only
        head = ClassifierHead(model.lm_.hidden_size, n_classes, dropout=0.0)
    return count([*model.lm_.model.base_model.parameters(), *head.parameters()]).total


def plan(t: Text, state: Mapping[str, Any]) -> Markup:
    """What pressing Train would use, and the diagram of what it would change."""
    n_classes = len(models.train_set(state["set"]).classes)
    return _plan(t.language, state["train"], n_classes, state["k"], state["seed"])


@lru_cache(maxsize=64)
def _plan(language: str, train: str, n_classes: int, k: int, seed: int) -> Markup:
    """Kept, because it is the same at every key that is typed."""
    t, of_parts = Text(language), parameters(train)
    n, finetune = k * n_classes, beside(n_classes)
    changed, total = (sum(getattr(part, name) for part in of_parts.values()) for name in ("trained", "total"))
    numbers = {"prompt": f"{changed:,}", "total": f"{total:,}", "finetune": f"{finetune:,}"}
    return el(
        "div",
        el("p", t("prompt.plan", n=n, seed=seed, **numbers), cls="hint"),
        anatomy(t, [Part("prompt", "words", 0), *language_model(of_parts)], hue=NAMES[METHOD]),
    )


async def run(t: Text, session: str, state: Mapping[str, Any]) -> AsyncGenerator[tuple[Any, ...]]:
    """Train the prompt, then fine-tuning on the same examples. Yields (status, the two charts, results); what does not
    change is skipped."""
    skip = gr.skip()
    template, words = state["t"], tuple(words_of(state[box]) for box in BOXES)
    try:
        prompt = clone(question(template, words)).set_params(train=state["train"], seed=state["seed"])
    except ParadigmError as error:
        yield str(el("p", say(error, t), cls="status hint wrong", role="alert")), skip, skip, skip
        return
    name, held_out = state["set"], models.held_out(state["set"])
    examples = data.few_shot(models.train_set(name), state["k"], state["seed"])
    finetune = BertFineTune(backbone=prompt.backbone, seed=prompt.seed)
    ends: dict[str, Progress] = {}
    training.begin(session, *(key(method, name) for method in KEYS.values()))
    yield skip, *empty_curves(t, held_out), skip
    for method, model in ((METHOD, prompt), (BESIDE, finetune)):
        progress = Progress("idle")
        # Only the prompt speaks in this tab: fine-tuning's model is measured and let go.
        of_set, keep = key(KEYS[method], name), method == METHOD
        steps = training.train(session, of_set, model, examples, keep=keep, held_out=held_out)
        async with aclosing(steps):
            async for progress in steps:
                curve = _curves(t, progress, method, held_out)
                yield _status(t, progress, method), *((curve, skip) if method == METHOD else (skip, curve)), skip
        if progress.model is None:  # stopped before its turn came
            break
        ends[method] = progress
        if method == METHOD:
            how = {"template": template, "words": words, "shots": state["k"], "seed": state["seed"]}
            _trained[model] = Trained(
                **how, step=progress.step, total=progress.total, parameters=model.trainable_parameters_
            )
        if progress.state == "stopped":
            break
    if not ends:
        return
    yield str(el("p", t("prompt.measuring", n=len(held_out)), cls="status running")), skip, skip, skip
    zero = await anyio.to_thread.run_sync(zero_shot, template, words, name)
    rows = [Row("zero", 0, 0, 0.0, zero.accuracy, interval(zero.right, zero.n))]
    for method, progress in ends.items():
        assert progress.model is not None
        measured = await anyio.to_thread.run_sync(measure, progress.model, name)
        n_parameters = progress.model.trainable_parameters_
        accuracy, bounds = measured.accuracy, interval(measured.right, measured.n)
        stopped = (progress.step, progress.total) if progress.step < progress.total else None
        n_labels = len(examples) if n_parameters else 0
        rows.append(Row(NAMES[method], n_labels, n_parameters, progress.seconds, accuracy, bounds, stopped))
    last = list(ends)[-1]
    yield _status(t, ends[last], last), skip, skip, str(results(t, rows, template, words, name))


def stop(session: str | None) -> None:
    """Stop whichever of the two is being trained."""
    for method, name in product(KEYS.values(), SETS):
        training.stop(session, key(method, name))


def _status(t: Text, progress: Progress, method: str) -> str:
    hue = "hue-prompt" if method == METHOD else "hue-finetune"
    who = el("strong", t(f"method.{method}"), cls=f"who {hue}")
    return str(el("div", who, Markup(training.status(t, progress)), cls="phase"))


def _curves(t: Text, progress: Progress, method: str, held_out: Dataset) -> dict[str, object]:
    return training.curves(t, progress, HUES[method], held_out)


def empty_curves(t: Text, held_out: Dataset) -> tuple[dict[str, object], dict[str, object]]:
    return _curves(t, Progress("idle"), METHOD, held_out), _curves(t, Progress("idle"), BESIDE, held_out)


# The lower part of the tab ----------------------------------------------------------------------------------------


def slider(name: str, label: str) -> gr.Slider:
    field = FIELDS[name]
    return gr.Slider(
        field.low,
        field.high,
        value=float(field.default),
        step=field.step,
        label=label,
        min_width=280,
        elem_id=f"prompt-{name}",
    )


def part(
    t: Text, page: Any, controls: dict[str, Any], reviews: Mapping[str, Any]
) -> tuple[gr.HTML, Callable[[], None]]:
    """The lower part of the tab: adds its controls, gives the line that says what a training would use, and what wires
    its events. `reviews` is the choice of the set, if there is one."""
    head = [el("h2", t("prompt.training")), el("p", t("prompt.training.note"), cls="hint")]
    gr.HTML(str(el("div", head)), apply_default_css=False, elem_classes=["part-training"])
    with gr.Row(equal_height=False, elem_classes=["hue-prompt"]):
        controls["k"] = slider("k", t("prompt.k"))
        choices = [(t(f"prompt.train.{name}"), name) for name in FIELDS["train"].choices]
        controls["train"] = gr.Radio(
            choices, value=DEFAULTS["train"], label=t("prompt.train"), min_width=280, elem_id="prompt-train"
        )
        seed = FIELDS["seed"]
        controls["seed"] = gr.Number(
            DEFAULTS["seed"], label=t("seed"), precision=0, minimum=seed.low, maximum=seed.high, elem_id="prompt-seed"
        )
    plan = panel("prompt-plan")
    with gr.Row(elem_classes=["hue-prompt"]):
        start = gr.Button(t("train.start"), variant="primary", elem_id="prompt-start")
        halt = gr.Button(t("train.stop"), elem_id="prompt-stop")
    status = panel("prompt-status", el("p", t("train.idle"), cls="status"))
    charts = []
    with gr.Row(equal_height=False):
        for method, value in zip((METHOD, BESIDE), empty_curves(t, models.held_out()), strict=True):
            hue = NAMES[method]
            with gr.Column(min_width=320):
                who = el("h3", t(f"method.{method}"), cls=f"who hue-{hue}")
                gr.HTML(str(who), apply_default_css=False, elem_classes=["part-training"])
                charts.append(chart(f"prompt-curve-{hue}", value))
    # The recorded figures are those of the built-in backbone.
    known = models.Backbone.source is None
    asked = DEFAULTS["t"], tuple(words_of(DEFAULTS[box]) for box in BOXES)
    opening = results(t, recorded_rows(), *asked) if known else el("p", t("prompt.results.none"), cls="hint")
    table = panel("prompt-results", opening, classes=("results",))
    inputs = {**{name: controls[name] for name in ("t", *BOXES, "k", "train", "seed")}, **reviews}

    async def train(request: gr.Request, *values: Any) -> Any:
        state = {name: FIELDS[name].clean(value) for name, value in zip(inputs, values, strict=True)}
        async with aclosing(run(t, str(request.session_hash), {**DEFAULTS, **state})) as steps:
            async for shown in steps:
                yield shown

    def stop_training(request: gr.Request) -> None:
        stop(request.session_hash)

    def wire() -> None:
        start.click(
            train,
            [*inputs.values()],
            [status, *charts, table],
            concurrency_id="training",
            concurrency_limit=None,
            **page.quietly,
        ).then(**page.live)
        halt.click(stop_training, None, None, queue=False, **page.quietly)

    return plan, wire
