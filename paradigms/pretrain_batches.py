"""From a corpus to what one step of masked-LM training reads: inputs of like length, padded; nothing is masked yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch

from .corpus import Corpus, Input
from .masked_lm import Batch, MaskedLM, length_sorted

POOL = 64  # batches whose inputs are sorted by length together


def batches_of(corpus: Corpus, longest: int, tokens_per_batch: int, seed: int, epoch: int) -> Iterator[list[Input]]:
    """One pass over the corpus in batches of like length: inputs are sorted within a pool, batches are not."""
    inputs = corpus.inputs(longest, seed=(seed, epoch))
    random = np.random.default_rng([seed, epoch, 1])  # not the one the inputs are drawn with
    while pool := first_of(inputs, POOL * tokens_per_batch):
        batches = alike(pool, tokens_per_batch)
        yield from (batches[i] for i in random.permutation(len(batches)))


def alike(inputs: Sequence[Input], tokens_per_batch: int) -> list[list[Input]]:
    """Batches of like length, each of at most `tokens_per_batch` tokens once padded."""
    return [[inputs[row] for row in rows] for rows in rows_alike(inputs, tokens_per_batch)]


def rows_alike(inputs: Sequence[Input], tokens_per_batch: int) -> list[list[int]]:
    """The same as indices into `inputs`."""
    return list(length_sorted([len(one.ids) + 3 for one in inputs], tokens_per_batch))  # with the special tokens


def first_of(inputs: Iterator[Input], n_tokens: int) -> list[Input]:
    """The next inputs, `n_tokens` of them or what is left."""
    pool: list[Input] = []
    while n_tokens > 0 and (one := next(inputs, None)):
        pool.append(one)
        n_tokens -= len(one.ids)
    return pool


def padded(lm: MaskedLM, inputs: Sequence[Input], device: torch.device) -> Batch:
    """`[CLS] a [SEP]`, or `[CLS] a [SEP] b [SEP]` where there is a border; nothing is masked yet. `mask_position` is
    that of a piece that has to be asked for, 0 where there is none."""
    tokenizer = lm.tokenizer
    longest = max(len(one.ids) + 2 + bool(one.border) for one in inputs)
    ids = np.full((len(inputs), longest), tokenizer.pad_token_id, dtype=np.int64)  # (B, T)
    types, attention = np.zeros_like(ids), np.zeros_like(ids)  # (B, T)
    for row, one in enumerate(inputs):
        middle = [tokenizer.sep_token_id] if one.border else []
        pieces = np.concatenate([one.ids[: one.border], middle, one.ids[one.border :]])
        end = len(pieces) + 1
        ids[row, 0], ids[row, 1:end], ids[row, end] = tokenizer.cls_token_id, pieces, tokenizer.sep_token_id
        attention[row, : end + 1] = 1
        if one.border:
            types[row, one.border + 2 : end + 1] = 1
    certain = np.array([one.asked + 1 for one in inputs])  # no input with a border has one
    arrays = (ids, types, attention, certain)
    return Batch(*(torch.from_numpy(array).to(device, non_blocking=True) for array in arrays))
