"""One engine for all callers: what several ask at the same time is computed together.

A sweep over a thousand texts and sixty people typing share two cores. Their texts wait in line as works of at most
`TOKENS_PER_BATCH` tokens: works of the same model and like length are merged into one batch (as model servers do,
Crankshaw et al. 2017, section 4.3), hurried callers go first, and callers who are equally hurried take turns
(start-time fair queueing, Goyal et al. 1996). So nobody who types waits for a sweep.

What is hurried is computed on all cores, one batch after the other. What is not is computed on one core, as many
batches side by side as there are cores: shared, each of a batch's hundred operations ends with one core waiting for
the other.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from queue import SimpleQueue
from threading import Barrier, Lock
from time import monotonic
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from .masked_lm import TOKENS_PER_BATCH, MaskedLM, has_bf16, length_sorted, use_bf16
from .tokens import Encoded

CROWD = 8  # callers in one batch from which bf16 is worth its rounding to all of them
SHARED = 256  # tokens of a batch that nobody hurries, while somebody types: the cores are soon free for who comes next
TYPING = 2.0  # seconds for which a hurried caller is expected to come again
PASS = 40  # tokens that could be computed in the time a batch takes beside its tokens


class Ticket:
    """One caller's request, for one stream at a time. What is not computed yet when it is cancelled never is."""

    def __init__(self) -> None:
        self.cancelled = False
        self.answers: SimpleQueue[Answer | Exception | None] = SimpleQueue()

    def cancel(self) -> None:
        self.cancelled = True
        self.answers.put(None)  # wakes the caller


@dataclass(frozen=True)
class Work:
    """Texts of one request that go into one batch."""

    lm: MaskedLM
    texts: list[Encoded]  # no text twice
    bf16: bool
    whole: bool  # wants logits over the vocabulary, not states
    ticket: Ticket

    def joins(self, batch: list[Work], room: int) -> bool:
        """Whether computing it together with `batch`, in `room` tokens, is cheaper than computing it alone."""
        together = _padded(*batch, self)
        return together <= min(room, _padded(*batch) + _padded(self) + PASS)


def _padded(*batch: Work) -> int:
    """The tokens of a batch, padding included."""
    lengths = [len(text.input_ids) for work in batch for text in work.texts]
    return max(lengths) * len(lengths)


Answer: TypeAlias = tuple[list[Encoded], np.ndarray]  # texts and their states (n, H), or their logits (n, V)
Kind: TypeAlias = tuple[bool, int, bool]  # hurried, model, bf16: only works of one kind share a batch
Place: TypeAlias = tuple[int, int, Work]  # turn, number, work


class Engine:
    """Computes the states at [MASK] (see `MaskedLM.states_at_mask`) for every caller of the process.

    Its threads start with the first work and end with the process, or with the engine.
    """

    def __init__(self, cores: int | None = None) -> None:
        """`cores`: on which batches are computed side by side; as many as torch would take for one if None."""
        self.workers = {True: 1, False: cores or torch.get_num_threads()}  # threads for what is hurried, and is not
        self.working = {True: 0, False: 0}  # of them
        self.crews: dict[bool, ThreadPoolExecutor] = {}
        self.lock = Lock()
        self.lines: dict[Kind, list[Place]] = {}  # a heap for each kind of work
        self.turn = {True: 0, False: 0}  # of the work taken last, hurried and not
        self.numbers = count()  # who came first, among equals
        self.hurried = 0.0  # when a hurried caller came last

    def ask(self, lm: MaskedLM, encoded: Sequence[Encoded], *, hurried: bool = True, whole: bool = False) -> Tensor:
        """The states of all texts in their order, shape (n, H), or if `whole` their logits over the vocabulary, shape
        (n, V). Raises what the model raises."""
        width = lm.vocabulary_size if whole else lm.hidden_size
        answer = np.empty((len(encoded), width), np.float32)
        for rows, states in self.stream(lm, encoded, hurried=hurried, whole=whole):
            answer[rows] = states.numpy()
        return torch.from_numpy(answer)

    def stream(
        self,
        lm: MaskedLM,
        encoded: Sequence[Encoded],
        *,
        hurried: bool = True,
        whole: bool = False,
        bf16: bool | None = None,
        ticket: Ticket | None = None,
    ) -> Iterator[tuple[list[int], Tensor]]:
        """(rows, their states of shape (len(rows), H)) as they are computed, those known already first; if `whole`,
        logits (len(rows), V). `bf16`: whether rounding is allowed; by their number if None.

        Ends early when the ticket is cancelled; closing the iterator, or forgetting it, cancels the ticket.
        """
        ticket = ticket or Ticket()
        bf16 = use_bf16(len(encoded)) if bf16 is None else bf16
        rows_of: dict[Encoded, list[int]] = {}
        for row, text in enumerate(encoded):
            rows_of.setdefault(text, []).append(row)
        known = {}
        if not whole:  # the decoder's matrix is read once for all who wait, also by those whose states are known
            known = {text: states for text in rows_of if (states := lm.seen.get((text, bf16))) is not None}
        missing = len(rows_of) - len(known)
        try:
            self._line_up(lm, [text for text in rows_of if text not in known], hurried, bf16, whole, ticket)
            if known and not ticket.cancelled:
                yield _by_row(rows_of, list(known), np.stack(list(known.values())))
            while missing and not ticket.cancelled:
                answer = ticket.answers.get()
                if isinstance(answer, Exception):
                    raise answer
                if answer is not None and not ticket.cancelled:
                    missing -= len(answer[0])
                    yield _by_row(rows_of, *answer)
        finally:
            if missing:
                ticket.cancel()

    def _line_up(
        self, lm: MaskedLM, texts: list[Encoded], hurried: bool, bf16: bool, whole: bool, ticket: Ticket
    ) -> None:
        """Put the texts in line, each batch of them one turn after the one before."""
        if hurried:
            self.hurried = monotonic()
        works = [
            Work(lm, [texts[row] for row in rows], bf16, whole, ticket)
            for rows in length_sorted([len(text.input_ids) for text in texts], self._room(hurried))
        ]
        if not works:
            return
        with self.lock:
            line = self.lines.setdefault((hurried, id(lm), bf16), [])
            for later, work in enumerate(works):
                heappush(line, (self.turn[hurried] + later, next(self.numbers), work))
            self.crews = self.crews or {True: ThreadPoolExecutor(1), False: one_core_each(self.workers[False])}
            self._call(hurried)

    def _call(self, hurried: bool) -> None:
        """Set as many threads to work as there is work for, with the lock held."""
        if not hurried and self.working[True]:
            return  # they will be called when nobody is hurried any more
        works = sum(len(line) for kind, line in self.lines.items() if kind[0] == hurried)
        called = min(works, self.workers[hurried] - self.working[hurried])
        self.working[hurried] += called
        for _ in range(called):
            self.crews[hurried].submit(self._work, hurried)

    def _room(self, hurried: bool) -> int:
        """The tokens of one batch."""
        return SHARED if not hurried and monotonic() - self.hurried < TYPING else TOKENS_PER_BATCH

    def _work(self, hurried: bool) -> None:
        while batch := self._take(hurried):
            self._compute(batch)

    def _take(self, hurried: bool) -> list[Work]:
        """The next batch: the work whose turn it is, and what joins it of those that come next; [] if none is left, or
        if somebody else is hurried."""
        batch: list[Work] = []
        with self.lock:
            while not batch and (hurried or not self.working[True]):
                if not (kinds := [kind for kind in self.lines if kind[0] == hurried]):
                    break
                kind = min(kinds, key=lambda kind: self.lines[kind][0])
                line, room = self.lines[kind], self._room(hurried)
                while line and (line[0][2].ticket.cancelled or not batch or line[0][2].joins(batch, room)):
                    self.turn[hurried], _, work = heappop(line)
                    if not work.ticket.cancelled:
                        batch.append(work)
                if not line:
                    del self.lines[kind]
            if not batch:
                self.working[hurried] -= 1
                if hurried:
                    self._call(hurried=False)
        return batch

    def _compute(self, batch: list[Work]) -> None:
        """Compute a batch and hand everyone their part. Where it fails, each work is tried on its own: a fault reaches
        the caller whose it is, and nobody else."""
        lm, bf16 = batch[0].lm, batch[0].bf16
        try:
            texts = list(dict.fromkeys(text for work in batch for text in work.texts))
            rounded = bf16 or (len(batch) >= CROWD and has_bf16())
            # Some may have been computed for somebody else since they were put in line; the exact ones win.
            states = {
                text: known
                for precision in (rounded, bf16)
                for text in texts
                if (known := lm.seen.get((text, precision))) is not None
            }
            asked = [text for text in texts if text not in states]
            if asked:
                for text, answer in zip(asked, lm.states(asked, rounded).numpy(), strict=True):
                    states[text] = answer
                    lm.seen.put((text, rounded), answer)
            logits: dict[Encoded, np.ndarray] = {}
            if decoded := list(dict.fromkeys(text for work in batch if work.whole for text in work.texts)):
                whole = lm.decoded(torch.from_numpy(np.stack([states[text] for text in decoded])))
                logits = dict(zip(decoded, whole.numpy(), strict=True))
        except Exception as error:
            if len(batch) > 1:
                for work in batch:
                    self._compute([work])
            else:
                batch[0].ticket.answers.put(error)
            return
        for work in batch:
            found = logits if work.whole else states
            work.ticket.answers.put((work.texts, np.stack([found[text] for text in work.texts])))


def one_core_each(n: int) -> ThreadPoolExecutor:
    """`n` threads, in each of which torch computes on one core."""
    before, all_here = torch.get_num_threads(), Barrier(n + 1)

    def begin() -> None:
        torch.set_num_threads(1)
        torch.get_num_threads()  # asked for the first time in a thread, it takes the number set last, wherever
        all_here.wait()

    crew = ThreadPoolExecutor(n, "engine", initializer=begin)
    for _ in range(n):
        crew.submit(int)
    all_here.wait()
    torch.set_num_threads(before)  # which torch remembers for threads to come
    return crew


def _by_row(rows_of: dict[Encoded, list[int]], texts: list[Encoded], states: np.ndarray) -> tuple[list[int], Tensor]:
    """From an answer by text to one by row: the same text may have been asked for in several."""
    rows = [row for text in texts for row in rows_of[text]]
    if len(rows) > len(texts):
        states = states[[place for place, text in enumerate(texts) for _ in rows_of[text]]]
    return rows, torch.from_numpy(states)


ENGINE = Engine()  # the one of the process
if hasattr(os, "register_at_fork"):  # the parent's threads, and who waits for them, are not in the child
    os.register_at_fork(after_in_child=ENGINE.__init__)  # type: ignore[misc]
