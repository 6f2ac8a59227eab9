"""One training at a time: two cores shared by two trainings would make both slower than one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class Desk:
    """A queue with a ticket for everyone who wants to train; the first ticket trains.

    >>> desk = Desk()
    >>> with desk.ticket() as mine, desk.ticket() as yours:
    ...     desk.ahead(mine), desk.ahead(yours)
    (0, 1)
    """

    def __init__(self) -> None:
        self.tickets: deque[object] = deque()
        self.lock = Lock()

    @contextmanager
    def ticket(self) -> Iterator[object]:
        """A place in the queue, given back on the way out however that is taken: done, stopped, browser closed."""
        mine = object()
        with self.lock:
            self.tickets.append(mine)
        try:
            yield mine
        finally:
            with self.lock:
                self.tickets.remove(mine)

    def ahead(self, ticket: object) -> int:
        """How many come before; 0 means it is this ticket's turn."""
        with self.lock:
            return self.tickets.index(ticket)


DESK = Desk()
