"""The HTML of the search tab: candidates, the way to the best of them, words per class, results on held-out reviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from markupsafe import Markup

from paradigms.prompt.candidates import Candidate

from .search_models import TEMPLATE, Row
from .text import Text
from .view import el, meter, percent, pick, side, tabular

SHOWN = 10  # candidates in a table
WORDS_SHOWN = 8  # label words of a class in a candidate


def candidates(t: Text, kind: str, n: int, by_hand: Candidate, found: Sequence[Candidate]) -> Markup:
    """The best candidates on the `n` examples, what was written by hand first. A click carries one to another tab."""
    rows = [_candidate(t, kind, n, by_hand, t("search.by_hand"), "is-hand")]
    rows += [_candidate(t, kind, n, one, str(place), "") for place, one in enumerate(found[:SHOWN], 1)]
    head = ["#", t(f"search.column.{kind}"), t("search.column.right", n=n), t("search.column.loss")]
    more = t("search.more", n=len(found) - SHOWN) if len(found) > SHOWN else ""
    return el(
        "section",
        el("h3", t("search.candidates")),
        el("p", t("search.candidates.note", n=n), cls="hint"),
        tabular(head, rows),
        el("p", more, cls="caption"),
    )


def first_words(t: Text, words: Sequence[tuple[str, float]]) -> Markup:
    """What the model would write between a sentence and its label word if it had one word."""
    said = [el("li", el("b", word), " ", el("span", percent(share, 1), cls="number")) for word, share in words]
    return el("section", el("p", t("search.first"), cls="hint"), el("ul", said, cls="chips first-words"))


def _candidate(t: Text, kind: str, n: int, one: Candidate, place: str, cls: str) -> Markup:
    if kind == TEMPLATE:
        written = one.template.source
        shown: list[object] = [
            pick(written, f"t:{written}", title=t("search.carry.template")),
            pick("+", f"cart:{written}", cls="to-cart", title=t("search.carry.cart", template=written)),
        ]
    else:
        words = [", ".join(row) for _, row in one.verbalizer.label_words]
        shown = [pick(shortened(t, one), "w:" + "|".join(words), title=t("search.carry.words"))]
    return el(
        "tr",
        el("th", place, scope="row"),
        el("td", shown, cls="written"),
        el("td", f"{round(one.accuracy * n)}"),
        el("td", f"{one.loss:.3f}"),
        cls=cls,
    )


def shortened(t: Text, one: Candidate) -> str:
    """Label words as a reader wants them: `terrible, bad / great, good (+14)`."""
    rows = [words for _, words in one.verbalizer.label_words]
    left_out = sum(max(0, len(words) - WORDS_SHOWN) for words in rows)
    said = " / ".join(", ".join(words[:WORDS_SHOWN]) for words in rows)
    return f"{said} (+{left_out})" if left_out else said


def steps(t: Text, trajectory: Sequence[Candidate]) -> Markup:
    """The best so far after each step at which it changed, what is new in it marked."""
    changed = [(1, trajectory[0])] if trajectory else []
    changed += [(step, after) for step, (before, after) in enumerate(pairwise(trajectory), 2) if after != before]
    rows, before = [], ""
    for step, one in changed:
        written = one.template.source
        rows.append(
            el(
                "tr",
                el("th", step, scope="row"),
                el("td", marked(before, written) if before else written, cls="written"),
                el("td", f"{one.loss:.3f}"),
            )
        )
        before = written
    head = [t(f"search.steps.{name}") for name in ("step", "template", "loss")]
    return el(
        "section",
        el("h3", t("search.steps")),
        el("p", t("search.steps.note"), cls="hint"),
        tabular(head, rows) if rows else el("p", t("search.steps.none"), cls="empty"),
    )


def marked(before: str, after: str) -> Markup:
    """`after` with the words that `before` does not have at that place marked."""
    old, new = before.split(), after.split()
    parts: list[object] = []
    for what, _, _, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        text = " ".join(new[start:end])
        if text:
            parts += [text if what == "equal" else el("mark", text), " "]
    return el("span", parts[:-1])


def words(t: Text, how: str, columns: Mapping[str, Sequence[tuple[str, float]]], note: str) -> Markup:
    """Words per class with a bar each, the longest bar full. A click puts the word among the label words of tab 4."""
    longest = max((number for rows in columns.values() for _, number in rows), default=1.0)
    lists = []
    for place, (label, rows) in enumerate(columns.items()):
        bars = [
            el(
                "li",
                pick(word, f"{place}:{word}", cls="word-pick name", title=t("search.carry.word", label=t.label(label))),
                meter(number / longest, cls=side(place)),
                el("span", _number(how, number), cls="number"),
                cls="bar",
            )
            for word, number in rows
        ]
        lists.append(el("div", el("h4", t.label(label), cls=f"label {side(place)}"), el("ul", bars, cls="bars")))
    return el(
        "section",
        el("h3", t(f"search.words.{how}")),
        el("p", note, cls="hint"),
        el("div", lists, cls="word-columns"),
    )


def _number(how: str, number: float) -> str:
    return percent(number, 1 if number >= 0.001 else 2) if how in ("likelihood", "weights") else f"{number:.2f}"


def results(t: Text, rows: Sequence[Row], n_examples: int, n_held_out: int, majority: float) -> Markup:
    """What was chosen on the examples, measured on held-out reviews beside what was written by hand."""
    if not rows:
        return el("section", el("h3", t("search.results")), el("p", t("search.results.none"), cls="empty"))
    columns = ("question", "examples", "held_out", "labels", "trained", "seconds")
    body = [
        el(
            "tr",
            el("th", t(f"search.row.{row.name}"), el("span", f"{row.template} {row.words}", cls="shots"), scope="row"),
            el("td", percent(row.on_examples)),
            el(
                "td",
                el("strong", percent(row.accuracy, 1)),
                f" [{100 * row.bounds[0]:.1f}–{100 * row.bounds[1]:.1f}]",
            ),
            el("td", f"{row.n_labels:,}"),
            el("td", f"{row.trained:,}"),
            el("td", "–" if row.seconds is None else f"{row.seconds:.1f}"),
            cls="hue-prompt" if row.name.startswith("found") else "",
        )
        for row in rows
    ]
    caption = t("search.results.note", n=n_examples, held_out=n_held_out, majority=percent(majority))
    return el(
        "section",
        el("h3", t("search.results")),
        tabular([t(f"search.results.{name}") for name in columns], body),
        el("p", caption, cls="caption result"),
    )
