"""The live strip: the answers of a question to N held-out sentences, as they are computed, beside those of another."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import anyio.to_thread
import numpy as np
from anyio import CapacityLimiter
from markupsafe import Markup

from paradigms import data
from paradigms.data import Dataset
from paradigms.engine import Ticket
from paradigms.errors import ParadigmError
from paradigms.evaluate import interval
from paradigms.masked_lm import MaskedLM
from paradigms.plan import draw
from paradigms.prompt.live import Flips, answered, answers, flips, parts
from paradigms.prompt.template import Template
from paradigms.prompt.verbalizer import Verbalizer, words_of

from . import models
from .prompt_accuracy import in_words, whisker
from .text import Text
from .view import el, percent, signed

NOW, REFERENCE = ("pt", "pneg", "ppos"), ("rt", "rneg", "rpos")  # the fields of a question: template, label words
STRIPS_AT_ONCE = 16  # threads that wait for the engine; the others of the server stay free for those who type
TOLD = ("block", "head", "cell", "said", "right", "wrong", "pending", "gained", "lost", "other", "hint", "comma")
PLACES = {name: f"${name}" for name in ("label", "right", "known", "row", "gold", "said", "share")}  # for the browser


@lru_cache(maxsize=8)
def sentences(name: str, n: int) -> Dataset:
    """`n` sentences of a held-out split of the built-in reviews, the same that a sweep of `n` draws."""
    return draw(models.held_out() if name == "test" else data.load("reviews", name), n)


@dataclass(frozen=True)
class Question:
    """A template and a verbalizer over the classes of the sentences."""

    template: Template
    verbalizer: Verbalizer

    @classmethod
    def read(cls, state: Mapping[str, Any], fields: tuple[str, ...] = NOW) -> Question:
        """The question that is in some fields; raises TemplateError or VerbalizerError."""
        template, *words = (state[field] for field in fields)
        rows = zip(models.held_out().classes, map(words_of, words), strict=True)
        return cls(Template.parse(template), Verbalizer(tuple(rows)))

    def check(self, lm: MaskedLM) -> None:
        """Raise TemplateError or VerbalizerError where this model cannot be asked it."""
        self.template.encode([], lm.tokenizer, lm.max_length)
        self.verbalizer.token_ids(lm.tokenizer, spaced=self.template.spaced_mask())


@dataclass(frozen=True)
class Strip:
    """Two questions put to the same sentences: classes by their number, -1 where there is no answer yet."""

    sentences: Dataset
    gold: np.ndarray  # (n,)
    now: np.ndarray  # (n,)
    before: np.ndarray  # (n,)
    share: np.ndarray  # (n,), the probability of the answer `now`

    @property
    def known(self) -> np.ndarray:
        return (self.now >= 0) & (self.before >= 0)  # (n,)

    @property
    def done(self) -> bool:
        return bool(self.known.all())

    def right(self, said: np.ndarray) -> int:
        """How many of the sentences both have answered `said` has right."""
        return int((said == self.gold)[self.known].sum())

    @property
    def flips(self) -> Flips:
        known = self.known
        return flips(self.gold[known], self.before[known], self.now[known])


def fill(lm: MaskedLM, now: Question, before: Question, asked: Dataset, ticket: Ticket) -> Iterator[Strip]:
    """The strip, more of it every time. The answers of the question before are known as a rule."""
    classes = {label: place for place, label in enumerate(asked.classes)}
    said = {role: np.full(len(asked), -1) for role in ("now", "before")}
    share = np.zeros(len(asked))
    gold = np.array([classes[label] for label in asked.labels])

    def strip() -> Strip:
        return Strip(asked, gold, said["now"].copy(), said["before"].copy(), share.copy())

    for part in parts(len(asked)):
        if now != before:
            for rows, probabilities in answers(lm, before.template, before.verbalizer, asked.texts, ticket, part):
                said["before"][rows] = probabilities.argmax(axis=1)
        for rows, probabilities in answers(lm, now.template, now.verbalizer, asked.texts, ticket, part):
            said["now"][rows] = probabilities.argmax(axis=1)
            share[rows] = probabilities.max(axis=1)
            if now == before:
                said["before"][rows] = said["now"][rows]
            if not ticket.cancelled:
                yield strip()


_asking: dict[str, Ticket] = {}
_limiter = CapacityLimiter(STRIPS_AT_ONCE)


def first(t: Text, state: Mapping[str, Any]) -> tuple[Any, Any] | None:
    """What `follow` yields first, or last if the answers are known already; None for a question that cannot be asked.

    Without the queue, which takes longer than the first answers: so that whoever types sees the strip move at once.
    """
    try:
        now, before = Question.read(state), Question.read(state, REFERENCE)
        lm, asked = models.trained()["prompt"].lm_, sentences(state["pset"], state["pn"])
        strips = fill(lm, now, before, asked, Ticket())
        strip = next(strips)
        if answered(lm, now.template, asked.texts):
            *_, strip = strip, *strips
    except ParadigmError:
        return None
    return value(t, strip, state, ""), str(numbers(t, strip, now, before))


async def follow(t: Text, session: str | None, state: Mapping[str, Any], have: str) -> AsyncGenerator[tuple[Any, Any]]:
    """(the strip's value, the numbers beside it) as the answers come in; `have` are the keys of the sentences that the
    browser has. A newer call of the same session ends this one. A question that cannot be asked yields nothing: the
    hints say why, and the last picture stays."""
    ticket = Ticket()
    session = session or ""
    if session in _asking:
        _asking[session].cancel()
    _asking[session] = ticket
    try:
        now, before = Question.read(state), Question.read(state, REFERENCE)
        lm = models.trained()["prompt"].lm_
        strips = fill(lm, now, before, sentences(state["pset"], state["pn"]), ticket)
        while (strip := await anyio.to_thread.run_sync(next, strips, None, limiter=_limiter)) is not None:
            yield value(t, strip, state, have), str(numbers(t, strip, now, before))
    except ParadigmError:
        return
    finally:
        ticket.cancel()
        if _asking.get(session) is ticket:
            del _asking[session]


def key(state: Mapping[str, Any]) -> str:
    """Which sentences these are."""
    return f"{state['pset']}:{state['pn']}"


def value(t: Text, strip: Strip, state: Mapping[str, Any], have: str) -> dict[str, Any]:
    """What the strip in the browser draws: a number a cell, and the sentences where it does not have them."""
    return {
        "key": key(state),
        "texts": None if key(state) in have.split() else list(strip.sentences.texts),
        "labels": [t.label(label) for label in strip.sentences.classes],
        "gold": strip.gold.tolist(),
        "said": strip.now.tolist(),
        "before": strip.before.tolist(),
        "share": (100 * strip.share).round().astype(int).tolist(),
        "words": {name: t(f"playground.cell.{name}", **PLACES) for name in TOLD},
    }


def pending(t: Text, state: Mapping[str, Any]) -> dict[str, Any]:
    """The strip before anything is computed."""
    asked = sentences(state["pset"], state["pn"])
    nothing = np.full(len(asked), -1)
    gold = np.array([asked.classes.index(label) for label in asked.labels])
    return value(t, Strip(asked, gold, nothing, nothing, np.zeros(len(asked))), state, "")


def numbers(t: Text, strip: Strip, now: Question, before: Question) -> Markup:
    """Accuracy of both questions with their intervals, the difference, and the flips each way."""
    n = int(strip.known.sum())
    rows = [_row(t, "now", strip.right(strip.now), n, now)]
    changed = None
    if now != before:
        rows.append(_row(t, "before", strip.right(strip.before), n, before))
        changed = _changed(t, strip, n)
    progress = t("playground.progress", n=n, all=len(strip.gold)) if not strip.done else t("playground.all", n=n)
    same = None if now != before else el("p", t("playground.same"), cls="caption")
    return el(
        "div",
        el("div", rows, cls="scores"),
        changed,
        same,
        el("p", progress, cls="caption", role="status" if strip.done else None),
        cls="numbers",
    )


def _row(t: Text, name: str, right: int, n: int, question: Question) -> Markup:
    low, high = interval(right, n)
    said = t("playground.interval", low=percent(low, 1), high=percent(high, 1), right=right, n=n)
    words = in_words(tuple(words for _, words in question.verbalizer.label_words))
    return el(
        "div",
        el("span", t(f"playground.{name}"), cls="which"),
        el("strong", percent(right / n, 1), cls="big number"),
        el("span", whisker(right / n, (low, high)), el("span", said, cls="number")),
        el("span", question.template.source, " · ", words, cls="caption asked"),
        cls=f"score {name}",
    )


def _changed(t: Text, strip: Strip, n: int) -> Markup:
    found = strip.flips
    points = 100 * (strip.right(strip.now) - strip.right(strip.before)) / n
    counts = [
        el("span", el("span", cls=f"cell sample {name}"), t(f"playground.{name}", n=getattr(found, name)), cls="flip")
        for name in ("gained", "lost", "other")
        if name != "other" or found.other
    ]
    if not found.gained + found.lost:
        said = t("playground.chance.none")
    else:
        said = t("playground.chance.low" if found.chance < 0.05 else "playground.chance.high", p=_chance(found.chance))
    return el(
        "div",
        el("p", el("strong", t("playground.difference", points=signed(points, 1))), counts, cls="flips"),
        el("p", said, cls="caption"),
        cls="changed",
    )


def _chance(p: float) -> str:
    return percent(p, 1) if p >= 0.001 else "<0.1%"
