"""Live training in the PET tab: the pairs one after another, their vote, the classifier that they teach, and beside it
fine-tuning with the same labelled examples."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

import anyio.to_thread
import gradio as gr
import numpy as np
import torch
from markupsafe import Markup

from paradigms import data
from paradigms.base import ParadigmError, TextClassifier, TrainStep
from paradigms.bert_finetune import BertFineTune, ClassifierHead
from paradigms.data import Dataset
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.pet import Pet
from paradigms.prompt.what_is_trained import Count, count, counts

from . import models, training
from .anatomy import Part, anatomy, language_model
from .errors import say
from .figures import HUES, folded
from .figures_pet import Score, scores
from .parts import figure_value
from .pet_pairs import Pair, read_pairs
from .prompt_accuracy import zero_shot
from .text import Text
from .training import Progress
from .view import el, percent

METHOD, BESIDE = "pet", "beside pet"


@dataclass(frozen=True)
class Run:
    """What a session's taught classifier has learned from."""

    n_labelled: int
    n_unlabelled: int
    n_pairs: int
    seed: int


RUNS: WeakKeyDictionary[TextClassifier, Run] = WeakKeyDictionary()


@dataclass
class Watched:
    """A Pet whose parts are asked about the held-out reviews as soon as each is trained: in the end its pairs are gone.

    Answers are probabilities, shape (n_reviews, n_classes).
    """

    pet: Pet
    test: Dataset
    trained: dict[int, np.ndarray] = field(default_factory=dict)  # by the pair's number, of the last generation
    vote: np.ndarray | None = None
    student: np.ndarray | None = None

    def fit_steps(self, texts: Sequence[str], labels: Sequence[str]) -> Iterator[TrainStep]:
        before: tuple[int, int | None] | None = None
        for step in self.pet.fit_steps(texts, labels):
            stage = self.pet.stage_
            if stage != before:
                if before is not None and before[1] is not None:
                    self.trained[before[1]] = self.pet.models_[before[1]].predict_proba(self.test.texts)
                if stage[1] is None and hasattr(self.pet, "models_"):
                    self.vote = self.pet.ensemble(self.test.texts)
                before = stage
            if step.step == step.total:
                self.student = self.pet.predict_proba(self.test.texts)
            yield step

    def score(self, texts: Sequence[str], labels: Sequence[str]) -> float:
        return self.pet.score(texts, labels)


def rows_of(t: Text, pairs: Sequence[Pair], watched: Watched | None, beside: np.ndarray | None = None) -> list[Score]:
    """The lines of the picture, as far as they are measured."""
    test = models.held_out()
    n = len(test)

    def right(said: np.ndarray | None) -> int | None:
        if said is None:
            return None
        return int((np.array(test.classes, dtype=object)[said.argmax(axis=1)] == np.array(test.labels)).sum())

    trained = {number: right(said) for number, said in (watched.trained if watched else {}).items()}
    rows = [
        Score(
            folded(f"{number + 1} · {pair.template}", 16),
            n,
            trained.get(number),
            zero_shot(pair.template, pair.words).right if watched else None,
        )
        for number, pair in enumerate(pairs)
    ]
    known = [row for row in trained.values() if row is not None]
    mean = round(float(np.mean(known))) if len(known) == len(pairs) else None
    zeros = [row.zero for row in rows if row.zero is not None]
    rows += [
        Score(t("pet.row.mean"), n, mean, round(float(np.mean(zeros))) if zeros else None),
        Score(t("pet.row.vote"), n, right(watched.vote) if watched else None),
        Score(t("pet.row.student"), n, right(watched.student) if watched else None),
        Score(t("pet.row.finetune"), n, right(beside), beside=True),
    ]
    return rows


def picture(t: Text, rows: Sequence[Score]) -> dict[str, object]:
    """The rows as a chart's value, with what they come to in words."""
    names = {name: t(f"pet.figure.{name}") for name in ("zero", "trained", "beside")}
    names |= {"accuracy": t("accuracy"), "majority": t("majority")}
    figure = scores(rows, models.held_out().majority, names)
    mean, vote, student, finetune = rows[-4:]
    n = mean.n

    def said(right: int | None) -> str:
        return percent(right / n, 1) if right is not None else "–"

    if vote.right is None:
        zero = mean.zero if mean.zero is not None else None
        text = t("pet.result.none") if zero is None else t("pet.result.zero", mean=said(zero), n=n)
        return figure_value(figure, text)
    numbers = {"mean": said(mean.right if mean.right is not None else mean.zero), "vote": said(vote.right), "n": n}
    key = "vote" if student.right is None else "student" if finetune.right is None else "all"
    return figure_value(
        figure, t(f"pet.result.{key}", **numbers, student=said(student.right), finetune=said(finetune.right))
    )


def new_pet(state: Mapping[str, Any], pairs: Sequence[Pair]) -> Pet:
    labels = models.train_set().classes
    return Pet(
        [(pair.template, pair.verbalizer(labels)) for pair in pairs],
        backbone=models.Backbone.source,
        weighting=state["pet_weighting"],
        generations=state["pet_generations"],
        n_labelled=None if state["pet_k"] else 0,
        n_unlabelled=state["pet_texts"],
        seed=state["pet_seed"],
    )


async def run(t: Text, session: str, state: Mapping[str, Any]) -> AsyncGenerator[tuple[Any, ...]]:
    """Train PET, then fine-tuning on the same examples. Yields (status, curves, picture); what stays is skipped."""
    skip = gr.skip()
    try:
        pairs = read_pairs(state["pet_pairs"])
    except ParadigmError as error:
        yield str(el("p", say(error, t), cls="status hint wrong", role="alert")), skip, skip
        return
    reviews, test = models.train_set(), models.held_out()
    k = state["pet_k"]
    # Without labelled examples it is told the labels' names, and nothing else.
    examples = (
        data.few_shot(reviews, k, state["pet_seed"]) if k else Dataset("", (*reviews.classes,), (*reviews.classes,))
    )
    pet = new_pet(state, pairs)
    training.begin(session, METHOD, BESIDE)
    watched = Watched(pet, test)
    yield str(el("p", t("pet.measuring"), cls="status running")), _curves(t, Progress("idle")), skip
    drawn = await anyio.to_thread.run_sync(lambda: picture(t, rows_of(t, pairs, watched)))
    yield skip, skip, drawn
    n_known = 0
    progress = Progress("idle")
    async with aclosing(training.train(session, METHOD, watched, examples, keep=False)) as steps:  # type: ignore[arg-type]
        async for progress in steps:
            known = len(watched.trained) + (watched.vote is not None)
            changed = known != n_known
            n_known = known
            drawn = picture(t, rows_of(t, pairs, watched)) if changed else skip
            yield _status(t, progress, pet, len(pairs)), _curves(t, progress), drawn
    if progress.model is None:  # stopped before its turn came
        yield _status(t, progress, pet, len(pairs)), skip, skip
        return
    if watched.student is None:
        yield _stopped(t, progress), skip, picture(t, rows_of(t, pairs, watched))
        return
    RUNS[pet] = Run(len(examples) if k else 0, state["pet_texts"], len(pairs), state["pet_seed"])
    models.SESSIONS.put(session, METHOD, pet)
    yield _status(t, progress, pet, len(pairs)), skip, picture(t, rows_of(t, pairs, watched))
    if not k:
        return
    baseline = BertFineTune(backbone=models.Backbone.source, seed=state["pet_seed"])
    async with aclosing(training.train(session, BESIDE, baseline, examples, keep=False)) as steps:
        async for beside in steps:
            yield str(el("div", el("strong", t("pet.row.finetune")), Markup(training.status(t, beside)))), skip, skip
    if beside.model is None:
        yield _status(t, progress, pet, len(pairs)), skip, skip
        return
    if beside.state == "stopped":  # what it would have reached is not known
        without = t("pet.beside.stopped", step=beside.step, total=beside.total)
        yield str(el("p", without, cls="status stopped", role="status")), skip, skip
        return
    said = await anyio.to_thread.run_sync(baseline.predict_proba, test.texts)
    yield _status(t, progress, pet, len(pairs)), skip, picture(t, rows_of(t, pairs, watched, said))


def stop(session: str | None) -> None:
    for key in (METHOD, BESIDE):
        training.stop(session, key)


def _status(t: Text, progress: Progress, pet: Pet, n_pairs: int) -> str:
    where = None
    if progress.state == "running":
        generation, number = pet.stage_
        key = "pet.stage.student" if number is None else "pet.stage.generation" if generation else "pet.stage.pair"
        where = el("strong", t(key, pair=(number or 0) + 1, pairs=n_pairs, generation=generation))
    return str(el("div", where, Markup(training.status(t, progress)), cls="phase hue-pet"))


def _stopped(t: Text, progress: Progress) -> str:
    return str(el("p", t("pet.stopped", step=progress.step, total=progress.total), cls="status stopped", role="status"))


def _curves(t: Text, progress: Progress) -> dict[str, object]:
    return training.curves(t, progress, HUES["prompt"])


# What a training would use and change ------------------------------------------------------------------------------


def plan(t: Text, state: Mapping[str, Any], n_pairs: int) -> Markup:
    """What pressing Train would use, and the two diagrams: the teachers, which are thrown away, and the classifier."""
    model = models.trained()["prompt"]
    assert isinstance(model, PromptClassifier)
    parts, classes = counts(model.lm_), models.train_set().classes
    rounds = state["pet_generations"] + bool(state["pet_k"])
    whole = {name: Count(part.total, part.total if rounds else 0) for name, part in parts.items()}
    with torch.device("meta"):  # shapes only
        head = count(ClassifierHead(model.lm_.hidden_size, len(classes), 0.0).parameters())
    body = parts["model"].total
    key = "pet.plan" if state["pet_k"] else "pet.plan.none"
    said = t(
        key,
        n=state["pet_k"] * len(classes),
        texts=f"{state['pet_texts']:,}",
        seed=state["pet_seed"],
        pairs=n_pairs,
        models=n_pairs * rounds,
    )
    teachers = language_model(whole, after="dropped" if rounds else "kept", copies=max(1, n_pairs * rounds))
    title = t("pet.anatomy.teachers" if rounds else "pet.anatomy.teachers.none")
    student = [Part("model", "bert", body, body), Part("head", "new_head", head.total, head.total)]
    return el(
        "div",
        el("p", said, cls="hint"),
        anatomy(t, [Part("prompt", "words", 0), *teachers], hue="pet", title=title),
        anatomy(t, student, hue="finetune", title=t("pet.anatomy.student")),
        cls="pet-plan",
    )
