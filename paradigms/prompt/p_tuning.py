"""P-tuning (Liu et al. 2021): pseudo-tokens anywhere in the template, trained through a prompt encoder.

    P = MLP([LSTM forward(Z); LSTM backward(Z)]),   Z of shape (n, H)      (equations 4 and 5)

plus a constant, so that it begins at given words (`soft.PromptTable`).

The encoder ties the pseudo-tokens to each other. After training P is written into the embedding table, and the encoder
is dropped: the classifier that answers has never heard of it. Words between them are anchors (section 3.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from ..errors import checked
from ..masked_lm import MaskedLM
from ..training import seeded
from .soft import frozen, without_prompt
from .soft_classifier import SoftPrompt
from .template import P_TUNING_TEMPLATE, Template, TemplateError
from .verbalizer import DEFAULT_VERBALIZER, Verbalizer
from .what_is_trained import learned, relearn

TRAIN = ("prompt", "all")


class PromptEncoder(nn.Module):
    """One bidirectional LSTM and a two-layer MLP: (n, H) -> (n, H)."""

    def __init__(self, hidden: int):
        super().__init__()
        self.lstm = nn.LSTM(hidden, hidden, bidirectional=True, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(2 * hidden, 2 * hidden), nn.ReLU(), nn.Linear(2 * hidden, hidden))

    def forward(self, rows: Tensor) -> Tensor:
        return self.mlp(self.lstm(rows[None])[0])[0]


class PTuning(SoftPrompt):
    """A template with trained pseudo-tokens among its words.

    train: "prompt" leaves the language model as it is; "all" trains it too. The paper trains it (GPT and BERT, section
        4), the paper of P-tuning v2 freezes it and calls that P-tuning: results differ with what is trained.
    init: where pseudo-tokens without a word start, see `soft.initial_rows`.
    lm_lr: the learning rate of the language model where it is trained.
    """

    def __init__(
        self,
        template: Template | str = P_TUNING_TEMPLATE,
        verbalizer: Verbalizer | str | Mapping[str, Any] = DEFAULT_VERBALIZER,
        backbone: str | None = None,
        train: str = "prompt",
        init: str = "normal",
        steps: int = 60,
        batch_size: int = 16,
        lr: float = 3e-5,
        lm_lr: float = 2e-5,
        seed: int = 0,
    ):
        self.template = template
        self.verbalizer = verbalizer
        self.backbone = backbone
        self.train = train
        self.init = init
        self.steps = steps
        self.batch_size = batch_size
        self.lr = lr
        self.lm_lr = lm_lr
        self.seed = seed

    def _build(self, start: Tensor | None = None) -> None:
        checked(self.train, "train", TRAIN)
        template = Template.of(self.template)
        if not template.n_soft:
            message = "the template has no [soft:...], so there is nothing to train"
            raise TemplateError("no_soft", message, where=template.source, position=0)
        shared = MaskedLM.load(self.backbone)
        lm = frozen(shared) if self.train == "prompt" else shared.copy()
        with seeded(self.seed):
            rows = self._initial_rows(lm, self.init) if start is None else start
            self._read_prompt(lm, rows, PromptEncoder(lm.hidden_size))

    def _share_of_rate(self, weight: nn.Parameter) -> float:
        return 1.0 if any(weight is own for own in self.prompt_.parameters()) else self.lm_lr / self._rate()

    def _state(self):
        arrays, extra = super()._state()
        if self.train == "all":
            arrays |= learned(without_prompt(self.lm_), MaskedLM.load(self.backbone))
        return arrays, extra

    def _restore(self, arrays, extra):
        super()._restore(arrays, extra)
        if self.train == "all":
            changes = {name: change for name, change in arrays.items() if name not in {"start", "prompt"}}
            relearn(without_prompt(self.lm_), changes)
