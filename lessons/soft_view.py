"""The HTML of the soft prompt tab: the input with its pseudo-tokens, their neighbours step by step, the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from paradigms.prompt.soft import PseudoToken
from paradigms.prompt.soft_classifier import SoftExplanation

from .soft_models import Snapshot
from .text import Text
from .view import el, meter, percent, side, tabular

COLUMNS = 6  # steps shown beside each other


@dataclass(frozen=True)
class Row:
    """One line of the comparison; None where it has not been measured."""

    name: str  # the end of its text's key
    colour: str
    n_labels: int | None = None
    trained: int | None = None  # parameters
    kept: int | None = None  # of them needed to answer
    seconds: float | None = None
    accuracy: float | None = None
    bounds: tuple[float, float] | None = None
    note: Markup | str | None = None  # recorded, or where it was stopped


def strip(t: Text, explanation: SoftExplanation, labels: Sequence[str], voice: str) -> Markup:
    """What the model reads, pseudo-tokens marked, and what it answers."""
    soft = {token.name for token in explanation.pseudo_tokens}
    tokens = [
        el(
            "li",
            token,
            cls="sp-token " + ("is-soft" if token in soft else "is-mask" if at == explanation.mask_position else ""),
        )
        for at, token in enumerate(explanation.tokens)
    ]
    best = max(range(len(labels)), key=explanation.probabilities.__getitem__)
    return el(
        "section",
        el("h2", t("soft.reads")),
        el("p", voice, cls="sp-voice"),
        el("ol", tokens, cls="sp-tokens"),
        el(
            "div",
            el("span", t.label(labels[best]), cls=f"label {side(best)}"),
            meter(explanation.probabilities[best], cls=side(best)),
            el("span", percent(explanation.probabilities[best], 1), cls="number"),
            cls="answer",
        ),
        el("p", t("soft.truncated", n=explanation.truncated), cls="caption") if explanation.truncated else None,
    )


def neighbours(t: Text, method: str, history: Sequence[Snapshot]) -> Markup:
    """The nearest word of each pseudo-token step by step, and how far it is from where it began."""
    heading = el("h2", t("soft.neighbours"))
    if method == "p-tuning-v2":
        return el("section", heading, el("p", t("soft.neighbours.none"), cls="hint"))
    chosen = shown_steps(history)
    steps = [t("soft.at", step=snapshot.step) for snapshot in chosen]
    head = [t("soft.pseudo"), *steps, t("soft.similarity"), t("soft.drift")]
    last = history[-1].tokens
    longest = max(0.1, *(token.drift for token in last))
    body = [
        el(
            "tr",
            el("th", last[place].name, _began(t, last[place]), scope="row"),
            [_nearest(t, snapshots.tokens[place]) for snapshots in chosen],
            el("td", f"{last[place].similarities[0]:.2f}"),
            el("td", f"{last[place].drift:.2f} ", meter(last[place].drift / longest, cls="sp-drift")),
            cls="hue-prompt",
        )
        for place in range(len(last))
    ]
    return el(
        "section",
        heading,
        el("p", t("soft.neighbours.note"), cls="hint"),
        tabular(head, body),
        el("p", t("soft.caveat"), cls="sp-caveat"),
    )


def shown_steps(history: Sequence[Snapshot]) -> list[Snapshot]:
    """At most COLUMNS snapshots, the first and the last among them."""
    if len(history) <= COLUMNS:
        return list(history)
    return [history[round(column * (len(history) - 1) / (COLUMNS - 1))] for column in range(COLUMNS)]


def _began(t: Text, token: PseudoToken) -> Markup:
    return el("span", t("soft.began", word=token.started_from) if token.started_from else t("soft.random"), cls="shots")


def _nearest(t: Text, token: PseudoToken) -> Markup:
    others = t("comma").join(
        f"{word} {similarity:.2f}" for word, similarity in zip(token.nearest, token.similarities, strict=True)
    )
    return el("td", token.nearest[0], title=others, cls="sp-word")


def table(t: Text, rows: Sequence[Row], caption: str) -> Markup:
    """Who is right how often, and with how many numbers."""
    columns = ("how", "accuracy", "labels", "trained", "kept", "seconds")
    body = [
        el(
            "tr",
            el("th", t(f"soft.row.{row.name}"), scope="row"),
            el("td", row.note, " ", _accuracy(row)),
            el("td", _number(row.n_labels)),
            el("td", _number(row.trained)),
            el("td", _number(row.kept)),
            el("td", "–" if row.seconds is None else f"{row.seconds:.1f}"),
            style=f"--hue: {row.colour}",
        )
        for row in rows
    ]
    return el(
        "div",
        tabular([t(f"soft.results.{name}") for name in columns], body),
        el("p", caption, cls="caption result"),
    )


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _accuracy(row: Row) -> Markup | str:
    if row.accuracy is None or row.bounds is None:
        return "–"
    low, high = (f"{100 * bound:.1f}" for bound in row.bounds)
    return el("span", el("strong", percent(row.accuracy, 1)), f" [{low}–{high}]")
