"""The results the app shows without computing them: `python -m paradigms record` trains, measures and keeps them.

Three of the four paradigms need minutes to train on all the built-in reviews, which nobody waits for at a first visit.
So the trained classifiers and their figures are kept in `assets/trained`, each with the command that measures the same
thing again. The fourth, the zero-shot prompt, needs no training and is computed.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

from .data import load
from .evaluate import deviation, interval

if TYPE_CHECKING:
    from .base import TextClassifier, TrainStep
    from .evaluate import Result

TRAINED = Path(__file__).resolve().parent.parent / "assets" / "trained"
SAVED = ("tfidf-nb", "word2vec-lstm", "bert-finetune")
METHODS = (*SAVED, "prompt")
SHOTS = (4, 16, 64, 256)  # labelled examples per class of the learning curves, beside "all" and the prompt's 0
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Recorded:
    """One method with one number of labels; few-shot figures are means over seeds."""

    method: str
    shots: int | None  # labelled examples per class; None: all
    n_train: int
    n_test: int
    accuracies: tuple[float, ...]  # one a seed
    ci95: tuple[float, float]  # over sentences, of the first seed
    seconds_fit: float  # mean of the seeds
    trainable_parameters: int
    command: str  # measures the first seed again

    @property
    def accuracy(self) -> float:
        return mean(self.accuracies)

    @property
    def deviation(self) -> float:
        return deviation(self.accuracies)

    @property
    def bounds(self) -> tuple[float, float]:
        """The 95% interval of `accuracy`: what so many sentences can tell, whatever the seed."""
        return interval(self.accuracy * self.n_test, self.n_test)


def record(folder: Path, on_step: Callable[[TrainStep], None]) -> None:
    """Train and measure everything on the built-in reviews; write the classifiers and `results.json` into `folder`."""
    import torch

    from .evaluate import evaluate

    train, test = load("reviews", "train"), load("reviews", "test")
    rows: list[dict[str, Any]] = []
    for method in METHODS:
        for shots in ((0,) if method == "prompt" else ()) + SHOTS + (None,):
            seeds = SEEDS if shots else SEEDS[:1]
            runs: list[Result] = []
            for seed in seeds:
                result, model = evaluate(method, train, test, shots=shots, seed=seed, on_step=on_step)
                runs.append(result)
            if shots is None and method in SAVED:
                model.save(folder / method)
            rows.append(_row(runs))
            print(f"{method:<14} {shots if shots is not None else 'all':>4} {mean(run.accuracy for run in runs):.3f}")
    made = {
        "command": "python -m paradigms record",
        "machine": f"{torch.get_num_threads()} cores, {platform.machine()}, torch {torch.__version__.split('+')[0]}",
        "rows": rows,
    }
    (folder / "results.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf8")


def recorded(folder: Path = TRAINED) -> list[Recorded]:
    """The recorded figures."""
    content = json.loads((folder / "results.json").read_text(encoding="utf8"))
    return [
        Recorded(**{**row, "accuracies": tuple(row["accuracies"]), "ci95": tuple(row["ci95"])})
        for row in content["rows"]
    ]


def load_trained(folder: Path = TRAINED, backbone: str | None = None, **question: Any) -> dict[str, TextClassifier]:
    """The four paradigms, ready to answer: three trained on all the built-in reviews, the prompt on none.

    The fine-tuned BERT is always the built-in one; `backbone` is the model that the prompt asks, and `question` the
    template and the verbalizer where the usual ones are not in its language.
    """
    from .bert_finetune import BertFineTune
    from .prompt.classifier import PromptClassifier
    from .tfidf_nb import TfidfNaiveBayes
    from .word2vec_lstm import Word2VecLSTM

    kinds: tuple[type[TextClassifier], ...] = (TfidfNaiveBayes, Word2VecLSTM, BertFineTune)
    models = {method: kind.load(folder / method) for method, kind in zip(SAVED, kinds, strict=True)}
    models["prompt"] = PromptClassifier(backbone=backbone, train="nothing", **question).fit(["", ""], ["0", "1"])
    return models


def _row(runs: list[Result]) -> dict[str, Any]:
    first = runs[0]
    shots = f" --shots {first.shots}" if first.shots is not None else ""
    return {
        "method": first.method,
        "shots": first.shots,
        "n_train": first.n_train,
        "n_test": first.n_test,
        "accuracies": [run.accuracy for run in runs],
        "ci95": list(first.ci95),
        "seconds_fit": mean(run.seconds_fit for run in runs),
        "trainable_parameters": first.trainable_parameters,
        "command": f"python -m paradigms evaluate {first.method}{shots} --seed {first.seed}",
    }
