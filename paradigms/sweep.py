"""Many templates x many verbalizers: how far the wording alone moves a result.

The spread over wordings is what a single accuracy hides (Perez et al. 2021; Zhao et al. 2021, figure 3). Zero-shot, the
encoder runs once per template: every verbalizer is answered from the same states at [MASK].
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import mean, median

import numpy as np
from joblib import Parallel, delayed

from .base import TrainStep
from .data import Dataset, few_shot
from .errors import ParadigmError
from .evaluate import deviation, interval, require_known_labels
from .masked_lm import MaskedLM
from .plan import Plan, PlanError, draw
from .prompt.calibration import calibrated, content_free
from .prompt.classifier import PromptClassifier
from .prompt.openprompt import parse_template, parse_verbalizer

__all__ = ["Cell", "Curse", "Draw", "Plan", "PlanError", "Spread", "Summary", "sweep", "winners_curse"]


@dataclass(frozen=True)
class Cell:
    """One template with one verbalizer. `row` and `column` count in the plan's templates and verbalizers."""

    row: int
    column: int
    n: int  # held-out sentences
    accuracies: tuple[float, ...]  # one a seed; one where nothing is trained
    prior: tuple[float, ...] | None = None  # class probabilities that calibration took away, of the last seed

    @property
    def accuracy(self) -> float:
        return mean(self.accuracies)

    @property
    def deviation(self) -> float:
        return deviation(self.accuracies)

    @property
    def ci95(self) -> tuple[float, float]:
        """What `n` sentences can tell about the mean accuracy."""
        return interval(self.accuracy * self.n, self.n)


def sweep(
    plan: Plan,
    *,
    train: Dataset | None = None,
    test: Dataset | None = None,
    n_jobs: int | None = None,
    on_step: Callable[[TrainStep], None] | None = None,
) -> Iterator[Cell]:
    """The cells, row by row. With training a cell comes again after each seed, with one accuracy more.

    `train` and `test` replace the sets that the plan names. The work is cut into joblib tasks, a template or a training
    each: `n_jobs`, or the backend of an enclosing `joblib.parallel_config`, says where they run. `on_step` is told of
    training steps and may raise to end the sweep; it needs the tasks to run here, one after the other.

    Raises ParadigmError, before anything is computed, where a template or a verbalizer cannot be used.
    """
    test = test or plan.test_set()
    train = (train or plan.train_set()) if plan.shots else None
    classes, held_out = (train or test).classes, draw(test, plan.n)
    _check(plan, classes)
    rows, columns = range(len(plan.templates)), range(len(plan.verbalizers))
    workers = Parallel(n_jobs=n_jobs, return_as="generator")
    if train is None:
        tasks = (delayed(_zero_shot)(plan, row, held_out, classes) for row in rows)
        for cells in workers(tasks):
            yield from cells
        return
    require_known_labels(train, test)
    draws = {seed: few_shot(train, plan.shots, seed) for seed in plan.seeds}
    trainings = [(row, column, seed) for row in rows for column in columns for seed in plan.seeds]
    tasks = (
        delayed(_tuned)(plan, row, column, seed, draws[seed], held_out, on_step) for row, column, seed in trainings
    )
    so_far: list[float] = []
    for (row, column, seed), (accuracy, prior) in zip(trainings, workers(tasks), strict=True):
        so_far = [accuracy] if seed == plan.seeds[0] else [*so_far, accuracy]
        yield Cell(row, column, len(held_out), tuple(so_far), prior)


def _check(plan: Plan, classes: list[str]) -> None:
    lm = MaskedLM.load(plan.backbone)
    templates, verbalizers = [], []
    for number, source in enumerate(plan.templates, 1):
        with _of(f"template {number}", source):
            templates.append(parse_template(source))
            templates[-1].encode([], lm.tokenizer, lm.max_length)
    for number, source in enumerate(plan.verbalizers, 1):
        with _of(f"verbalizer {number}", source):
            verbalizers.append(parse_verbalizer(source).for_labels(classes))
            for template in templates:
                verbalizers[-1].token_ids(lm.tokenizer, spaced=template.spaced_mask())


@contextmanager
def _of(name: str, source: str) -> Iterator[None]:
    """An error says which of many templates or verbalizers it is about."""
    try:
        yield
    except ParadigmError as error:
        raise type(error)(
            error.kind,
            f"{name}, {source}: {error}",
            where=error.where,
            position=error.position,
            offending=error.offending,
            **error.details,
        ) from error


def _zero_shot(plan: Plan, row: int, held_out: Dataset, classes: list[str]) -> list[Cell]:
    """A row of the grid."""
    said, priors = _answers(plan, row, held_out.texts, classes)
    right = said == _gold(held_out, classes)  # (n_verbalizers, n)
    return [
        Cell(row, column, len(held_out), (float(of_cell.mean()),), prior)
        for column, (of_cell, prior) in enumerate(zip(right, priors, strict=True))
    ]


def _answers(
    plan: Plan, row: int, texts: Sequence[str], classes: list[str]
) -> tuple[np.ndarray, list[tuple[float, ...] | None]]:
    """The class, as an index, that each verbalizer gives to each text under one template: (n_verbalizers, n). Beside
    it the prior that calibration took from each."""
    lm = MaskedLM.load(plan.backbone)
    template, verbalizers = plan.parsed_templates()[row], plan.parsed_verbalizers(classes)
    word_ids = [verbalizer.token_ids(lm.tokenizer, spaced=template.spaced_mask()) for verbalizer in verbalizers]
    all_ids = sorted({word for ids in word_ids for word in ids})
    encoded = template.encode(texts, lm.tokenizer, lm.max_length)
    logits = lm.logits_at_mask(encoded, all_ids).double()  # (n, all words of all verbalizers)
    free = lm.logits_at_mask(content_free(template, lm, plan.calibrate), all_ids).double() if plan.calibrate else None
    said, priors = [], []
    for verbalizer, ids in zip(verbalizers, word_ids, strict=True):
        own = [all_ids.index(word) for word in ids]
        answers = verbalizer.project(logits[:, own].softmax(dim=1).numpy())  # (n, C)
        prior = None if free is None else verbalizer.project(free[:, own].softmax(dim=1).numpy()).mean(axis=0)  # (C,)
        said.append((answers if prior is None else calibrated(answers, prior)).argmax(axis=1))
        priors.append(None if prior is None else tuple(map(float, prior)))
    return np.stack(said), priors


def _tuned(
    plan: Plan,
    row: int,
    column: int,
    seed: int,
    examples: Dataset,
    held_out: Dataset,
    on_step: Callable[[TrainStep], None] | None,
) -> tuple[float, tuple[float, ...] | None]:
    """Train one cell with one seed: its held-out accuracy, and the prior that calibration took away."""
    model = PromptClassifier(
        plan.parsed_templates()[row],
        plan.parsed_verbalizers(examples.classes)[column],
        backbone=plan.backbone,
        train=plan.mode,
        seed=seed,
        calibrate=plan.calibrate,
    )
    for step in model.fit_steps(examples.texts, examples.labels):
        if on_step is not None:
            on_step(step)
    prior = tuple(map(float, model.prior())) if plan.calibrate else None
    return float((model.predict(held_out.texts) == np.asarray(held_out.labels, dtype=object)).mean()), prior


def _gold(data: Dataset, classes: list[str]) -> np.ndarray:
    return np.array([classes.index(label) for label in data.labels])


# What the cells say -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Spread:
    """The accuracies of some cells."""

    n: int
    worst: float
    median: float
    mean: float
    best: float
    deviation: float

    @classmethod
    def of(cls, accuracies: Sequence[float]) -> Spread:
        ends, middle = (min(accuracies), max(accuracies)), (median(accuracies), mean(accuracies))
        return cls(len(accuracies), ends[0], *middle, ends[1], deviation(accuracies))


@dataclass(frozen=True)
class Summary:
    """The grid in a few numbers. `per_template[i]` is the spread over verbalizers, `per_verbalizer[j]` that over
    templates; None where no cell has been computed."""

    spread: Spread
    best: Cell
    worst: Cell
    per_template: tuple[Spread | None, ...]
    per_verbalizer: tuple[Spread | None, ...]
    majority: float  # the accuracy of always answering the most frequent label

    @classmethod
    def of(cls, plan: Plan, cells: Sequence[Cell], majority: float) -> Summary:
        """`cells` as `sweep` gave them, at least one; of one that came several times the last counts."""
        cells = list({(cell.row, cell.column): cell for cell in cells}.values())

        def some(chosen: Iterator[Cell]) -> Spread | None:
            accuracies = [cell.accuracy for cell in chosen]
            return Spread.of(accuracies) if accuracies else None

        return cls(
            spread=Spread.of([cell.accuracy for cell in cells]),
            best=max(cells, key=lambda cell: cell.accuracy),
            worst=min(cells, key=lambda cell: cell.accuracy),
            per_template=tuple(some(c for c in cells if c.row == row) for row in range(len(plan.templates))),
            per_verbalizer=tuple(some(c for c in cells if c.column == k) for k in range(len(plan.verbalizers))),
            majority=majority,
        )


@dataclass(frozen=True)
class Draw:
    """The grid's best on a few labelled examples, and what it is worth."""

    seed: int
    chosen_on: float  # its accuracy on those examples
    ties: int  # how many cells share that accuracy
    held_out: float  # their mean accuracy on the held-out sentences: what picking one of them is worth

    @property
    def drop(self) -> float:
        return self.chosen_on - self.held_out


@dataclass(frozen=True)
class Curse:
    """The winner's curse: the best of many on few examples looks better than it is."""

    examples: int  # a draw has as many
    draws: tuple[Draw, ...]
    best: float  # held-out accuracy of the best cell, which a choice on few examples may miss
    average: float  # held-out accuracy of a cell picked without looking

    @property
    def drop(self) -> float:
        return mean(draw.drop for draw in self.draws)

    @property
    def ties(self) -> float:
        return mean(draw.ties for draw in self.draws)


def winners_curse(
    plan: Plan,
    cells: Sequence[Cell],
    *,
    train: Dataset | None = None,
    per_class: int = 16,
    draws: int = 10,
    on_row: Callable[[int], None] = lambda row: None,
) -> Curse:
    """Choose the best zero-shot cell on `per_class` training examples of each class, `draws` times, and look up what it
    reaches on held-out sentences in `cells`, which `sweep` computed. `on_row` is told of each template done and may
    raise to stop."""
    train = train or plan.train_set()
    drawn = [few_shot(train, per_class, seed) for seed in range(draws)]
    pool = list(dict.fromkeys(pair for few in drawn for pair in zip(few.texts, few.labels, strict=True)))
    place = {pair: i for i, pair in enumerate(pool)}
    gold = np.array([train.classes.index(label) for _, label in pool])
    held_out = {(cell.row, cell.column): cell.accuracy for cell in cells}
    right = {}  # of each cell, (n_pool,)
    for row in range(len(plan.templates)):
        said, _ = _answers(plan, row, [text for text, _ in pool], train.classes)
        right.update(
            {(row, column): of_cell == gold for column, of_cell in enumerate(said) if (row, column) in held_out}
        )
        on_row(row)
    results = []
    for seed, few in enumerate(drawn):
        mine = [place[pair] for pair in zip(few.texts, few.labels, strict=True)]
        scores = {key: float(of_cell[mine].mean()) for key, of_cell in right.items()}
        top = max(scores.values())
        winners = [key for key, score in scores.items() if score == top]
        results.append(Draw(seed, top, len(winners), mean(held_out[key] for key in winners)))
    return Curse(len(drawn[0]), tuple(results), max(held_out.values()), mean(held_out.values()))
