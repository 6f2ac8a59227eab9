"""Mixed precision with two sets of weights (Micikevicius et al. 2018, section 3.1).

The steps of a training are too small for bf16's eight bits, so the weights that are kept, the master weights, are fp32.
But a twin in bf16 can read and be differentiated: half of autocast's time goes into turning activations from fp32 to
bf16 and back.
"""

from __future__ import annotations

import copy
from dataclasses import replace

import torch

from .masked_lm import MaskedLM


class Bf16Twin:
    """`lm`'s model in bf16, and the way between the two; `.lm` is to be trained on."""

    def __init__(self, lm: MaskedLM):
        self.lm = replace(lm, model=copy.deepcopy(lm.model).bfloat16())
        self._pairs = list(zip(lm.model.parameters(), self.lm.model.parameters(), strict=True))

    def hand_over_gradients(self) -> None:
        """What `backward` left at the twin's weights becomes the gradient of the fp32 ones."""
        for weight, twin in self._pairs:
            weight.grad = None if twin.grad is None else twin.grad.float()
            twin.grad = None

    @torch.no_grad()
    def follow(self) -> None:
        """Round the fp32 weights, after each of their steps."""
        torch._foreach_copy_([twin for _, twin in self._pairs], [weight for weight, _ in self._pairs])
