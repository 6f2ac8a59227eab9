"""Several label words per class, each with a weight that is learned (KPT, Hu, Ding et al. 2022, learnable refinement).

    s(y) = sum over w in class y of  a_w (log p(w | x) - log P(w)),    a = softmax of alpha within the class

P(w) is the mean of p(w | x) over the examples without their labels: a word that is always likely says little
(contextualised calibration, which that paper has for zero-shot answers; the two together are ours). Trained are the
alphas, one number per label word; the model is frozen.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..masked_lm import MaskedLM
from .expand_label_words import expanded, nearest_words
from .trained_verbalizer import TrainedVerbalizer
from .verbalizer import Verbalizer

NEAREST = 9  # words added to those given for each class before training


@dataclass(frozen=True)
class WeightedWord:
    """One label word's part in the answer."""

    label: str
    word: str
    weight: float  # 0 to 1; those of a class sum to 1
    evidence: float  # log p(w | x) - log P(w), in nats


@dataclass(frozen=True)
class WeightedExplanation:
    """What each weighted label word adds to its class."""

    words: tuple[WeightedWord, ...]  # class after class
    probabilities: tuple[float, ...]  # in the order of classes_


class WeightedWords(nn.Module):
    """One alpha per word. W: words."""

    log_prior: Tensor  # (W,)

    def __init__(self, lm: MaskedLM, word_ids: list[int], class_of_word: Tensor, states: Tensor):
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(len(word_ids)))
        self.lm, self.word_ids, self.class_of_word = lm, word_ids, class_of_word
        self.register_buffer("log_prior", self._logs(states).logsumexp(dim=0) - torch.tensor(len(states)).log())

    def evidence(self, states: Tensor) -> Tensor:
        """log p(w | x) - log P(w), shape (B, W), from states (B, H)."""
        return self._logs(states) - self.log_prior

    def weights(self) -> Tensor:
        """(W,), summing to 1 within a class."""
        classes = self.class_of_word
        return torch.cat([self.alpha[classes == c].softmax(dim=0) for c in range(int(classes.max()) + 1)])

    def forward(self, states: Tensor) -> Tensor:
        weighted = self.weights() * self.evidence(states)  # (B, W)
        one_hot = nn.functional.one_hot(self.class_of_word).float()  # (W, C)
        return weighted @ one_hot

    def _logs(self, states: Tensor) -> Tensor:
        with torch.no_grad():
            return self.lm.decode(states).log_softmax(dim=1)[:, self.word_ids]


class WeightedVerbalizer(TrainedVerbalizer):
    """The given label words and their nearest neighbours, weighted. See TrainedVerbalizer for the parameters."""

    LR = 0.03
    head_: WeightedWords

    def _head(self, verbalizer: Verbalizer, states: Tensor) -> WeightedWords:
        spaced = self._template.spaced_mask()
        near = nearest_words(self.lm_, verbalizer, NEAREST, spaced=spaced)
        self.words_ = expanded(verbalizer, near, NEAREST)
        class_of_word = torch.tensor(self.words_.class_of_word)
        return WeightedWords(self.lm_, self.words_.token_ids(self.lm_.tokenizer, spaced=spaced), class_of_word, states)

    def explain(self, text: str) -> WeightedExplanation:
        self._require_fitted()
        with torch.no_grad():
            evidence = self.head_.evidence(self.states([text]))[0].tolist()
        return WeightedExplanation(
            words=tuple(
                WeightedWord(label, word, weight, value)
                for (label, word), weight, value in zip(self._owned(), self.weights_, evidence, strict=True)
            ),
            probabilities=tuple(self.predict_proba([text])[0].tolist()),
        )

    def words(self, n: int) -> dict[str, list[tuple[str, float]]]:
        """For each label its `n` heaviest words, with their weights."""
        self._require_fitted()
        weights = iter(self.weights_)
        return {
            label: sorted(((word, next(weights)) for word in words), key=lambda one: -one[1])[:n]
            for label, words in self.words_.label_words
        }

    @property
    def weights_(self) -> list[float]:
        """The weight of each word of `words_`."""
        return self.head_.weights().detach().tolist()

    def _owned(self) -> list[tuple[str, str]]:
        return [(label, word) for label, words in self.words_.label_words for word in words]
