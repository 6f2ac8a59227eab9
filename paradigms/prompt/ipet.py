"""iPET: generations of models that learn from each other (Schick & Schuetze 2021a, section 3.4).

Each model of a generation is trained on the labelled examples and on five times as many new ones of each class as the
generation before it had, the first on five times the labelled ones; some of the *other* models of that generation have
labelled them. (In the paper the labelled examples are part of the five times, and where nothing is labelled the first
has 10 examples in all, not of each class.) Of the texts that they take for a class some are drawn, the more readily the
surer they are; for a class that they take none for, of those that come nearest (the paper: the 100 nearest).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..data import Dataset
from .pattern_model import PatternModel, vote

GROWTH = 5  # d: how many times as many texts a generation has labelled for it as the one before
TEACHERS = 0.25  # lambda: share of the other models that label for one
FIRST = 10  # examples per class of the first generation where nothing is labelled


def per_class(examples: Dataset, classes: Sequence[str], generation: int, n_unlabelled: int) -> dict[str, int]:
    """How many texts of each class are labelled for a generation, 1, 2, ...: in the ratio of the labelled examples, and
    no more in all than half of the unlabelled texts, so that there is a choice."""
    if not examples:
        wanted = {str(label): float(FIRST * GROWTH ** (generation - 1)) for label in classes}
    else:
        wanted = {str(label): examples.labels.count(str(label)) * float(GROWTH**generation) for label in classes}
    room = min(1.0, n_unlabelled / 2 / sum(wanted.values()))
    return {label: max(1, int(n * room)) for label, n in wanted.items()}


def size_of(examples: Dataset, classes: Sequence[str], generation: int, n_unlabelled: int) -> int:
    """How many examples each model of a generation is trained on; generation 0 has the labelled ones only."""
    new = per_class(examples, classes, generation, n_unlabelled) if generation else {}
    return len(examples) + sum(new.values())


def labelled_by_others(
    models: Sequence[PatternModel],
    number: int,
    weights: np.ndarray,
    examples: Dataset,
    pool: Sequence[str],
    classes: Sequence[str],
    generation: int,
    seed: int,
) -> Dataset:
    """The training set of model `number` in a generation: `examples`, and texts of the `pool` with the label that a
    random few of the other `models` give them, drawn by the probability they give it."""
    draw = np.random.default_rng([seed, generation, number])
    others = [other for other in range(len(models)) if other != number] or [number]
    n_teachers = max(1, round(TEACHERS * len(others)))
    teachers = sorted(draw.choice(others, n_teachers, replace=False).tolist())
    said = vote([models[t].predict_proba(pool) for t in teachers], weights[teachers])  # (n, C)
    best = said.argmax(axis=1)
    texts, labels = list(examples.texts), list(examples.labels)
    for column, (label, n) in enumerate(per_class(examples, classes, generation, len(pool)).items()):
        rows = np.flatnonzero(best == column)
        if not len(rows):  # no text is taken for this class: those that come nearest
            rows = np.argsort(-said[:, column])[:n]
        sure = said[rows, column] / said[rows, column].sum()
        drawn = draw.choice(rows, min(n, len(rows)), replace=False, p=sure)
        texts += [pool[row] for row in drawn]
        labels += [label] * len(drawn)
    return Dataset("", tuple(texts), tuple(labels))
