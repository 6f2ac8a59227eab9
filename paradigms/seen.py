"""What a frozen model made of the texts it has read lately, for all callers.

The states stand in one table that is taken as a whole. Thousands of little blocks, each freed at a time of its own,
would lie between the large ones of the batches and tear the memory of a server to pieces. Nor is it torch's, which
releases the GIL at every operation: where sixty callers want it, it is long until it comes back.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

import numpy as np

from .tokens import Encoded


class Seen:
    """The states of up to `capacity` texts, each (H,), by text and precision; the oldest are dropped."""

    def __init__(self, capacity: int):
        self.capacity = capacity
        self.rows: OrderedDict[tuple[Encoded, bool], int] = OrderedDict()  # of `table`, the oldest first
        self.table = np.empty(0, np.float32)  # (capacity, H), from the first text on
        self.lock = Lock()

    def __reduce__(self):
        return Seen, (self.capacity,)  # a copy, here or in another process, starts with nothing seen

    def get(self, key: tuple[Encoded, bool]) -> np.ndarray | None:
        with self.lock:
            if (row := self.rows.get(key)) is None:
                return None
            self.rows.move_to_end(key)
            return self.table[row].copy()  # the row may soon be another text's

    def put(self, key: tuple[Encoded, bool], states: np.ndarray) -> None:
        if not self.capacity:
            return
        with self.lock:
            if not len(self.table):
                self.table = np.empty((self.capacity, *states.shape), states.dtype)
            if (row := self.rows.pop(key, None)) is None:
                full = len(self.rows) == self.capacity
                row = self.rows.popitem(last=False)[1] if full else len(self.rows)
            self.table[row] = states
            self.rows[key] = row

    def __contains__(self, key: tuple[Encoded, bool]) -> bool:
        return key in self.rows

    def clear(self) -> None:
        with self.lock:
            self.rows.clear()
