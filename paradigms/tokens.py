"""From text to the ids a model reads, with its special tokens around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

FEW = 16  # texts that are looked up one by one
LONG = 2_000  # characters from which a text is not kept: it would take more memory than it saves time
UNKNOWN = 0.05  # share of [UNK] from which a tokenizer cannot read a language; bert-base-chinese is far below


@dataclass(frozen=True)
class Encoded:
    """One input as the model reads it: a text, or a template filled with it."""

    input_ids: tuple[int, ...]
    token_type_ids: tuple[int, ...]  # 0 before the first [SEP], 1 after it
    mask_position: int
    truncated: int  # word pieces of the sentence that did not fit


def piece_ids(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> list[list[int]]:
    """The ids of ordinary texts; `[MASK]` and the like typed by a user stay ordinary text."""
    if len(texts) <= FEW:
        return [
            list(_known_pieces(tokenizer, text)) if len(text) < LONG else _pieces(tokenizer, [text])[0]
            for text in texts
        ]
    return _pieces(tokenizer, texts)


def _pieces(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> list[list[int]]:
    return tokenizer(list(texts), add_special_tokens=False, split_special_tokens=True, verbose=False)["input_ids"]


@lru_cache(maxsize=4096)
def _known_pieces(tokenizer: PreTrainedTokenizerBase, text: str) -> tuple[int, ...]:
    """A call costs more than what it does; a template's words are asked for again and again."""
    return tuple(_pieces(tokenizer, [text])[0])


def reads(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> bool:
    """Whether a tokenizer has the characters of `texts`: hardly a piece is unknown, and characters stay whole.

    A byte-level vocabulary has no unknown piece, but cuts the characters it has not learned into their bytes.
    """
    pieces = [piece for ids in piece_ids(tokenizer, texts) for piece in ids]
    n_unknown = sum(piece == tokenizer.unk_token_id for piece in pieces)
    return n_unknown < UNKNOWN * len(pieces) and len(pieces) <= sum(map(len, texts))


@lru_cache(maxsize=8)
def special_frame(tokenizer: PreTrainedTokenizerBase) -> tuple[list[int], list[int], list[int]]:
    """What opens an input, what stands between two segments, what closes it.

    BERT: [CLS] a [SEP] b [SEP]; RoBERTa: <s> a </s></s> b </s>.
    """
    # `split_special_tokens` is a setting of the tokenizer, not of the call, and all threads share the tokenizer. It is
    # never set to anything else: in between, another thread's `[MASK]` would be read as the slot. The pair stands in a
    # list, because an empty second text on its own counts as none.
    (empty_pair,) = tokenizer([("", "")], split_special_tokens=True)["input_ids"]
    return [tokenizer.cls_token_id], list(empty_pair[1:-1]), [tokenizer.sep_token_id]
