"""Over many sentences: zero, one and several demonstrations side by side, and every order of up to five.

Both take many seconds. They are computed a slice at a time in the queue of the trainings, drawn as they grow, and can
be stopped; what is known by then stays.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import lru_cache
from math import sqrt
from statistics import pstdev
from typing import Any

import anyio.to_thread
import numpy as np

from paradigms.data import Dataset
from paradigms.errors import ParadigmError
from paradigms.evaluate import interval
from paradigms.plan import draw
from paradigms.prompt import demonstrations_study as study
from paradigms.prompt.demonstrations import Demonstrations

from . import models, training
from .context_prompt import ask, with_only
from .desk import DESK
from .errors import say
from .figures_context import Point, order_histogram, points
from .parts import figure_value
from .text import Text
from .view import el, meter, percent, signed, status_line

SLICE = 10  # sentences between two pictures
ORDER_SENTENCES = 40  # held-out sentences behind every order
ORDER_FROM = 2  # fewer demonstrations have one order only
SHOTS = ("zero", "one", "few")
WAIT = 0.4  # seconds between two looks at the queue


@dataclass(frozen=True)
class Progress:
    """Where a run is: waiting, running, done or stopped; `found` grows by one result a step."""

    state: str
    total: int
    ahead: int = 0
    seconds: float = 0.0
    found: tuple[Any, ...] = ()


async def follow(session: str, name: str, steps: Iterator[Any], total: int) -> AsyncGenerator[Progress]:
    """Wait for the turn, then take one step after another in a thread until they end or the session stops `name`."""
    key = (session, name)
    training.begin(*key)
    progress = Progress("waiting", total)
    with DESK.ticket() as ticket:
        while (ahead := DESK.ahead(ticket)) and not training.stopped(key):
            yield replace(progress, ahead=ahead)
            await anyio.sleep(WAIT)
        start = time.monotonic()
        while not training.stopped(key) and (found := await anyio.to_thread.run_sync(next, steps, None)) is not None:
            seconds = time.monotonic() - start
            progress = Progress("running", total, 0, seconds, (*progress.found, found))
            yield progress
    yield replace(progress, state="done" if len(progress.found) == total else "stopped")


def status(t: Text, progress: Progress) -> str:
    said = {
        "waiting": lambda: t("train.waiting", ahead=progress.ahead),
        "running": lambda: t("context.running", step=len(progress.found), total=progress.total),
        "done": lambda: t("context.done", seconds=f"{progress.seconds:.0f}"),
        "stopped": lambda: t("context.stopped", step=len(progress.found), total=progress.total),
    }[progress.state]()
    done = len(progress.found) / progress.total if progress.total else 1.0
    return str(status_line(progress.state, said, " ", meter(done, cls="progress")))


def wrong(t: Text, message: str) -> str:
    return str(el("p", message, cls="status hint wrong", role="alert"))


# Zero, one, several --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slice:
    """Ten sentences, with no, one and all demonstrations."""

    right: np.ndarray  # (3, 10)
    shown: tuple[int, ...]  # (10,) how many demonstrations "all" were: those without room are left out


def slices(model: Demonstrations, test: Dataset) -> Iterator[Slice]:
    """Ten sentences after another."""
    each = [with_only(model, 0), with_only(model, 1), model]
    gold = np.asarray(test.labels, dtype=object)
    for start in range(0, len(test), SLICE):
        texts = test.texts[start : start + SLICE]
        right = np.stack([one.predict(texts) == gold[start : start + SLICE] for one in each])
        yield Slice(right, tuple(len(one.shown) for one in model.chosen(texts)))


async def compare(t: Text, session: str, state: Mapping[str, Any]) -> AsyncGenerator[tuple[Any, Any]]:
    """(status, chart) for the controls as they are, again and again."""
    try:
        model = ask(state)
        model.predict_proba([])
    except ParadigmError as error:
        yield wrong(t, say(error, t)), None
        return
    test = draw(models.held_out(), state["icl_sentences"])
    total = -(-len(test) // SLICE)
    async with aclosing(follow(session, "context-compare", slices(model, test), total)) as steps:
        async for progress in steps:
            chart = shots_chart(t, progress.found, model, test.majority) if progress.found else None
            yield status(t, progress), chart


def shots_chart(t: Text, found: Sequence[Slice], model: Demonstrations, majority: float) -> dict[str, object]:
    right = np.concatenate([one.right for one in found], axis=1)  # (3, n)
    n = right.shape[1]
    counts = right.sum(axis=1)
    how = t(f"context.choose.{'hand' if model.choose == 'given' else model.choose}")
    calibrated = model.calibrate is not None
    several = {count for one in found for count in one.shown}
    one = min(1, len(model.examples_))
    shown = dict(zip(SHOTS, ({0}, {one}, several), strict=True))
    drawn = [
        Point(_shots(t, shown[name], how if any(shown[name]) else ""), count / n, *interval(int(count), n), calibrated)
        for name, count in zip(SHOTS, counts, strict=True)
    ]
    figure = points(drawn, majority, _names(t))
    return figure_value(figure, finding(t, right))


def finding(t: Text, right: np.ndarray) -> str:
    """Whether demonstrations helped, said from the numbers: the difference of two answers to the same sentences, with
    its 95% interval (of paired proportions: Agresti 2013, section 11.1)."""
    n = right.shape[1]
    gained, lost = int((right[2] & ~right[0]).sum()), int((right[0] & ~right[2]).sum())
    gain = (gained - lost) / n
    half = 1.96 * sqrt(gained + lost - (gained - lost) ** 2 / n) / n
    key = "more" if gain - half > 0 else "less" if gain + half < 0 else "same"
    numbers = {name: percent(float(row.mean()), 1) for name, row in zip(SHOTS, right, strict=True)}
    difference = {
        "gain": signed(100 * gain, 1),
        "low": signed(100 * (gain - half), 1),
        "high": signed(100 * (gain + half), 1),
    }
    said = t("context.finding", n=n, gained=gained, lost=lost, **numbers, **difference)
    return said + t(f"context.finding.{key}", **_size())


def _size() -> dict[str, str]:
    """The model's parameters in millions, and as Chinese counts, in ten thousands."""
    return {"size": f"{models.Backbone.size() / 1e6:.0f}", "wan": f"{models.Backbone.size() / 1e4:.0f}"}


def _shots(t: Text, shown: set[int], how: str) -> str:
    name = t("context.bar", n="–".join(map(str, sorted({min(shown), max(shown)}))))
    return f"{name}<br>{how}" if how else name


def _names(t: Text) -> dict[str, str]:
    names = {"orders": t("context.axis.orders"), "plain": t("context.plain"), "calibrated": t("context.calibrated")}
    return {"accuracy": t("accuracy"), "majority": t("majority"), **names}


def recorded_chart(t: Text) -> dict[str, object]:
    """The recorded study: means over seeds with their deviation."""
    kept = recorded()
    drawn = [
        Point(
            _shots(t, {row.shown}, t(f"context.choose.{row.choose}") if row.choose else ""),
            row.mean,
            *((row.mean - row.deviation, row.mean + row.deviation) if row.shown else _interval(row.mean, kept.n_test)),
            row.calibrated,
        )
        for row in kept.rows
    ]
    figure = points(drawn, kept.majority, _names(t))
    plain, calibrated = ([row for row in kept.rows if row.calibrated == taken] for taken in (False, True))
    without = [max(row.mean for row in rows if not row.shown) for rows in (plain, calibrated)]
    best = max((row for row in plain if row.shown), key=lambda row: row.mean)
    best_calibrated = max(row.mean for row in calibrated if row.shown)
    how = t("comma").join([t("context.bar", n=best.shown), t(f"context.choose.{best.choose}")])
    said = t(
        "context.recorded.more" if max(best.mean, best_calibrated) > max(without) else "context.recorded.less",
        n=kept.n_test,
        zero=percent(without[0], 1),
        zero_calibrated=percent(without[1], 1),
        best=percent(best.mean, 1),
        calibrated=percent(best_calibrated, 1),
        how=how,
        **_size(),
    )
    return figure_value(figure, said)


def _interval(accuracy: float, n: int) -> tuple[float, float]:
    return interval(round(accuracy * n), n)


@lru_cache(maxsize=1)
def recorded() -> study.Study:
    return study.read()


# Every order ---------------------------------------------------------------------------------------------------------


async def orders(t: Text, session: str, state: Mapping[str, Any]) -> AsyncGenerator[tuple[Any, Any]]:
    """(status, chart) as one order after another of the demonstrations of the page's sentence is measured."""
    try:
        model = ask(state)
        examples = [(one.text, one.label) for one in model.chosen([state["s"]])[0].shown][: study.LONGEST]
        model.predict_proba([])
    except ParadigmError as error:
        yield wrong(t, say(error, t)), None
        return
    if len(examples) < ORDER_FROM:
        yield wrong(t, t("context.orders.few")), None
        return
    total = int(np.prod(range(1, len(examples) + 1)))
    test = draw(models.held_out(), ORDER_SENTENCES)
    async with aclosing(follow(session, "context-orders", study.orders(model, examples, test), total)) as steps:
        async for progress in steps:
            chart = orders_chart(t, progress.found, len(test), test.majority, total) if progress.found else None
            yield status(t, progress), chart


def orders_chart(t: Text, found: tuple[study.Order, ...], n: int, majority: float, total: int) -> dict[str, object]:
    plain, without = [one.accuracy for one in found], [one.calibrated for one in found]
    figure = order_histogram(plain, without, majority, n, _names(t))
    spread: dict[str, str] = {}
    for name, values in (("plain", plain), ("calibrated", without)):
        spread |= {f"{name}_low": percent(min(values), 1), f"{name}_high": percent(max(values), 1)}
        spread[f"{name}_deviation"] = f"{100 * pstdev(values):.1f}"
    key = "narrower" if pstdev(without) < pstdev(plain) else "not_narrower"
    said = t("context.orders.result", n=n, done=len(found), total=total, **spread)
    return figure_value(figure, said + t(f"context.orders.{key}"))


def recorded_orders(t: Text) -> dict[str, object]:
    kept = recorded()
    return orders_chart(t, kept.orders, kept.n_test, kept.majority, len(kept.orders))
