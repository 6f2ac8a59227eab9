"""The prompt beside fine-tuning with the same examples, as a table: recorded at first, then what a session trains."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from paradigms.record import Recorded

from . import models
from .prompt_accuracy import badge, in_words, whisker
from .prompt_question import Words
from .review_sets import named
from .state import DEFAULTS
from .text import Text
from .view import el, percent, tabular

METHOD, BESIDE = "prompt", "bert-finetune"
RECORDED_SHOTS = 16  # labelled examples per class of the recorded figures shown before the first training


@dataclass(frozen=True)
class Row:
    """One line of the comparison."""

    name: str  # zero, prompt or finetune
    n_labels: int
    parameters: int
    seconds: float
    accuracy: float
    bounds: tuple[float, float]
    stopped: tuple[int, int] | None = None  # step, of how many
    recorded: Recorded | None = None


def recorded_rows() -> list[Row]:
    """The figures shown before a session's first training."""
    wanted = (("zero", METHOD, 0), ("prompt", METHOD, RECORDED_SHOTS), ("finetune", BESIDE, RECORDED_SHOTS))
    rows = []
    for name, method, shots in wanted:
        row = next(row for row in models.results() if row.method == method and row.shots == shots)
        numbers = (row.n_train, row.trainable_parameters if shots else 0, row.seconds_fit if shots else 0.0)
        rows.append(Row(name, *numbers, row.accuracies[0], row.ci95, recorded=row))
    return rows


def results(t: Text, rows: list[Row], template: str, words: Words, name: str = DEFAULTS["set"]) -> Markup:
    """The comparison on the held-out reviews of the set `name`, of this question."""
    columns = ("how", "accuracy", "labels", "parameters", "seconds")
    body = [
        el(
            "tr",
            el("th", t(f"prompt.row.{row.name}"), _stopped(t, row), scope="row"),
            el(
                "td",
                badge(t, row.recorded) if row.recorded else None,
                " ",
                el("strong", percent(row.accuracy, 1)),
                f" [{100 * row.bounds[0]:.1f}–{100 * row.bounds[1]:.1f}]",
                whisker(row.accuracy, row.bounds, name),
            ),
            el("td", f"{row.n_labels:,}"),
            el("td", f"{row.parameters:,}"),
            el("td", f"{row.seconds:.1f}"),
            cls="hue-finetune" if row.name == "finetune" else "hue-prompt",
        )
        for row in rows
    ]
    by_name = {row.name: row for row in rows}
    said = {how: percent(row.accuracy, 1) for how, row in by_name.items()}
    n, majority = len(models.held_out(name)), percent(models.held_out(name).majority)
    trained, beside = by_name["prompt"].n_labels, by_name.get("finetune")
    key = ("two" if beside else "one") if trained else ("none" if beside else "nothing")
    examples = trained or (beside.n_labels if beside else 0)
    result = t(f"prompt.result.{key}", n=n, majority=majority, examples=examples, **said)
    return el(
        "div",
        el("h3", t("prompt.results"), named(t, name)),
        el("p", t("prompt.results.for", template=template, words=in_words(words)), cls="caption asked"),
        tabular([t(f"prompt.results.{column}") for column in columns], body),
        el("p", result, cls="caption result"),
    )


def _stopped(t: Text, row: Row) -> Markup | None:
    return (
        el("span", t("prompt.stopped", step=row.stopped[0], total=row.stopped[1]), cls="shots") if row.stopped else None
    )
