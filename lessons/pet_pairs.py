"""The pattern-verbalizer pairs of the PET tab: read from the box, and what each of them says about one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from markupsafe import Markup

from paradigms import data
from paradigms.errors import ParadigmError
from paradigms.prompt.pattern_model import vote
from paradigms.prompt.template import Border, Literal, Mask, Sentence, Template
from paradigms.prompt.verbalizer import words_of

from . import models
from .prompt_accuracy import question
from .prompt_question import Words
from .text import Text
from .view import el, meter, percent, side

MOST = 6  # pairs


@dataclass(frozen=True)
class Pair:
    """One line of the box: `{text} It was [MASK]. | terrible / great`."""

    template: str
    words: Words

    def verbalizer(self, labels: Sequence[str]) -> dict[str, list[str]]:
        """The label words as `paradigms` reads them, whatever signs are in them."""
        return {label: list(words) for label, words in zip(labels, self.words, strict=True)}


def read_pairs(box: str) -> tuple[Pair, ...]:
    """The pairs of the box, each of which can be asked; raises ParadigmError with `line`, counted from 1."""
    pairs = []
    for number, line in enumerate(box.split("\n"), 1):
        if line.strip():
            template, bar, words = line.rpartition("|")
            row = tuple(words_of(part) for part in words.split("/"))
            try:
                if not bar or len(row) != len(models.held_out().classes):
                    raise ParadigmError("pair_form", f"{line!r} is no pair", offending=line.strip())
                question(template.strip(), row)
            except ParadigmError as error:
                error.details["line"] = number
                raise
            pairs.append(Pair(template.strip(), row))
    if not 1 <= len(pairs) <= MOST:
        raise ParadigmError("pair_count", f"{len(pairs)} pairs, 1 to {MOST} are wanted", count=len(pairs), most=MOST)
    return tuple(pairs)


@lru_cache(maxsize=256)
def right_on_examples(pair: Pair, per_class: int, seed: int) -> float:
    """Zero-shot accuracy on the labelled examples: the pair's weight before it is divided by the sum of all."""
    examples = data.few_shot(models.train_set(), per_class, seed)
    return question(pair.template, pair.words).score(examples.texts, examples.labels)


def weights(pairs: Sequence[Pair], state: Mapping[str, Any]) -> np.ndarray:
    """The shares of the vote, shape (n_pairs,), sum 1, as `Pet` gives them."""
    given = np.ones(len(pairs))
    if state["pet_weighting"] == "accuracy" and state["pet_k"]:
        scores = [right_on_examples(pair, state["pet_k"], state["pet_seed"]) for pair in pairs]
        given = np.array(scores) if any(scores) else given
    return given / given.sum()


def votes(t: Text, state: Mapping[str, Any], pairs: Sequence[Pair], taught: tuple[Markup, np.ndarray] | None) -> Markup:
    """What every pair says about the sentence, zero-shot, their vote, and what the taught classifier says if there is
    one: (who that is, its probabilities)."""
    sentence = state["s"].strip()
    if not sentence:
        return el("section", el("h2", t("pet.pairs.say")), el("p", t("sentence.empty"), cls="empty"), cls="pet-votes")
    shares = weights(pairs, state)
    said = [question(pair.template, pair.words).predict_proba([sentence]) for pair in pairs]  # (1, C) each
    rows = [
        el(
            "tr",
            el("th", el("span", number, cls="pet-number"), _filled(pair.template, sentence), scope="row"),
            _words(pair.words),
            el("td", percent(share, 1), cls="pet-weight", data_name=t("pet.column.weight")),
            _answer(t, probabilities[0]),
        )
        for number, (pair, share, probabilities) in enumerate(zip(pairs, shares, said, strict=True), 1)
    ]
    together = vote(said, shares)[0]
    rows.append(_sum_row(t, t("pet.vote"), together))
    if taught is not None:
        rows.append(_sum_row(t, taught[0], taught[1]))
    head = [t(f"pet.column.{name}") for name in ("pair", "words", "weight", "answer")]
    weighed = state["pet_weighting"] == "accuracy" and state["pet_k"]
    counted = t("pet.weights.accuracy", n=state["pet_k"] * len(models.train_set().classes), seed=state["pet_seed"])
    agree = len({int(one[0].argmax()) for one in said}) == 1
    return el(
        "section",
        el("h2", t("pet.pairs.say")),
        el(
            "div",
            el("table", el("thead", el("tr", [el("th", name, scope="col") for name in head])), el("tbody", rows)),
            cls="scroll",
        ),
        el("p", t("pet.agree" if agree else "pet.differ", n=len(pairs)), cls="result"),
        el("p", counted if weighed else t("pet.weights.uniform"), " ", t("pet.zero"), cls="caption"),
        cls="pet-votes hue-pet",
    )


def _sum_row(t: Text, name: object, probabilities: np.ndarray) -> Markup:
    return el("tr", el("th", name, scope="row", colspan=3), _answer(t, probabilities), cls="pet-sum")


def _answer(t: Text, probabilities: np.ndarray) -> Markup:
    best = int(probabilities.argmax())
    label = t.label(str(models.held_out().classes[best]))
    share = float(probabilities[best])
    answer = el(
        "div",
        el("span", label, cls=f"label {side(best)}"),
        meter(share, cls=side(best)),
        el("span", percent(share, 1), cls="number"),
        cls="pet-answer",
    )
    return el("td", answer)


def _words(words: Words) -> Markup:
    """The label words, a line for each class."""
    return el("td", [el("span", ", ".join(row), cls=side(c)) for c, row in enumerate(words)], cls="pet-words")


def _filled(template: str, sentence: str) -> Markup:
    """The filled pattern, its slot set apart."""
    parts = Template.parse(template).parts
    written = {
        Sentence: el("span", sentence, cls="pet-said"),
        Mask: el("span", "[MASK]", cls="slot"),
        Border: " [SEP] ",
    }
    return el("span", [part.text if isinstance(part, Literal) else written[type(part)] for part in parts])
