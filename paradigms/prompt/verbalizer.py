"""Verbalizers: from words at the slot to labels (Schick & Schuetze 2021, section 3; several words, summed:
Shin et al. 2020, equation 1; averaged: Hu, Ding et al. 2022, "KPT", section 3.4).

negative=terrible;positive=great            one label word per class
negative=terrible,awful;positive=great,fun  several, summed or averaged
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import ParadigmError, checked
from ..tokens import piece_ids

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


DEFAULT_VERBALIZER = "negative=terrible;positive=great"
COMBINE = ("sum", "mean")  # how the words of a class become one number


class VerbalizerError(ParadigmError):
    """A verbalizer that cannot be used. `kind` is one of: no_equals, empty, one_label, same_label, same_word,
    repeated_word, not_one_token, unknown_word, labels_mismatch; `where` is the label, `offending` the word."""


# What data sets call their two classes. By the alphabet alone "fresh" would come before "rotten", and 正面 before 负面.
NEGATIVE = frozenset(("negative", "neg", "bad", "rotten", "负面", "消极", "差评", "负"))
POSITIVE = frozenset(("positive", "pos", "good", "fresh", "正面", "积极", "好评", "正"))


def named(labels: Sequence[str]) -> bool:
    """Whether the names of two classes say which is the negative one and which the positive."""
    kinds = [(label.casefold() in NEGATIVE, label.casefold() in POSITIVE) for label in labels]
    return sorted(kinds) == [(False, True), (True, False)]


def polar(labels: Sequence[str]) -> tuple[str, str]:
    """(negative, positive) of two labels: by their names where those say it, else the first and the second in sorted
    order.

    >>> polar(["fresh", "rotten"]), polar(["0", "1"])
    (('rotten', 'fresh'), ('0', '1'))
    """
    first, second = sorted(labels)
    return (second, first) if named(labels) and first.casefold() in POSITIVE else (first, second)


@dataclass(frozen=True)
class Verbalizer:
    """Label words per label: `(("negative", ("terrible",)), ("positive", ("great",)))`."""

    label_words: tuple[tuple[str, tuple[str, ...]], ...]

    def __post_init__(self) -> None:
        owner: dict[str, str] = {}
        if len(self.label_words) < 2:
            raise VerbalizerError("one_label", "a verbalizer needs at least two labels", count=len(self.label_words))
        if len(set(self.labels)) < len(self.labels):
            label = next(label for label in self.labels if self.labels.count(label) > 1)
            raise VerbalizerError("same_label", f"label {label!r} is given twice", where=label, offending=label)
        for label, words in self.label_words:
            if not words:
                raise VerbalizerError("empty", f"label {label!r} has no label word", where=label)
            for word in words:
                if word in owner:
                    kind = "repeated_word" if owner[word] == label else "same_word"
                    message = f"{word!r} stands for {owner[word]!r} and again for {label!r}"
                    raise VerbalizerError(kind, message, where=label, offending=word, other=owner[word])
                owner[word] = label

    @classmethod
    def parse(cls, source: str) -> Verbalizer:
        """Read `label=word,word;label=word`; raises VerbalizerError with kind and place.

        >>> Verbalizer.parse("negative=terrible; positive=great, fun").label_words
        (('negative', ('terrible',)), ('positive', ('great', 'fun')))
        """
        rows, position = [], 0
        for row in source.replace("\uff1b", ";").replace("\uff0c", ",").split(";"):
            if row.strip():
                label, equals, words = row.partition("=")
                if not equals or not label.strip():
                    at = position + len(row) - len(row.lstrip())
                    message = f"{row.strip()!r} at {at} is not label=word"
                    raise VerbalizerError("no_equals", message, position=at, offending=row.strip())
                rows.append((label.strip(), words_of(words)))
            position += len(row) + 1
        return cls(tuple(rows))

    @classmethod
    def of(cls, value: Verbalizer | str | Mapping[str, str | Sequence[str]]) -> Verbalizer:
        """A verbalizer from any way of writing one: itself, its source, or a mapping from label to words."""
        if isinstance(value, Verbalizer):
            return value
        if isinstance(value, str):
            return cls.parse(value)
        return cls(
            tuple(
                (str(label), words_of(words) if isinstance(words, str) else tuple(words))
                for label, words in value.items()
            )
        )

    @property
    def source(self) -> str:
        return ";".join(f"{label}={','.join(words)}" for label, words in self.label_words)

    @property
    def labels(self) -> list[str]:
        return [label for label, _ in self.label_words]

    @property
    def words(self) -> list[str]:
        """All label words, class after class: the columns of `project`'s input."""
        return [word for _, words in self.label_words for word in words]

    @property
    def class_of_word(self) -> list[int]:
        """The class of each of `words`, counted from 0."""
        return [place for place, (_, words) in enumerate(self.label_words) for _ in words]

    def for_labels(self, labels: Sequence[str]) -> Verbalizer:
        """The same verbalizer over the labels of a data set, in the order in which these are given.

        Raises VerbalizerError("labels_mismatch") where the names are others. For two classes `negative` and `positive`
        mean those that are called so, see `polar`; so do other names that say which is which, where those of the data
        set say it too, or are 0 and 1.
        """
        target, mine = list(dict.fromkeys(labels)), dict(self.label_words)
        told = set(mine) == {"negative", "positive"} or (
            named(list(mine)) and (named(target) or set(target) == {"0", "1"})
        )
        if set(mine) != set(target) and len(target) == 2 and told:
            mine = {theirs: mine[ours] for theirs, ours in zip(polar(target), polar(list(mine)), strict=True)}
        if set(mine) != set(target):
            message = f"label words for {sorted(mine)}, but the labels are {target}"
            raise VerbalizerError("labels_mismatch", message, offending=", ".join(mine), labels=target)
        return Verbalizer(tuple((label, mine[label]) for label in target))

    def require_names(self, labels: Sequence[object]) -> None:
        """Refuse labels that are whole numbers, as scikit-learn's helpers make of names in the order of the alphabet,
        where the label words are not for these numbers: which class is which can no longer be told, and half of the
        guesses would turn every answer round."""
        numbers = sorted({str(label) for label in labels if not isinstance(label, str)})
        if set(numbers) - set(self.labels):
            mine = ", ".join(self.labels)
            message = f"label words for {mine}, but the labels are the whole numbers {', '.join(numbers)}: give names"
            raise VerbalizerError("labels_mismatch", message, offending=mine, labels=numbers)

    def token_ids(self, tokenizer: PreTrainedTokenizerBase, *, spaced: bool = True) -> list[int]:
        """The vocabulary id of each of `words`. Raises VerbalizerError where a word is not exactly one known token
        (unknown_word, not_one_token) or two are the same (repeated_word, same_word).

        `spaced` is whether the slot follows a space (`Template.spaced_mask`).
        """
        owner: dict[int, str] = {}  # the label of each token: "Great" and "great" are one token for some tokenizers
        for label, words in self.label_words:
            for word in words:
                token = _one_token(word, label, tokenizer, spaced)
                if token in owner:
                    kind = "repeated_word" if owner[token] == label else "same_word"
                    message = f"{word!r} of {label!r} is the same token as another label word of {owner[token]!r}"
                    raise VerbalizerError(kind, message, where=label, offending=word, other=owner[token])
                owner[token] = label
        return list(owner)

    def project(self, word_probabilities: np.ndarray, combine: str = "sum") -> np.ndarray:
        """Label probabilities, shape (n, n_labels), from word probabilities, shape (n, n_words).

        A class gets the sum (or the mean) of its words' probabilities, and the classes are made to sum to 1:
        p(y) = s(y) / sum over y' of s(y').
        """
        checked(combine, "combine", COMBINE)
        columns, start = [], 0
        for _, words in self.label_words:
            of_class = word_probabilities[:, start : start + len(words)]
            columns.append(of_class.sum(axis=1) if combine == "sum" else of_class.mean(axis=1))
            start += len(words)
        scores = np.stack(columns, axis=1)
        return scores / scores.sum(axis=1, keepdims=True)


def words_of(source: str) -> tuple[str, ...]:
    """Label words separated by commas (Chinese ones too)."""
    return tuple(word.strip() for word in source.replace("\uff0c", ",").split(",") if word.strip())


def word_pieces(word: str, tokenizer: PreTrainedTokenizerBase, *, spaced: bool = True) -> list[str]:
    """What the tokenizer makes of a label word, as the pieces it would have to predict."""
    return tokenizer.convert_ids_to_tokens(_ids(word, tokenizer, spaced))


def _ids(word: str, tokenizer: PreTrainedTokenizerBase, spaced: bool) -> list[int]:
    return piece_ids(tokenizer, [f" {word}" if spaced else word])[0]


def _one_token(word: str, label: str, tokenizer: PreTrainedTokenizerBase, spaced: bool) -> int:
    ids = _ids(word, tokenizer, spaced)
    if (len(ids) == 1 and ids[0] == tokenizer.unk_token_id) or not ids:
        raise VerbalizerError("unknown_word", f"{word!r} is not in the vocabulary", where=label, offending=word)
    if len(ids) > 1:
        pieces = tokenizer.convert_ids_to_tokens(ids)
        message = f"{word!r} is not a single token: {' '.join(pieces)}"
        raise VerbalizerError("not_one_token", message, where=label, offending=word, pieces=pieces)
    return ids[0]
