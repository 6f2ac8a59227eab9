"""Masked-LM training seen from one sentence: which words are asked for, what stands there instead, what is expected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from .corpus import Corpus
from .masked_lm import HEADS, MaskedLM, evaluating
from .pretrain import KEPT, Masking
from .tokens import Encoded


@dataclass(frozen=True)
class Guess:
    """One place of a masked sentence."""

    place: int  # index among the sentence's word pieces
    wanted: str  # the piece that stood there
    read: str  # what the model reads there: its mask token, some other piece, or the same one
    hidden: bool  # whether that is the mask token, which not every vocabulary calls [MASK]
    words: tuple[str, ...]  # what it expects most, most probable first
    probabilities: tuple[float, ...]  # of those
    probability: float  # of the piece that stood there
    loss: float  # -log of that, in nats: what training makes smaller


@dataclass(frozen=True)
class MaskedSentence:
    """One sentence as a pre-training asks it."""

    pieces: tuple[str, ...]  # without the special tokens
    guesses: tuple[Guess, ...]

    @property
    def loss(self) -> float:
        """The mean over the chosen pieces, in nats."""
        return sum(guess.loss for guess in self.guesses) / len(self.guesses)


def mask_sentence(lm: MaskedLM, text: str, seed: int, top_k: int = 3) -> MaskedSentence | None:
    """`text` as one input of a pre-training: one word for certain, every other one with 15%. None for an empty text."""
    (encoded,) = lm.encode([text])
    ids = torch.tensor([encoded.input_ids])
    if ids.shape[1] <= 2:
        return None
    random = torch.Generator().manual_seed(seed)
    certain = torch.randint(1, ids.shape[1] - 1, (1,), generator=random)
    read, wanted = Masking.of(lm.tokenizer, torch.device("cpu"))(ids, certain, random)
    places = torch.nonzero(wanted[0] != KEPT).flatten().tolist()
    batch = lm.batch([Encoded(tuple(read[0].tolist()), encoded.token_type_ids, 0, 0)])
    with evaluating(lm.model):  # all places are read in one go, as in training
        states = HEADS[lm.model.config.model_type](lm.model)(lm.hidden(batch).last_hidden_state[0, places])  # (n, H)
        expected = lm.decode(states).double().log_softmax(dim=1)  # (n, V)
    guesses = []
    for place, logs in zip(places, expected, strict=True):
        best, said = logs.topk(top_k), int(wanted[0, place])
        guesses.append(
            Guess(
                place=place - 1,
                wanted=lm.tokenizer.convert_ids_to_tokens(said),
                read=lm.tokenizer.convert_ids_to_tokens(int(read[0, place])),
                hidden=int(read[0, place]) == lm.tokenizer.mask_token_id,
                words=tuple(lm.tokenizer.convert_ids_to_tokens(best.indices.tolist())),
                probabilities=tuple(best.values.exp().tolist()),
                probability=float(logs[said].exp()),
                loss=float(-logs[said]),
            )
        )
    pieces = lm.tokenizer.convert_ids_to_tokens(list(encoded.input_ids[1:-1]))
    return MaskedSentence(tuple(pieces), tuple(guesses))


def fill_blank(lm: MaskedLM, before: str, after: str, top_k: int) -> list[tuple[str, float]]:
    """The `top_k` most probable pieces between two texts, with their probabilities."""
    best = at(lm, lm.encode_blank(before, after)).topk(top_k)
    return list(zip(lm.tokenizer.convert_ids_to_tokens(best.indices.tolist()), best.values.exp().tolist(), strict=True))


def at(lm: MaskedLM, encoded: Encoded) -> torch.Tensor:
    """Log-probabilities over the vocabulary at `encoded.mask_position`, (V,)."""
    return lm.logits_at_mask([encoded])[0].double().log_softmax(dim=0)


def frequency_loss(train: Corpus, held_out: Corpus, vocabulary: int) -> float:
    """The loss in nats of knowing only how often each piece occurs (add-one smoothing): what words alone can teach."""
    seen = np.bincount(train.ids, minlength=vocabulary) + 1
    return float(-np.log(seen / seen.sum())[held_out.ids].mean())
