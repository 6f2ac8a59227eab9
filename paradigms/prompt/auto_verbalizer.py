"""The label words searched for, the template given: five ways.

"likelihood"  LM-BFF's, the likeliest words of each class, combined and ranked, see `search_label_words`
"several"     from there on several words per class, on all the examples, see `add_label_words`
"neighbours"  given words and those nearest to them, see `expand_label_words`
"weights"     the same words with a learned weight each, see `weighted_verbalizer`
"soft"        no words at all but a trained vector per class, see `soft_verbalizer`

The first three choose words and then fine-tune the model with them, as LM-BFF does. The other two train numbers of
their own on a frozen model, so there is nothing to tune afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from ..base import TextClassifier, TrainStep
from ..errors import checked
from .add_label_words import add_label_words
from .candidates import Examples, SearchStep
from .expand_label_words import expand_label_words
from .search_label_words import search_label_words
from .searched import Searched
from .soft_verbalizer import SoftVerbalizer
from .template import DEFAULT_TEMPLATE, Template
from .verbalizer import DEFAULT_VERBALIZER, Verbalizer
from .weighted_verbalizer import WeightedVerbalizer

TRAINED = {"weights": WeightedVerbalizer, "soft": SoftVerbalizer}


class AutoVerbalizer(Searched):
    """See Searched for the parameters.

    template: stays as it is. verbalizer: where the search starts; "likelihood" and "several" need none, only
    the labels' names.
    With "weights" and "soft", `classifier_` is the trained verbalizer, and `tune` can only be "nothing"; nothing is
    scored on the way, so that there are no `best_`, `candidates_`, `trajectory_` and `searched_`.
    """

    TUNED: ClassVar = {
        "likelihood": "all",
        "several": "all",
        "neighbours": "all",
        "weights": "nothing",
        "soft": "nothing",
    }
    ON_ALL: ClassVar = frozenset({"several"})

    def __init__(
        self,
        search: str = "likelihood",
        template: Template | str = DEFAULT_TEMPLATE,
        verbalizer: Verbalizer | str | Mapping[str, Any] = DEFAULT_VERBALIZER,
        backbone: str | None = None,
        tune: str | None = None,
        steps: int | None = None,
        batch_size: int | None = None,
        lr: float | None = None,
        seed: int = 0,
    ):
        super().__init__(search, template, verbalizer, backbone, tune, steps, batch_size, lr, seed)

    def fit_steps(self, texts: Sequence[str], labels: Sequence[str]) -> Iterator[TrainStep]:
        if self.search == "neighbours":
            Verbalizer.of(self.verbalizer).require_names(labels)
        if self.search not in TRAINED:
            yield from super().fit_steps(texts, labels)
            return
        checked(self.tune or "nothing", "tune", ("nothing",))
        classifier = self._trained()
        for step in classifier.fit_steps(texts, labels):
            self.classifier_, self.classes_ = classifier, classifier.classes_
            self.trainable_parameters_ = classifier.trainable_parameters_
            yield step

    def _search(self, examples: Examples) -> Iterator[SearchStep]:
        if self.search == "likelihood":
            return search_label_words(examples, self._by_hand())
        if self.search == "several":
            return add_label_words(examples, self._by_hand())
        verbalizer = Verbalizer.of(self.verbalizer).for_labels(examples.classes)
        return expand_label_words(examples, self._by_hand(), verbalizer)

    def winner(self) -> TextClassifier:
        return self.classifier_ if self.search in TRAINED else super().winner()

    @property
    def written_(self) -> str:
        if self.search not in TRAINED:
            return super().written_
        near = self.classifier_.words(3).items()
        words = [f"{label}~{','.join(word for word, _ in ranked)}" for label, ranked in near]
        return f"{self._by_hand().source} {';'.join(words)}"

    def _by_hand(self) -> Template:
        return self._template_or(DEFAULT_TEMPLATE)

    def _trained(self) -> WeightedVerbalizer | SoftVerbalizer:
        return TRAINED[self.search](
            self._template_or(DEFAULT_TEMPLATE),
            self.verbalizer,
            self.backbone,
            steps=self.steps,
            lr=self.lr,
            seed=self.seed,
        )

    def _state(self):
        return self.classifier_._state() if self.search in TRAINED else super()._state()

    def _restore(self, arrays, extra):
        if self.search not in TRAINED:
            super()._restore(arrays, extra)
            return
        self.classifier_ = self._trained()
        self.classifier_.classes_ = self.classes_
        self.classifier_.trainable_parameters_ = self.trainable_parameters_
        self.classifier_._restore(arrays, extra)
