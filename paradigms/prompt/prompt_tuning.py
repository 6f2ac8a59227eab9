"""Prompt Tuning (Lester et al. 2021): n vectors before the input, `[P; X]`, are all that is trained.

    p(y | x) = exp s(v(y)) / sum over y' of exp s(v(y')),   s the logits at [MASK] of [P; T(x)]

P has the shape (n, H); the model's own weights stay as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from ..masked_lm import MaskedLM
from ..training import seeded
from .soft import frozen
from .soft_classifier import SoftPrompt, in_front
from .template import BARE_TEMPLATE, Template
from .verbalizer import DEFAULT_VERBALIZER, Verbalizer

# Learning rate of the table itself and through the network (by `mlp`), chosen on SST-2's training sentences: a step of
# every weight of the network moves the table much farther than a step of its own.
RATES = {False: 3e-3, True: 1e-4}


class PromptTuning(SoftPrompt):
    """A frozen masked language model with a trained prompt before the input.

    length: pseudo-tokens, where the template does not say itself where they stand.
    init: "labels", "vocabulary", "normal" or "uniform", see `soft.initial_rows`.
    lr: by default that of RATES; the table itself takes 30 times what fine-tuning does.
    mlp: train the prompt through a two-layer network (Li & Liang 2021, section 4.3), dropped afterwards.
    """

    def __init__(
        self,
        template: Template | str = BARE_TEMPLATE,
        verbalizer: Verbalizer | str | Mapping[str, Any] = DEFAULT_VERBALIZER,
        backbone: str | None = None,
        length: int = 10,
        init: str = "labels",
        mlp: bool = False,
        steps: int = 60,
        batch_size: int = 16,
        lr: float | None = None,
        seed: int = 0,
    ):
        self.template = template
        self.verbalizer = verbalizer
        self.backbone = backbone
        self.length = length
        self.init = init
        self.mlp = mlp
        self.steps = steps
        self.batch_size = batch_size
        self.lr = lr
        self.seed = seed

    def _soft_template(self) -> Template:
        return in_front(self.template, self.length)

    def _rate(self) -> float:
        return RATES[bool(self.mlp)] if self.lr is None else self.lr

    def _build(self, start: Tensor | None = None) -> None:
        lm = frozen(MaskedLM.load(self.backbone))
        with seeded(self.seed):
            mlp = two_layers(lm.hidden_size) if self.mlp else None
            self._read_prompt(lm, self._initial_rows(lm, self.init) if start is None else start, mlp)


def two_layers(hidden: int) -> nn.Module:
    """(n, H) -> (n, H)"""
    return nn.Sequential(nn.Linear(hidden, hidden), nn.Tanh(), nn.Linear(hidden, hidden))
