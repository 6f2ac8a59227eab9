"""A tiny BERT pre-trained from nothing on the built-in reviews while one watches: its loss, its words at [MASK]."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from math import log

import anyio.to_thread
from markupsafe import Markup

from paradigms.corpus import Corpus, corpus_of
from paradigms.masked_lm import MaskedLM
from paradigms.masked_words import fill_blank, frequency_loss
from paradigms.pretrain import PretrainStep, Recipe, pretrain
from paradigms.tiny_bert import POSITIONS, tiny_bert

from . import models, training
from .desk import DESK
from .figures_origins import tiny_curve
from .parts import figure_value
from .text import Text
from .view import el, meter, percent, status_line

METHOD = "origins"
# About a minute for a class to watch, and as many word pieces on a fast machine as on a slow one. Rate and batch
# were chosen by the loss on the dev reviews.
RECIPE = Recipe(tokens=2_000_000, tokens_per_batch=1024, longest=POSITIONS - 3, lr=3e-3)
POINTS = 12  # how often held-out reviews are asked and the blank is filled
TOP = 6


@dataclass(frozen=True)
class Live:
    """What the tab shows of a training."""

    status: str
    curve: dict[str, object]
    words: str


@dataclass(frozen=True)
class Row:
    """What the model said at one point of its training."""

    tokens: int
    loss: float
    words: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Tiny:
    """A tiny BERT and what it is trained and measured on."""

    lm: MaskedLM
    train: Corpus
    held_out: Corpus
    frequency: float  # nats
    tokens: int = 0  # word pieces that `lm` has read; where the training was stopped, more than at the last of `rows`
    rows: tuple[Row, ...] = field(default=())

    @property
    def chance(self) -> float:
        return log(len(self.lm.tokenizer))


def fresh(seed: int = 0) -> Tiny:
    """Random weights, and the reviews as its own word pieces."""
    lm = tiny_bert(models.train_set().texts, seed)
    train = corpus_of(models.train_set().texts, lm.tokenizer)
    held_out = corpus_of(models.held_out().texts, lm.tokenizer)
    return Tiny(lm, train, held_out, frequency_loss(train, held_out, len(lm.tokenizer)))


def blank_of(text: str) -> tuple[str, str]:
    """What stands before and after the blank; the end of the text is one where it has none."""
    before, _, after = text.partition("[MASK]")
    return before, after


async def pretrain_live(
    t: Text, session: str, text: str, recipe: Recipe = RECIPE, points: int = POINTS
) -> AsyncGenerator[Live]:
    """Wait for the turn, train, and leave the tiny BERT with the session."""
    key = (session, METHOD)
    training.begin(*key)
    with DESK.ticket() as ticket:
        while (ahead := DESK.ahead(ticket)) and not training.stopped(key):
            yield replace(idle(t), status=status(t, "waiting", ahead=ahead))
            await asyncio.sleep(training.SHOW_EVERY)
        if training.stopped(key):
            yield idle(t)
            return
        yield replace(idle(t), status=status(t, "preparing"))
        tiny = await anyio.to_thread.run_sync(fresh)
        steps = pretrain(tiny.lm, tiny.train, tiny.held_out, recipe, points=points)
        state, last = "done", None
        while (step := await anyio.to_thread.run_sync(_until_shown, steps, key)) is not None:
            last = step
            tiny = replace(tiny, tokens=step.tokens)
            if step.held_out is not None:
                words = tuple(fill_blank(tiny.lm, *blank_of(text), TOP))
                tiny = replace(tiny, rows=(*tiny.rows, Row(step.tokens, step.held_out, words)))
            if training.stopped(key):
                state = "stopped"
                break
            yield shown(t, tiny, text, status(t, "running", done=step.done, step=step))
    models.SESSIONS.put(session, METHOD, tiny)
    yield shown(t, tiny, text, status(t, state, step=last))


def _until_shown(steps, key: tuple[str, str]) -> PretrainStep | None:
    """The next step that has something to show: held-out text asked, or a stop wanted."""
    for step in steps:
        if step.held_out is not None or step.step % 25 == 0 or training.stopped(key):
            return step
    return None


def status(t: Text, state: str, *, ahead: int = 0, done: float = 0.0, step: PretrainStep | None = None) -> str:
    """The status line."""
    tokens = f"{step.tokens:,}" if step else ""
    said = t(f"origins.status.{state}", ahead=ahead, done=percent(done), tokens=tokens)
    return str(status_line(state, said))


def idle(t: Text) -> Live:
    """Before any training: what random weights would say is not computed, the axes are there."""
    chance = log(2000)
    figure = tiny_curve([], chance, chance, RECIPE.tokens or 0, names(t))
    figure.data = ()
    return Live(
        status(t, "idle"),
        figure_value(figure, t("origins.curve.none")),
        str(el("p", t("origins.words.none"), cls="empty")),
    )


def shown(t: Text, tiny: Tiny, text: str, line: str) -> Live:
    """The training so far."""
    if not tiny.rows:
        return replace(idle(t), status=line)
    points = [(row.tokens, row.loss) for row in tiny.rows]
    width = max(RECIPE.tokens or 0, tiny.rows[-1].tokens)
    result = t(
        "origins.curve.result",
        loss=f"{tiny.rows[-1].loss:.2f}",
        chance=f"{tiny.chance:.2f}",
        frequency=f"{tiny.frequency:.2f}",
        odds=f"{2.718281828 ** tiny.rows[-1].loss:,.0f}",
    )
    figure = tiny_curve(points, tiny.chance, tiny.frequency, width, names(t))
    return Live(line, figure_value(figure, result), str(table(t, tiny, text)))


def names(t: Text) -> dict[str, str]:
    return {name: t(f"origins.{name}") for name in ("tokens", "loss", "held_out", "chance", "frequency")}


def table(t: Text, tiny: Tiny, text: str) -> Markup:
    """A row for each point of the training: from noise to words."""
    rows = [
        el(
            "tr",
            el("th", f"{row.tokens:,}", scope="row"),
            el("td", f"{row.loss:.2f}"),
            el(
                "td",
                [
                    [el("span", word, cls="guess", style=f"opacity: {0.5 + min(0.5, 3 * p):.2f}"), " "]
                    for word, p in row.words
                ],
            ),
        )
        for row in reversed(tiny.rows)
    ]
    head = [el("th", t(f"origins.column.{name}"), scope="col") for name in ("tokens", "held_out", "words")]
    return el(
        "div",
        el("p", sentence(text), cls="cloze"),
        el("div", el("table", el("thead", el("tr", head)), el("tbody", rows)), cls="scroll"),
    )


def sentence(text: str) -> list[object]:
    before, after = blank_of(text)
    return [before, el("span", "[MASK]", cls="slot"), after]


def kept(t: Text, text: str, session: str | None) -> Markup:
    """What the built-in backbone, and the session's tiny BERT where there is one, put into the blank just now."""
    before, after = blank_of(text)
    voices = [(models.Backbone.name, models.trained()["prompt"].lm_)]
    if isinstance(tiny := models.SESSIONS.get(session, METHOD), Tiny):
        voices.append((t("origins.yours", tokens=f"{tiny.tokens:,}"), tiny.lm))
    columns = [
        el(
            "div",
            el("h3", name),
            [bar(word, p) for word, p in fill_blank(lm, before, after, TOP)],
            cls="bars",
        )
        for name, lm in voices
    ]
    return el("div", columns, cls="voices hue-origins")


def bar(word: str, p: float) -> Markup:
    return el("div", el("span", word, cls="name"), meter(p, cls=""), el("span", percent(p), cls="number"), cls="bar")
