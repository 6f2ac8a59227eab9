"""How much the prompt's fast path multiplies, and how fast this machine multiplies at all."""

from __future__ import annotations

import time
from collections.abc import Sequence

import torch

from .masked_lm import MaskedLM
from .tokens import Encoded

LARGE = 4096  # rows and columns of a matrix product that shows what the machine can do


def flops(lm: MaskedLM, encoded: Sequence[Encoded], n_words: int) -> float:
    """Floating-point operations of the matrix products that the answers need, a multiplication and an addition as two.

    Counted on the tokens of the texts alone: padding is work, but not work that was asked for. Embeddings, norms,
    activations and softmax take time, but are not counted. H: hidden size, F: size of the feed-forward layer.
    """
    config = lm.model.config
    h, f = config.hidden_size, lm.model.base_model.config.to_dict().get("intermediate_size") or config.hidden_dim
    total = 0
    for text in encoded:
        t = len(text.input_ids)
        layer = (
            4 * t * h * h + 2 * t * h * f + 2 * t * t * h
        )  # Q, K, V, W_o; W_up, W_down; Q K^T and its product with V
        last = (2 * t + 2) * h * h + 2 * h * f + 2 * t * h  # K and V of all tokens, everything else at [MASK]
        head = h * h + n_words * h
        total += 2 * ((config.num_hidden_layers - 1) * layer + last + head)
    return float(total)


def matmul_rate(dtype: torch.dtype, repeats: int = 5) -> float:
    """Floating-point operations per second in the product of two LARGE matrices, the best of `repeats`."""
    a, b = torch.randn(2, LARGE, LARGE).to(dtype)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        a @ b
        seconds.append(time.perf_counter() - start)
    return 2 * LARGE**3 / min(seconds)
