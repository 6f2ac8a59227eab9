"""Do label words have to mean something? The experiment of Gao et al. 2021 (LM-BFF), table 2, upper half.

One template, `{text} It was [MASK].`, is tuned on 16 examples per class with words that fit the labels, with words that
have nothing to do with them, and with the fitting words swapped; beside them conventional fine-tuning, which has no
label words. Theirs is RoBERTa-large with 355M parameters on SST-2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import mean, stdev
from typing import Any

from ..base import TextClassifier, TrainStep
from ..bert_finetune import BertFineTune
from ..data import Dataset, few_shot
from ..evaluate import deviation
from .classifier import PromptClassifier

TEMPLATE = "{text} It was [MASK]."
SHOTS, SEEDS = 16, (0, 1, 2, 3, 4)
PUBLISHED_PARAMETERS = 355_000_000


@dataclass(frozen=True)
class Condition:
    """One row of the table: what is trained, and the published accuracy with its standard deviation over 5 seeds."""

    name: str
    verbalizer: str | None  # None: conventional fine-tuning
    published: float
    published_deviation: float


CONDITIONS = (
    Condition("great / terrible", "negative=terrible;positive=great", 0.927, 0.009),
    Condition("good / bad", "negative=bad;positive=good", 0.925, 0.010),
    Condition("cat / dog", "negative=dog;positive=cat", 0.915, 0.014),
    Condition("dog / cat", "negative=cat;positive=dog", 0.862, 0.054),
    Condition("terrible / great", "negative=great;positive=terrible", 0.832, 0.069),
    Condition("fine-tuning", None, 0.814, 0.038),
)
FITTING, UNRELATED, SWAPPED, FINETUNING = (0, 1), (2, 3), (4,), (5,)  # rows of CONDITIONS


@dataclass(frozen=True)
class Row:
    """A condition with our accuracies, one a seed, in the order of the seeds."""

    condition: Condition
    accuracies: tuple[float, ...]

    @property
    def accuracy(self) -> float:
        return mean(self.accuracies)

    @property
    def deviation(self) -> float:
        return deviation(self.accuracies)


def label_words(
    train: Dataset,
    test: Dataset,
    *,
    shots: int = SHOTS,
    seeds: Sequence[int] = SEEDS,
    backbone: str | None = None,
    on_step: Callable[[TrainStep], None] = lambda step: None,
) -> Iterator[Row]:
    """The rows in the order of CONDITIONS, each again after every seed with one accuracy more. `on_step` is told of
    every training step and may raise to end the experiment."""
    draws = [few_shot(train, shots, seed) for seed in seeds]
    for condition in CONDITIONS:
        accuracies: list[float] = []
        for seed, examples in zip(seeds, draws, strict=True):
            model = _model(condition, backbone, seed)
            for step in model.fit_steps(examples.texts, examples.labels):
                on_step(step)
            accuracies.append(float(model.score(test.texts, test.labels)))
            yield Row(condition, tuple(accuracies))


def _model(condition: Condition, backbone: str | None, seed: int) -> TextClassifier:
    if condition.verbalizer is None:
        return BertFineTune(backbone=backbone, seed=seed)
    return PromptClassifier(TEMPLATE, condition.verbalizer, backbone=backbone, seed=seed)


@dataclass(frozen=True)
class Finding:
    """One published difference and ours: how many points the first group of rows is above the second."""

    name: str
    published: float
    ours: float
    error: float  # standard error of `ours` over the seeds

    @property
    def reproduced(self) -> bool:
        """Same sign, and more than two standard errors from zero."""
        return self.published * self.ours > 0 and abs(self.ours) > 2 * self.error


def findings(rows: Sequence[Row]) -> list[Finding]:
    """What the table is about, from complete `rows` in the order of CONDITIONS. The seeds are drawn for all rows alike,
    so differences are taken seed by seed."""
    groups = {
        "fitting over unrelated": (FITTING, UNRELATED),
        "fitting over swapped": (FITTING, SWAPPED),
        "unrelated over fine-tuning": (UNRELATED, FINETUNING),
        "fitting over fine-tuning": (FITTING, FINETUNING),
        "swapped over fine-tuning": (SWAPPED, FINETUNING),
    }
    found = []
    for name, (first, second) in groups.items():
        published = mean(CONDITIONS[i].published for i in first) - mean(CONDITIONS[i].published for i in second)
        by_seed = [
            mean(rows[i].accuracies[k] for i in first) - mean(rows[i].accuracies[k] for i in second)
            for k in range(len(rows[0].accuracies))
        ]
        error = stdev(by_seed) / len(by_seed) ** 0.5 if len(by_seed) > 1 else float("inf")
        found.append(Finding(name, published, mean(by_seed), error))
    return found


def as_dict(rows: Sequence[Row], test: str) -> dict[str, Any]:
    """The table, and what of it is reproduced, as JSON can hold them."""
    return {
        "test": test,
        "rows": [{"name": row.condition.name, "accuracies": list(row.accuracies)} for row in rows],
        "findings": [{**asdict(one), "reproduced": one.reproduced} for one in findings(rows)],
    }


def as_table(rows: Sequence[Row]) -> str:
    """One line a condition, and one a finding."""
    lines = [f"{'label words':<18} {'published':>12}  {'here':>12}"]
    for row in rows:
        theirs = f"{100 * row.condition.published:.1f} ({100 * row.condition.published_deviation:.1f})"
        lines.append(
            f"{row.condition.name:<18} {theirs:>12}  {f'{100 * row.accuracy:.1f} ({100 * row.deviation:.1f})':>12}"
        )
    for one in findings(rows):
        verdict = "reproduced" if one.reproduced else "not reproduced"
        ours = f"{100 * one.ours:+.1f} +- {100 * one.error:.1f}"
        lines.append(f"{one.name}: published {100 * one.published:+.1f} points, here {ours}, {verdict}")
    return "\n".join(lines)
