"""Whose voice the fine-tuning tab speaks with, and how well each of its models does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from weakref import WeakKeyDictionary

from markupsafe import Markup

from paradigms.evaluate import interval
from paradigms.record import SEEDS, Recorded

from . import models
from .compare import shots_name
from .review_sets import key, named
from .state import DEFAULTS
from .text import Text
from .view import el, percent, tabular

if TYPE_CHECKING:
    from paradigms.bert_finetune import BertFineTune

METHOD = "bert-finetune"
BESIDE = (16, None)  # labelled examples per class of the recorded results in the table; None: all


@dataclass(frozen=True)
class Run:
    """What a session's model was trained on, and how well it did."""

    per_class: int
    seed: int
    n_train: int
    step: int = 0
    total: int = 0
    seconds: float = 0.0
    right: int = 0  # of n_test held-out reviews
    n_test: int = 0  # 0 until they have been asked


# Runs live as long as their models, which live in models.SESSIONS.
RUNS: WeakKeyDictionary[BertFineTune, Run] = WeakKeyDictionary()


def voice(t: Text, model: BertFineTune, run: Run | None) -> Markup:
    """Which model is speaking, and what it cost."""
    if run is None:
        row = next(row for row in models.results() if row.method == METHOD and row.shots is None)
        said = [t("finetune.voice.recorded", n=f"{row.n_train:,}"), " ", _recorded(t, row)]
    else:
        key = "finetune.voice.stopped" if run.step < run.total else "finetune.voice.fresh"
        details = {"k": run.per_class, "n": f"{run.n_train:,}", "seed": run.seed, "step": run.step, "total": run.total}
        said = [t(key, **details)]
    cost = t("parameters", n=f"{model.trainable_parameters_:,}")
    return el("p", said, " ", el("span", cost, cls="cost"), cls="ft-voice", data_model="own" if run else "recorded")


def speaker(session: str | None, name: str) -> BertFineTune | None:
    """The model a session has trained on the reviews `name`, or the recorded one; of the Chinese ones there is none."""
    recorded = models.trained()[METHOD] if name == DEFAULTS["set"] else None
    return cast("BertFineTune | None", models.SESSIONS.get(session, key(METHOD, name)) or recorded)


def results(t: Text, model: BertFineTune | None, name: str) -> Markup:
    """This session's run on the reviews `name` beside the recorded ones, which are on the English reviews."""
    run, recorded = RUNS.get(model) if model else None, []
    if name == DEFAULTS["set"]:
        recorded = [row for row in models.results() if row.method == METHOD and row.shots in BESIDE]
    columns = ("labels", "parameters", "seconds", "accuracy")
    head = [t("finetune.results.model"), *(t(f"compare.column.{name}") for name in columns)]
    rows = [_own_row(t, run, model), *(_recorded_row(t, row) for row in recorded)]
    note = t(
        "finetune.results.note",
        n=len(models.held_out(name)),
        majority=percent(models.held_out(name).majority),
        recorded=t("finetune.results.seeds", k=BESIDE[0], seeds=len(SEEDS)) if recorded else "",
    )
    return el(
        "section",
        el("h3", t("finetune.results"), named(t, name)),
        tabular(head, rows),
        el("p", note, cls="caption"),
        cls="ft-results hue-finetune",
    )


def _own_row(t: Text, run: Run | None, model: BertFineTune | None) -> Markup:
    if run is None or model is None:
        return el("tr", el("th", t("finetune.results.yours_none"), scope="row"), [el("td", "–") for _ in range(4)])
    accuracy: list[object] = ["–"]
    if run.n_test:
        low, high = interval(run.right, run.n_test)
        accuracy = [el("strong", percent(run.right / run.n_test, 1)), f" [{100 * low:.1f}–{100 * high:.1f}] "]
    return el(
        "tr",
        el("th", t("finetune.results.yours", k=f"{run.per_class:,}", seed=run.seed), scope="row"),
        el("td", f"{run.n_train:,}"),
        el("td", f"{model.trainable_parameters_:,}"),
        el("td", f"{run.seconds:.1f}"),
        el("td", accuracy, el("span", t("finetune.results.now"), cls="recorded ft-now")),
        cls="ft-own",
    )


def _recorded_row(t: Text, row: Recorded) -> Markup:
    low, high = row.bounds
    spread = f" ± {100 * row.deviation:.1f}" if row.deviation else ""
    accuracy = el("strong", percent(row.accuracy, 1))
    return el(
        "tr",
        el("th", shots_name(t, row), scope="row"),
        el("td", f"{row.n_train:,}"),
        el("td", f"{row.trainable_parameters:,}"),
        el("td", f"{row.seconds_fit:.1f}"),
        el("td", accuracy, f"{spread} [{100 * low:.1f}–{100 * high:.1f}] ", _recorded(t, row)),
    )


def _recorded(t: Text, row: Recorded) -> Markup:
    return el("span", t("recorded"), cls="recorded", title=t("recorded.title", command=row.command))
