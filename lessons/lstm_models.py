"""Which models of tab 2 there are: the recorded one, and the one that a session has trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from weakref import WeakKeyDictionary

from markupsafe import Markup

from paradigms.evaluate import interval
from paradigms.prompt.what_is_trained import count
from paradigms.record import Recorded

from . import models
from .anatomy import Part, anatomy
from .review_sets import key
from .state import DEFAULTS
from .text import Text
from .view import el, percent

if TYPE_CHECKING:
    from paradigms.base import TextClassifier
    from paradigms.word2vec_lstm import Word2VecLSTM

METHOD = "word2vec-lstm"
ROWS = ("labels", "embeddings", "parameters", "seed", "seconds", "accuracy", "interval")


@dataclass(frozen=True)
class Run:
    """What a model of a session was trained on, and how it did; `right` is None until that is measured."""

    set: str  # the name of the reviews
    per_class: int
    n_train: int
    seconds: float = 0.0
    stopped: bool = False  # before its last step
    right: int | None = None  # of all held-out reviews of the set


# Kept beside the models, and as long as they are.
RUNS: WeakKeyDictionary[TextClassifier, Run] = WeakKeyDictionary()


def recorded(name: str = DEFAULTS["set"]) -> Word2VecLSTM | None:
    """The model trained on all the English reviews, which everyone shares; of the Chinese ones there is none."""
    return cast("Word2VecLSTM", models.trained()[METHOD]) if name == DEFAULTS["set"] else None


def own(session: str | None, name: str = DEFAULTS["set"]) -> Word2VecLSTM | None:
    """The model a session has trained on the reviews `name`; None where it has none."""
    return cast("Word2VecLSTM | None", models.SESSIONS.get(session, key(METHOD, name)))


def speaker(t: Text, model: Word2VecLSTM) -> Markup:
    """Which model answers: the recorded one, or the one trained just now."""
    run = RUNS.get(model)
    if run is None:
        row = recorded_row()
        chip = el("span", t("recorded"), cls="recorded", title=t("recorded.title", command=row.command))
        return el("span", chip, " ", t("lstm.speaker.recorded", n=f"{row.n_train:,}"))
    embeddings = t(f"lstm.emb.{model.embeddings}")
    said = t(
        "lstm.speaker.now", k=f"{run.per_class:,}", set=t(f"set.{run.set}"), seed=model.seed, embeddings=embeddings
    )
    stopped = t("lstm.speaker.stopped") if run.stopped else ""
    return el("span", el("span", t("lstm.now"), cls="recorded"), " ", said, stopped)


def recorded_row() -> Recorded:
    """The recorded model's figures."""
    return next(row for row in models.results() if row.method == METHOD and row.shots is None)


def model_table(t: Text, own: Word2VecLSTM | None, name: str = DEFAULTS["set"]) -> Markup:
    """The model trained just now, beside the recorded one where the reviews `name` have one: what each was given, and
    how well it does."""
    theirs, run = recorded(name), RUNS.get(own) if own else None
    columns: dict[str, dict[str, str]] = {}
    if theirs:
        columns["recorded"] = _recorded_column(t, theirs)
    columns["yours"] = _own_column(t, own, run) if own and run else dict.fromkeys(ROWS, "–")
    if run is None or run.right is None:
        result = t("lstm.result.untrained" if theirs else "lstm.result.nothing")
    else:
        said = {key: column["accuracy"] for key, column in columns.items()}
        known = {"labels": columns["yours"]["labels"], "set": t(f"set.{name}"), **said}
        result = t("lstm.result.trained" if theirs else "lstm.result.alone", **known)
    command = recorded_row().command
    names = {
        "recorded": el("span", t("recorded"), cls="recorded", title=t("recorded.title", command=command)),
        "yours": t("lstm.column.yours"),
    }
    head = el("tr", [el("th", name, scope="col") for name in (t("lstm.column.setting"), *(names[c] for c in columns))])
    body = [
        el("tr", el("th", t(f"lstm.row.{row}"), scope="row"), [el("td", column[row]) for column in columns.values()])
        for row in ROWS
    ]
    test = models.held_out(name)
    note = t("lstm.table.note", n=len(test), set=t(f"set.{name}"), majority=percent(test.majority))
    shown = own or theirs
    return el(
        "section",
        el("div", el("table", el("thead", head), el("tbody", body)), cls="scroll"),
        el("p", result, cls="hint"),
        el("p", note, cls="caption"),
        anatomy(t, parts(shown), hue="lstm", title=t("lstm.anatomy")) if shown else None,
        cls="hue-lstm model-table",
    )


def _recorded_column(t: Text, model: Word2VecLSTM) -> dict[str, str]:
    row = recorded_row()
    return {
        "labels": f"{row.n_train:,}",
        "embeddings": t(f"lstm.emb.{model.embeddings}"),
        "parameters": f"{row.trainable_parameters:,.0f}",
        "seed": str(model.seed),
        "seconds": f"{row.seconds_fit:.1f}",
        "accuracy": percent(row.accuracy, 1),
        "interval": _bounds(row.ci95),
    }


def _own_column(t: Text, model: Word2VecLSTM, run: Run) -> dict[str, str]:
    n_test = len(models.held_out(run.set))
    if run.right is None:
        accuracy, bounds = t("lstm.measuring"), "–"
    else:
        accuracy, bounds = percent(run.right / n_test, 1), _bounds(interval(run.right, n_test))
    return {
        "labels": f"{run.n_train:,}",
        "embeddings": t(f"lstm.emb.{model.embeddings}"),
        "parameters": f"{model.trainable_parameters_:,}",
        "seed": str(model.seed),
        "seconds": f"{run.seconds:.1f}" + (t("lstm.speaker.stopped") if run.stopped else ""),
        "accuracy": accuracy,
        "interval": bounds,
    }


def _bounds(bounds: tuple[float, float]) -> str:
    return f"{100 * bounds[0]:.1f}–{100 * bounds[1]:.1f}%"


def parts(model: Word2VecLSTM) -> list[Part]:
    """The word vectors, which stand where BERT will, and what reads them."""
    vectors = count(model.reader_.embedding.parameters())
    reader = count(model.reader_.parameters())
    return [
        Part("model", "word_vectors", vectors.total, vectors.trained),
        Part("head", "lstm_head", reader.total - vectors.total, reader.trained - vectors.trained),
    ]
