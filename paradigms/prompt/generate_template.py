"""Templates written by the masked language model itself (LM-BFF: Gao et al. 2021, section 5.2).

LM-BFF gives T5 the sentence and its label word and lets it write what stands between them (and after the word):

    T = argmax over t of  sum over (x, y) of  sum over j of  log p(t_j | t_1, ..., t_{j-1}, x, v(y))

Here the masked language model takes T5's place: n [MASK]s stand between the sentence and the label word of its own
class, and a beam search fills them from left to right. One fill has to suit the sentences of all classes, so what
survives is what connects a sentence with its label word. The fills are then ranked on the examples with the slot open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from ..tokens import Encoded
from .candidates import Examples, SearchStep, allowed_words, before_mask, writable_words
from .template import Template
from .verbalizer import Verbalizer

FRAME = "{text} [MASK]."

Fill = tuple[int, ...]  # vocabulary ids of the words so far


def generate_template(
    examples: Examples, frame: Template, verbalizer: Verbalizer, longest: int, beam: int
) -> Iterator[SearchStep]:
    """Fill 1 to `longest` masks before the slot of `frame`, keeping `beam` fills at a time, and score each survivor."""
    words = writable_words(examples.lm.tokenizer)
    allowed = torch.tensor(allowed_words(verbalizer, examples.lm.tokenizer))
    best = examples.score(frame, verbalizer)  # no word at all is where the search starts
    total, step = sum(length + beam for length in range(1, longest + 1)), 0
    for length in range(1, longest + 1):
        fills: list[tuple[Fill, float]] = [((), 0.0)]
        for _ in range(length):
            fills = extended(examples, frame, verbalizer, fills, length, allowed, beam)
            step += 1
            yield SearchStep(step, total, (), best)
        for fill, _ in fills:
            candidate = examples.score(before_mask(frame, [words[token] for token in fill]), verbalizer)
            best = min(best, candidate, key=lambda one: one.order)
            step += 1
            yield SearchStep(step, total, (candidate,), best)


def extended(
    examples: Examples,
    frame: Template,
    verbalizer: Verbalizer,
    fills: Sequence[tuple[Fill, float]],
    length: int,
    allowed: Tensor,
    beam: int,
) -> list[tuple[Fill, float]]:
    """The best `beam` continuations of `fills` by one word, with their log-probabilities (mean over the examples)."""
    asked = [item for fill, _ in fills for item in with_masks(examples, frame, verbalizer, fill, length)]
    logits = examples.lm.logits_at_mask(asked)  # (n_fills * N, V)
    of_word = logits.log_softmax(dim=1)[:, allowed].view(len(fills), len(examples.texts), -1).mean(dim=1)
    so_far = torch.tensor([score for _, score in fills])
    top = (so_far[:, None] + of_word).flatten().topk(beam)  # of n_fills * n_allowed
    return [
        ((*fills[index // len(allowed)][0], int(allowed[index % len(allowed)])), score)
        for index, score in zip(top.indices.tolist(), top.values.tolist(), strict=True)
    ]


def with_masks(
    examples: Examples, frame: Template, verbalizer: Verbalizer, fill: Fill, length: int
) -> Iterator[Encoded]:
    """Every example in the frame: `fill`, then masks up to `length` words, then the label word of its class in the
    slot. The first of the masks is the one asked about."""
    lm = examples.lm
    answers = dict(zip(verbalizer.words, verbalizer.token_ids(lm.tokenizer, spaced=frame.spaced_mask()), strict=True))
    of_class = [answers[words[0]] for _, words in verbalizer.label_words]
    open_places = (lm.tokenizer.mask_token_id,) * (length - len(fill))
    for item, c in zip(frame.encode(examples.texts, lm.tokenizer, lm.max_length - length), examples.gold, strict=True):
        at = item.mask_position
        inserted = (*fill, *open_places, of_class[c])
        yield replace(
            item,
            input_ids=(*item.input_ids[:at], *inserted, *item.input_ids[at + 1 :]),
            token_type_ids=(
                *item.token_type_ids[:at],
                *[item.token_type_ids[at]] * len(inserted),
                *item.token_type_ids[at + 1 :],
            ),
            mask_position=at + len(fill),
        )
