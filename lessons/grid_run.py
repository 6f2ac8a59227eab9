"""Work that takes a while, a piece at a time: rows of a grid, trainings, words that are tried one after the other.

An asynchronous generator, as in `training`: whoever waits holds no thread, a closed browser ends the work, and so does
a newer one of the same kind. Trainings take a ticket each, so that a long series lets others in between.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import ExitStack, aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias, TypeVar

import anyio
import anyio.to_thread

from .desk import DESK

EVERY = 0.4  # seconds between two looks at work that goes on
SIDE_BY_SIDE = anyio.CapacityLimiter(4)  # pieces that are computed at a time: threads are for what people type, too
Told: TypeAlias = Callable[[Any], None]
Item = TypeVar("Item")


@dataclass
class _Begun:
    """A work: whether it may go on, and whether a newer one of its session and kind has begun."""

    wanted: bool = True
    replaced: bool = False


_latest: dict[tuple[str, str], _Begun] = {}  # by session and kind


class Stopped(Exception):
    """Raised inside a work that nobody wants any more."""


class Replaced(Exception):
    """A newer work of the same kind shows its own pictures: the older one has nothing more to say."""


@dataclass(frozen=True)
class Tick:
    """Nothing new yet: `ahead` others train first, or `step` is what the work told last."""

    ahead: int = 0
    step: Any = None


def stop(session: str | None, kind: str) -> None:
    """End a session's work after its present step; what it has found so far stays."""
    if begun := _latest.get((str(session), kind)):
        begun.wanted = False


async def work(
    session: str | None, kind: str, begin: Callable[[Told], Iterator[Item]], *, trains: bool = False
) -> AsyncGenerator[Item | Tick]:
    """The items of `begin(told)` as they are computed in a thread, and a Tick in between. Calling `told` between two
    steps lets the work be stopped there. Raises Replaced once the session has begun another of this kind."""
    key, mine = (str(session), kind), _Begun()
    if older := _latest.get(key):
        older.wanted, older.replaced = False, True
    _latest[key] = mine
    step: Any = None

    def wanted() -> bool:
        if mine.replaced:
            raise Replaced
        return mine.wanted

    def told(what: Any) -> None:
        nonlocal step
        step = what
        if not mine.wanted:
            raise Stopped

    items = begin(told)
    try:
        while wanted():
            with ExitStack() as turn:
                ticket = turn.enter_context(DESK.ticket()) if trains else None
                while ticket is not None and (ahead := DESK.ahead(ticket)) and wanted():
                    yield Tick(ahead=ahead)
                    await asyncio.sleep(EVERY)
                if not wanted():
                    return
                step = None
                item = asyncio.ensure_future(anyio.to_thread.run_sync(next, items, None, limiter=SIDE_BY_SIDE))
                # A closed browser ends this generator, not the thread: the turn is over when the thread is.
                item.add_done_callback(partial(_heard, turn.pop_all()))
                while not (await asyncio.wait({item}, timeout=EVERY))[0]:
                    if not mine.replaced:
                        yield Tick(step=step)
            found = item.result()
            wanted()
            if found is None:
                return
            yield found
    except Stopped:
        wanted()
        return
    finally:
        mine.wanted = False  # for the thread, which looks between two steps
        if _latest.get(key) is mine:
            del _latest[key]


async def until_replaced(run: AsyncGenerator[Item]) -> AsyncGenerator[Item]:
    """What a run of such work shows, until a newer one of its kind shows its own."""
    try:
        async with aclosing(run) as steps:
            async for step in steps:
                yield step
    except Replaced:
        return


def _heard(turn: ExitStack, item: asyncio.Future) -> None:
    """The end of a work whose browser is closed concerns nobody but who is next."""
    turn.close()
    if not item.cancelled():
        item.exception()
