"""How well a method does, how surely, and what it cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from statistics import stdev
from typing import Any

import numpy as np
from sklearn.base import clone

from .base import TextClassifier, TrainStep
from .data import Dataset, few_shot
from .errors import ParadigmError
from .prompt.openprompt import parse_template, parse_verbalizer


class MethodError(ParadigmError):
    """A method that cannot do what it is asked. `kind`: unknown_method, unused_option, needs_examples,
    labels_mismatch."""


def interval(n_right: float, n: int) -> tuple[float, float]:
    """The 95% interval of an accuracy measured on `n` sentences (Wilson 1927, as in Brown et al. 2001, equation 4).
    Where the accuracy is the mean of several, `n_right` need not be whole.

    >>> [round(bound, 3) for bound in interval(793, 872)]
    [0.889, 0.927]
    """
    if n == 0:
        return 0.0, 1.0
    z = 1.96  # of the normal distribution, for 95%
    share = n_right / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def deviation(accuracies: Sequence[float]) -> float:
    """Standard deviation over the seeds, 0 where there is one."""
    return stdev(accuracies) if len(accuracies) > 1 else 0.0


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


def _prompt(seed: int, tune: str = "all", **options: Any) -> TextClassifier:
    from .prompt.classifier import PromptClassifier

    return PromptClassifier(train=tune, seed=seed, **options)


def _demonstrations(seed: int, **options: Any) -> TextClassifier:
    from .prompt.demonstrations import Demonstrations

    return Demonstrations(seed=seed, **options)


def _prompt_tuning(seed: int, **options: Any) -> TextClassifier:
    from .prompt.prompt_tuning import PromptTuning

    return PromptTuning(seed=seed, **options)


def _p_tuning(seed: int, tune: str = "prompt", **options: Any) -> TextClassifier:
    from .prompt.p_tuning import PTuning

    return PTuning(train=tune, seed=seed, **options)


def _p_tuning_v2(seed: int, **options: Any) -> TextClassifier:
    from .prompt.p_tuning_v2 import PTuningV2

    return PTuningV2(seed=seed, **options)


def _ppt(seed: int, **options: Any) -> TextClassifier:
    from .prompt.ppt import PPT

    return PPT(seed=seed, **options)


def _pet(seed: int, verbalizer: str | None = None, **options: Any) -> TextClassifier:
    from .prompt.pet import PAIRS, Pet

    pairs = [(template, verbalizer or own) for template, own in PAIRS]
    return Pet(pairs, seed=seed, **options)


def _auto_template(seed: int, **options: Any) -> TextClassifier:
    from .prompt.auto_template import AutoTemplate

    return AutoTemplate(seed=seed, **options)


def _auto_verbalizer(seed: int, **options: Any) -> TextClassifier:
    from .prompt.auto_verbalizer import AutoVerbalizer

    return AutoVerbalizer(seed=seed, **options)


# By the name the command line has for it.
METHODS: dict[str, Callable[..., TextClassifier]] = {
    "tfidf-nb": _tfidf_nb,
    "word2vec-lstm": _word2vec_lstm,
    "bert-finetune": _bert_finetune,
    "prompt": _prompt,
    "demonstrations": _demonstrations,
    "prompt-tuning": _prompt_tuning,
    "p-tuning": _p_tuning,
    "p-tuning-v2": _p_tuning_v2,
    "ppt": _ppt,
    "pet": _pet,
    "auto-template": _auto_template,
    "auto-verbalizer": _auto_verbalizer,
}
OPTIONS = {
    "bert-finetune": {"backbone"},
    "prompt": {"backbone", "template", "verbalizer", "tune"},
    "demonstrations": {"backbone", "template", "verbalizer"},
    "prompt-tuning": {"backbone", "template", "verbalizer", "init"},
    "p-tuning": {"backbone", "template", "verbalizer", "init", "tune"},
    "p-tuning-v2": {"backbone", "template", "verbalizer", "init"},
    "ppt": {"backbone", "template", "verbalizer"},
    "pet": {"backbone", "verbalizer", "generations"},
    "auto-template": {"backbone", "template", "verbalizer", "search", "tune"},
    "auto-verbalizer": {"backbone", "template", "verbalizer", "search", "tune"},
}
# What can answer before it has seen a labelled example, and the parameters with which it does.
ZERO_SHOT: dict[str, dict[str, Any]] = {
    "prompt": {"train": "nothing"},
    "demonstrations": {"train": "nothing", "shown": 0},
    "pet": {"n_labelled": 0},
}
UNLABELLED = {"pet"}  # what learns from the texts of the training set beyond the labelled ones, without their labels


def make(method: str, seed: int = 0, **options: Any) -> TextClassifier:
    """The classifier of a method's name, with those of the `options` that are not None. Raises MethodError:
    unknown_method, unused_option."""
    if method not in METHODS:
        message = f"unknown method {method!r}; known are {', '.join(METHODS)}"
        raise MethodError("unknown_method", message, offending=method)
    chosen = {name: value for name, value in options.items() if value is not None}
    if useless := sorted(set(chosen) - OPTIONS.get(method, set())):
        message = f"{method} has no use for --{useless[0]}"
        raise MethodError("unused_option", message, offending=useless[0])
    for name, parse in (("template", parse_template), ("verbalizer", parse_verbalizer)):  # OpenPrompt's writing too
        if isinstance(chosen.get(name), str):
            chosen[name] = parse(chosen[name])
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
    """Train `method` on `train` (or on `shots` examples per class of it) and measure it on `test`. Raises MethodError:
    unknown_method, unused_option, needs_examples, labels_mismatch."""
    model = make(method, seed, **options)
    start = time.perf_counter()
    if shots == 0:
        if method not in ZERO_SHOT:
            message = f"{method} cannot answer without labelled examples"
            raise MethodError("needs_examples", message, offending=method)
        if options.get("tune") not in (None, "nothing"):
            raise MethodError("unused_option", "without labelled examples --tune has nothing to tune", offending="tune")
        model.set_params(**ZERO_SHOT[method])
        # The labels' names are all that is learned: which label words stand for which.
        names = tuple(test.classes if len(test.classes) > 1 else train.classes)
        used, texts, labels = 0, names, names
    else:
        require_known_labels(train, test)
        examples = few_shot(train, shots, seed) if shots else train
        used, texts, labels = len(examples), examples.texts, examples.labels
        if method == "prompt" and options.get("tune") == "nothing":  # which learns the labels' names alone
            used = 0
    if method in UNLABELLED:
        given = set(texts)
        model.set_params(unlabelled=[text for text in train.texts if text not in given])
    for step in model.fit_steps(texts, labels):
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


def require_known_labels(train: Dataset, test: Dataset) -> None:
    """Whoever has learned other names would be wrong on every text, and look like a method that cannot learn."""
    if len(train.classes) > 1 and (unknown := sorted(set(test.classes) - set(train.classes))):
        known, asked = ", ".join(train.classes), ", ".join(test.classes)
        message = f"{test.name} has the labels {asked}, but {train.name}, which is learned from, has {known}"
        raise MethodError("labels_mismatch", message, where=test.name, offending=", ".join(unknown), known=known)


def learning_curve(
    model: TextClassifier, train: Dataset, test: Dataset, sizes: Sequence[int], seed: int = 0
) -> Iterator[tuple[int, float]]:
    """(examples per class, accuracy on `test`) for growing training sets, each containing the one before."""
    for size in sizes:
        examples = few_shot(train, size, seed)
        yield size, clone(model).fit(examples.texts, examples.labels).score(test.texts, test.labels)
