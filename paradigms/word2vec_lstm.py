"""Paradigm 2, learned features: word2vec vectors read by a (Bi)LSTM.

Mikolov et al. 2013 for the vectors; Hochreiter & Schmidhuber 1997 for the cell; Graves & Schmidhuber 2005 for reading
in both directions. The sentence vector is the greatest value of each hidden unit over the words (Conneau et al. 2017,
section 3.2.2), which is kinder to long sentences than the last state alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from .base import TextClassifier, TrainStep, training_set
from .errors import at_least, checked
from .masked_lm import evaluating, length_sorted
from .training import Schedule, n_trainable, seeded, train_steps
from .vectors import BUILT_IN, load_vectors, train_vectors
from .words import word_spans, words

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

PAD, UNKNOWN = 0, 1  # the two rows of the embedding table that are no words
EMBEDDINGS = ("frozen", "tuned", "random")
RUNNING = 100  # words of a text after which the answer so far is given: each is a reading of all the words before it
KNOWN_FROM = 0.5  # share of a text's words from which a set of vectors speaks its language


class LSTMReader(nn.Module):
    """Word ids -> class logits. B: batch, T: words, E: vector size, H: hidden size, D: directions, C: classes."""

    def __init__(self, table: Tensor, hidden: int, n_classes: int, bidirectional: bool, dropout: float, frozen: bool):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(table, freeze=frozen, padding_idx=PAD)  # (V, E)
        self.lstm = nn.LSTM(table.shape[1], hidden, batch_first=True, bidirectional=bidirectional)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(hidden * (1 + bidirectional), n_classes)

    def forward(self, ids: Tensor) -> Tensor:
        lengths = (ids != PAD).sum(dim=1)  # (B,)
        vectors = self.dropout(self.embedding(ids))  # (B, T, E)
        packed = nn.utils.rnn.pack_padded_sequence(vectors, lengths, batch_first=True, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(  # (B, T, D*H), padding far below any state
            self.lstm(packed)[0], batch_first=True, padding_value=-2.0
        )
        return self.out(self.dropout(states.max(dim=1).values))  # (B, C)


@dataclass(frozen=True)
class ReadWord:
    """One word of a text, and what the LSTM thinks once it has read up to it."""

    word: str
    start: int  # offsets in the text
    end: int
    known: bool  # whether it has a vector
    probabilities: tuple[float, ...]  # in the order of classes_


@dataclass(frozen=True)
class LSTMExplanation:
    """The running answer: one row for each of the first RUNNING words. The last row is the answer itself where the text
    has no more words than that."""

    words: tuple[ReadWord, ...]
    probabilities: tuple[float, ...]  # of the whole text


@dataclass(frozen=True)
class WordMap:
    """Words on the plane of their two first principal components."""

    words: tuple[str, ...]
    points: np.ndarray  # (n_words, 2)
    explained: tuple[float, float]  # share of the variance each axis shows


class Word2VecLSTM(TextClassifier):
    """gensim vectors into a (Bi)LSTM in PyTorch.

    vectors: "built-in", "train" (skip-gram on the training texts, on the spot) or a folder that `save_vectors` wrote.
    The built-in ones are English: where they know less than half of the training texts' words, as with Chinese, whose
    words are characters here, "built-in" does what "train" does. A reader of unknown words only would answer nothing.
    embeddings: "frozen" (only the LSTM learns), "tuned" (the vectors learn too) or "random" (no word2vec at all).
    """

    def __init__(
        self,
        vectors: str = "built-in",
        embeddings: str = "frozen",
        hidden: int = 128,
        bidirectional: bool = True,
        dropout: float = 0.5,
        epochs: int = 10,
        batch_size: int = 32,
        lr: float = 2e-3,
        seed: int = 0,
    ):
        self.vectors = vectors
        self.embeddings = embeddings
        self.hidden = hidden
        self.bidirectional = bidirectional
        self.dropout = dropout
        self.epochs = epochs
        self.batch_size = batch_size
        self.lr = lr
        self.seed = seed

    def fit_steps(self, texts: Sequence[str], labels: Sequence[str]) -> Iterator[TrainStep]:
        texts, classes, classes_of = training_set(texts, labels)
        checked(self.embeddings, "embeddings", EMBEDDINGS)
        n_batches = -(-len(texts) // at_least(self.batch_size, "batch_size", 1))
        schedule = Schedule(max(40, self.epochs * n_batches), self.batch_size, self.lr)
        with self._unchanged_if_refused():
            self.classes_ = classes
            self.keyed_vectors_ = self._vectors_for(texts)
            self.word_ids_ = {word: row for row, word in enumerate(self.keyed_vectors_.index_to_key, start=2)}
            self._build(self._table())
        self.trainable_parameters_ = n_trainable(self.reader_)

        rows = [self._ids(text) for text in texts]
        gold = torch.from_numpy(classes_of)

        def loss_of(batch: list[int]) -> tuple[Tensor, int]:
            logits = self.reader_(_pad([rows[i] for i in batch]))  # (B, C)
            loss = nn.functional.cross_entropy(logits, gold[batch])
            return loss, int((logits.argmax(dim=1) == gold[batch]).sum())

        yield from train_steps(self.reader_, [len(row) for row in rows], loss_of, schedule, self.seed)

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        texts = self._asked(texts)
        return self._probabilities([self._ids(text) for text in texts])

    def explain(self, text: str) -> LSTMExplanation:
        """The answer after each of the first RUNNING words, and after all: every beginning is read on its own, since
        a reader in both directions has another last word each time."""
        self._require_fitted()
        spans, ids = word_spans(text), self._ids(text)
        running = self._probabilities([*(ids[:length] for length in range(1, min(len(spans), RUNNING + 1))), ids])
        read = tuple(
            ReadWord(word, start, end, word in self.word_ids_, tuple(map(float, row)))
            for (word, start, end), row in zip(spans[:RUNNING], running, strict=False)
        )
        return LSTMExplanation(read, tuple(map(float, running[-1])))

    def neighbours(self, word: str, top: int = 10) -> list[tuple[str, float]]:
        """The words nearest to `word` with their cosine similarity; none where it has no vector."""
        self._require_fitted()
        word = word.lower()
        if word not in self.keyed_vectors_:
            return []
        return [(near, float(cosine)) for near, cosine in self.keyed_vectors_.most_similar(word, topn=top)]

    def word_map(self, chosen: Sequence[str]) -> WordMap:
        """The known ones of `chosen` words on the plane that keeps most of their spread (PCA)."""
        from sklearn.decomposition import PCA

        self._require_fitted()
        known = [word for word in dict.fromkeys(map(str.lower, chosen)) if word in self.keyed_vectors_]
        if len(known) < 2:
            return WordMap(tuple(known), np.zeros((len(known), 2)), (0.0, 0.0))
        pca = PCA(n_components=2, random_state=0)
        points = pca.fit_transform(self.keyed_vectors_[known])
        share = np.nan_to_num(pca.explained_variance_ratio_)
        return WordMap(tuple(known), points, (float(share[0]), float(share[1])))

    def _vectors_for(self, texts: list[str]) -> KeyedVectors:
        if self.vectors not in ("built-in", "train"):
            return load_vectors(self.vectors)
        documents = [words(text) for text in texts]
        if self.vectors == "built-in" and _known(built_in := load_vectors(BUILT_IN), documents) >= KNOWN_FROM:
            return built_in
        # A few thousand sentences are little to learn from: rare words count, frequent ones are read at every place,
        # and more passes are needed.
        return train_vectors(documents, n_words=None, min_count=1, sample=0, epochs=20, seed=self.seed)

    def _table(self) -> Tensor:
        """The embedding table, shape (2 + n_words, E): padding, unknown, then the words."""
        vectors = self.keyed_vectors_.vectors
        if self.embeddings == "random":
            generator = torch.Generator().manual_seed(int(self.seed))
            known = torch.randn(vectors.shape, generator=generator) * float(vectors.std())
        else:
            known = torch.from_numpy(vectors.copy())
        return torch.cat([torch.zeros(2, known.shape[1]), known])

    def _build(self, table: Tensor) -> None:
        frozen = self.embeddings == "frozen"
        n_classes = len(self.classes_)
        with seeded(self.seed):
            self.reader_ = LSTMReader(table, self.hidden, n_classes, self.bidirectional, self.dropout, frozen).eval()

    def _ids(self, text: str) -> list[int]:
        return [self.word_ids_.get(word, UNKNOWN) for word in words(text)] or [UNKNOWN]

    def _probabilities(self, rows: list[list[int]]) -> np.ndarray:
        probabilities = np.empty((len(rows), len(self.classes_)))
        with evaluating(self.reader_):
            for batch in length_sorted([len(row) for row in rows], tokens_per_batch=4096):
                logits = self.reader_(_pad([rows[i] for i in batch]))
                probabilities[batch] = logits.double().softmax(dim=1).numpy()
        return probabilities

    def _state(self):
        own_words = self.keyed_vectors_ is not load_vectors(BUILT_IN)
        arrays = {name: value.numpy() for name, value in self.reader_.state_dict().items()}
        if self.embeddings == "frozen":
            del arrays["embedding.weight"]  # made of the vectors again
        if own_words:
            arrays["keyed_vectors"] = self.keyed_vectors_.vectors
        return arrays, {"words": self.keyed_vectors_.index_to_key if own_words else None}

    def _restore(self, arrays, extra):
        if extra["words"] is None:
            self.keyed_vectors_ = load_vectors(BUILT_IN)
        else:
            from gensim.models import KeyedVectors

            table = arrays.pop("keyed_vectors")
            self.keyed_vectors_ = KeyedVectors(table.shape[1])
            self.keyed_vectors_.add_vectors(extra["words"], table)
        self.word_ids_ = {word: row for row, word in enumerate(self.keyed_vectors_.index_to_key, start=2)}
        self._build(self._table())
        state = {name: torch.from_numpy(value) for name, value in arrays.items()}
        self.reader_.load_state_dict({**self.reader_.state_dict(), **state})


def _known(vectors: KeyedVectors, documents: list[list[str]]) -> float:
    """The share of the documents' words that have a vector; 1 where there is no word."""
    known = [word in vectors for document in documents for word in document]
    return sum(known) / len(known) if known else 1.0


def _pad(rows: list[list[int]]) -> Tensor:
    """Rows of word ids as one tensor, shape (B, T)."""
    ids = torch.full((len(rows), max(map(len, rows))), PAD)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
    return ids
