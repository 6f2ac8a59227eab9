"""What a search hands over to: its winner as a prompt classifier, fine-tuned with the examples or left as it is."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from ..base import TextClassifier, TrainStep, given, plain, training_set
from ..errors import checked
from ..masked_lm import MaskedLM
from ..training import schedule
from .candidates import PER_CLASS, Candidate, Examples, SearchStep
from .classifier import RATES, PromptClassifier
from .template import DEFAULT_TEMPLATE, Template
from .verbalizer import DEFAULT_VERBALIZER, Verbalizer, VerbalizerError


class Searched(TextClassifier):
    """A classifier whose template or label words are searched on its training examples.

    search: how, a key of TUNED. tune: what prompt-oriented fine-tuning then changes, as `train` of PromptClassifier;
    None is the method's own habit, TUNED. steps, batch_size and lr are of that tuning.

    After `fit`: `best_` is the winner, `candidates_` all that was scored, best first, `trajectory_` the best so far
    after each step of the search, `searched_` those steps, `classifier_` the classifier that answers.
    """

    TUNED: ClassVar[Mapping[str, str]]  # for each way to search, what is tuned afterwards in its paper
    ON_ALL: ClassVar[frozenset[str]] = frozenset()  # the ways that look at every example, not at PER_CLASS

    def __init__(
        self,
        search: str,
        template: Template | str | None = None,
        verbalizer: Verbalizer | str | Mapping[str, Any] = DEFAULT_VERBALIZER,
        backbone: str | None = None,
        tune: str | None = None,
        steps: int | None = None,
        batch_size: int | None = None,
        lr: float | None = None,
        seed: int = 0,
    ):
        self.search = search
        self.template = template
        self.verbalizer = verbalizer
        self.backbone = backbone
        self.tune = tune
        self.steps = steps
        self.batch_size = batch_size
        self.lr = lr
        self.seed = seed

    classifier_: TextClassifier
    searched_: list[SearchStep]

    @abstractmethod
    def _search(self, examples: Examples) -> Iterator[SearchStep]:
        """The search named by `search`."""

    @property
    def lm_(self) -> MaskedLM:
        return self.classifier_.lm_ if hasattr(self, "classifier_") else MaskedLM.load(self.backbone)

    @property
    def candidates_(self) -> list[Candidate]:
        return sorted((one for step in self.searched_ for one in step.candidates), key=lambda one: one.order)

    @property
    def trajectory_(self) -> list[Candidate]:
        return [step.best for step in self.searched_]

    @property
    def best_(self) -> Candidate:
        return self.searched_[-1].best

    def fit_steps(self, texts: Sequence[str], labels: Sequence[str]) -> Iterator[TrainStep]:
        """The steps of the search (loss and accuracy are the best candidate's), then those of the tuning."""
        texts, classes, gold = training_set(texts, labels)
        tune = checked(self.tune or self.TUNED[checked(self.search, "search", self.TUNED)], "tune", TUNES)
        tuning = 0
        if tune != "nothing":
            tuning = schedule(len(texts), RATES[tune], self.steps, self.batch_size, self.lr).steps
        start = time.perf_counter()
        per_class = None if self.search in self.ON_ALL else PER_CLASS
        examples = Examples.draw(MaskedLM.load(self.backbone), texts, classes, gold, self.seed, per_class)
        total = 0
        with self._unchanged_if_refused():
            self.searched_ = []
            for found in self._search(examples):
                if not self.searched_ or found.best != self.best_:
                    self._answer_with(found.best, classes)
                self.searched_.append(found)
                total = found.total + tuning
                yield TrainStep(found.step, total, found.best.loss, found.best.accuracy, time.perf_counter() - start)
        if tuning:
            self.classifier_ = self._prompt(self.best_, tune)
            for step in self.classifier_.fit_steps(texts, labels):
                self.trainable_parameters_ = self.classifier_.trainable_parameters_
                seconds = time.perf_counter() - start
                yield replace(step, step=total - tuning + step.step, total=total, seconds=seconds)

    def manual(self) -> PromptClassifier:
        """What the search has to beat: a template by hand and the label words it was given, zero-shot. Raises
        VerbalizerError where those are of other labels."""
        self._require_fitted()
        manual = PromptClassifier(self._by_hand(), self.verbalizer, backbone=self.backbone, train="nothing")
        return manual.fit(list(self.classes_), given(self.classes_))

    def winner(self) -> TextClassifier:
        """What the search has found, before any tuning."""
        self._require_fitted()
        return self._prompt(self.best_, "nothing").fit(list(self.classes_), given(self.classes_))

    @property
    def written_(self) -> str:
        """What the search has found, to be read."""
        return f"{self.best_.template.source} {self.best_.verbalizer.source}"

    def found(self, texts: Sequence[str], labels: Sequence[str]) -> str:
        """The winner, before any tuning, beside the manual prompt on held-out texts, in one line."""
        said = f"found {self.written_}: {self.winner().score(texts, labels):.1%} before tuning"
        try:
            manual = self.manual()
        except VerbalizerError:  # nothing by hand to compare with
            return said
        written = f"{plain(manual.template)} {Verbalizer.of(manual.verbalizer).source}"
        return f"{said}; by hand {written}: {manual.score(texts, labels):.1%}"

    def _by_hand(self) -> Template:
        return Template.parse(DEFAULT_TEMPLATE)

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        texts = self._asked(texts)
        return self.classifier_.predict_proba(texts)

    def explain(self, text: str) -> Any:
        """The evidence of the classifier that answers: of a prompt classifier a PromptExplanation."""
        self._require_fitted()
        return self.classifier_.explain(text)

    def _answer_with(self, candidate: Candidate, classes: np.ndarray) -> None:
        """Answer zero-shot with a candidate from now on."""
        self.classifier_ = self._prompt(candidate, "nothing").fit(list(classes), given(classes))
        self.classes_ = classes
        self.trainable_parameters_ = 0

    def _template_or(self, usual: str) -> Template:
        """The template given, `usual` if none."""
        return Template.of(self.template or usual)

    def _prompt(self, candidate: Candidate, train: str) -> PromptClassifier:
        return PromptClassifier(
            candidate.template,
            candidate.verbalizer,
            backbone=self.backbone,
            train=train,
            steps=self.steps,
            batch_size=self.batch_size,
            lr=self.lr,
            seed=self.seed,
        )

    def _state(self):
        arrays, extra = self.classifier_._state()
        rows = [[plain(one.template), plain(one.verbalizer), one.accuracy, one.loss] for one in self.trajectory_]
        return arrays, {"train": self.classifier_.train, "trajectory": rows, "classifier": extra}

    def _restore(self, arrays, extra):
        self.searched_ = []
        for step, (template, verbalizer, accuracy, loss) in enumerate(extra["trajectory"], 1):
            best = Candidate(Template.parse(template), Verbalizer.of(verbalizer), accuracy, loss)
            fresh = () if self.searched_ and best == self.best_ else (best,)
            self.searched_.append(SearchStep(step, len(extra["trajectory"]), fresh, best))
        self.classifier_ = self._prompt(self.best_, extra["train"])
        self.classifier_.classes_ = self.classes_
        self.classifier_.trainable_parameters_ = self.trainable_parameters_
        self.classifier_._restore(arrays, extra["classifier"])


TUNES = (*RATES, "nothing")
