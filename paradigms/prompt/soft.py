"""Soft prompts: pseudo-tokens whose embeddings are trained, in front of a language model that is not.

A template asks for them with `[soft:3]` or `[soft:"it was"]`. In the input they are the ids V, V + 1, ... behind the
vocabulary of V words, and `SoftEmbedding` looks those up in a table P of its own (Lester et al. 2021, section 2):

    embedding(id) = E[id] if id < V else P[id - V]
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from ..errors import checked
from ..masked_lm import MaskedLM
from ..seen import Seen

COMMON = 5_000  # words that a sampled initialisation draws from (Lester et al. 2021, section 3.2)
INITS = ("labels", "vocabulary", "normal", "uniform")


class PromptTable(nn.Module):
    """The table P of n pseudo-tokens, shape (n, H): trained itself, or as the output of an encoder.

    An encoder gets a random table Z to read, and P = encoder(Z) + c with c constant, so that training begins at
    P = `start` whatever the encoder. `write_back` puts P itself in the place of both.
    """

    def __init__(self, start: Tensor, encoder: nn.Module | None = None):
        super().__init__()
        self.encoder = encoder
        if encoder is None:
            self.rows = nn.Parameter(start.clone())
        else:
            self.rows = nn.Parameter(torch.randn_like(start))
            self.register_buffer("offset", start - encoder(self.rows).detach())

    def forward(self) -> Tensor:
        return self.rows if self.encoder is None else self.offset + self.encoder(self.rows)

    def write_back(self) -> None:
        """Keep only what the encoder makes of its table; the encoder itself is not needed any more."""
        if self.encoder is not None:
            written = self().detach()
            self.encoder, self.rows = None, nn.Parameter(written)
            del self.offset


class SoftEmbedding(nn.Module):
    """Word embeddings with the rows of a prompt table behind them."""

    def __init__(self, words: nn.Embedding, prompt: PromptTable):
        super().__init__()
        self.words = words
        self.prompt = prompt

    def forward(self, ids: Tensor) -> Tensor:
        soft = ids >= self.words.num_embeddings  # (B, T)
        words = self.words(ids.masked_fill(soft, 0))  # (B, T, H)
        table = self.prompt()  # (n, H)
        pseudo = table[(ids - self.words.num_embeddings).clamp(min=0)]  # (B, T, H)
        return torch.where(soft[..., None], pseudo, words)


def frozen(lm: MaskedLM) -> MaskedLM:
    """The same language model, the same numbers in memory, none of which a gradient reaches."""
    shared = {id(weight): nn.Parameter(weight.detach(), requires_grad=False) for weight in lm.model.parameters()}
    return replace(lm, model=copy.deepcopy(lm.model, shared), seen=Seen(0))


def with_prompt(lm: MaskedLM, prompt: PromptTable) -> MaskedLM:
    """`lm` reads the pseudo-tokens of `prompt`; its other weights stay where they are."""
    lm.model.set_input_embeddings(SoftEmbedding(lm.model.get_input_embeddings(), prompt))
    return lm


def without_prompt(lm: MaskedLM) -> MaskedLM:
    """The language model before `with_prompt`, with the very same weights."""
    model = copy.deepcopy(lm.model, {id(weight): weight for weight in lm.model.parameters()})
    model.set_input_embeddings(model.get_input_embeddings().words)
    return replace(lm, model=model, seen=Seen(0))


def initial_rows(
    lm: MaskedLM, pieces: Sequence[int | None], init: str, label_words: Sequence[int], random: torch.Generator
) -> Tensor:
    """Where pseudo-tokens start, shape (n, H) (Lester et al. 2021, section 3.2).

    `pieces` are the vocabulary ids of those that the template starts from a word, None for the others, which `init`
    decides on: "uniform" in [-0.5, 0.5], "normal" with the spread of the word embeddings, "vocabulary" words drawn from
    the COMMON most frequent, "labels" the label words first and drawn words for the rest.
    """
    checked(init, "init", INITS)
    words = lm.model.get_input_embeddings().weight.detach()  # (V, H)
    shape = len(pieces), lm.hidden_size
    ids = initial_ids(lm, pieces, label_words if init == "labels" else (), random)
    if init == "uniform":
        rows = torch.rand(shape, generator=random) - 0.5
    elif init == "normal":
        rows = words.mean(dim=0) + words.std(dim=0) * torch.randn(shape, generator=random)
    else:
        return words[ids]
    from_a_word = torch.tensor([piece is not None for piece in pieces])
    return torch.where(from_a_word[:, None], words[ids], rows)


def initial_ids(
    lm: MaskedLM, pieces: Sequence[int | None], label_words: Sequence[int], random: torch.Generator
) -> Tensor:
    """A word for each pseudo-token to start from, shape (n,): the template's, then the label words, then drawn ones."""
    common = common_words(lm)
    drawn = common[torch.randint(len(common), (len(pieces),), generator=random)].tolist()
    labels = iter(label_words)
    return torch.tensor(
        [next(labels, other) if piece is None else piece for piece, other in zip(pieces, drawn, strict=True)]
    )


def common_words(lm: MaskedLM) -> Tensor:
    """Ids of the first COMMON whole words of the vocabulary, which tokenizers order by frequency."""
    tokens = lm.tokenizer.convert_ids_to_tokens(list(range(len(lm.tokenizer))))
    words = [row for row, token in enumerate(tokens) if token.lstrip("Ġ▁").isalpha() and len(token.lstrip("Ġ▁")) > 1]
    letters = [row for row, token in enumerate(tokens) if token.lstrip("Ġ▁").isalpha()]  # Chinese: single characters
    return torch.tensor((words if len(words) >= COMMON else letters)[:COMMON])


@dataclass(frozen=True)
class PseudoToken:
    """One row of the prompt table, and the words that lie nearest to it: a neighbourhood, not a reading."""

    name: str  # [P1], [P2], ...
    started_from: str  # the word it began at; empty where it began at random
    nearest: tuple[str, ...]  # most similar word first
    similarities: tuple[float, ...]  # cosine to each of them
    drift: float  # Euclidean distance from where it began, as a share of the mean length of a word embedding


def pseudo_tokens(lm: MaskedLM, start: Tensor, now: Tensor, top_k: int = 5) -> tuple[PseudoToken, ...]:
    """What can be said about each row of a prompt table that began at `start`, shapes (n, H)."""
    words = lm.model.get_input_embeddings()
    words = (words.words if isinstance(words, SoftEmbedding) else words).weight.detach()  # (V, H)
    lengths = words.norm(dim=1).clamp(min=1e-9)  # (V,)

    def cosines(rows: Tensor) -> Tensor:
        return nn.functional.normalize(rows, dim=1) @ words.T / lengths  # (n, V)

    nearest = cosines(now).topk(top_k)  # (n, top_k)
    began = cosines(start).max(dim=1)
    drift = (now - start).norm(dim=1) / lengths.mean()

    def word(row: int) -> str:
        return lm.tokenizer.decode([row]).strip() or lm.tokenizer.convert_ids_to_tokens(row)

    return tuple(
        PseudoToken(
            name=f"[P{place + 1}]",
            started_from=word(int(began.indices[place])) if began.values[place] > 1 - 1e-4 else "",
            nearest=tuple(map(word, nearest.indices[place].tolist())),
            similarities=tuple(nearest.values[place].tolist()),
            drift=float(drift[place]),
        )
        for place in range(len(now))
    )
