"""The tab of paradigm 3: a pre-trained BERT, a new classifier on its [CLS] state, and everything trained."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any
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
from .finetune_evidence import answer, flow, salience, tokens, untrained
from .finetune_results import METHOD, RUNS, Run, results, speaker, voice
from .parts import chart, figure_value, intro, panel, picked
from .review_sets import backbone_choice, for_backbone, key, sliders
from .state import DEFAULTS, FIELDS, SETS, per_class, slider_of
from .text import Text
from .training import CURVE_REVIEWS, Progress
from .view import el, percent, pick, status_line

if TYPE_CHECKING:
    from paradigms.bert_finetune import BertFineTune, FineTuneExplanation
    from paradigms.training import Schedule

NAME = "finetune"
PICKS = (1, 4, 16, 64, 256)  # and all; steps of like ratio: the slider alone makes the small K narrow
SLOW = 60  # seconds from which a training is worth a warning
STEPS = 60  # length of the empty chart's axis, that of a small training
OVERFIT = 0.15  # gap of the two accuracies that is called by its name, where it is more than chance


def show(t: Text, state: Mapping[str, Any], session: str | None = None) -> tuple[str, ...]:
    """Answer, tokens, diagram and salience for the sentence; the plan for K; the table of results."""
    state = for_backbone(state)
    text, name = state["s"].strip(), state["set"]
    model = speaker(session, name)
    evidence = evidence_of(t, model, text) if model else untrained(t)
    parts = *evidence, plan(t, per_class(state, "ft_k"), name), results(t, model, name)
    return tuple(map(str, parts))


def evidence_of(t: Text, model: BertFineTune, text: str) -> tuple[Markup, ...]:
    """Answer, tokens, diagram and salience."""
    explanation = explained(ref(model), text) if text else None
    return (
        answer(t, model, voice(t, model, RUNS.get(model)), explanation),
        tokens(t, model, explanation),
        flow(t, model, explanation),
        salience(t, model, text, explanation),
    )


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


def plan(t: Text, k: int, name: str = DEFAULTS["set"]) -> Markup:
    """Ready-made numbers of examples per class of the reviews `name`, and what a training with `k` of them will take.

    How long is known of the built-in backbone only.
    """
    n_train = k * len(models.train_set(name).classes)
    chosen = _schedule(n_train)
    every = int(FIELDS[slider_of(name, "ft_k")].high)
    picks = [
        *(pick(str(ready), str(ready), pressed=ready == k) for ready in PICKS),
        pick(t("finetune.k.all", n=f"{every:,}"), str(every), pressed=every == k),
    ]
    seconds = expected_seconds(n_train) if models.Backbone.source is None else 0.0
    said = t(
        "finetune.plan",
        n=f"{n_train:,}",
        steps=chosen.steps,
        batch=min(chosen.batch_size, n_train),
        passes=f"{_seen(n_train) / n_train:.0f}",
        time=t("finetune.plan.time", time=_duration(t, seconds)) if seconds else "",
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

    return BertFineTune(backbone=models.Backbone.source, seed=seed)


def _sample(examples: Dataset) -> Dataset:
    """At most CURVE_REVIEWS of the training examples, of all classes: they come class by class."""
    return examples.take(range(0, len(examples), -(-len(examples) // CURVE_REVIEWS)))


def curve_value(
    t: Text, progress: Progress, train: list[tuple[int, float]], n_train: int = 0, test: Dataset | None = None
) -> dict[str, object]:
    """The curves so far as a chart's value: `train` is measured on `n_train` of the training examples; `test` is the
    held-out set, English unless told otherwise."""
    names = {name: t(name) for name in ("step", "accuracy", "loss", "majority")}
    names |= {"train": t("finetune.curve.train"), "held_out": t("curve.held_out")}
    majority = (test or models.held_out()).majority
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
    if gap > OVERFIT and interval(train[-1][1] * n_train, n_train)[0] > high:
        space = t("space")
        result += space + t("finetune.curve.overfit", gap=f"{100 * gap:.0f}")
    return figure_value(figure, result)


async def train(
    t: Text, k: int, seed: int, session: str, name: str = DEFAULTS["set"]
) -> AsyncGenerator[tuple[Any, ...], None]:
    """Train a new model with `k` examples per class of the reviews `name`: status and curves, again and again; in the
    end it answers for the session."""
    points: list[tuple[int, float]] = []
    test = models.held_out(name)
    try:
        examples = data.few_shot(models.train_set(name), k, seed)
        sample = _sample(examples)
        model = new_model(seed)
        run = RUNS[model] = Run(k, seed, len(examples))
        progress = Progress("running", total=model.steps or _schedule(len(examples)).steps)
        yield training.status(t, progress), curve_value(t, progress, points, len(sample), test)
        n_points = 0
        training.begin(session, key(METHOD, name))
        trained = training.train(session, key(METHOD, name), model, examples, held_out=test)
        async with aclosing(trained) as steps:
            async for progress in steps:
                if progress.state == "waiting":
                    yield training.status(t, progress), gr.skip()
                    continue
                if progress.state == "left":
                    yield training.status(t, progress), gr.skip()
                    return
                if len(progress.held_out) > n_points:
                    n_points = len(progress.held_out)
                    score = await anyio.to_thread.run_sync(model.score, sample.texts, sample.labels)
                    points.append((progress.step, float(score)))
                if progress.state == "running":
                    yield training.status(t, progress), curve_value(t, progress, points, len(sample), test)
        run = RUNS[model] = replace(run, step=progress.step, total=progress.total, seconds=progress.seconds)
        waiting = t("finetune.measuring", step=run.step, total=run.total, n=len(test))
        drawn = curve_value(t, progress, points, len(sample), test)
        yield str(status_line("", waiting)), drawn
        predicted = await anyio.to_thread.run_sync(model.predict, test.texts)
        right = int((predicted == np.asarray(test.labels, dtype=object)).sum())
        RUNS[model] = replace(run, right=right, n_test=len(test))
        yield training.status(t, progress), gr.skip()
    except ParadigmError as error:
        yield str(el("p", say(error, t), cls="status hint wrong", role="alert")), gr.skip()


def build(t: Text, page: Any) -> tuple[dict[str, gr.components.Component], list[gr.components.Component]]:
    """The tab's controls by the name of their field, and the outputs that `show` fills."""
    hue = ("hue-finetune",)
    gr.HTML(str(intro(NAME, t, formula())), apply_default_css=False)
    reviews = backbone_choice(t, page, NAME)
    outputs = [panel(f"finetune-{name}", classes=hue) for name in ("answer", "tokens", "flow", "salience")]
    heading = el("div", el("h2", t("finetune.train")), el("p", t("finetune.train.intro")), cls="ft-train hue-finetune")
    gr.HTML(str(heading), apply_default_css=False, elem_classes=["part-training"])
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=340):
            make = partial(_slider, t)
            numbers = sliders(page, "ft_k", make) if reviews else {"ft_k": make("ft_k")}
            chosen_plan = panel("finetune-plan", classes=hue)
            seed = _slider(t, "ft_seed")
            with gr.Row():
                go = gr.Button(t("train.start"), variant="primary", elem_id="finetune-train")
                halt = gr.Button(t("train.stop"), elem_id="finetune-stop")
            status = panel("finetune-status", training.status(t, Progress("idle")))
        with gr.Column(scale=3, min_width=340):
            plot = chart("finetune-curves", curve_value(t, Progress("idle"), []))
    table = panel("finetune-results")

    controls: dict[str, gr.components.Component] = {**numbers, "ft_seed": seed}
    inputs = {**controls, **reviews}

    def stated(values: Sequence[object]) -> dict[str, Any]:
        return {**DEFAULTS, **{name: FIELDS[name].clean(one) for name, one in zip(inputs, values, strict=True)}}

    async def start(request: gr.Request, *values: object) -> AsyncGenerator[tuple[Any, ...], None]:
        state = stated(values)
        wanted = per_class(state, "ft_k"), state["ft_seed"], str(request.session_hash), state["set"]
        async with aclosing(train(t, *wanted)) as said:
            async for seen in said:
                yield seen

    def stop(request: gr.Request) -> None:
        for name in SETS:
            training.stop(request.session_hash, key(METHOD, name))

    def choose(event: gr.EventData, *values: object) -> dict[Any, Any]:
        name = slider_of(stated(values)["set"], "ft_k")
        return {numbers[name]: FIELDS[name].clean(picked(event))}

    trained = go.click(
        start,
        [*inputs.values()],
        [status, plot],
        concurrency_id="training",
        concurrency_limit=None,
        **page.quietly,
    )
    halt.click(stop, None, None, queue=False, **page.quietly)
    chosen = chosen_plan.select(choose, [*inputs.values()], [*numbers.values()], queue=False, **page.quietly)
    page.after(lambda: (trained.then(**page.live), chosen.then(**page.live)))
    return controls, [*outputs, chosen_plan, table]


def _slider(t: Text, name: str) -> gr.Slider:
    field = FIELDS[name]
    return gr.Slider(
        field.low,
        field.high,
        float(field.default),
        step=1,
        label=t("seed" if name == "ft_seed" else "finetune.k"),
        elem_id="finetune-" + name.removeprefix("ft_").replace("_", "-"),
    )
