"""One of PET's pattern-verbalizer pairs, trained with auxiliary language modelling, and the vote of several.

    L = (1 - alpha) L_CE + alpha L_MLM

Schick & Schuetze 2021a, section 3.2: with a few examples a masked language model soon forgets what it was; the second
term, on unlabelled texts in the same pattern, holds it back. The pattern's own slot is never asked there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..base import TrainStep
from ..pretrain import Masking, masked_lm_loss
from .classifier import PromptClassifier

ALPHA = 1e-4  # section 3.2: L_MLM is far larger than L_CE
TEXTS = 8  # unlabelled texts in a step


class PatternModel(PromptClassifier):
    """One pattern-verbalizer pair: a PromptClassifier that trains everything, with L_MLM on the `unlabelled` texts."""

    def __init__(
        self,
        template: Any,
        verbalizer: Any,
        backbone: str | None = None,
        alpha: float = ALPHA,
        unlabelled: Sequence[str] = (),
        steps: int | None = None,
        batch_size: int | None = None,
        lr: float | None = None,
        seed: int = 0,
    ):
        super().__init__(template, verbalizer, backbone, steps=steps, batch_size=batch_size, lr=lr, seed=seed)
        self.alpha = alpha
        self.unlabelled = unlabelled

    def fit_steps(self, texts: Sequence[str], labels: Sequence[str]) -> Iterator[TrainStep]:
        lm = self._backbone
        self._read = self._template.encode(self.unlabelled, lm.tokenizer, lm.max_length) if self.alpha else []
        self._masking = Masking.of(lm.tokenizer, torch.device("cpu"))
        self._random = torch.Generator().manual_seed(int(self.seed))
        try:
            yield from super().fit_steps(texts, labels)
        finally:  # also of a training that is stopped or refused
            del self._read, self._masking, self._random

    def _objective(self, loss: Tensor) -> Tensor:
        if not self._read:
            return loss
        rows = torch.randint(len(self._read), (TEXTS,), generator=self._random).tolist()
        batch = self.lm_.batch([self._read[row] for row in rows])
        auxiliary, n_hidden = masked_lm_loss(self.lm_, batch, self._masking, self._random)
        return (1 - self.alpha) * loss + self.alpha * auxiliary if n_hidden else loss


def vote(probabilities: Sequence[np.ndarray], weights: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """The vote of several models, shape (n_texts, n_classes), from what each of them says, of that shape: softmax of
    the mean score over the temperature. A score is a log-probability here, which differs from a logit by what softmax
    takes away again. `weights`, (n_models,), need not sum to 1; models that all weigh nothing have equal votes."""
    mean = np.average([np.log(said) for said in probabilities], axis=0, weights=weights if weights.any() else None)
    return torch.from_numpy(mean / temperature).softmax(dim=1).numpy()
