"""What every search of hard prompts shares: the examples it may look at, what it has scored, the words it may write.

A search sees the K labelled examples per class it is given and nothing else: where LM-BFF (Gao et al. 2021, section 5)
lets a development set of that size pick the winner among the best, the same examples do here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from ..masked_lm import MaskedLM
from ..tokens import piece_ids
from ..words import HAN
from .classifier import class_logits
from .template import Template
from .verbalizer import Verbalizer

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

PER_CLASS = 16  # examples of a class that most searches look at; more make them slow, not better


@dataclass(frozen=True)
class Candidate:
    """A template and label words, and how they do without training on the examples of the search."""

    template: Template
    verbalizer: Verbalizer
    accuracy: float  # 0 to 1
    loss: float  # mean -log p(right label), in nats

    @property
    def order(self) -> float:
        """The lower, the better. By loss, not by accuracy: on so few examples many candidates tie in accuracy, and what
        the loss picks is no worse on other sentences."""
        return self.loss


@dataclass(frozen=True)
class SearchStep:
    """One step of a search."""

    step: int  # 1, 2, ..., total
    total: int
    candidates: tuple[Candidate, ...]  # what was scored in this step
    best: Candidate  # so far


@dataclass(frozen=True)
class Examples:
    """The labelled texts of a search and the model that it asks. N: texts, C: classes, V: vocabulary."""

    lm: MaskedLM
    texts: tuple[str, ...]  # N
    gold: np.ndarray  # (N,), indices into `classes`
    classes: tuple[str, ...]  # C, sorted

    @classmethod
    def draw(
        cls,
        lm: MaskedLM,
        texts: Sequence[str],
        classes: np.ndarray,
        gold: np.ndarray,
        seed: int,
        per_class: int | None = PER_CLASS,
    ) -> Examples:
        """`per_class` examples of each class, or all: with None, and where there are not so many."""
        drawn = np.random.default_rng(seed).permutation(len(texts))
        rows = np.sort(np.concatenate([drawn[gold[drawn] == c][:per_class] for c in range(len(classes))]))
        return cls(lm, tuple(texts[row] for row in rows), gold[rows], tuple(map(str, classes)))

    def logits(self, template: Template, word_ids: Sequence[int] | None = None) -> Tensor:
        """At [MASK] of the filled template, shape (N, V), or (N, n_words)."""
        return self.lm.logits_at_mask(template.encode(self.texts, self.lm.tokenizer, self.lm.max_length), word_ids)

    def score(self, template: Template, verbalizer: Verbalizer) -> Candidate:
        """Zero-shot accuracy and loss of a template with label words, classes in the order of `classes`."""
        word_ids = verbalizer.token_ids(self.lm.tokenizer, spaced=template.spaced_mask())
        accuracy, loss = self.measure(self.logits(template, word_ids), verbalizer)
        return Candidate(template, verbalizer, accuracy, loss)

    def with_words(self, template: Template, logits: Tensor, word_ids: Sequence[Sequence[int]]) -> Candidate:
        """`template` with some words of the vocabulary for each class, scored from all logits, shape (N, V)."""
        words = writable_words(self.lm.tokenizer, template.spaced_mask())
        label_words = zip(self.classes, word_ids, strict=True)
        verbalizer = Verbalizer(tuple((label, tuple(words[token] for token in ids)) for label, ids in label_words))
        return Candidate(
            template, verbalizer, *self.measure(logits[:, [i for ids in word_ids for i in ids]], verbalizer)
        )

    def measure(self, word_logits: Tensor, verbalizer: Verbalizer) -> tuple[float, float]:
        """Accuracy and loss from the logits of the label words, shape (N, n_words)."""
        class_of_word = torch.tensor(verbalizer.class_of_word)
        logits = class_logits(word_logits.double(), class_of_word, "sum")  # (N, C)
        gold = torch.from_numpy(self.gold)
        loss = nn.functional.cross_entropy(logits, gold)
        return float((logits.argmax(dim=1) == gold).double().mean()), float(loss)


@lru_cache(maxsize=8)
def writable_words(tokenizer: PreTrainedTokenizerBase, spaced: bool = True) -> dict[int, str]:
    """By vocabulary id, the words that a template can be written with: those that, written out between spaces, are read
    back as that one token. Pieces of words, special tokens and the template's own signs are not. With `spaced` False
    those that stand without a space before them, as in a slot that does."""
    words = [word.strip() for word in tokenizer.batch_decode([[token] for token in range(len(tokenizer))])]
    read = piece_ids(tokenizer, [f" {word}" if spaced else word for word in words])
    return {
        token: word
        for token, (word, ids) in enumerate(zip(words, read, strict=True))
        if ids == [token] and token not in tokenizer.all_special_ids and not set(word) & set("{}[]")
    }


def allowed_words(verbalizer: Verbalizer, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """Vocabulary ids a searched template may hold: all that can be written but the label words, which would give away
    an answer of their own."""
    taken = {word.lower() for word in verbalizer.words}
    return [token for token, word in writable_words(tokenizer).items() if word.lower() not in taken]


def label_word_ids(tokenizer: PreTrainedTokenizerBase, spaced: bool = True) -> list[int]:
    """Vocabulary ids that may be label words: writable, and a word rather than a number or a mark."""
    return [token for token, word in writable_words(tokenizer, spaced).items() if word.isalpha()]


def written(words: Sequence[str]) -> str:
    """Words as text: a space between them, none between Chinese characters."""
    return re.sub(rf"(?<=[{HAN}]) (?=[{HAN}])", "", " ".join(words))


def before_mask(frame: Template, words: Sequence[str]) -> Template:
    """`frame` with words put in right before its [MASK]."""
    before, mask, after = frame.source.partition("[MASK]")
    middle = written(words)
    lead = "" if not before or before[-1].isspace() else " "
    return Template.parse(f"{before}{lead}{middle} {mask}{after}" if words else frame.source)
