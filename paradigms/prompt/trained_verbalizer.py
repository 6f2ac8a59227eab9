"""What the weighted and the soft verbalizer share: a few numbers trained on top of a frozen model's answer at [MASK].

The model reads each example once. All training is done on what it made of them, the states h at the slot, shape (N, H),
so that a step takes a millisecond and a gradient never reaches the model.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..base import TextClassifier, TrainStep, training_set
from ..engine import ENGINE
from ..masked_lm import MaskedLM
from ..training import Schedule, n_trainable, train_steps
from .template import DEFAULT_TEMPLATE, Template
from .verbalizer import DEFAULT_VERBALIZER, Verbalizer
from .what_is_trained import fingerprint, require_same


class TrainedVerbalizer(TextClassifier):
    """A frozen masked language model, a template, and a verbalizer with numbers of its own that are trained.

    template, verbalizer, backbone: as for PromptClassifier; the label words are where training starts.
    """

    LR: float  # chosen on SST-2's training sentences
    STEPS = 60  # on all examples at once

    def __init__(
        self,
        template: Template | str = DEFAULT_TEMPLATE,
        verbalizer: Verbalizer | str | Mapping[str, Any] = DEFAULT_VERBALIZER,
        backbone: str | None = None,
        steps: int | None = None,
        lr: float | None = None,
        seed: int = 0,
    ):
        self.template = template
        self.verbalizer = verbalizer
        self.backbone = backbone
        self.steps = steps
        self.lr = lr
        self.seed = seed

    head_: nn.Module  # states (B, H) -> class logits (B, C)

    @abstractmethod
    def _head(self, verbalizer: Verbalizer, states: Tensor) -> nn.Module:
        """The head before training, for label words in the order of the classes and the examples' states (N, H)."""

    @abstractmethod
    def words(self, n: int) -> dict[str, list[tuple[str, float]]]:
        """For each label the `n` words that stand for it most after training, with the number that says how much."""

    @property
    def lm_(self) -> MaskedLM:
        return MaskedLM.load(self.backbone)

    def fit_steps(self, texts: Sequence[str], labels: Sequence[str]) -> Iterator[TrainStep]:
        texts, classes, classes_of = training_set(texts, labels)
        Verbalizer.of(self.verbalizer).require_names(labels)
        verbalizer = Verbalizer.of(self.verbalizer).for_labels(list(classes))
        steps, lr = self.STEPS if self.steps is None else self.steps, self.LR if self.lr is None else self.lr
        chosen = Schedule(steps, len(texts), lr)
        states = self.states(texts)  # (N, H)
        self.head_ = self._head(verbalizer, states)
        self.classes_ = classes
        self.trainable_parameters_ = n_trainable(self.head_)
        gold = torch.from_numpy(classes_of)

        def loss_of(rows: list[int]) -> tuple[Tensor, int]:
            logits = self.head_(states[rows])  # (B, C)
            return nn.functional.cross_entropy(logits, gold[rows]), int((logits.argmax(dim=1) == gold[rows]).sum())

        yield from train_steps(self.head_, [1] * len(texts), loss_of, chosen, self.seed)

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        texts = self._asked(texts)
        if not texts:
            return np.empty((0, len(self.classes_)))
        with torch.no_grad():
            return self.head_(self.states(texts)).double().softmax(dim=1).numpy()

    def states(self, texts: Sequence[str]) -> Tensor:
        """What the model makes of each filled template at its slot, shape (n, H)."""
        encoded = self._template.encode(texts, self.lm_.tokenizer, self.lm_.max_length)
        return ENGINE.ask(self.lm_, encoded, hurried=len(texts) == 1)

    @property
    def _template(self) -> Template:
        return Template.of(self.template)

    def _state(self):
        head = {name: value.numpy() for name, value in self.head_.state_dict().items()}
        return head, {"backbone": fingerprint(self.lm_)}

    def _restore(self, arrays, extra):
        require_same(self.lm_, extra["backbone"])
        verbalizer = Verbalizer.of(self.verbalizer).for_labels(list(self.classes_))
        self.head_ = self._head(verbalizer, torch.zeros(1, self.lm_.hidden_size))
        self.head_.load_state_dict({name: torch.from_numpy(array) for name, array in arrays.items()})
