"""Which words carried the answer: take each away in turn and see how far the probability moves (occlusion).

Zeiler & Fergus 2014, section 4.2; for text Li et al. 2016, "Understanding neural networks through representation
erasure", equation 1, for one text, and with the plain difference of probabilities in place of the relative one of
log-likelihoods.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .words import surface_words


@dataclass(frozen=True)
class Salience:
    """One word and what it does: `change` = p(label | text) - p(label | text with the word hidden)."""

    word: str
    start: int  # offsets in the text
    end: int
    change: float  # above 0: the word speaks for the label


MOST = 60  # words that are hidden, one after the other
READ = 7200  # words that are read for it altogether: of a text of 1,000 only the first few are hidden


def occlusion(
    text: str, label: int, predict: Callable[[Sequence[str | tuple[str, str]]], np.ndarray]
) -> tuple[Salience, ...]:
    """The salience of the first words of `text`, at most MOST and of a long text fewer, for column `label` of
    `predict`, in one batch.

    `predict` maps texts to probabilities, shape (n, n_classes); a text with a hidden word is handed over as what stands
    (before, after) it.
    """
    spans = surface_words(text)
    if not spans:
        return ()
    spans = spans[: min(MOST, max(1, READ // len(spans)))]
    hidden = [(text[:start], text[end:]) for _, start, end in spans]
    probabilities = predict([text, *hidden])[:, label]
    return tuple(
        Salience(word, start, end, float(probabilities[0] - without))
        for (word, start, end), without in zip(spans, probabilities[1:], strict=True)
    )
