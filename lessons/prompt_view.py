"""The HTML of the prompt tab: hints under the boxes, the filled input, the distribution at [MASK]."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from paradigms.prompt.classifier import MaskDistribution
from paradigms.prompt.template import TemplateError
from paradigms.prompt.verbalizer import VerbalizerError

from .errors import say
from .prompt_question import Checked, Reading, Words
from .text import Text
from .view import el, meter, percent, pick, signed

SIDES = ("negative", "positive")  # the colour of each class, by its place


def share(probability: float) -> str:
    """A probability as a percentage, however small: two figures where one decimal would say 0.0%."""
    if probability >= 0.001 or probability == 0:
        return percent(probability, 1)
    return f"{100 * probability:.2g}%" if probability >= 1e-6 else "<0.0001%"


def versions(views: dict[str, Markup]) -> Markup:
    """The view of each model, `before` and `after` training; which one is seen, the radio button decides by CSS."""
    if list(views) == ["before"]:
        return views["before"]
    return el("div", [el("div", view, cls=f"version {when}") for when, view in views.items()])


# Hints --------------------------------------------------------------------------------------------------------------


def template_good(t: Text, reading: Reading) -> Markup:
    sentence = reading.sentence[1] - reading.sentence[0]
    counts = {
        "length": len(reading.tokens),
        "limit": reading.limit,
        "sentence": sentence,
        "template": len(reading.tokens) - sentence - 3,  # without [CLS], [MASK] and the last [SEP]
        "place": reading.mask_position + 1,
    }
    return el("p", t("prompt.template.good", **counts), cls="hint")


def template_bad(t: Text, source: str, error: TemplateError) -> Markup:
    """What is wrong, and a copy of the template with the place underlined."""
    at = min(error.position or 0, len(source))
    until = at + max(1, len(error.offending))
    marked = el("span", source[at:until] or "\u00a0", cls="offending")
    return el(
        "div",
        el("p", say(error, t), cls="hint wrong", role="alert"),
        el("p", source[:at], marked, source[until:], cls="copy", aria_hidden="true"),
    )


def words_hint(t: Text, label: str, row: Sequence[Checked], ranks: dict[int, tuple[int, float]]) -> Markup:
    """Each label word: its rank and probability at [MASK] if `ranks` has them, or what is wrong with it."""
    if not row:
        error = VerbalizerError("empty", f"label {label!r} has no label word", where=label)
        return el("p", say(error, t), cls="hint wrong", role="alert")
    wrong = [el("p", say(one.error, t), cls="hint wrong", role="alert") for one in row if one.error]
    good = []
    for one in row:
        if one.error is None and one.token is not None:
            said = t("prompt.word.known")
            if one.token in ranks:
                rank, probability = ranks[one.token]
                said = t("prompt.word.rank", rank=f"{rank:,}", probability=share(probability))
            good.append(el("span", el("strong", one.word), " ", said, cls="known"))
    return el("div", el("p", good, cls="hint") if good else None, wrong)


# The filled input ---------------------------------------------------------------------------------------------------


def filled(t: Text, reading: Reading, text: str) -> Markup:
    start, end = reading.sentence
    last = len(reading.tokens) - 1
    chips = []
    for place, token in enumerate(reading.tokens):
        if place == reading.mask_position:
            kind = "mask"
        elif start <= place < end:
            kind = "sentence"
        else:
            kind = "special" if place in (0, last) or token == reading.tokens[last] else "template"
        chips.append(el("span", token, cls=f"token is-{kind}", title=t(f"prompt.part.{kind}")))
    key = [
        el("span", t(f"prompt.part.{kind}"), cls=f"token is-{kind}")
        for kind in ("sentence", "template", "mask", "special")
    ]
    note = None
    if not text.strip():
        note = el("p", t("prompt.no_sentence"), cls="hint")
    elif reading.truncated:
        note = el("p", t("prompt.truncated", n=reading.truncated), cls="hint wrong")
    return el(
        "section",
        el("div", el("h2", t("prompt.filled")), el("p", key, cls="key", aria_hidden="true"), cls="head"),
        el("p", chips, cls="tokens", tabindex="0" if len(chips) > 80 else None),
        note,
    )


# The distribution ---------------------------------------------------------------------------------------------------


def bars(
    t: Text, distribution: MaskDistribution, words: Words, labels: Sequence[str], can_be_used: Sequence[bool]
) -> Markup:
    """The most probable words; label words in the colour of their class, with two buttons to use a word or not."""
    names = [t.label(label) for label in labels]
    owner = {word.casefold(): index for index, row in enumerate(words) for word in row}
    strongest = distribution.probabilities[0] or 1.0
    rows = []
    for word, probability, possible in zip(distribution.words, distribution.probabilities, can_be_used, strict=True):
        mine = owner.get(word.casefold())
        side = "hue" if mine is None else SIDES[mine]
        buttons = [
            pick(
                "\u2212" if mine == index else "+",
                f"{index}:{word}",
                cls=f"use {SIDES[index]}",
                title=t("prompt.remove" if mine == index else "prompt.add", word=word, label=name),
                pressed=mine == index,
            )
            if possible
            else el("span", cls="use")
            for index, name in enumerate(names)
        ]
        rows.append(
            el(
                "div",
                el("span", word, cls=f"name {side}"),
                meter(probability / strongest, cls=side),
                el("span", share(probability), cls="number"),
                buttons,
                cls="bar",
            )
        )
    head = el(
        "div",
        el("span", t("prompt.bars.word")),
        el("span", t("probability"), cls="of-meter"),
        el("span"),
        el("span", t("prompt.bars.add"), cls="adds"),
        [el("span", name, cls=f"to {SIDES[index]}") for index, name in enumerate(names)],
        cls="bar columns",
        aria_hidden="true",
    )
    note = t(
        "prompt.bars.note",
        k=len(distribution.words),
        held=percent(sum(distribution.probabilities), 1),
        others=f"{len(distribution.log_probabilities) - len(distribution.words):,}",
    )
    many = " many" if len(rows) > 12 else ""
    return el(
        "section",
        el("h2", t("prompt.bars")),
        head,
        el("div", rows, cls=f"bars{many}"),
        el("p", note, cls="caption"),
        cls="distribution",
    )


def logit(value: float) -> str:
    return signed(value) if value < 0 else f"{value:.2f}"
