"""The tab of paradigm 3: a pre-trained BERT, a new classifier on its [CLS] state, and everything trained."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast
from weakref import ref

import anyio.to_thread
import gradio as gr
import numpy as np
from markupsafe import Markup

from paradigms import data
from paradigms.data import Dataset
from paradigms.errors import ParadigmError
from paradigms.evaluate import interval

from . import models, training
from .errors import say
from .figures_finetune import curves, formula
from .finetune_evidence import answer, flow, salience, tokens
from .finetune_results import METHOD, RUNS, Run, results, voice
from .parts import chart, figure_value, intro, panel, picked
from .state import FIELDS
from .text import Text
from .training import CURVE_REVIEWS, Progress
from .view import el, percent, pick

if TYPE_CHECKING:
    from paradigms.bert_finetune import BertFineTune, FineTuneExplanation
    from paradigms.training import Schedule

NAME = "finetune"
PICKS = (1, 4, 16, 64, 256, int(FIELDS["ft_k"].high))  # steps of like ratio: the slider alone makes the small K narrow
SLOW = 60  # seconds from which a training is worth a warning
STEPS = 60  # length of the empty chart's axis, that of a small training
OVERFIT = 0.15  # gap of the two accuracies that is called by its name


def show(t: Text, state: Mapping[str, Any], session: str | None = None) -> tuple[str, ...]:
    """Answer, tokens, diagram and salience for the sentence; the plan for K; the table of results."""
    text = state["s"].strip()
    model = cast("BertFineTune", models.SESSIONS.get(session, METHOD) or models.trained()[METHOD])
    run = RUNS.get(model)
    explanation = explained(ref(model), text) if text else None
    parts = (
        answer(t, model, voice(t, model, run), explanation),
        tokens(t, model, explanation),
        flow(t, model, explanation),
        salience(t, model, text, explanation),
        plan(t, state["ft_k"]),
        results(t, run, model),
    )
    return tuple(map(str, parts))


@lru_cache(maxsize=64)
def explained(model: ref[BertFineTune], text: str) -> FineTuneExplanation:
    """The evidence for a sentence, kept: moving a slider does not ask the model again. The key holds no model alive."""
    classifier = model()
    assert classifier is not None
    return classifier.explain(text)


# Training -----------------------------------------------------------------------------------------------------------


def _schedule(n_train: int) -> Schedule:
    from paradigms.bert_finetune import RATES
    from paradigms.training import schedule

    return schedule(n_train, RATES)


def _seen(n_train: int) -> int:
    """How many examples a training on `n_train` goes through, repetitions counted."""
    chosen = _schedule(n_train)
    return chosen.steps * min(chosen.batch_size, n_train)


def expected_seconds(n_train: int) -> float:
    """What training on `n_train` examples takes, from the recorded runs: the time grows with the examples seen."""
    rows = [row for row in models.results() if row.method == METHOD]
    known: dict[int, list[float]] = {}
    for row in rows:
        known.setdefault(_seen(row.n_train), []).append(row.seconds_fit)
    seen = sorted(known)
    return float(np.interp(_seen(n_train), [0, *seen], [0.0, *(float(np.mean(known[n])) for n in seen)]))


def _duration(t: Text, seconds: float) -> str:
    if seconds >= 90:
        return t("finetune.minutes", n=f"{seconds / 60:.1f}")
    return t("finetune.seconds", n=f"{seconds:.0f}")


def plan(t: Text, per_class: int) -> Markup:
    """Ready-made K, and what a training with the chosen one will take."""
    n_train = per_class * len(models.train_set().classes)
    chosen = _schedule(n_train)
    picks = [
        pick(t("finetune.k.all", n=f"{k:,}") if k == PICKS[-1] else str(k), str(k), pressed=k == per_class)
        for k in PICKS
    ]
    seconds = expected_seconds(n_train)
    said = t(
        "finetune.plan",
        n=f"{n_train:,}",
        steps=chosen.steps,
        batch=min(chosen.batch_size, n_train),
        passes=f"{_seen(n_train) / n_train:.0f}",
        time=_duration(t, seconds),
    )
    return el(
        "div",
        el("div", el("span", t("finetune.k.picks"), cls="caption"), picks, cls="chips"),
        el("p", said),
        el("p", t("finetune.plan.slow"), cls="hint") if seconds > SLOW else None,
        cls="ft-plan",
    )


def new_model(seed: int) -> BertFineTune:
    from paradigms.bert_finetune import BertFineTune

    return BertFineTune(seed=seed)


def _sample(examples: Dataset) -> Dataset:
    """At most CURVE_REVIEWS of the training examples, of all classes: they come class by class."""
    return examples.take(range(0, len(examples), -(-len(examples) // CURVE_REVIEWS)))


def curve_value(t: Text, progress: Progress, train: list[tuple[int, float]]) -> dict[str, object]:
    """The curves so far as a chart's value."""
    names = {name: t(name) for name in ("step", "accuracy", "loss", "majority")}
    names |= {"train": t("finetune.curve.train"), "held_out": t("curve.held_out")}
    majority = models.held_out().majority
    held_out, total = progress.held_out, progress.total or STEPS
    figure = curves(names, progress.losses, train, held_out, total, majority)
    if not train or not held_out:
        return figure_value(figure, t("finetune.curve.none"))
    step, accuracy = held_out[-1]
    low, high = interval(round(accuracy * CURVE_REVIEWS), CURVE_REVIEWS)
    result = t(
        "finetune.curve.result",
        step=step,
        total=total,
        train=percent(train[-1][1]),
        held_out=percent(accuracy),
        n=CURVE_REVIEWS,
        low=percent(low),
        high=percent(high),
        majority=percent(majority),
    )
    gap = train[-1][1] - accuracy
    if gap > OVERFIT:
        space = "" if t.language == "zh" else " "
        result += space + t("finetune.curve.overfit", gap=f"{100 * gap:.0f}")
    return figure_value(figure, result)


async def train(t: Text, per_class: int, seed: int, session: str) -> AsyncGenerator[tuple[Any, ...], None]:
    """Train a new model: status, curves, Train button, Stop button, again and again; in the end it answers for the
    session."""
    busy = gr.update(interactive=False), gr.update(interactive=True)
    free = gr.update(interactive=True), gr.update(interactive=False)
    points: list[tuple[int, float]] = []
    test = models.held_out()
    try:
        examples = data.few_shot(models.train_set(), per_class, seed)
        sample = _sample(examples)
        model = new_model(seed)
        run = RUNS[model] = Run(per_class, seed, len(examples))
        progress = Progress("running", total=model.steps or _schedule(len(examples)).steps)
        yield training.status(t, progress), curve_value(t, progress, points), *busy
        n_points = 0
        async with aclosing(training.train(session, METHOD, model, examples)) as steps:
            async for progress in steps:
                if progress.state == "waiting":
                    yield training.status(t, progress), gr.skip(), *busy
                    continue
                if progress.state == "idle":
                    yield _said(t("finetune.left")), gr.skip(), *free
                    return
                if len(progress.held_out) > n_points:
                    n_points = len(progress.held_out)
                    score = await anyio.to_thread.run_sync(model.score, sample.texts, sample.labels)
                    points.append((progress.step, float(score)))
                if progress.state == "running":
                    yield training.status(t, progress), curve_value(t, progress, points), *busy
        run = RUNS[model] = replace(run, step=progress.step, total=progress.total, seconds=progress.seconds)
        waiting = t("finetune.measuring", step=run.step, total=run.total, n=len(test))
        yield _said(waiting), curve_value(t, progress, points), gr.skip(), gr.update(interactive=False)
        predicted = await anyio.to_thread.run_sync(model.predict, test.texts)
        right = int((predicted == np.asarray(test.labels, dtype=object)).sum())
        RUNS[model] = replace(run, right=right, n_test=len(test))
        yield training.status(t, progress), gr.skip(), *free
    except ParadigmError as error:
        yield _said(say(error, t), "hint wrong"), gr.skip(), *free


def _said(text: str, cls: str = "status") -> str:
    return str(el("p", text, cls=cls, role="status", aria_live="polite"))


def build(t: Text, page: Any) -> tuple[dict[str, gr.components.Component], list[gr.components.Component]]:
    """The tab's controls by the name of their field, and the outputs that `show` fills."""
    hue = ("hue-finetune",)
    gr.HTML(str(intro(NAME, t, formula())), apply_default_css=False)
    outputs = [panel(f"finetune-{name}", classes=hue) for name in ("answer", "tokens", "flow", "salience")]
    heading = el("div", el("h2", t("finetune.train")), el("p", t("finetune.train.intro")), cls="ft-train hue-finetune")
    gr.HTML(str(heading), apply_default_css=False)
    k_field, seed_field = FIELDS["ft_k"], FIELDS["ft_seed"]
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=340):
            k = gr.Slider(
                k_field.low, k_field.high, float(k_field.default), step=1, label=t("finetune.k"), elem_id="finetune-k"
            )
            chosen_plan = panel("finetune-plan", classes=hue)
            seed = gr.Slider(
                seed_field.low,
                seed_field.high,
                float(seed_field.default),
                step=1,
                label=t("seed"),
                elem_id="finetune-seed",
            )
            with gr.Row():
                go = gr.Button(t("train.start"), variant="primary", elem_id="finetune-train")
                halt = gr.Button(t("train.stop"), interactive=False, elem_id="finetune-stop")
            status = panel("finetune-status", training.status(t, Progress("idle")))
        with gr.Column(scale=3, min_width=340):
            plot = chart("finetune-curves", curve_value(t, Progress("idle"), []))
    table = panel("finetune-results")

    quietly: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

    async def start(per_class: float, with_seed: float, request: gr.Request) -> AsyncGenerator[tuple[Any, ...], None]:
        wanted, seeded = int(k_field.clean(per_class)), int(seed_field.clean(with_seed))
        async with aclosing(train(t, wanted, seeded, str(request.session_hash))) as said:
            async for seen in said:
                yield seen

    def stop(request: gr.Request) -> None:
        training.stop(request.session_hash, METHOD)

    def choose(event: gr.EventData) -> int:
        return int(k_field.clean(picked(event)))

    trained = go.click(
        start,
        [k, seed],
        [status, plot, go, halt],
        concurrency_id="training",
        concurrency_limit=None,
        **quietly,
    )
    halt.click(stop, None, None, queue=False, **quietly)
    chosen = chosen_plan.select(choose, None, k, queue=False, **quietly)
    page.after(lambda: (trained.then(**page.live), chosen.then(**page.live)))
    return {"ft_k": k, "ft_seed": seed}, [*outputs, chosen_plan, table]
