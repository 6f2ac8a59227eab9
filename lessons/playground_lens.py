"""The mask lens: two templates or two sentences, and every word by how probable it is at the blank of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
from markupsafe import Markup

from paradigms.masked_lm import MaskedLM
from paradigms.prompt.lens import Lens, blank, compare
from paradigms.prompt.template import Template
from paradigms.prompt.verbalizer import word_pieces
from paradigms.words import surface_words

from .figures_playground import Points
from .figures_playground import lens as lens_figure
from .parts import figure_value
from .prompt_question import Checked, usable
from .prompt_view import SIDES, share
from .text import Text
from .view import el, percent, pick

FAR = 8  # words named on each side of the diagonal
ROWS = 7  # of them in each of the two lists
BINS = 30
MARGIN = 2.5  # nats below the least probable word shown
# Room for a name, as shares of the axes.
WIDE, HIGH = 0.14, 0.035


def sides(state: Mapping[str, Any]) -> tuple[tuple[str, str, int], tuple[str, str, int]]:
    """(template, sentence, number of the hidden word or -1) on the horizontal and the vertical axis."""
    if state["lens"] == "templates":
        return (state["rt"], state["s"], state["blank"]), (state["pt"], state["s"], state["blank"])
    return (state["pt"], state["s"], state["blank"]), (state["pt"], state["s2"], state["blank2"])


def show(
    t: Text, state: Mapping[str, Any], lm: MaskedLM, labels: Sequence[str], checked: Sequence[Sequence[Checked]]
) -> tuple[dict[str, object], str, str]:
    """(chart, the two inputs with their words to click, lists of the words that differ most). Raises TemplateError."""
    (template_a, text_a, word_a), (template_b, text_b, word_b) = sides(state)
    read = [Template.parse(template_a), Template.parse(template_b)]
    a, answer_a = blank(lm, read[0], text_a, _place(text_a, word_a))
    b, answer_b = blank(lm, read[1], text_b, _place(text_b, word_b))
    lens = compare(lm, a, b)
    ids = lens.expected()
    names = _names(lm, ids)
    spaced = read[1].spaced_mask()
    whole = dict(zip(ids.tolist(), usable([names[word] for word in ids], lm.tokenizer, spaced), strict=True))
    below, above = lens.far(ids[[whole[word] for word in ids]], FAR)
    tokens = [[one.token for one in row if one.token is not None and one.error is None] for row in checked]
    found, said = _found(t, state["find"], lm, lens, spaced)
    names |= _names(lm, [token for row in [*tokens, found] for token in row])

    def points(some: Sequence[int]) -> Points:
        return Points([names[word] for word in some], lens.a[some], lens.b[some])

    own = {token for row in tokens for token in row}
    shown = np.minimum(lens.a, lens.b)[[*ids.tolist(), *own, *found]]  # (n_shown,)
    borders, counts = lens.density(BINS, float(shown.min()) - MARGIN)
    figure = lens_figure(
        borders,
        counts,
        points([word for word in ids if word not in own]),
        points([word for word in _apart(lens, [*own, *found], below, above, borders[0]) if word not in own]),
        [(t.label(label), points(row)) for label, row in zip(labels, tokens, strict=True)],
        points(found),
        names={
            "a": t(f"playground.lens.axis.{state['lens']}.a"),
            "b": t(f"playground.lens.axis.{state['lens']}.b"),
            "expected": t("playground.lens.expected"),
            "found": t("playground.lens.found"),
        },
    )
    result = t(
        "playground.lens.result",
        shared=percent(lens.shared),
        n=f"{len(lens.a):,}",
        rest=f"{len(lens.a) - counts.sum():,}",
    )
    inputs = [
        _input(t, state["lens"], "a", template_a, text_a, word_a, answer_a),
        _input(t, state["lens"], "b", template_b, text_b, word_b, answer_b),
    ]
    lists = [
        _list(t, state["lens"], "a", below[:ROWS], names, lens, labels, tokens),
        _list(t, state["lens"], "b", above[:ROWS], names, lens, labels, tokens),
    ]
    return figure_value(figure, result), str(el("div", inputs)), str(el("div", said, el("div", lists, cls="lists")))


def _apart(lens: Lens, named: Sequence[int], below: Sequence[int], above: Sequence[int], floor: float) -> list[int]:
    """Of the words far from the diagonal those whose names do not cover another one's, nor those of `named`."""
    taken = list(named)
    for word in [word for pair in zip_longest(below, above) for word in pair if word is not None]:
        near = [
            other
            for other in taken
            if abs(lens.a[word] - lens.a[other]) < WIDE * -floor and abs(lens.b[word] - lens.b[other]) < HIGH * -floor
        ]
        taken += [] if near else [word]
    return taken[len(named) :]


def _place(text: str, number: int) -> tuple[int, int] | None:
    """Where a word of the sentence stands; none where there is no such word."""
    words = surface_words(text)
    return words[number][1:] if 0 <= number < len(words) else None


def _names(lm: MaskedLM, ids: Sequence[int] | np.ndarray) -> dict[int, str]:
    tokens = lm.tokenizer.convert_ids_to_tokens([int(word) for word in ids])
    decoded = [lm.tokenizer.convert_tokens_to_string([token]).strip() for token in tokens]
    return {int(word): name or token for word, name, token in zip(ids, decoded, tokens, strict=True)}


def _found(t: Text, word: str, lm: MaskedLM, lens: Lens, spaced: bool) -> tuple[list[int], Markup | None]:
    """The word looked for, and what is to be said of it."""
    word = word.strip()
    if not word:
        return [], None
    pieces = word_pieces(word, lm.tokenizer, spaced=spaced)
    if len(pieces) != 1 or pieces == [lm.tokenizer.unk_token]:
        kind = "unknown_word" if not pieces or pieces == [lm.tokenizer.unk_token] else "not_one_token"
        said = t(f"error.{kind}", offending=word, pieces=" ".join(pieces))
        return [], el("p", said, cls="hint wrong", role="alert")
    token = int(lm.tokenizer.convert_tokens_to_ids(pieces[0]))
    (rank_a, rank_b), a, b = lens.rank(token), np.exp(lens.a[token]), np.exp(lens.b[token])
    numbers = {"a": share(a), "b": share(b), "rank_a": f"{rank_a:,}", "rank_b": f"{rank_b:,}"}
    return [token], el("p", t("playground.lens.word", word=word, **numbers), cls="hint", role="status")


def _input(t: Text, mode: str, side: str, template: str, text: str, number: int, answer: str) -> Markup:
    """One input as a person reads it. Every word of the sentence is a button that makes it the blank; the template's
    slot, once it is not, is one that makes it the blank again."""
    words = surface_words(text)
    shared = "a" if mode == "templates" else None  # the one sentence has one hidden word
    hidden = 0 <= number < len(words)
    sentence: list[object] = []
    at = 0
    for place, (word, start, end) in enumerate(words):
        sentence.append(text[at:start])
        if place == number:
            sentence.append(el("span", "[MASK]", cls="slot", title=word))
        else:
            title = t("playground.lens.hide", word=word)
            sentence.append(pick(word, f"{shared or side}:{place}", cls="word-pick", title=title))
        at = end
    slot = (
        pick(answer, f"{shared or side}:-1", cls="word-pick slot", title=t("playground.lens.slot")) if hidden else None
    )
    parts: list[object] = []
    for piece in template.split("{text}", 1):
        before, mask, after = piece.partition("[MASK]")
        parts += [before, (slot or el("span", "[MASK]", cls="slot")) if mask else None, after, sentence]
    return el(
        "p",
        el("b", t(f"playground.lens.{mode}.{side}"), cls=f"axis-name axis-{side}"),
        " ",
        el("span", parts[:-1], cls="sentence"),
        cls="lens-input",
    )


def _list(
    t: Text,
    mode: str,
    side: str,
    words: Sequence[int],
    names: Mapping[int, str],
    lens: Lens,
    labels: Sequence[str],
    tokens: Sequence[Sequence[int]],
) -> Markup:
    """The words that one side expects more than the other, each with a button per class to use it as a label word."""
    rows = []
    for word in words:
        ratio = float(np.exp(abs(lens.b[word] - lens.a[word])))
        buttons = [
            pick(
                "\u2212" if word in tokens[place] else "+",
                f"{place}:{names[word]}",
                cls=f"use {SIDES[place % len(SIDES)]}",
                title=t(
                    "prompt.remove" if word in tokens[place] else "prompt.add", word=names[word], label=t.label(label)
                ),
                pressed=word in tokens[place],
            )
            for place, label in enumerate(labels)
        ]
        rows.append(
            el(
                "tr",
                el("th", names[word], scope="row"),
                el("td", share(float(np.exp(lens.a[word])))),
                el("td", share(float(np.exp(lens.b[word])))),
                el("td", f"×{ratio:.2g}" if ratio < 100 else f"×{ratio:,.0f}"),
                el("td", buttons),
            )
        )
    heads = ("column.word", f"{mode}.a", f"{mode}.b", "column.ratio", "column.add")
    head = el("tr", [el("th", t(f"playground.lens.{name}"), scope="col") for name in heads])
    table = el("div", el("table", el("thead", head), el("tbody", rows)), cls="scroll")
    nothing = el("p", t("playground.lens.none"), cls="hint")
    return el("section", el("h3", t(f"playground.lens.{mode}.more.{side}")), table if rows else nothing)
