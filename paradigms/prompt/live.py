"""Answers while they are computed, and what a change of the question changed.

Two questions put to the same sentences are compared sentence by sentence: those that both get right, or both get wrong,
say nothing about which is better. What counts are the flips each way, and whether they are more one-sided than tosses
of a coin (McNemar 1947, in its exact form; Dietterich 1998, section 3.1, has an approximation by chi-squared).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING

import numpy as np
import torch

from ..engine import ENGINE, Ticket
from ..masked_lm import use_bf16
from .template import Template
from .verbalizer import Verbalizer

if TYPE_CHECKING:
    from ..masked_lm import MaskedLM

FIRST = 8  # sentences of the first picture: there before anyone waits


def parts(n: int) -> tuple[range, range]:
    """The rows of the first picture, and the others."""
    return range(min(n, FIRST)), range(min(n, FIRST), n)


def answers(
    lm: MaskedLM,
    template: Template,
    verbalizer: Verbalizer,
    texts: Sequence[str],
    ticket: Ticket | None = None,
    part: range | None = None,
) -> Iterator[tuple[list[int], np.ndarray]]:
    """(rows, their label probabilities of shape (len(rows), C)) as they are computed; C as in the verbalizer.

    The first part comes first and before other people's later ones; with `part`, nothing else comes. Other label words
    for the same template do not run the model again. Ends early when the ticket is cancelled. Raises TemplateError and
    VerbalizerError.
    """
    word_ids = verbalizer.token_ids(lm.tokenizer, spaced=template.spaced_mask())
    bf16 = use_bf16(len(texts))
    for asked in parts(len(texts)) if part is None else (part,):
        encoded = template.encode(texts[asked.start : asked.stop], lm.tokenizer, lm.max_length)
        hurried = asked.stop <= FIRST
        for rows, states in ENGINE.stream(lm, encoded, hurried=hurried, bf16=bf16, ticket=ticket):
            with torch.inference_mode():
                shares = lm.decode(states, word_ids).double().softmax(dim=1)  # (r, n_words)
            yield [asked.start + row for row in rows], verbalizer.project(shares.numpy())


def answered(lm: MaskedLM, template: Template, texts: Sequence[str]) -> bool:
    """Whether `answers` to these texts, of which the last stands for all, need the model no more."""
    (last,) = template.encode(texts[-1:], lm.tokenizer, lm.max_length)
    return (last, use_bf16(len(texts))) in lm.seen


@dataclass(frozen=True)
class Flips:
    """How the answers to some sentences changed."""

    gained: int  # wrong before, right now
    lost: int  # right before, wrong now
    other: int  # wrong before and wrong now, with another label

    @property
    def chance(self) -> float:
        """How often fair coin tosses are at least as one-sided: the two-sided exact sign test.

        >>> Flips(gained=1, lost=9, other=0).chance
        0.021484375
        """
        n = self.gained + self.lost
        tail = sum(comb(n, k) for k in range(min(self.gained, self.lost) + 1)) / 2**n
        return min(1.0, 2 * tail)


def flips(gold: np.ndarray, before: np.ndarray, now: np.ndarray) -> Flips:
    """Count the flips between two rows of answers, each of shape (n,)."""
    changed = before != now
    return Flips(
        gained=int((changed & (now == gold)).sum()),
        lost=int((changed & (before == gold)).sum()),
        other=int((changed & (before != gold) & (now != gold)).sum()),
    )
