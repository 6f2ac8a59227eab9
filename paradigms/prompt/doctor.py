"""The token doctor: what may be wrong with a question, before any sentence is answered.

Label words have to be one token each (Schick & Schuetze 2021, section 3), their prior at the slot biases the answer
(Zhao et al. 2021, section 4, "common token bias"), and a label word that stands in the sentence itself may be expected
because it was just read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..tokens import piece_ids
from .calibration import content_free
from .template import Template
from .verbalizer import Verbalizer, VerbalizerError, word_pieces

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from ..masked_lm import MaskedLM

Words = tuple[tuple[str, ...], ...]  # label words, class after class


@dataclass(frozen=True)
class Checked:
    """One label word: its id in the vocabulary, or what is wrong with it."""

    word: str
    token: int | None
    error: VerbalizerError | None = None


@dataclass(frozen=True)
class WordReport:
    """What the model makes of one label word. Rank and prior are those at the slot when nothing is said: the average
    over the content-free inputs of `calibration`; None where the word is not one token."""

    checked: Checked
    pieces: tuple[str, ...]
    rank: int | None  # 1: the word expected most
    prior: float | None
    in_sentence: bool


@dataclass(frozen=True)
class Diagnosis:
    """What there is to know about a question."""

    words: tuple[tuple[WordReport, ...], ...]  # class after class
    prior: tuple[float, ...] | None  # class probabilities when nothing is said; None where the words cannot be used
    truncated: int  # word pieces of the sentence that do not fit
    limit: int  # tokens that fit


def examine(lm: MaskedLM, template: Template, words: Words, labels: Sequence[str], text: str) -> Diagnosis:
    """Examine a question and one sentence; raises TemplateError where the template cannot be used at all."""
    spaced = template.spaced_mask()
    checked = check(words, labels, lm.tokenizer, spaced)
    logits = lm.logits_at_mask(content_free(template, lm, "average")).double()  # (3, V)
    priors = logits.softmax(dim=1).mean(dim=0).numpy()  # (V,)
    standing = {token for ids in piece_ids(lm.tokenizer, [text, f" {text}"]) for token in ids}

    def report(one: Checked) -> WordReport:
        pieces = tuple(word_pieces(one.word, lm.tokenizer, spaced=spaced))
        if one.token is None:
            return WordReport(one, pieces, None, None, False)
        rank = int((priors > priors[one.token]).sum()) + 1
        return WordReport(one, pieces, rank, float(priors[one.token]), one.token in standing)

    prior = None
    if all(row and not any(one.error for one in row) for row in checked):
        verbalizer = Verbalizer(tuple(zip(labels, words, strict=True)))
        tokens = [one.token for row in checked for one in row]
        shares = logits[:, tokens].softmax(dim=1).numpy()  # (3, n_words)
        prior = tuple(map(float, verbalizer.project(shares).mean(axis=0)))
    (filled,) = template.encode([text], lm.tokenizer, lm.max_length)
    reports = tuple(tuple(report(one) for one in row) for row in checked)
    return Diagnosis(reports, prior, filled.truncated, lm.max_length)


def check(words: Words, labels: Sequence[str], tokenizer: PreTrainedTokenizerBase, spaced: bool) -> list[list[Checked]]:
    """Every label word of every class by itself, so that all that is wrong is said at once."""
    found = [[_found(word, label, tokenizer, spaced) for word in row] for row, label in zip(words, labels, strict=True)]
    checked: list[list[Checked]] = []
    for index, (row, label) in enumerate(zip(found, labels, strict=True)):
        elsewhere = {one.token for other, of_other in enumerate(found) if other != index for one in of_other}
        seen: set[int | None] = set()
        checked.append([])
        for one in row:
            kind = "same_word" if one.token in elsewhere else "repeated_word" if one.token in seen else None
            seen.add(one.token)
            if one.error is None and kind:
                error = VerbalizerError(kind, f"{one.word!r} is given twice", where=label, offending=one.word)
                one = Checked(one.word, one.token, error)
            checked[-1].append(one)
    return checked


def _found(word: str, label: str, tokenizer: PreTrainedTokenizerBase, spaced: bool) -> Checked:
    pieces = word_pieces(word, tokenizer, spaced=spaced)
    if not pieces or pieces == [tokenizer.unk_token]:
        message = f"{word!r} is not in the vocabulary"
        return Checked(word, None, VerbalizerError("unknown_word", message, where=label, offending=word))
    if len(pieces) > 1:
        message = f"{word!r} is not a single token"
        error = VerbalizerError("not_one_token", message, where=label, offending=word, pieces=pieces)
        return Checked(word, None, error)
    return Checked(word, int(tokenizer.convert_tokens_to_ids(pieces[0])))
