"""Live training: one `Progress` after another while a model learns, for the status line and the curves.

Written as an asynchronous generator: a class of sixty can wait for its turn without holding sixty threads, and a closed
browser ends it at its next word.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import anyio.to_thread

from . import models
from .desk import DESK
from .figures import training_curves
from .parts import figure_value
from .text import Text
from .view import el, percent, status_line

CURVE_REVIEWS = 120  # held-out reviews behind the curve; the result at the end uses all of them
HELD_OUT_POINTS = 8  # how often they are asked during a training
SHOW_EVERY = 0.4  # seconds between two pictures

if TYPE_CHECKING:
    from paradigms.base import TextClassifier, TrainStep
    from paradigms.data import Dataset

_stop: set[tuple[str, str]] = set()


@dataclass(frozen=True)
class Progress:
    """Where a training is. `state`: idle, waiting, left (stopped before its turn), running, done or stopped; curves are
    one value a step."""

    state: str
    ahead: int = 0
    step: int = 0
    total: int = 0
    seconds: float = 0.0
    losses: tuple[float, ...] = ()  # nats, one a step
    train: tuple[float, ...] = ()  # accuracy on the training examples so far, one a step
    held_out: tuple[tuple[int, float], ...] = ()  # (step, accuracy on CURVE_REVIEWS held-out reviews)
    model: TextClassifier | None = field(default=None, repr=False)  # there when training has ended


def stop(session: str | None, method: str) -> None:
    """Ask a session's training to end after its present step, keeping what it has learned."""
    if session is not None:
        _stop.add((session, method))


def begin(session: str, *methods: str) -> None:
    """Forget stops that were meant for earlier trainings: what a press of the button does first. Until its last
    training is over a stop holds, between two trainings as well."""
    for method in methods:
        _stop.discard((session, method))


def forget(session: str) -> None:
    """A browser is gone, and with it what it wanted stopped."""
    _stop.difference_update([key for key in list(_stop) if key[0] == session])


def stopped(key: tuple[str, str]) -> bool:
    """Whether a session's training is asked to end."""
    return key in _stop


async def train(
    session: str,
    method: str,
    model: TextClassifier,
    examples: Dataset,
    *,
    keep: bool = True,
    held_out: Dataset | None = None,
) -> AsyncGenerator[Progress]:
    """Wait for the turn, train `model` on `examples`, and hand it to the session's models at the end if `keep`; nothing
    where a stop has come since `begin`.

    The curve follows `held_out`, the English reviews unless told otherwise.
    """
    key = (session, method)
    curve_set = behind_curve(held_out or models.held_out())
    progress = Progress("waiting")
    with DESK.ticket() as ticket:
        while (ahead := DESK.ahead(ticket)) and key not in _stop:
            yield replace(progress, ahead=ahead)
            await asyncio.sleep(SHOW_EVERY)
        if key in _stop:
            yield Progress("left")
            return
        steps = model.fit_steps(examples.texts, examples.labels)
        shown = 0.0
        while (step := await anyio.to_thread.run_sync(_next, steps)) is not None:
            measured = progress.held_out
            last = step.step == step.total or key in _stop
            if last or step.step == 1 or step.step % max(1, step.total // HELD_OUT_POINTS) == 0:
                score = await anyio.to_thread.run_sync(model.score, curve_set.texts, curve_set.labels)
                measured = (*measured, (step.step, float(score)))
            progress = Progress(
                "running",
                step=step.step,
                total=step.total,
                seconds=step.seconds,
                losses=(*progress.losses, step.loss),
                train=(*progress.train, step.accuracy),
                held_out=measured,
            )
            if last:
                break
            if time.monotonic() - shown > SHOW_EVERY:
                yield progress
                shown = time.monotonic()
    if keep:
        models.SESSIONS.put(session, method, model)
    stopped = progress.step < progress.total
    yield replace(progress, state="stopped" if stopped else "done", model=model)


def _next(steps) -> TrainStep | None:
    return next(steps, None)


def status(t: Text, progress: Progress, examples: str = "") -> str:
    """The status line; `examples` says what is learned from, where that can be changed during a training."""
    seconds = f"{progress.seconds:.1f}"
    said = {
        "idle": lambda: t("train.idle"),
        "left": lambda: t("train.left"),
        "waiting": lambda: t("train.waiting", ahead=progress.ahead),
        "running": lambda: t("train.running", step=progress.step, total=progress.total, seconds=seconds),
        "done": lambda: t("train.done", seconds=seconds, steps=progress.step),
        "stopped": lambda: t("train.stopped", step=progress.step, total=progress.total),
    }[progress.state]()
    about = [el("strong", examples), " "] if examples else None
    return str(status_line(progress.state, about, said))


def behind_curve(held_out: Dataset) -> Dataset:
    """The held-out reviews that are asked again and again during a training."""
    return held_out.take(range(min(CURVE_REVIEWS, len(held_out))))


def curves(t: Text, progress: Progress, hue: str, held_out: Dataset | None = None) -> dict[str, object]:
    """The curves so far as a chart's value; `held_out` as `train` was given it."""
    held_out = held_out or models.held_out()
    names = {
        "step": t("step"),
        "accuracy": t("accuracy"),
        "loss": t("loss"),
        "train": t("curve.train"),
        "held_out": t("curve.held_out"),
        "majority": t("majority"),
    }
    majority = held_out.majority
    steps = range(1, len(progress.losses) + 1)
    figure = training_curves(steps, progress.losses, progress.train, progress.held_out, majority, hue=hue, names=names)
    if not progress.losses:
        return figure_value(figure, t("curve.none"))
    result = t(
        "curve.result",
        loss=f"{progress.losses[-1]:.2f}",
        train=percent(progress.train[-1]),
        held_out=percent(progress.held_out[-1][1]) if progress.held_out else "–",
        n=len(behind_curve(held_out)),
        set=t(f"set.{held_out.name}"),
        majority=percent(majority),
    )
    return figure_value(figure, result)
