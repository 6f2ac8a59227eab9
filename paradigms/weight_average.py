"""One backbone whose weights are the mean of several that were trained from the same one.

Trainings that begin at the same weights end in one valley of the loss, and the middle of it is often lower than where
any of them stopped: stochastic weight averaging (Izmailov et al. 2018, section 3), and between models a uniform model
soup (Wortsman et al. 2022, "Model soups", section 2). It costs no training and, asked, no more than one model.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from .errors import ParadigmError
from .masked_lm import MaskedLM


def average(backbones: Sequence[str | Path]) -> MaskedLM:
    """The mean of the backbones' weights, with the first one's tokenizer; one that is named twice weighs twice.

    Raises ParadigmError("other_shape") where one has other weights, or another vocabulary, than the first.
    """
    first, *others = (MaskedLM.load(name) for name in backbones)
    mean = first.copy()
    weights = mean.model.state_dict()  # the tensors themselves: what is added to them, the model has
    shapes = {name: weight.shape for name, weight in weights.items()}
    for name, lm in zip(backbones[1:], others, strict=True):
        added = lm.model.state_dict()
        if {name: weight.shape for name, weight in added.items()} != shapes or not _same_words(first, lm):
            message = f"{name} is not a training of the same model as {backbones[0]}"
            raise ParadigmError("other_shape", message, where=str(name))
        for key, weight in _once(weights).items():
            weight.add_(added[key])
    for weight in _once(weights).values():
        weight.div_(len(backbones))
    return mean


def _once(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Tied weights (the decoder's are the embeddings) under one name only; buffers of whole numbers left out."""
    seen = {weight.data_ptr(): name for name, weight in weights.items() if weight.is_floating_point()}
    return {name: weights[name] for name in seen.values()}


def _same_words(one: MaskedLM, other: MaskedLM) -> bool:
    return one.tokenizer.get_vocab() == other.tokenizer.get_vocab()
