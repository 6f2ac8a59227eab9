"""How well a method does, how surely, and what it cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

import numpy as np
from sklearn.base import clone

from .base import TextClassifier, TrainStep
from .data import Dataset, few_shot
from .errors import ParadigmError


class MethodError(ParadigmError):
    """A method that cannot do what it is asked. `kind`: unknown_method, unused_option, needs_examples."""


def interval(n_right: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The 95% interval of an accuracy measured on `n` sentences (Wilson 1927, as in Brown et al. 2001, equation 4).

    >>> [round(bound, 3) for bound in interval(793, 872)]
    [0.889, 0.927]
    """
    if n == 0:
        return 0.0, 1.0
    share = n_right / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True)
class Result:
    """One method on one data set: what `python -m paradigms evaluate --json` prints."""

    method: str
    dataset: str
    n_train: int
    n_test: int
    shots: int | None  # labelled examples per class; None: all there are
    seed: int
    accuracy: float
    ci95: tuple[float, float]
    seconds_fit: float
    seconds_predict: float
    trainable_parameters: int
    backbone: str | None  # the pre-trained model's name; None where a method has none

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def _tfidf_nb(seed: int) -> TextClassifier:
    from .tfidf_nb import TfidfNaiveBayes

    return TfidfNaiveBayes()


def _word2vec_lstm(seed: int) -> TextClassifier:
    from .word2vec_lstm import Word2VecLSTM

    return Word2VecLSTM(seed=seed)


def _bert_finetune(seed: int, backbone: str | None = None) -> TextClassifier:
    from .bert_finetune import BertFineTune

    return BertFineTune(backbone=backbone, seed=seed)


def _prompt(seed: int, **options: Any) -> TextClassifier:
    from .prompt.classifier import PromptClassifier

    return PromptClassifier(seed=seed, **options)


# By the name the command line has for it.
METHODS: dict[str, Callable[..., TextClassifier]] = {
    "tfidf-nb": _tfidf_nb,
    "word2vec-lstm": _word2vec_lstm,
    "bert-finetune": _bert_finetune,
    "prompt": _prompt,
}
OPTIONS = {"bert-finetune": {"backbone"}, "prompt": {"backbone", "template", "verbalizer"}}
ZERO_SHOT = {"prompt"}  # what can answer before it has seen a labelled example


def make(method: str, seed: int = 0, **options: Any) -> TextClassifier:
    """The classifier of a method's name, with `backbone`, `template` and `verbalizer` where they are not None."""
    if method not in METHODS:
        message = f"unknown method {method!r}; known are {', '.join(METHODS)}"
        raise MethodError("unknown_method", message, offending=method)
    chosen = {name: value for name, value in options.items() if value is not None}
    if useless := sorted(set(chosen) - OPTIONS.get(method, set())):
        message = f"{method} has no use for --{useless[0]}"
        raise MethodError("unused_option", message, offending=useless[0])
    return METHODS[method](seed, **chosen)


def evaluate(
    method: str,
    train: Dataset,
    test: Dataset,
    *,
    shots: int | None = None,
    seed: int = 0,
    on_step: Callable[[TrainStep], None] = lambda step: None,
    **options: Any,
) -> tuple[Result, TextClassifier]:
    """Train `method` on `train` (or on `shots` examples per class of it) and measure it on `test`."""
    model = make(method, seed, **options)
    start = time.perf_counter()
    used = 0
    if shots == 0:
        if method not in ZERO_SHOT:
            message = f"{method} cannot answer without labelled examples"
            raise MethodError("needs_examples", message, offending=method)
        # The labels' names are all that is learned: which label words stand for which.
        model.set_params(train="nothing").fit(test.classes, test.classes)
    else:
        examples = few_shot(train, shots, seed) if shots else train
        used = len(examples)
        for step in model.fit_steps(examples.texts, examples.labels):
            on_step(step)
    fitted = time.perf_counter()
    right = int((model.predict(test.texts) == np.asarray(test.labels, dtype=object)).sum())
    predicted = time.perf_counter()
    backbone = model.lm_.name if hasattr(model, "lm_") else None
    result = Result(
        method=method,
        dataset=test.name,
        n_train=used,
        n_test=len(test),
        shots=shots,
        seed=seed,
        accuracy=right / len(test),
        ci95=interval(right, len(test)),
        seconds_fit=fitted - start,
        seconds_predict=predicted - fitted,
        trainable_parameters=model.trainable_parameters_,
        backbone=backbone,
    )
    return result, model


def learning_curve(
    model: TextClassifier, train: Dataset, test: Dataset, sizes: Sequence[int], seed: int = 0
) -> Iterator[tuple[int, float]]:
    """(examples per class, accuracy on `test`) for growing training sets, each containing the one before."""
    for size in sizes:
        examples = few_shot(train, size, seed)
        yield size, clone(model).fit(examples.texts, examples.labels).score(test.texts, test.labels)
