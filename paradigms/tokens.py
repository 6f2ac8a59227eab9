"""From text to the ids a model reads, with its special tokens around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Encoded:
    """One input as the model reads it: a text, or a template filled with it."""

    input_ids: tuple[int, ...]
    token_type_ids: tuple[int, ...]  # 0 before the first [SEP], 1 after it
    mask_position: int
    truncated: int  # word pieces of the sentence that did not fit


def piece_ids(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> list[list[int]]:
    """The ids of ordinary texts; `[MASK]` and the like typed by a user stay ordinary text."""
    if not texts:
        return []
    return tokenizer(list(texts), add_special_tokens=False, split_special_tokens=True, verbose=False)["input_ids"]


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
