"""What demonstrations bring, and what their order decides (Brown et al. 2020, figure 1.2; Zhao et al. 2021, section 3).

Both go one small step at a time, so that a page can draw them as they grow and stop them. A prompt whose demonstrations
are the same for every question has one prior, so that one pass gives its accuracy with and without calibration.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import permutations
from pathlib import Path
from statistics import mean

import numpy as np
from sklearn.base import clone

from ..data import Dataset, few_shot
from ..evaluate import deviation
from ..record import TRAINED
from .calibration import calibrated
from .demonstrations import Demonstrations

LONGEST = 5  # demonstrations whose every order is tried: 120 orders
RECORD = TRAINED / "demonstrations.json"
POOL = 16  # labelled examples per class to choose demonstrations from
SHOWN = (0, 1, 4, 16)
N_ORDERED = 4


@dataclass(frozen=True)
class Order:
    """The accuracy with the demonstrations in one order: `order` is their places in the list as it was given."""

    order: tuple[int, ...]
    accuracy: float
    calibrated: float


@dataclass(frozen=True)
class Row:
    """Prompts with `shown` demonstrations; one accuracy a seed, which draws the pool and from it the demonstrations."""

    shown: int
    choose: str  # "similar" or "random"; "" without demonstrations
    calibrated: bool
    accuracies: tuple[float, ...]
    left_out: float  # demonstrations a question that did not fit, on average

    @property
    def mean(self) -> float:
        return mean(self.accuracies)

    @property
    def deviation(self) -> float:
        return deviation(self.accuracies)


@dataclass(frozen=True)
class Study:
    """What the app shows before anything is computed there, and the command that measures it again."""

    command: str
    backbone: str
    n_test: int
    majority: float  # among the sentences tested
    rows: tuple[Row, ...]
    orders: tuple[Order, ...]
    ordered: tuple[tuple[str, str], ...]  # the demonstrations whose orders these are, (text, label)


def right(model: Demonstrations, test: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Which sentences are answered right, plain and calibrated, two arrays of booleans (n,). For demonstrations that
    are the same for every question."""
    model = model.showing([(one.text, one.label) for one in model.chosen([""])[0].shown])
    model.set_params(calibrate=None)
    gold = np.asarray(test.labels, dtype=object)
    probabilities = model.predict_proba(test.texts)  # (n, C)
    both = (probabilities, calibrated(probabilities, model.prior("average")))
    plain, without_prior = (model.classes_[answers.argmax(axis=1)] == gold for answers in both)
    return plain, without_prior


def orders(model: Demonstrations, examples: Sequence[tuple[str, str]], test: Dataset) -> Iterator[Order]:
    """Every order of at most LONGEST demonstrations (of the first ones, where there are more), one after another."""
    examples = list(examples)[:LONGEST]
    for order in permutations(range(len(examples))):
        plain, without_prior = right(model.showing([examples[place] for place in order]), test)
        yield Order(order, float(plain.mean()), float(without_prior.mean()))


def rows(model: Demonstrations, train: Dataset, test: Dataset, seeds: Sequence[int]) -> Iterator[Row]:
    """The numbers of demonstrations SHOWN, drawn at random (plain and calibrated) and chosen by similarity."""
    for shown in SHOWN:
        plain: list[float] = []
        without_prior: list[float] = []
        similar: list[float] = []
        left_out = {"random": 0.0, "similar": 0.0}
        for seed in seeds if shown else seeds[:1]:
            pool = few_shot(train, POOL, seed)
            drawn = clone(model).set_params(shown=shown, choose="random", seed=seed).fit(pool.texts, pool.labels)
            for answers, so_far in zip(right(drawn, test), (plain, without_prior), strict=True):
                so_far.append(float(answers.mean()))
            nearest = clone(drawn).set_params(choose="similar").fit(pool.texts, pool.labels)
            if shown:
                similar.append(float(nearest.score(test.texts, test.labels)))
            for one in (drawn, nearest):
                missing = [len(question.left_out) for question in one.chosen(test.texts)]
                left_out[one.choose] += mean(missing) / len(seeds)
        yield Row(shown, "random" if shown else "", False, tuple(plain), left_out["random"])
        yield Row(shown, "random" if shown else "", True, tuple(without_prior), left_out["random"])
        if shown:
            yield Row(shown, "similar", False, tuple(similar), left_out["similar"])


def study(train: Dataset, test: Dataset, seeds: int, backbone: str | None, command: str) -> Study:
    """Both, with the default template and label words; the orders are those of the first seed's N_ORDERED."""
    pool = few_shot(train, POOL, 0)
    model = Demonstrations(backbone=backbone, choose="random", shown=N_ORDERED).fit(pool.texts, pool.labels)
    ordered = tuple((one.text, one.label) for one in model.chosen([""])[0].shown)
    return Study(
        command=command,
        backbone=model.lm_.name,
        n_test=len(test),
        majority=test.majority,
        rows=tuple(rows(model, train, test, range(seeds))),
        orders=tuple(orders(model, ordered, test)),
        ordered=ordered,
    )


def write(study: Study, file: Path) -> None:
    """Keep a study as JSON."""
    file.write_text(json.dumps(asdict(study), ensure_ascii=False, indent=1) + "\n", encoding="utf8")


def read(file: Path = RECORD) -> Study:
    """The study that `write` kept; the recorded one if no file is named."""
    stored = json.loads(file.read_text(encoding="utf8"))
    return Study(
        command=stored["command"],
        backbone=stored["backbone"],
        n_test=stored["n_test"],
        majority=stored["majority"],
        rows=tuple(Row(**{**row, "accuracies": tuple(row["accuracies"])}) for row in stored["rows"]),
        orders=tuple(Order(**{**order, "order": tuple(order["order"])}) for order in stored["orders"]),
        ordered=tuple((text, label) for text, label in stored["ordered"]),
    )
