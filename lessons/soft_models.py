"""What the soft prompt tab trains: the methods and what its controls ask of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from paradigms.bert_finetune import BertFineTune
from paradigms.prompt.p_tuning import PTuning
from paradigms.prompt.p_tuning_v2 import PTuningV2
from paradigms.prompt.ppt import PPT
from paradigms.prompt.prompt_tuning import PromptTuning
from paradigms.prompt.soft import INITS, PseudoToken, without_prompt
from paradigms.prompt.soft_classifier import SoftPrompt
from paradigms.prompt.what_is_trained import count, counts

from . import models
from .anatomy import Part, language_model
from .figures import HUES

METHODS = ("prompt-tuning", "p-tuning", "p-tuning-v2", "ppt")
BESIDE = "bert-finetune"
COLOURS = {**{method: f"var(--soft-{method})" for method in METHODS}, BESIDE: HUES[BESIDE]}
INIT_COLOURS = dict(zip(INITS, (COLOURS[method] for method in METHODS), strict=True))


@dataclass(frozen=True)
class Snapshot:
    """The pseudo-tokens after a step of training; step 0 is where they began."""

    step: int
    tokens: tuple[PseudoToken, ...]


# How the pseudo-tokens of a model came to where they are, first snapshot at step 0.
HISTORY: WeakKeyDictionary[SoftPrompt, list[Snapshot]] = WeakKeyDictionary()


# The controls that a model was trained with.
ASKED: WeakKeyDictionary[SoftPrompt, Mapping[str, Any]] = WeakKeyDictionary()


def new(method: str, state: Mapping[str, Any]) -> SoftPrompt:
    """The untrained classifier that the controls ask for."""
    shared = {"backbone": models.Backbone.source, "seed": state["sp_seed"]}
    if method == "prompt-tuning":
        return PromptTuning(length=state["sp_n"], init=state["sp_init"], **shared)
    if method == "p-tuning":
        return PTuning(state["sp_t"], train=state["sp_lm"], **shared)
    return PTuningV2(length=state["sp_n"], **shared) if method == "p-tuning-v2" else PPT(**shared)


def finetune(seed: int) -> BertFineTune:
    return BertFineTune(backbone=models.Backbone.source, seed=seed)


def key(method: str) -> str:
    """Under which the desk and the session's models know a training of this tab."""
    return f"soft {method}"


# Which controls each method listens to.
LISTENS = {
    "prompt-tuning": ("sp_n", "sp_init", "sp_seed"),
    "p-tuning": ("sp_t", "sp_lm", "sp_seed"),
    "p-tuning-v2": ("sp_n", "sp_seed"),
    "ppt": ("sp_seed",),
}


@lru_cache(maxsize=6)  # where P-tuning trains the language model too, each has a copy of it
def _begun(method: str, items: tuple[tuple[str, Any], ...]) -> SoftPrompt:
    model = new(method, dict(items)).begin(models.train_set().classes)
    HISTORY[model] = [Snapshot(0, model.pseudo_tokens())]
    return model


def begun(state: Mapping[str, Any]) -> SoftPrompt:
    """The chosen method as it is before its first step."""
    method = state["sp_method"]
    return _begun(method, tuple((name, state[name]) for name in LISTENS[method]))


def speaking(state: Mapping[str, Any], session: str | None) -> SoftPrompt:
    """The session's own training of the chosen method, or what the controls would start from."""
    return models.SESSIONS.get(session, key(state["sp_method"])) or begun(state)


def others(state: Mapping[str, Any], model: SoftPrompt) -> bool:
    """Whether a model was trained with other settings or examples than the controls now ask for."""
    asked = ASKED.get(model, state)
    return any(asked[name] != state[name] for name in (*LISTENS[state["sp_method"]], "sp_k"))


def parts(method: str, model: SoftPrompt) -> list[Part]:
    """What stands where, for the diagram; counted from a model before its first step, which has its encoder."""
    if method == "p-tuning-v2":
        prefix = count(model.prompt_.parameters())
        return [Part("prompt", "prefix", prefix.total, prefix.trained), *language_model(counts(model.lm_))]
    lm = language_model(counts(without_prompt(model.lm_)))
    own, rows = count(model.prompt_.parameters()).total, model.start_.numel()
    place = Part("prompt", "pseudo" if method == "p-tuning" else "vectors", rows, rows)
    # The encoder goes, what it has written stays: as many numbers as the table that it read.
    encoder = [Part("encoder", "lstm_mlp", own - rows, own - rows, after="dropped")] if own > rows else []
    return [*encoder, place, *lm]
