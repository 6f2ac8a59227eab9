"""Plain text for masked-LM training: documents, cut into sentences, kept as word pieces, grouped into inputs.

A file has one document a line, plain, `.gz` or `.xz`; `FILE@0.2` takes every fifth document of it, and a file named
twice counts twice: that is how a mixture is weighed. An input is a run of whole sentences of one document; only a
sentence for which it has no room is cut.

Some inputs are a sentence and a short one from elsewhere in the same document, of which one telling word is always
asked for: in a review that is very nearly what a prompt will be, "... It was [MASK].", and nobody had to label it. A
word is telling where it often ends a clause after "is", "was" or "very": mostly what one says of a thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from .errors import ParadigmError
from .tokens import piece_ids
from .vectors import opened

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

HELD_OUT_EVERY = 200  # one document in so many is never trained on
ALONE = 0.35  # share of inputs that are a single sentence
BORDER = 0.3  # share of the longer ones with a [SEP] before their last sentence
SHORTEST = 4  # word pieces; a shorter sentence joins the next one
REMARK = (3, 14)  # word pieces of the short sentence of a pair
BEFORE = ("is", "was", "are", "were", "be", "been", "s", "re", "very", "so", "too", "really", "quite", "truly", "not")
AFTER = (".", ",", ";", "!", "?")
FEW = 50  # occurrences by which a word's share of predicates is held down
TELLS = 0.03  # share of predicates below which a word is none: "there", "it"
_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+(?=[\"'(\[]?\w)|(?<=[。！？…])(?=.)|<br\s*/?>(?:\s*<br\s*/?>)*")


@dataclass(frozen=True)
class Input:
    """The word pieces of one input, without [CLS] and the last [SEP]."""

    ids: np.ndarray
    border: int = 0  # where a [SEP] goes between them, 0 where there is none
    asked: int = -1  # the piece whose word is certainly asked for, -1 where chance alone decides


@dataclass(frozen=True)
class Corpus:
    """The sentences of many documents, one after the other. S: sentences, D: documents, P: word pieces."""

    ids: np.ndarray  # (P,) uint16 where the vocabulary allows, else uint32
    sentences: np.ndarray  # (S + 1,) where each sentence begins in `ids`
    documents: np.ndarray  # (D + 1,) where each document begins in `sentences`
    telling: np.ndarray  # (V,) how much a piece tells of the thing spoken of

    @property
    def n_tokens(self) -> int:
        return len(self.ids)

    def inputs(self, longest: int, seed: int | tuple[int, int], *, pairs: bool = True) -> Iterator[Input]:
        """Every sentence once, documents in random order, in groups of random length up to `longest` word pieces; with
        `pairs`, also sentences with a short one of their document."""
        random = np.random.default_rng(seed)
        for document in random.permutation(len(self.documents) - 1):
            sentence, end = self.documents[document], self.documents[document + 1]
            if pairs:
                yield from self._pairs(sentence, end, longest, random)
            while sentence < end:
                wanted = 0 if random.random() < ALONE else random.integers(SHORTEST, longest + 1)
                start, stop = sentence, sentence + 1
                while stop < end and (size := self.sentences[stop + 1] - self.sentences[start]) <= longest:
                    if size > wanted and self.sentences[stop] - self.sentences[start] >= SHORTEST:
                        break
                    stop += 1
                border = 0
                if stop - start > 1 and random.random() < BORDER:
                    border = int(self.sentences[stop - 1] - self.sentences[start])
                yield Input(self.ids[self.sentences[start] : self.sentences[stop]][:longest], border)
                sentence = stop

    def _pairs(self, start: int, end: int, longest: int, random: np.random.Generator) -> Iterator[Input]:
        """A sentence of a document with a short one of it; telling ones, and in them telling words, more often."""
        lengths = np.diff(self.sentences[start : end + 1])
        short = (lengths >= REMARK[0]) & (lengths <= REMARK[1])
        if not short.any():
            return
        told = np.cumsum(np.append(0.0, self.telling[self.ids[self.sentences[start] : self.sentences[end]]]))
        tells = np.diff(told[self.sentences[start : end + 1] - self.sentences[start]])  # (end - start,)
        firsts, remarks = tells / tells.sum(), short * tells / (short * tells).sum()
        for _ in range(min(end - start, 2 * int(short.sum()))):
            first, remark = random.choice(len(tells), p=firsts), random.choice(len(tells), p=remarks)
            if first != remark:
                said = self._sentence(start + int(remark))
                before = self._sentence(start + int(first))[: longest - len(said)]
                words = self.telling[said]
                asked = random.choice(len(said), p=words / words.sum())
                yield Input(np.concatenate([before, said]), asked=len(before) + int(asked))

    def _sentence(self, number: int) -> np.ndarray:
        return self.ids[self.sentences[number] : self.sentences[number + 1]]


def sentences_of(document: str) -> list[str]:
    """The sentences of a document, by their end marks; line breaks of web pages end one too.

    >>> sentences_of("It rains. Why? I don't know!")
    ['It rains.', 'Why?', "I don't know!"]
    """
    return [sentence for part in _END.split(document) if (sentence := part.strip())]


def documents_of(files: Sequence[str]) -> Iterator[str]:
    """The non-empty lines of `files`; raises ParadigmError("not_found") before the first where a file is missing."""
    parts = [_share(name) for name in files]
    for file, _ in parts:
        if not file.is_file():
            raise ParadigmError("not_found", f"no file {file}", where=str(file))
    for file, share in parts:
        due = 0.0
        with opened(file) as lines:
            for line in lines:
                due += share
                if due >= 1 and line.strip():
                    due -= 1
                    yield line.strip()


def _share(name: str) -> tuple[Path, float]:
    file, at, share = name.rpartition("@")
    try:
        kept = float(share) if at else 1.0
    except ValueError:
        return Path(name), 1.0
    if not 0 < kept <= 1:
        message = f"{name}: the share of documents is a number above 0 and not above 1"
        raise ParadigmError("bad_share", message, where=name, offending=share)
    return Path(file if at else name), kept


def corpus_of(documents: Iterable[str], tokenizer: PreTrainedTokenizerBase) -> Corpus:
    """All of `documents` as word pieces."""
    writer = _Writer(tokenizer)
    for document in documents:
        writer.add(sentences_of(document))
    return writer.corpus()


def split_corpus(documents: Iterable[str], tokenizer: PreTrainedTokenizerBase) -> tuple[Corpus, Corpus]:
    """(to train on, held out): about one document in `HELD_OUT_EVERY` is held out, the same one wherever it stands.

    Raises ParadigmError("too_little_text") where there is too little for both.
    """
    kept, held = _Writer(tokenizer), _Writer(tokenizer)
    for document in documents:
        # By the text itself, so that a document read twice is not trained on once and held out the other time.
        (held if crc32(document.encode()) % HELD_OUT_EVERY == 0 else kept).add(sentences_of(document))
    corpora = kept.corpus(), held.corpus()
    if not all(corpus.n_tokens for corpus in corpora):
        message = f"too little text: one document in {HELD_OUT_EVERY}, one a line, is held out, and here that is none"
        raise ParadigmError("too_little_text", message, needed=HELD_OUT_EVERY)
    return corpora


def telling(ids: np.ndarray, tokenizer: PreTrainedTokenizerBase) -> np.ndarray:
    """(V,): the share of a piece's occurrences that are predicates, "was great."; where a text has none of the words of
    BEFORE, all pieces tell the same. Not weighed by rarity: what is asked for more often is answered more often later,
    and label words of different frequency would drift apart."""
    vocabulary = tokenizer.get_vocab()
    before, after = (np.isin(ids, [vocabulary[w] for w in words if w in vocabulary]) for words in (BEFORE, AFTER))
    seen = np.bincount(ids, minlength=len(tokenizer))
    predicates = np.bincount(ids[1:-1][before[:-2] & after[2:]], minlength=len(tokenizer))
    share = predicates / (seen + FEW)
    return np.where(share >= TELLS, share, 0) + 1e-6


class _Writer:
    """Collects documents and turns them into word pieces many at a time, which the tokenizer does on all cores."""

    AT_ONCE = 20_000  # sentences

    def __init__(self, tokenizer: PreTrainedTokenizerBase):
        self.tokenizer = tokenizer
        self.dtype = np.uint16 if len(tokenizer) <= 1 << 16 else np.uint32
        self.waiting: list[str] = []
        self.pieces: list[np.ndarray] = []
        self.lengths: list[int] = []
        self.documents = [0]

    def add(self, sentences: list[str]) -> None:
        self.waiting += sentences
        self.documents.append(self.documents[-1] + len(sentences))
        if len(self.waiting) >= self.AT_ONCE:
            self._turn()

    def corpus(self) -> Corpus:
        self._turn()
        ids = np.concatenate(self.pieces) if self.pieces else np.empty(0, self.dtype)
        sentences = np.concatenate([[0], np.cumsum(self.lengths, dtype=np.int64)])
        return Corpus(ids, sentences, np.array(self.documents), telling(ids, self.tokenizer))

    def _turn(self) -> None:
        for ids in piece_ids(self.tokenizer, self.waiting):
            self.pieces.append(np.array(ids, dtype=self.dtype))
            self.lengths.append(len(ids))
        self.waiting = []
