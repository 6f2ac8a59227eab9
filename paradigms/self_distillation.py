"""The sentences of a document teach each other what to expect at [MASK], and nobody labels anything.

Masked-LM training asks for the one word that stood there. But most sentences of a review share its judgement: what a
model expects after one of them, "... It was [MASK].", should be what it expects after the others. With s(x) the state
at [MASK] of a frozen copy of the model, d the document of sentence x, and r the remark that follows x,

    s*(x) = s(x) + STRENGTH (mean of s over d - mean of s over all documents that r follows)
    L = - sum over w of q(w) log p(w | x),    q = softmax(W s*(x) + b)

where W and b are the decoder's. Logits are linear in s, so a mean of states is a product of experts, each sentence one
(Hinton 2002, section 1), and a model that learns from what it said itself is self-distillation (Furlanello et al. 2018,
"Born-Again Neural Networks", section 3). Half of the remarks are neutral ones in English, written for this; the others
are sentences of the corpus with their one telling word hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from .corpus import REMARK, TELLS, Corpus, Input
from .errors import ParadigmError
from .masked_lm import HEADS, Batch, MaskedLM
from .pretrain_batches import padded, rows_alike

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

STRENGTH = 3.0
SENTENCES = (5, 24)  # of a document: the fewest that agree on anything, and the most that are read
PIECES = (4, 60)  # of a sentence
REMARKS = 4000  # of the corpus, kept
NEUTRAL = (  # they fit any document that judges something, whatever the judgement
    "it was [MASK].",
    "it is [MASK].",
    "this movie is [MASK].",
    "the film was [MASK].",
    "overall, it was [MASK].",
    "i thought it was [MASK].",
    "what a [MASK] movie.",
    "[MASK].",
    "the whole thing is just [MASK].",
    "this one is really [MASK].",
    "to sum up, the movie is [MASK].",
    "a truly [MASK] film.",
    "very [MASK]!",
    "all of this is [MASK].",
)
GROUP = 32  # documents that one remark follows
POOL = 8  # groups read at a time, so that a batch has several remarks


@dataclass(frozen=True)
class Taught:
    """A batch of sentences, each with a remark. B: batch, H: hidden size."""

    batch: Batch
    states: Tensor  # (B, H) the s* that the decoder turns into what is to be expected at `batch.mask_position`


class SelfDistillation:
    """`lm` as it is now teaches whoever learns from `batches`. Raises ParadigmError("no_remarks") where the corpus has
    no document of SENTENCES[0] sentences, or no short sentence with just one telling word."""

    def __init__(self, lm: MaskedLM, corpus: Corpus, tokens_per_batch: int, seed: int, *, bf16: bool):
        self.teacher = lm.copy()
        self.teacher.model.eval()
        if bf16:
            self.teacher.model.bfloat16()
        self.device = next(lm.model.parameters()).device
        self.corpus, self.tokens_per_batch, self.seed = corpus, tokens_per_batch, seed
        lengths = np.diff(corpus.sentences)  # (S,)
        self._fits = (lengths >= PIECES[0]) & (lengths <= min(PIECES[1], lm.max_length - REMARK[1] - 2))
        fitting = np.append(0, np.cumsum(self._fits))
        self._documents = np.flatnonzero(np.diff(fitting[corpus.documents]) >= SENTENCES[0])
        self._remarks = _remarks(corpus, lm.tokenizer.mask_token_id, np.random.default_rng(seed))
        self._neutral = _neutral(lm.tokenizer)
        if len(self._documents) < 2 or not self._remarks:
            message = f"no documents of {SENTENCES[0]} sentences, or no short remarks: nothing that could agree"
            raise ParadigmError("no_remarks", message, needed=SENTENCES[0])

    def batches(self, drawn: int = 0) -> Iterator[Taught]:
        """Without end, pass after pass; the first `drawn` batches are left out, without running the model for them."""
        random = np.random.default_rng([self.seed, 1])
        while True:
            documents = iter(random.permutation(self._documents))
            while pool := [few for _ in range(POOL) if len(few := list(islice(documents, GROUP))) > 1]:
                inputs, document, group = self._pool(pool, random)
                batches = rows_alike(inputs, self.tokens_per_batch)
                order = random.permutation(len(batches))
                if drawn >= len(batches):
                    drawn -= len(batches)
                    continue
                states = agreed(self._states(inputs, batches), document, group)
                for number in order[drawn:]:
                    rows = batches[number]
                    yield Taught(padded(self.teacher, [inputs[row] for row in rows], self.device), states[rows])
                drawn = 0

    def loss(self, reader: MaskedLM, taught: Taught) -> Tensor:
        """The cross-entropy above, its mean over the batch in nats; `reader` learns."""
        with torch.no_grad():
            expected = self.teacher.model.get_output_embeddings()(taught.states.to(self.teacher.model.dtype))  # (B, V)
        said = reader.model.get_output_embeddings()(states_at(reader, taught.batch))  # (B, V)
        return torch.nn.functional.cross_entropy(said.float(), expected.float().softmax(dim=1))

    def _pool(self, pool: list[list[int]], random: np.random.Generator) -> tuple[list[Input], np.ndarray, np.ndarray]:
        """(I inputs, the document (I,) of each, the group of each document), both counted from 0."""
        inputs: list[Input] = []
        document_of: list[int] = []
        group_of: list[int] = []
        for number, documents in enumerate(pool):
            remarks = self._neutral if self._neutral and random.random() < 0.5 else self._remarks
            remark = remarks[random.integers(len(remarks))]
            for document in documents:
                start, end = self.corpus.documents[document : document + 2]
                rows = start + np.flatnonzero(self._fits[start:end])
                for row in rows if len(rows) <= SENTENCES[1] else random.choice(rows, SENTENCES[1], replace=False):
                    sentence = self.corpus.ids[self.corpus.sentences[row] : self.corpus.sentences[row + 1]]
                    inputs.append(Input(np.concatenate([sentence, remark.ids]), asked=len(sentence) + remark.asked))
                    document_of.append(len(group_of))
                group_of.append(number)
        return inputs, np.array(document_of), np.array(group_of)

    @torch.no_grad()
    def _states(self, inputs: list[Input], batches: list[list[int]]) -> Tensor:
        states = torch.empty(len(inputs), self.teacher.hidden_size, device=self.device)
        for rows in batches:
            batch = padded(self.teacher, [inputs[row] for row in rows], self.device)
            states[rows] = states_at(self.teacher, batch).float()
        return states


def agreed(states: Tensor, document: np.ndarray, group: np.ndarray) -> Tensor:
    """s* of I sentences' states (I, H), where `document` (I,) is each one's and `group` (D,) is each document's."""
    of_document = _means(states, document)  # (D, H)
    of_group = _means(of_document, group)  # (G, H)
    apart = of_document - of_group[group]  # (D, H)
    return states + STRENGTH * apart[document]


def states_at(lm: MaskedLM, batch: Batch) -> Tensor:
    """The head's output at `batch.mask_position`, (B, H), in the type of the model's weights."""
    hidden = lm.hidden(batch).last_hidden_state  # (B, T, H)
    rows = torch.arange(len(hidden), device=hidden.device)
    return HEADS[lm.model.config.model_type](lm.model)(hidden[rows, batch.mask_position])


def _means(rows: Tensor, of: np.ndarray) -> Tensor:
    """The mean of the rows (n, H) of each of the things 0, 1, ... that `of` (n,) names."""
    index = torch.from_numpy(of).to(rows.device)
    counts = torch.bincount(index)
    return rows.new_zeros(len(counts), rows.shape[1]).index_add_(0, index, rows) / counts[:, None]


def _remarks(corpus: Corpus, mask_id: int, random: np.random.Generator) -> list[Input]:
    """Short sentences with one telling word, which is hidden: nothing else in them may give the answer away."""
    lengths = np.diff(corpus.sentences)
    short = np.flatnonzero((lengths >= REMARK[0]) & (lengths <= REMARK[1]))
    remarks: list[Input] = []
    for row in random.permutation(short):
        ids = corpus.ids[corpus.sentences[row] : corpus.sentences[row + 1]].copy()
        telling = np.flatnonzero(corpus.telling[ids] >= TELLS)
        if len(telling) == 1:
            ids[telling[0]] = mask_id
            remarks.append(Input(ids, asked=int(telling[0])))
        if len(remarks) == REMARKS:
            break
    return remarks


def _neutral(tokenizer: PreTrainedTokenizerBase) -> list[Input]:
    """NEUTRAL, without those that a vocabulary of another language has no words for."""
    remarks: list[Input] = []
    for text in NEUTRAL:
        ids = np.array(tokenizer(text.replace("[MASK]", tokenizer.mask_token), add_special_tokens=False)["input_ids"])
        if tokenizer.unk_token_id not in ids:
            remarks.append(Input(ids, asked=int(np.flatnonzero(ids == tokenizer.mask_token_id)[0])))
    return remarks
