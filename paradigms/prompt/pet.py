"""PET, pattern-exploiting training: several prompts, each a trained model, teach one conventional classifier.

Schick & Schuetze 2021a ("Exploiting Cloze Questions", EACL), section 3:

    L = (1 - alpha) L_CE + alpha L_MLM                each pattern-verbalizer pair p is fine-tuned (3.1, 3.2)
    s(y | x) = 1/Z sum over p of w(p) s_p(y | x)      their vote: w(p) = 1, or p's accuracy before training (3.3)
    q = softmax(s / T), T = 2                         its soft labels for unlabelled text train a classifier (3.3)

and in iPET (3.4) a few generations in between, in which the models of one label examples for those of the next. What
is kept is the classifier. The pairs, and with them everything that was a prompt, are thrown away.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..base import TextClassifier, TrainStep, given, texts_of, training_set
from ..bert_finetune import RATES as STUDENT_RATES
from ..bert_finetune import BertFineTune, FineTuneExplanation
from ..data import Dataset, few_shot, load
from ..errors import at_least, checked
from ..masked_lm import MaskedLM
from ..training import schedule
from .ipet import labelled_by_others, size_of
from .pattern_model import ALPHA, PatternModel, vote
from .verbalizer import Verbalizer

TEMPERATURE = 2.0  # section 3.3
WEIGHTING = ("uniform", "accuracy")
# (pattern, verbalizer): patterns of the paper's shapes for reviews (section 4.1): behind the text, before it, behind a
# border. Those four of seven that vote best on SST-2's training sentences, with words that `add_label_words` finds
# there.
PAIRS = (
    ("{text} The film is [MASK].", "negative=bad,rubbish,worthless;positive=fantastic,cool"),
    ("{text} The acting is [MASK].", "negative=awful,dire;positive=wonderful,fantastic"),
    ("{text} [SEP] In summary, the film is [MASK].", "negative=bad,pointless;positive=fantastic,fun"),
    ("Just [MASK]! {text}", "negative=terrible,pointless,worse;positive=fantastic"),
)


@dataclass(frozen=True)
class Vote:
    """What one pattern-verbalizer pair says."""

    template: str
    verbalizer: str
    weight: float  # in the ensemble; all weights sum to 1
    probabilities: tuple[float, ...]  # in the order of classes_


@dataclass(frozen=True)
class PetExplanation:
    """Who answered: the pairs, each with its vote, or the classifier that they have taught."""

    votes: tuple[Vote, ...]  # empty once the pairs are thrown away
    student: FineTuneExplanation | None  # None until then
    probabilities: tuple[float, ...]  # in the order of classes_


class Pet(TextClassifier):
    """Pattern-exploiting training.

    pairs: (template, verbalizer) each; PAIRS if None. alpha: weight of the auxiliary masked-LM loss.
    weighting: "uniform" or "accuracy", that of each pair on the labelled examples before training.
    generations: how many generations of iPET follow the first; 0 is PET. n_labelled: labelled examples per class that
        are used, the others becoming unlabelled text; None is all, 0 the unsupervised variant, in which the pairs
        teach as they are (and the first generation of iPET learns what they say).
    unlabelled: texts; if None the built-in reviews, after what `n_labelled` leaves. n_unlabelled: how many are drawn.
    steps, batch_size, lr: of one pair's training; student_steps: of the classifier's; None as in `training.schedule`.
    """

    def __init__(
        self,
        pairs: Sequence[Sequence[Any]] | None = None,
        backbone: str | None = None,
        alpha: float = ALPHA,
        weighting: str = "accuracy",
        temperature: float = TEMPERATURE,
        generations: int = 0,
        n_labelled: int | None = None,
        unlabelled: Sequence[str] | None = None,
        n_unlabelled: int = 5000,
        steps: int | None = None,
        student_steps: int | None = None,
        batch_size: int | None = None,
        lr: float | None = None,
        seed: int = 0,
    ):
        self.pairs = pairs
        self.backbone = backbone
        self.alpha = alpha
        self.weighting = weighting
        self.temperature = temperature
        self.generations = generations
        self.n_labelled = n_labelled
        self.unlabelled = unlabelled
        self.n_unlabelled = n_unlabelled
        self.steps = steps
        self.student_steps = student_steps
        self.batch_size = batch_size
        self.lr = lr
        self.seed = seed

    def fit_steps(self, texts: Sequence[str], labels: Sequence[str]) -> Iterator[TrainStep]:
        """Every pair in turn, generation after generation, then the classifier: one count of steps for all of it.

        Until the last step `models_` has the pairs' models and their vote answers; then they are gone, and `student_`
        answers. `stage_` says what is being trained: (generation, number of the pair), or (generation, None) for the
        classifier. `trainable_parameters_` counts all that was trained, what is thrown away included.
        """
        texts, classes, _ = training_set(texts, labels)
        for _, verbalizer in self.pairs or PAIRS:
            Verbalizer.of(verbalizer).require_names(labels)
        checked(self.weighting, "weighting", WEIGHTING)
        schedule(len(texts), (0.0, 0.0), self.steps, self.batch_size, self.lr)  # refuses what cannot be
        at_least(self.n_unlabelled, "n_unlabelled", 1)
        at_least(self.temperature, "temperature", 1e-6)
        examples, others = self._split(Dataset("the labelled examples", tuple(texts), tuple(map(str, labels))))
        pool = self._pool(examples, others)
        with self._unchanged_if_refused():
            self.classes_ = classes
            self.__dict__.pop("student_", None)
            self.models_ = [self._model(number, pool) for number in range(len(self.pairs or PAIRS))]
            for model in self.models_:  # a pair that cannot be is refused before any is trained
                model.predict_proba([])
            self.weights_ = self._weights(examples)

        labels, first = list(map(str, self.classes_)), 0 if examples else 1
        as_given = dict(zip(labels, given(self.classes_), strict=True))
        sizes = [size_of(examples, labels, rounds, len(pool)) for rounds in range(first, self.generations + 1)]
        # Labels that models gave are partly wrong: what is read more than once is soon known by heart, errors and all.
        passes = [1 if rounds else 3 for rounds in range(first, self.generations + 1)]
        lengths = [
            schedule(n, (0.0, 0.0), self.steps, self.batch_size, passes=p).steps
            for n, p in zip(sizes, passes, strict=True)
        ]
        of_student = schedule(len(pool), STUDENT_RATES, self.student_steps).steps
        total = len(self.models_) * sum(lengths) + of_student
        self.trainable_parameters_ = 0
        counted = _Counter(total)
        for rounds, n_steps in enumerate(lengths, first):
            before = list(self.models_)
            for number in range(len(before)):
                learned = examples
                if rounds:
                    learned = labelled_by_others(
                        before, number, self.weights_, examples, pool, labels, rounds, self.seed
                    )
                self.stage_: tuple[int, int | None] = rounds, number
                model = self.models_[number] = self._model(number, pool, steps=n_steps, seed=self.seed + rounds)
                yield from counted(model.fit_steps(learned.texts, [as_given[label] for label in learned.labels]))
                self.trainable_parameters_ += model.trainable_parameters_

        self.stage_ = self.generations, None
        student = BertFineTune(backbone=self.backbone, steps=of_student, seed=self.seed)
        taught = self.ensemble(pool, self.temperature)
        for step in counted(student.distil_steps(pool, self.classes_, taught)):
            if step.step == total:
                self.trainable_parameters_ += student.trainable_parameters_
                self.student_ = student
                del self.models_
            yield step

    def ensemble(self, texts: Sequence[str], temperature: float = 1.0) -> np.ndarray:
        """The pairs' weighted vote, shape (n_texts, n_classes), while there are pairs."""
        return vote([model.predict_proba(texts) for model in self.models_], self.weights_, temperature)

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        texts = self._asked(texts)
        return self.student_.predict_proba(texts) if hasattr(self, "student_") else self.ensemble(texts)

    def explain(self, text: str) -> PetExplanation:
        self._require_fitted()
        if hasattr(self, "student_"):
            evidence = self.student_.explain(text)
            return PetExplanation((), evidence, evidence.probabilities)
        votes = tuple(
            Vote(
                model._template.source,
                model._verbalizer.source,
                float(weight),
                tuple(map(float, model.predict_proba([text])[0])),
            )
            for model, weight in zip(self.models_, self.weights_, strict=True)
        )
        return PetExplanation(votes, None, tuple(map(float, self.ensemble([text])[0])))

    @property
    def lm_(self) -> MaskedLM:
        """The pre-trained model that all of them started from."""
        return MaskedLM.load(self.backbone)

    def _split(self, given: Dataset) -> tuple[Dataset, list[str]]:
        """The labelled examples that are used, and the texts of the others."""
        if self.n_labelled is None:
            return given, []
        used = few_shot(given, self.n_labelled, self.seed)
        return used, [text for text in given.texts if text not in set(used.texts)]

    def _pool(self, examples: Dataset, others: Sequence[str]) -> list[str]:
        """The unlabelled texts that are drawn; where there are none but labelled ones, those."""
        known = set(examples.texts)
        offered = texts_of([*others, *load("reviews", "train").texts] if self.unlabelled is None else self.unlabelled)
        texts = [text for text in dict.fromkeys(offered) if text not in known] or list(examples.texts)
        drawn = np.random.default_rng(self.seed).permutation(len(texts))[: self.n_unlabelled]
        return [texts[row] for row in drawn]

    def _model(self, number: int, pool: Sequence[str], **params: Any) -> PatternModel:
        """A pair's model, which answers zero-shot until it is trained."""
        template, verbalizer = (self.pairs or PAIRS)[number]
        settings = {"steps": self.steps, "batch_size": self.batch_size, "lr": self.lr, "seed": self.seed, **params}
        model = PatternModel(template, verbalizer, self.backbone, self.alpha, pool, **settings)
        model.classes_ = self.classes_
        return model

    def _weights(self, examples: Dataset) -> np.ndarray:
        """The pairs' shares in the vote, shape (n_pairs,), sum 1."""
        weights = np.ones(len(self.models_))
        if self.weighting == "accuracy" and len(examples):
            scores = [model.score(examples.texts, examples.labels) for model in self.models_]
            weights = np.array(scores) if any(scores) else weights
        return weights / weights.sum()

    def _state(self):
        models = getattr(self, "models_", [])
        parts = {str(number): model for number, model in enumerate(models)} or {"student": self.student_}
        states = {name: part._state() for name, part in parts.items()}
        arrays = {f"{name}.{key}": array for name, (own, _) in states.items() for key, array in own.items()}
        extra = {"weights": self.weights_.tolist(), "parts": {name: own for name, (_, own) in states.items()}}
        return arrays, extra

    def _restore(self, arrays, extra):
        self.weights_ = np.array(extra["weights"])
        models = []
        for name, own in extra["parts"].items():
            mine = {key.removeprefix(f"{name}."): array for key, array in arrays.items() if key.startswith(f"{name}.")}
            if name == "student":
                self.student_ = BertFineTune(self.backbone, seed=self.seed)
                self.student_.classes_ = self.classes_
                self.student_._restore(mine, own)
            else:
                models.append(self._model(int(name), ()))
                models[-1]._restore(mine, own)
        if models:
            self.models_ = models


class _Counter:
    """Steps of several trainings, counted as those of one."""

    def __init__(self, total: int):
        self.total, self.step, self.start = total, 0, time.perf_counter()

    def __call__(self, steps: Iterator[TrainStep]) -> Iterator[TrainStep]:
        for step in steps:
            self.step += 1
            yield replace(step, step=self.step, total=self.total, seconds=time.perf_counter() - self.start)
