"""Several trainings one after the other on the same examples, for the soft prompt tab: curves, neighbours, table."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import anyio.to_thread
import gradio as gr
from markupsafe import Markup

from paradigms import data
from paradigms.base import TextClassifier
from paradigms.errors import ParadigmError
from paradigms.evaluate import interval
from paradigms.prompt.soft import INITS
from paradigms.prompt.soft_classifier import SoftPrompt
from paradigms.record import Recorded

from . import models, training
from .errors import say
from .figures_soft import Line, drift, race
from .parts import figure_value
from .prompt_accuracy import badge, measure
from .soft_models import ASKED, BESIDE, COLOURS, HISTORY, INIT_COLOURS, METHODS, Snapshot, finetune, key, new
from .soft_view import Row, neighbours, table
from .text import Text
from .training import Progress
from .view import el, percent

RECORDED_SHOTS = 16


@dataclass(frozen=True)
class Entrant:
    """One of the trainings. `keep`: its model answers for the session afterwards; `chosen`: it is what is chosen on the
    page, whose neighbours and drift are drawn."""

    name: str  # the end of its texts' keys: soft.row.NAME
    colour: str
    model: TextClassifier
    keep: bool = True
    chosen: bool = False


def methods(state: Mapping[str, Any]) -> list[Entrant]:
    """The four soft prompts, and full fine-tuning to compare them with."""
    soft = [
        Entrant(method, COLOURS[method], new(method, state), chosen=method == state["sp_method"]) for method in METHODS
    ]
    return [*soft, Entrant(BESIDE, COLOURS[BESIDE], finetune(state["sp_seed"]), keep=False)]


def initialisations(state: Mapping[str, Any]) -> list[Entrant]:
    """Prompt Tuning from each of the four places it can start from."""
    chosen = state["sp_init"] if state["sp_method"] == "prompt-tuning" else None
    return [
        Entrant(
            init,
            INIT_COLOURS[init],
            new("prompt-tuning", {**state, "sp_init": init}),
            keep=False,
            chosen=init == chosen,
        )
        for init in INITS
    ]


async def run(
    t: Text, session: str, state: Mapping[str, Any], entrants: Sequence[Entrant]
) -> AsyncGenerator[tuple[Any, ...]]:
    """Train them in turn. Yields (status, curves, neighbours, drift, table); what does not change is skipped."""
    skip = gr.skip()
    examples = data.few_shot(models.train_set(), state["sp_k"], state["sp_seed"])
    training.begin(session, *(key(entrant.name) for entrant in entrants))
    hard = await anyio.to_thread.run_sync(hard_prompt)
    lines: list[Line] = []
    rows = {entrant.name: Row(entrant.name, entrant.colour) for entrant in entrants}
    for entrant in entrants:
        model, name = entrant.model, t(f"soft.row.{entrant.name}")
        progress = Progress("idle")
        try:
            seen = [_begin(model, models.train_set().classes)] if isinstance(model, SoftPrompt) else []
            steps = training.train(session, key(entrant.name), model, examples, keep=entrant.keep)
            async with aclosing(steps):
                async for progress in steps:
                    shown = skip, skip
                    asked = progress.held_out[-1][0] if progress.held_out else 0
                    if isinstance(model, SoftPrompt) and asked > seen[-1].step:
                        seen.append(Snapshot(progress.step, model.pseudo_tokens()))
                        if entrant.chosen:
                            shown = near(t, state["sp_method"], seen), moved(t, seen)
                    drawn = curves(t, [*lines, Line(name, entrant.colour, progress.held_out)], hard)
                    yield status(t, name, progress), drawn, *shown, skip
        except ParadigmError as error:
            rows[entrant.name] = replace(rows[entrant.name], note=el("span", say(error, t), cls="hint wrong"))
            yield skip, skip, skip, skip, results(t, rows)
            continue
        if progress.model is None:  # stopped before its turn came
            return
        if isinstance(model, SoftPrompt):
            HISTORY[model], ASKED[model] = seen, state
        lines.append(Line(name, entrant.colour, progress.held_out))
        measured = await anyio.to_thread.run_sync(measure, model)
        stopped = t("soft.stopped", step=progress.step, total=progress.total) if progress.state == "stopped" else None
        rows[entrant.name] = Row(
            entrant.name,
            entrant.colour,
            len(examples),
            model.trainable_parameters_,
            kept(model),
            progress.seconds,
            measured.accuracy,
            interval(measured.right, measured.n),
            el("span", stopped, cls="shots") if stopped else None,
        )
        yield status(t, name, progress), curves(t, lines, hard), skip, skip, results(t, rows)
        if stopped:
            return


def _begin(model: SoftPrompt, classes: Sequence[str]) -> Snapshot:
    return Snapshot(0, model.begin(classes).pseudo_tokens())


def kept(model: TextClassifier) -> int:
    """The trained numbers that are needed to answer: a prompt encoder's are not."""
    if not isinstance(model, SoftPrompt):
        return model.trainable_parameters_
    language_model = sum(w.numel() for w in model.lm_.model.parameters() if w.requires_grad)
    prompt = sum(w.numel() for w in model.prompt_.parameters())
    return max(language_model, prompt)  # the prompt is one of the language model's embeddings, but for P-tuning v2


def stop(session: str | None, names: Sequence[str]) -> None:
    for name in names:
        training.stop(session, key(name))


# What is shown ------------------------------------------------------------------------------------------------------


def status(t: Text, name: str, progress: Progress) -> str:
    return str(el("div", el("strong", name, cls="who hue-prompt"), Markup(training.status(t, progress)), cls="phase"))


def hard_prompt() -> float:
    """The zero-shot hard prompt on the sentences behind the curves; their states are kept with the backbone."""
    held_out = training.behind_curve(models.held_out())
    return float(models.trained()["prompt"].score(held_out.texts, held_out.labels))


def curves(t: Text, lines: Sequence[Line], hard: float | None = None) -> dict[str, object]:
    """Accuracy over steps, with the hard prompt (the recorded one until it is measured) and the majority as levels."""
    behind = training.behind_curve(models.held_out())
    level = _result("prompt", 0).accuracies[0] if hard is None else hard
    total = max((step for line in lines for step, _ in line.points), default=60)
    levels = {t("soft.hard"): level, t("majority"): behind.majority}
    figure = race(lines, levels, total, step=t("step"), accuracy=t("accuracy"))
    said = [f"{line.name} {percent(line.points[-1][1])}" for line in lines if line.points]
    if not said:
        if hard is not None:
            return figure_value(figure, t("curve.none"))
        return figure_value(figure, t("soft.curves.none", hard=percent(level), n=_result("prompt", 0).n_test))
    joined = t("comma").join(said)
    return figure_value(figure, t("soft.curves.result", said=joined, hard=percent(level), n=len(behind)))


def near(t: Text, method: str, history: Sequence[Snapshot]) -> str:
    return str(neighbours(t, method, history))


def moved(t: Text, history: Sequence[Snapshot]) -> dict[str, object]:
    """How far each pseudo-token (of P-tuning v2: each layer) has moved."""
    last = history[-1]
    names = [token.name for token in last.tokens]
    distances = [[token.drift for token in snapshot.tokens] for snapshot in history]
    figure = drift(names, [snapshot.step for snapshot in history], distances, x=t("step"), y=t("soft.drift.axis"))
    far = max(last.tokens, key=lambda token: token.drift)
    if last.step == 0:
        return figure_value(figure, t("soft.drift.none"))
    return figure_value(figure, t("soft.drift.result", step=last.step, name=far.name, drift=f"{far.drift:.2f}"))


def results(t: Text, rows: Mapping[str, Row]) -> str:
    """The table, the zero-shot hard prompt first."""
    hard = _recorded(t, "prompt", 0)
    beside = {BESIDE: _recorded(t, BESIDE, RECORDED_SHOTS)} if BESIDE in rows and not rows[BESIDE].accuracy else {}
    held_out = models.held_out()
    caption = t("soft.results.note", n=len(held_out), majority=percent(held_out.majority))
    return str(table(t, [hard, *{**rows, **beside}.values()], caption))


def _recorded(t: Text, method: str, shots: int) -> Row:
    row = _result(method, shots)
    name, colour = ("hard", "var(--faint)") if method == "prompt" else (method, COLOURS[method])
    parameters = row.trainable_parameters if shots else 0
    seconds = row.seconds_fit if shots else 0.0
    first = row.accuracies[0]
    return Row(name, colour, row.n_train, parameters, parameters, seconds, first, row.ci95, badge(t, row))


def _result(method: str, shots: int) -> Recorded:
    return next(row for row in models.results() if row.method == method and row.shots == shots)


def not_yet(names: Sequence[str], colours: Mapping[str, str]) -> dict[str, Row]:
    """The rows of a table before anything is trained."""
    return {name: Row(name, colours[name]) for name in names}
