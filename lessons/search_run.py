"""A search from the first candidate to the result on held-out reviews, as it goes along."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

import anyio.to_thread
import gradio as gr
import numpy as np
import torch
from markupsafe import Markup
from sklearn.base import clone

from paradigms import data
from paradigms.base import TextClassifier
from paradigms.errors import ParadigmError
from paradigms.evaluate import interval
from paradigms.prompt.auto_template import AutoTemplate
from paradigms.prompt.auto_verbalizer import TRAINED, AutoVerbalizer
from paradigms.prompt.candidates import Candidate, writable_words
from paradigms.prompt.expand_label_words import cosines
from paradigms.prompt.search_label_words import likely_words
from paradigms.prompt.template import Template
from paradigms.prompt.verbalizer import Verbalizer
from paradigms.prompt.weighted_verbalizer import WeightedVerbalizer
from paradigms.tokens import piece_ids

from . import models, search_view, training
from .errors import say
from .figures_search import Tried, plane, trajectory
from .parts import figure_value
from .prompt_accuracy import in_words, measure
from .search_models import (
    FIELD,
    TEMPLATE,
    Row,
    backbone,
    by_hand,
    evidence,
    examples,
    first_words,
    given,
    key,
    near,
    new,
    weighted,
)
from .text import Text
from .training import Progress
from .view import el, meter, percent, status_line

WORDS_SHOWN, ON_PLANE = 12, 40  # words per class, in the list and in the picture


@dataclass(frozen=True)
class Scene:
    """What the tab shows of one search, and the controls it was started with."""

    kind: str
    state: Mapping[str, Any]
    model: AutoTemplate | AutoVerbalizer | None = None
    progress: Progress = field(default_factory=lambda: Progress("idle"))
    rows: tuple[Row, ...] = ()

    @property
    def how(self) -> str:
        return self.state[FIELD[self.kind]]


def panels(t: Text, scene: Scene) -> tuple[Any, ...]:
    """Of a template search (candidates, chart, steps, results); of a word search (words, curves, candidates,
    results)."""
    shown = search_view.results(t, scene.rows, _n(scene.state), len(models.held_out()), models.held_out().majority)
    model = scene.model
    found = model.candidates_ if model is not None and scene.how not in TRAINED else []
    hand = by_hand(scene.kind, scene.state)
    table = search_view.candidates(t, scene.kind, _n(scene.state), hand, found)
    if scene.kind == TEMPLATE:
        path = model.trajectory_ if model is not None else []
        if not path and scene.how == "generate":
            first = first_words(given(scene.state), scene.state["se_k"], scene.state["se_seed"])
            table += search_view.first_words(t, first)
        return str(table), chart(t, scene, hand.loss), str(search_view.steps(t, path)), str(shown)
    if scene.how in TRAINED:
        return str(words(t, scene)), training.curves(t, scene.progress, "var(--hue-prompt)"), "", str(shown)
    return str(words(t, scene)), word_plane(t, scene, found[0] if found else hand), str(table), str(shown)


def status(t: Text, scene: Scene) -> str:
    """The status line and how far the search, or the tuning after it, has come."""
    progress = scene.progress
    searching = scene.how in TRAINED or scene.model is None or progress.step <= len(scene.model.searched_)
    said = training.status(t, progress)
    if progress.state in ("idle", "done") or (progress.state == "running" and searching):
        numbers = {"step": progress.step, "total": progress.total, "seconds": f"{progress.seconds:.1f}"}
        said = str(status_line(progress.state, t(f"search.status.{progress.state}", **numbers)))
    bar = meter(progress.step / progress.total, cls="progress") if progress.state == "running" else ""
    return said + str(bar)


def _n(state: Mapping[str, Any]) -> int:
    return len(examples(state["se_k"], state["se_seed"]).texts)


def chart(t: Text, scene: Scene, by_hand_loss: float) -> dict[str, object]:
    """The search so far; the steps of a tuning after it are not drawn."""
    path = scene.model.trajectory_ if scene.model is not None else []
    held_out = [(step, share) for step, share in scene.progress.held_out if step <= len(path)]
    names = {name: t(f"search.chart.{name}") for name in ("tried", "best", "held_out", "by_hand")}
    names |= {"step": t("step"), "loss": t("search.chart.loss"), "accuracy": t("search.chart.accuracy")}
    tried = [
        Tried(step.step, one.loss, one.template.source)
        for step in (scene.model.searched_ if scene.model is not None else [])
        for one in step.candidates
    ]
    figure = trajectory(
        tried,
        [(step, one.loss) for step, one in enumerate(path, 1)],
        held_out,
        by_hand_loss,
        len(path) if scene.progress.state == "done" else max(scene.progress.total, len(path), 10),
        names,
    )
    if not path:
        return figure_value(figure, t("search.chart.none"))
    said = t(
        "search.chart.result",
        template=path[-1].template.source,
        loss=f"{path[-1].loss:.3f}",
        hand=f"{by_hand_loss:.3f}",
        tried=len(tried),
    )
    if held_out:
        n = len(training.behind_curve(models.held_out()))
        said += t("search.chart.result.held_out", share=percent(held_out[-1][1]), n=n)
    return figure_value(figure, said)


def word_plane(t: Text, scene: Scene, chosen: Candidate) -> dict[str, object]:
    """Where words stand between the two classes, those of the best candidate large."""
    how, marked = evidence(scene.how), chosen.verbalizer.words
    points = likely_plane(scene.state) if how == "likelihood" else near_plane(given(scene.state))
    first, second = (t.label(label) for label in models.train_set().classes)
    axes = [t(f"search.plane.{how}", label=label) for label in (first, second)]
    negative = max(points, key=lambda one: one[1] - one[2])[0]
    positive = max(points, key=lambda one: one[2] - one[1])[0]
    said = t("search.plane.result", negative=negative, positive=positive, first=first, second=second)
    return figure_value(plane(points, marked, *axes), said)


def words(t: Text, scene: Scene) -> Markup:
    """The words of each class: the likeliest, the nearest, the weighted, or those near a trained vector."""
    how, state = evidence(scene.how), scene.state
    classifier = getattr(scene.model, "classifier_", None)
    labels = models.train_set().classes
    if how == "likelihood":
        columns = likely(state)
    elif how == "neighbours":
        columns = near(given(state), WORDS_SHOWN)
    elif how == "weights" and isinstance(classifier, WeightedVerbalizer):
        weights = iter(classifier.weights_)
        columns = {label: [(word, next(weights)) for word in row] for label, row in classifier.words_.label_words}
    elif how == "weights":
        columns = {label: [(word, 1 / len(row)) for word in row] for label, row in weighted(state).label_words}
    elif classifier is not None:
        columns = classifier.words(WORDS_SHOWN)
    else:
        around = near(given(state), WORDS_SHOWN - 1)
        columns = {label: [*((word, 1.0) for word in row), *around[label]] for label, row in given(state).label_words}
    note = t(f"search.words.{how}.note", n=_n(state))
    if how == "soft" and classifier is not None:
        moved = t("comma").join(
            f"{t.label(label)} {far:.2f}" for label, far in zip(labels, classifier.drift_, strict=True)
        )
        note += t("space") + t("search.words.soft.drift", moved=moved)
    return search_view.words(t, how, columns, note)


def likely(state: Mapping[str, Any]) -> dict[str, list[tuple[str, float]]]:
    """The likeliest words of each class on its own examples, with the geometric mean of their probability."""
    of = examples(state["se_k"], state["se_seed"])
    template = Template.parse(state["t"])
    names = writable_words(backbone().tokenizer, template.spaced_mask())
    found = likely_words(of, template, of.logits(template), WORDS_SHOWN)
    return {
        label: [(names[token], float(np.exp(log))) for token, log in zip(ids.tolist(), logs.tolist(), strict=True)]
        for label, (ids, logs) in zip(of.classes, found, strict=True)
    }


def likely_plane(state: Mapping[str, Any]) -> list[tuple[str, float, float]]:
    """(word, mean log-probability at the slot for sentences of the first class, of the second), of likely words."""
    of = examples(state["se_k"], state["se_seed"])
    template = Template.parse(state["t"])
    logits = of.logits(template)
    ids = torch.cat([ids for ids, _ in likely_words(of, template, logits, ON_PLANE)]).unique()
    logs = logits.log_softmax(dim=1)[:, ids]  # (N, n_words)
    first, second = (logs[torch.from_numpy(of.gold == c)].mean(dim=0).tolist() for c in (0, 1))
    names = writable_words(backbone().tokenizer, template.spaced_mask())
    return list(zip([names[token] for token in ids.tolist()], first, second, strict=True))


def near_plane(verbalizer: Verbalizer) -> list[tuple[str, float, float]]:
    """(word, cosine with the nearest label word of the first class, of the second), of words near either."""
    tokenizer = backbone().tokenizer
    around = near(verbalizer, ON_PLANE)
    names = [*verbalizer.words, *(word for row in around.values() for word, _ in row)]
    ids, given_ids = (
        torch.tensor([piece_ids(tokenizer, [f" {word}"])[0][0] for word in row]) for row in (names, verbalizer.words)
    )
    split = cosines(backbone(), ids, given_ids).split([len(row) for _, row in verbalizer.label_words], dim=1)
    first, second = (part.amax(dim=1).tolist() for part in split)
    return list(zip(names, first, second, strict=True))


async def run(t: Text, session: str, kind: str, state: Mapping[str, Any]) -> AsyncGenerator[tuple[Any, ...]]:
    """Search, then measure. Yields (status, *panels); bad input is said in the status and leaves the rest."""
    skip = (gr.skip(),) * 4
    name = key(kind, state)
    try:
        model = new(kind, state)
        training.begin(session, name)
        scene = Scene(kind, state)
        yield str(status_line("running", t("search.status.begin"))), *panels(t, scene)
        drawn = data.few_shot(models.train_set(), state["se_k"], state["se_seed"])
        steps = training.train(session, name, model, drawn, keep=False)
        async with aclosing(steps):
            async for progress in steps:
                scene = replace(scene, model=model if progress.step else None, progress=progress)
                yield status(t, scene), *(panels(t, scene) if progress.step else skip)
    except ParadigmError as error:
        yield str(el("p", say(error, t), cls="status hint wrong", role="alert")), *skip
        return
    if scene.progress.model is None:  # stopped before its turn came
        return
    said = status(t, scene)
    hand, winner = model.manual(), model.winner()
    tuned = model.tune == "all" and scene.progress.state == "done"
    scene = await measured(scene, "by_hand", hand, 0, None)
    scene = await measured(scene, "found", winner, len(drawn), None if tuned else scene.progress.seconds)
    yield said, *panels(t, scene)
    if tuned:
        scene = await measured(scene, "found_tuned", model, len(drawn), scene.progress.seconds)
        beside, progress = clone(hand).set_params(train="all", seed=state["se_seed"]), Progress("idle")
        async with aclosing(training.train(session, name, beside, drawn, keep=False)) as steps:
            async for progress in steps:
                yield status(t, replace(scene, progress=progress)), *skip
        if progress.state == "done":
            scene = await measured(scene, "by_hand_tuned", beside, len(drawn), progress.seconds)
    models.SESSIONS.put(session, name, scene)
    yield said, *panels(t, scene)


async def measured(scene: Scene, name: str, model: TextClassifier, n_labels: int, seconds: float | None) -> Scene:
    """The scene with one row more: `model` on the examples of the search and on all the held-out reviews."""
    state, kind = scene.state, scene.kind
    drawn = data.few_shot(models.train_set(), state["se_k"], state["se_seed"])
    on_examples = await anyio.to_thread.run_sync(model.score, drawn.texts, drawn.labels)
    model_of = scene.model
    result = await anyio.to_thread.run_sync(measure, model)
    written = (
        by_hand(kind, state)
        if name.startswith("by_hand")
        else (model_of.best_ if scene.how not in TRAINED and model_of else None)
    )
    row = Row(
        name,
        written.template.source if written else state["t"],
        in_words(tuple(words for _, words in written.verbalizer.label_words)) if written else "",
        float(on_examples),
        result.accuracy,
        interval(result.right, result.n),
        n_labels,
        model.trainable_parameters_,
        seconds,
    )
    return replace(scene, rows=(*scene.rows, row))
