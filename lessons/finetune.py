"""The tab of paradigm 3: a pre-trained BERT, a new classifier on its [CLS] state, and everything trained."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary, ref

import anyio.to_thread
import gradio as gr
import numpy as np
from markupsafe import Markup

from paradigms import data
from paradigms.base import ParadigmError
from paradigms.bert_finetune import BertFineTune, FineTuneExplanation, schedule
from paradigms.data import Dataset
from paradigms.evaluate import interval
from paradigms.record import SEEDS, Recorded

from . import models, training
from .compare import shots_name
from .errors import say
from .figures_finetune import curves
from .finetune_evidence import answer, flow, logits, salience, tokens
from .parts import chart, figure_value, intro, panel, picked
from .state import FIELDS
from .text import Text
from .training import CURVE_REVIEWS, Progress
from .view import el, percent, pick

NAME = "finetune"
METHOD = "bert-finetune"
PICKS = (1, 4, 16, 64, 256, int(FIELDS["ft_k"].high))  # steps of like ratio: the slider alone makes the small K narrow
BESIDE = (16, None)  # labelled examples per class of the recorded results in the table; None: all
SLOW = 60  # seconds from which a training is worth a warning
OVERFIT = 0.15  # gap of the two accuracies that is called by its name


@dataclass(frozen=True)
class Run:
    """What a session's model was trained on, and how well it did."""

    per_class: int
    seed: int
    n_train: int
    step: int = 0
    total: int = 0
    seconds: float = 0.0
    right: int = 0  # of n_test held-out reviews
    n_test: int = 0  # 0 until they have been asked


# Runs live as long as their models, which live in models.SESSIONS.
RUNS: WeakKeyDictionary[BertFineTune, Run] = WeakKeyDictionary()


def show(t: Text, state: Mapping[str, Any], session: str | None = None) -> tuple[str, ...]:
    """Answer, tokens, diagram, logits and salience for the sentence; the plan for K and seed; the table of results."""
    text = state["s"].strip()
    own = models.SESSIONS.get(session, METHOD)
    model = own or models.trained()[METHOD]
    assert isinstance(model, BertFineTune)
    run = RUNS.get(model)
    explanation = explained(ref(model), text) if text else None
    parts = (
        answer(t, model, voice(t, model, run), explanation),
        tokens(t, model, explanation),
        flow(t, model, explanation),
        logits(t, model, explanation),
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


def _seen(n_train: int) -> int:
    """How many examples a training on `n_train` goes through, repetitions counted."""
    chosen = schedule(n_train, None, None, None)
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
    chosen = schedule(n_train, None, None, None)
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
    return BertFineTune(seed=seed)


def _sample(examples: Dataset) -> Dataset:
    """At most CURVE_REVIEWS of the training examples, of all classes: they come class by class."""
    return examples.take(range(0, len(examples), -(-len(examples) // CURVE_REVIEWS)))


def curve_value(t: Text, progress: Progress, train: list[tuple[int, float]]) -> dict[str, object]:
    """The curves so far as a chart's value."""
    names = {name: t(name) for name in ("step", "accuracy", "loss", "majority")}
    names |= {"train": t("finetune.curve.train"), "held_out": t("curve.held_out")}
    majority = models.held_out().majority
    held_out, total = progress.held_out, progress.total or schedule(2, None, None, None).steps
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


async def train(t: Text, per_class: int, seed: int, session: str) -> AsyncIterator[tuple[Any, ...]]:
    """Train a new model: status, curves, Train button, Stop button, again and again; in the end it answers for the
    session."""
    busy = gr.Button(interactive=False), gr.Button(interactive=True)
    free = gr.Button(interactive=True), gr.Button(interactive=False)
    points: list[tuple[int, float]] = []
    test = models.held_out()
    try:
        examples = data.few_shot(models.train_set(), per_class, seed)
        sample = _sample(examples)
        model = new_model(seed)
        run = RUNS[model] = Run(per_class, seed, len(examples))
        progress = Progress("running", total=schedule(len(examples), model.steps, model.batch_size, model.lr).steps)
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
        yield _said(waiting), curve_value(t, progress, points), gr.skip(), gr.Button(interactive=False)
        predicted = await anyio.to_thread.run_sync(model.predict, test.texts)
        right = int((predicted == np.asarray(test.labels, dtype=object)).sum())
        RUNS[model] = replace(run, right=right, n_test=len(test))
        yield training.status(t, progress), gr.skip(), *free
    except ParadigmError as error:
        yield _said(say(error, t), "hint wrong"), gr.skip(), *free


def _said(text: str, cls: str = "status") -> str:
    return str(el("p", text, cls=cls, role="status", aria_live="polite"))


# What it answers with and how well ------------------------------------------------------------------------------------


def voice(t: Text, model: BertFineTune, run: Run | None) -> Markup:
    """Which model is speaking, and what it cost."""
    if run is None:
        row = next(row for row in models.results() if row.method == METHOD and row.shots is None)
        said = [t("finetune.voice.recorded", n=f"{row.n_train:,}"), " ", _recorded(t, row)]
    else:
        key = "finetune.voice.stopped" if run.step < run.total else "finetune.voice.fresh"
        details = {"k": run.per_class, "n": f"{run.n_train:,}", "seed": run.seed, "step": run.step, "total": run.total}
        said = [t(key, **details)]
    cost = t("parameters", n=f"{model.trainable_parameters_:,}")
    return el("p", said, " ", el("span", cost, cls="cost"), cls="ft-voice", data_model="own" if run else "recorded")


def results(t: Text, run: Run | None, model: BertFineTune) -> Markup:
    """This session's run beside the recorded ones."""
    columns = ("labels", "parameters", "seconds", "accuracy")
    head = [t("finetune.results.model"), *(t(f"compare.column.{name}") for name in columns)]
    recorded = [row for row in models.results() if row.method == METHOD and row.shots in BESIDE]
    rows = [_own_row(t, run, model), *(_recorded_row(t, row) for row in recorded)]
    note = t(
        "finetune.results.note",
        n=len(models.held_out()),
        majority=percent(models.held_out().majority),
        k=BESIDE[0],
        seeds=len(SEEDS),
    )
    table = el("table", el("thead", el("tr", [el("th", name, scope="col") for name in head])), el("tbody", rows))
    return el(
        "section",
        el("h3", t("finetune.results")),
        el("div", table, cls="scroll"),
        el("p", note, cls="caption"),
        cls="ft-results hue-finetune",
    )


def _own_row(t: Text, run: Run | None, model: BertFineTune) -> Markup:
    if run is None:
        return el("tr", el("th", t("finetune.results.yours_none"), scope="row"), [el("td", "–") for _ in range(4)])
    accuracy: list[object] = ["–"]
    if run.n_test:
        low, high = interval(run.right, run.n_test)
        accuracy = [el("strong", percent(run.right / run.n_test, 1)), f" [{100 * low:.1f}–{100 * high:.1f}] "]
    return el(
        "tr",
        el("th", t("finetune.results.yours", k=f"{run.per_class:,}", seed=run.seed), scope="row"),
        el("td", f"{run.n_train:,}"),
        el("td", f"{model.trainable_parameters_:,}"),
        el("td", f"{run.seconds:.1f}"),
        el("td", accuracy, el("span", t("finetune.results.now"), cls="recorded ft-now")),
        cls="ft-own",
    )


def _recorded_row(t: Text, row: Recorded) -> Markup:
    low, high = row.ci95
    spread = f" ± {100 * row.deviation:.1f}" if row.deviation else ""
    accuracy = el("strong", percent(row.accuracy, 1))
    return el(
        "tr",
        el("th", shots_name(t, row), scope="row"),
        el("td", f"{row.n_train:,}"),
        el("td", f"{row.trainable_parameters:,}"),
        el("td", f"{row.seconds_fit:.1f}"),
        el("td", accuracy, f"{spread} [{100 * low:.1f}–{100 * high:.1f}] ", _recorded(t, row)),
    )


def _recorded(t: Text, row: Recorded) -> Markup:
    return el("span", t("recorded"), cls="recorded", title=t("recorded.title", command=row.command))


def formula() -> Markup:
    """p(y | x) = softmax(W2 tanh(W1 h + b1) + b2), h the state of [CLS]; and the loss over the n examples."""

    def name(symbol: str, low: str | None = None) -> Markup:
        return el("msub", el("mi", symbol), el("mn", low)) if low else el("mi", symbol)

    def mark(*symbols: str) -> list[Markup]:
        return [el("mo", symbol) for symbol in symbols]

    inner = [name("W", "1"), name("h"), mark("+"), name("b", "1")]
    outer = [name("W", "2"), name("tanh"), mark("("), inner, mark(")", "+"), name("b", "2")]
    probability = [name("p"), mark("("), name("y"), mark("|"), name("x"), mark(")", "="), name("softmax")]
    bert = el("msub", el("mi", "BERT"), el("mi", "\u03b8"))
    state = [
        name("h"),
        mark("="),
        el("msub", [el("mrow", bert, mark("("), name("x"), mark(")"))], el("mtext", "[CLS]")),
    ]
    of_example = [el("msub", el("mi", symbol), el("mi", "i")) for symbol in "yx"]
    mean = [
        name("L"),
        mark("=", "\u2212"),
        el("mfrac", el("mn", "1"), el("mi", "n")),
        el("munder", el("mo", "\u2211"), el("mi", "i")),
        [name("log"), name("p"), mark("("), of_example[0], mark("|"), of_example[1], mark(")")],
    ]
    lines = ([state], [probability, mark("("), outer, mark(")")], [mean])
    return el("div", [el("math", *line, display="block") for line in lines], cls="ft-formula")


def build(t: Text, page: Any) -> tuple[dict[str, gr.components.Component], list[gr.components.Component]]:
    """The tab's controls by the name of their field, and the outputs that `show` fills."""
    hue = ("hue-finetune",)
    gr.HTML(str(intro(NAME, t, formula())), apply_default_css=False)
    outputs = [panel(f"finetune-{name}", classes=hue) for name in ("answer", "tokens", "flow")]
    with gr.Row(equal_height=True):
        for name in ("logits", "salience"):
            with gr.Column(min_width=340):
                outputs.append(panel(f"finetune-{name}", classes=hue))
    heading = el("div", el("h2", t("finetune.train")), el("p", t("finetune.train.intro")), cls="hue-finetune")
    gr.HTML(str(heading), apply_default_css=False)
    k_field, seed_field = FIELDS["ft_k"], FIELDS["ft_seed"]
    with gr.Row(equal_height=False):
        with gr.Column(scale=2, min_width=340):
            k = gr.Slider(
                k_field.low, k_field.high, k_field.default, step=1, label=t("finetune.k"), elem_id="finetune-k"
            )
            chosen_plan = panel("finetune-plan", classes=hue)
            seed = gr.Slider(
                seed_field.low, seed_field.high, seed_field.default, step=1, label=t("seed"), elem_id="finetune-seed"
            )
            with gr.Row():
                go = gr.Button(t("train.start"), variant="primary", elem_id="finetune-train")
                halt = gr.Button(t("train.stop"), interactive=False, elem_id="finetune-stop")
            status = panel("finetune-status", training.status(t, Progress("idle")))
        with gr.Column(scale=3, min_width=340):
            plot = chart("finetune-curves", curve_value(t, Progress("idle"), []))
    table = panel("finetune-results")

    quietly: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

    async def start(per_class: float, with_seed: float, request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        wanted, seeded = int(k_field.clean(per_class)), int(seed_field.clean(with_seed))
        async with aclosing(train(t, wanted, seeded, str(request.session_hash))) as said:
            async for outputs in said:
                yield outputs

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
