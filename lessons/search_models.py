"""What the search tab runs: a search for a template or for label words, from the question in the prompt tab."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import exp
from typing import Any

import torch

from paradigms import data
from paradigms.base import training_set
from paradigms.masked_lm import MaskedLM
from paradigms.prompt.auto_template import AutoTemplate
from paradigms.prompt.auto_verbalizer import TRAINED, AutoVerbalizer
from paradigms.prompt.candidates import Candidate, Examples, allowed_words, writable_words
from paradigms.prompt.expand_label_words import expanded, nearest_words
from paradigms.prompt.generate_template import FRAME, extended
from paradigms.prompt.template import DEFAULT_TEMPLATE, Template
from paradigms.prompt.verbalizer import Verbalizer, words_of
from paradigms.prompt.weighted_verbalizer import NEAREST

from . import models
from .anatomy import Part, language_model
from .prompt_training import BOXES, parameters

TEMPLATE, WORDS = "template", "words"  # what is searched
FIELD = {TEMPLATE: "se_how", WORDS: "se_words"}  # the control that says how


@dataclass(frozen=True)
class Row:
    """A question on the held-out reviews. `name` is the end of its text's key: search.row.NAME."""

    name: str
    template: str
    words: str  # label words; empty where trained numbers take their place
    on_examples: float  # accuracy on the examples of the search
    accuracy: float  # on the held-out reviews
    bounds: tuple[float, float]
    n_labels: int
    trained: int  # parameters
    seconds: float | None


def key(kind: str, state: Mapping[str, Any]) -> str:
    """Under which the desk and the session's models know a search."""
    return f"search {state[FIELD[kind]]}"


def evidence(how: str) -> str:
    """The search for words whose picture another shares: several words are chosen among the likeliest as well."""
    return "likelihood" if how == "several" else how


def given(state: Mapping[str, Any]) -> Verbalizer:
    """The label words in the prompt tab; raises VerbalizerError where they cannot be used."""
    labels = models.train_set().classes
    words = Verbalizer.of({label: words_of(state[box]) for label, box in zip(labels, BOXES, strict=True)})
    words.token_ids(backbone().tokenizer)
    return words


def new(kind: str, state: Mapping[str, Any]) -> AutoTemplate | AutoVerbalizer:
    """The search that the controls ask for; raises ParadigmError where the question it starts from cannot be asked."""
    how, words = state[FIELD[kind]], given(state)
    tune = "all" if state["se_tune"] == "on" and how not in TRAINED else "nothing"
    shared: dict[str, Any] = {"backbone": models.Backbone.source, "tune": tune, "seed": state["se_seed"]}
    if kind == WORDS:
        return AutoVerbalizer(how, Template.parse(state["t"]), words, **shared)
    return AutoTemplate(how, Template.parse(state["t"]) if how == "edit" else None, words, **shared)


def by_hand(kind: str, state: Mapping[str, Any]) -> Candidate:
    """What a search has to beat, on the examples of that search."""
    source = state["t"] if kind == WORDS or state[FIELD[kind]] == "edit" else DEFAULT_TEMPLATE
    return _scored(source, given(state), state["se_k"], state["se_seed"])


@lru_cache(maxsize=256)
def _scored(template: str, verbalizer: Verbalizer, k: int, seed: int) -> Candidate:
    return examples(k, seed).score(Template.parse(template), verbalizer)


@lru_cache(maxsize=64)
def first_words(verbalizer: Verbalizer, k: int, seed: int, n: int = 8) -> list[tuple[str, float]]:
    """With what the search that generates begins: the likeliest single words between a sentence and its label word, and
    the geometric mean of their probability over the examples."""
    allowed = torch.tensor(allowed_words(verbalizer, backbone().tokenizer))
    words = writable_words(backbone().tokenizer)
    fills = extended(examples(k, seed), Template.parse(FRAME), verbalizer, [((), 0.0)], 1, allowed, n)
    return [(words[token], exp(log)) for (token,), log in fills]


@lru_cache(maxsize=32)
def examples(k: int, seed: int) -> Examples:
    """The labelled reviews that a search looks at."""
    drawn = data.few_shot(models.train_set(), k, seed)
    return Examples.draw(backbone(), *training_set(drawn.texts, drawn.labels), seed=seed)


def backbone() -> MaskedLM:
    return MaskedLM.load(models.Backbone.source)


def parts(kind: str, state: Mapping[str, Any]) -> list[Part]:
    """What stands where, for the diagram, and what of it the search and the tuning after it change."""
    how = state[FIELD[kind]]
    tuned = state["se_tune"] == "on" and how not in TRAINED
    lm = language_model(parameters("all" if tuned else "nothing"))
    found = Part("prompt", "searched" if kind == TEMPLATE else "words", 0)
    if how not in TRAINED:
        return [found, *lm]
    n_classes = len(models.train_set().classes)
    own = n_classes * backbone().hidden_size if how == "soft" else len(weighted(state).words)
    return [found, lm[0], Part("head", how, lm[1].total + own, own)]


def weighted(state: Mapping[str, Any]) -> Verbalizer:
    """The words that get a weight each."""
    return expanded(given(state), near(given(state), NEAREST), NEAREST)


@lru_cache(maxsize=64)
def near(verbalizer: Verbalizer, n: int) -> dict[str, list[tuple[str, float]]]:
    """The nearest words of each class's label words."""
    return nearest_words(backbone(), verbalizer, n)
