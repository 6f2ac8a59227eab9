"""A soft verbalizer: no label word but a trained vector per class (WARP: Hambardzumyan et al. 2021, section 3.1).

    p(y | x) = softmax over y of  v_y . h(x) + b_y

h(x) is the state at [MASK] that the decoder would multiply with its row for every word; v_y starts as the row of the
class's label word (the mean of several), b_y is that word's bias and stays. So before training it answers exactly as
the label words do, and what is trained is one vector of H numbers per class; the model is frozen.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .candidates import label_word_ids, writable_words
from .expand_label_words import cosines
from .trained_verbalizer import TrainedVerbalizer
from .verbalizer import Verbalizer


@dataclass(frozen=True)
class SoftVerbalizerExplanation:
    """What the trained vectors say of one text. C: classes."""

    logits: tuple[float, ...]  # v_y . h + b_y, in the order of classes_
    probabilities: tuple[float, ...]  # (C,) their softmax


class SoftWords(nn.Module):
    """One vector per class."""

    bias: Tensor
    start: Tensor

    def __init__(self, vectors: Tensor, bias: Tensor):
        super().__init__()
        self.vectors = nn.Parameter(vectors.clone())  # (C, H)
        self.register_buffer("bias", bias.clone())  # (C,)
        self.register_buffer("start", vectors.clone())  # to tell how far training has moved them

    def forward(self, states: Tensor) -> Tensor:
        return nn.functional.linear(states, self.vectors, self.bias)  # (B, C)


class SoftVerbalizer(TrainedVerbalizer):
    """One trained vector per class in place of label words. See TrainedVerbalizer for the parameters."""

    LR = 5e-4  # ten times that, and a vector learns the examples by heart
    head_: SoftWords

    def _head(self, verbalizer: Verbalizer, states: Tensor) -> SoftWords:
        decoder = self.lm_.model.get_output_embeddings()
        rows, biases = [], []
        word_ids = iter(verbalizer.token_ids(self.lm_.tokenizer, spaced=self._template.spaced_mask()))
        for _, words in verbalizer.label_words:
            ids = [next(word_ids) for _ in words]
            rows.append(decoder.weight[ids].detach().mean(dim=0))
            biases.append(decoder.bias[ids].detach().mean())
        return SoftWords(torch.stack(rows), torch.stack(biases))

    def explain(self, text: str) -> SoftVerbalizerExplanation:
        self._require_fitted()
        with torch.no_grad():
            logits = self.head_(self.states([text]))[0]
        return SoftVerbalizerExplanation(tuple(logits.tolist()), tuple(logits.double().softmax(dim=0).tolist()))

    def words(self, n: int) -> dict[str, list[tuple[str, float]]]:
        """For each label the `n` words whose rows make the smallest angle with its vector, with the cosine."""
        self._require_fitted()
        tokenizer = self.lm_.tokenizer
        spaced = self._template.spaced_mask()
        words, allowed = writable_words(tokenizer, spaced), torch.tensor(label_word_ids(tokenizer, spaced))
        cosine = cosines(self.lm_, allowed, self.head_.vectors.detach())  # (n_allowed, C)
        top = cosine.topk(n, dim=0)
        return {
            str(label): [
                (words[token], value)
                for token, value in zip(allowed[top.indices[:, c]].tolist(), top.values[:, c].tolist(), strict=True)
            ]
            for c, label in enumerate(self.classes_)
        }

    @property
    def drift_(self) -> list[float]:
        """How far each class's vector is from its start, as a share of the start's length."""
        moved = (self.head_.vectors.detach() - self.head_.start).norm(dim=1)
        return (moved / self.head_.start.norm(dim=1)).tolist()
