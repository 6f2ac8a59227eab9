"""The mask lens: two questions, and for every word of the vocabulary how much each expects it at [MASK].

A point is a word, its place the two log-probabilities. On the diagonal stand the words to which the difference between
the questions means nothing; far from it those that the difference is about. (After Pearce & Wexler 2021, "What Have
Language Models Learned?", pair.withgoogle.com/explorables/fill-in-the-blank.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..tokens import piece_ids
from ..words import surface_words
from .template import Literal, Mask, Part, Sentence, Template

if TYPE_CHECKING:
    from ..masked_lm import MaskedLM
    from ..tokens import Encoded

EXPECTED = 250  # most probable words of either side; among less probable ones a ratio is mostly noise


@dataclass(frozen=True)
class Lens:
    """Log-probabilities (nats) of every word at two blanks, by vocabulary id."""

    a: np.ndarray  # (V,)
    b: np.ndarray  # (V,)

    @property
    def shared(self) -> float:
        """The probability that the two distributions have in common: 1 - their total variation distance."""
        return float(np.minimum(np.exp(self.a), np.exp(self.b)).sum())

    def expected(self, n: int = EXPECTED) -> np.ndarray:
        """The ids of the `n` most probable words of each side, most probable first; fewer than 2n where they agree."""
        either = np.maximum(self.a, self.b)  # (V,)
        ids = np.union1d(np.argsort(-self.a, kind="stable")[:n], np.argsort(-self.b, kind="stable")[:n])
        return ids[np.argsort(-either[ids], kind="stable")]

    def far(self, ids: np.ndarray, n: int) -> tuple[list[int], list[int]]:
        """Of `ids` those farthest below and above the diagonal: (more expected by a, more expected by b), at most `n`
        each, the farthest first."""
        change = self.b[ids] - self.a[ids]
        order = np.argsort(change, kind="stable")
        return (
            [int(ids[i]) for i in order[:n] if change[i] < 0],
            [int(ids[i]) for i in order[::-1][:n] if change[i] > 0],
        )

    def rank(self, word: int) -> tuple[int, int]:
        """The place of a word on each side, 1 being the most probable."""
        return int((self.a > self.a[word]).sum()) + 1, int((self.b > self.b[word]).sum()) + 1

    def density(self, bins: int, floor: float) -> tuple[np.ndarray, np.ndarray]:
        """(borders of the bins (bins + 1,), number of words in each cell (bins, bins), rows by b); words below
        `floor` on either side are left out."""
        borders = np.linspace(floor, 0.0, bins + 1)
        counts, _, _ = np.histogram2d(self.b, self.a, bins=(borders, borders))
        return borders, counts.astype(int)


def compare(lm: MaskedLM, a: Encoded, b: Encoded) -> Lens:
    """What the model expects at the blanks of two inputs."""
    logs = lm.logits_at_mask([a, b]).double().log_softmax(dim=1).numpy()  # (2, V)
    return Lens(*logs)


def blank(lm: MaskedLM, template: Template, text: str, word: tuple[int, int] | None = None) -> tuple[Encoded, str]:
    """The input with its blank: the template's slot, or, where `word` is the place (start, end) of a word of `text`,
    that word; the slot then holds the word that the model expects there most, which comes second, else "".

    Of a text that does not fit, its end is left out, and where the blank is far from the start also the start.
    """
    (filled,) = template.encode([text], lm.tokenizer, lm.max_length)
    if word is None:
        return filled, ""
    answer = lm.tokenizer.decode([int(lm.logits_at_mask([filled])[0].argmax())]).strip()
    before, after = text[: word[0]], text[word[1] :]
    asked, follows = piece_ids(lm.tokenizer, [f" {answer}", after])
    if len(filled.input_ids) + len(asked) > lm.max_length:
        (empty,) = template.encode([""], lm.tokenizer, lm.max_length)
        room = lm.max_length - len(empty.input_ids) - len(asked) - 1  # a template leaves one piece to what follows
        before = _ending(lm, before, max(room // 2, room - len(follows)))
    # What follows the blank is in the sentence's place, where it is cut at its end; the space before it is a part.
    rest: list[Part] = [Literal(after[: len(after) - len(after.lstrip())]), Sentence()] if after.strip() else []
    around: dict[type, list[Part]] = {Sentence: [Literal(before), Mask(), *rest], Mask: [Literal(answer)]}
    parts = [new for part in template.parts for new in around.get(type(part), [part])]
    parts = [part for part in parts if not isinstance(part, Literal) or part.text]
    return Template(template.source, tuple(parts)).encode([after], lm.tokenizer, lm.max_length)[0], answer


def _ending(lm: MaskedLM, text: str, n: int) -> str:
    """The last words of a text, as many as have at most `n` pieces."""
    words, start = surface_words(text), len(text)
    pieces_of = piece_ids(lm.tokenizer, [f" {word}" for word, _, _ in words])
    for (_, at, _), pieces in zip(reversed(words), reversed(pieces_of), strict=True):
        n -= len(pieces)
        if n < 0:
            break
        start = at
    return text[start:]
