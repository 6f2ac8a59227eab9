"""Which models of tab 2 there are: the recorded one, and the one that a session has trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from weakref import WeakKeyDictionary

from markupsafe import Markup

from paradigms.evaluate import interval
from paradigms.record import Recorded

from . import models
from .text import Text
from .view import el, percent

if TYPE_CHECKING:
    from paradigms.base import TextClassifier
    from paradigms.word2vec_lstm import Word2VecLSTM

METHOD = "word2vec-lstm"


@dataclass(frozen=True)
class Run:
    """What a model of a session was trained on, and how it did; `right` is None until that is measured."""

    per_class: int
    n_train: int
    seconds: float = 0.0
    stopped: bool = False  # before its last step
    right: int | None = None  # of all held-out reviews


# Kept beside the models, and as long as they are.
RUNS: WeakKeyDictionary[TextClassifier, Run] = WeakKeyDictionary()


def recorded() -> Word2VecLSTM:
    """The model trained on all the built-in reviews, which everyone shares."""
    return cast("Word2VecLSTM", models.trained()[METHOD])


def own(session: str | None) -> Word2VecLSTM | None:
    """The model a session has trained; None where it has none."""
    return cast("Word2VecLSTM | None", models.SESSIONS.get(session, METHOD))


def speaker(t: Text, model: Word2VecLSTM) -> Markup:
    """Which model answers: the recorded one, or the one trained just now."""
    run = RUNS.get(model)
    if run is None:
        row = recorded_row()
        chip = el("span", t("recorded"), cls="recorded", title=t("recorded.title", command=row.command))
        return el("span", chip, " ", t("lstm.speaker.recorded", n=f"{row.n_train:,}"))
    embeddings = t(f"lstm.emb.{model.embeddings}")
    said = t("lstm.speaker.now", k=f"{run.per_class:,}", seed=model.seed, embeddings=embeddings)
    stopped = t("lstm.speaker.stopped") if run.stopped else ""
    return el("span", el("span", t("lstm.now"), cls="recorded"), " ", said, stopped)


def recorded_row() -> Recorded:
    """The recorded model's figures."""
    return next(row for row in models.results() if row.method == METHOD and row.shots is None)


def model_table(t: Text, own: Word2VecLSTM | None) -> Markup:
    """The recorded model beside the one trained just now: what each was given, and how well it does."""
    row, run = recorded_row(), RUNS.get(own) if own else None
    n_test = len(models.held_out())
    low, high = row.ci95
    chip = el("span", t("recorded"), cls="recorded", title=t("recorded.title", command=row.command))
    left = {
        "labels": f"{row.n_train:,}",
        "embeddings": t(f"lstm.emb.{recorded().embeddings}"),
        "parameters": f"{row.trainable_parameters:,.0f}",
        "seed": str(recorded().seed),
        "seconds": f"{row.seconds_fit:.1f}",
        "accuracy": percent(row.accuracy, 1),
        "interval": f"{100 * low:.1f}–{100 * high:.1f}%",
    }
    right = dict.fromkeys(left, "–")
    result = t("lstm.result.untrained")
    if own is not None and run is not None:
        right = {
            "labels": f"{run.n_train:,}",
            "embeddings": t(f"lstm.emb.{own.embeddings}"),
            "parameters": f"{own.trainable_parameters_:,}",
            "seed": str(own.seed),
            "seconds": f"{run.seconds:.1f}" + (t("lstm.speaker.stopped") if run.stopped else ""),
            "accuracy": t("lstm.measuring"),
            "interval": "–",
        }
        if run.right is not None:
            low, high = interval(run.right, n_test)
            right |= {"accuracy": percent(run.right / n_test, 1), "interval": f"{100 * low:.1f}–{100 * high:.1f}%"}
            yours, theirs = right["accuracy"], left["accuracy"]
            result = t("lstm.result.trained", labels=right["labels"], yours=yours, recorded=theirs)
    columns = [t("lstm.column.setting"), chip, t("lstm.column.yours")]
    head = el("tr", [el("th", column, scope="col") for column in columns])
    body = [
        el("tr", el("th", t(f"lstm.row.{key}"), scope="row"), el("td", left[key]), el("td", right[key])) for key in left
    ]
    majority = percent(models.held_out().majority)
    return el(
        "section",
        el("div", el("table", el("thead", head), el("tbody", body)), cls="scroll"),
        el("p", result, cls="hint"),
        el("p", t("lstm.table.note", n=n_test, majority=majority), cls="caption"),
        cls="hue-lstm model-table",
    )
