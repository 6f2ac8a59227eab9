"""The state of a page: every control's default and range, and the link that carries them.

`/?lesson=prompt&s=A+fine+film.&t={text}+It+was+[MASK].&neg=terrible&pos=great` opens just that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from paradigms.prompt.template import DEFAULT_TEMPLATE
from paradigms.prompt.verbalizer import DEFAULT_VERBALIZER, Verbalizer

LESSONS = ("compare", "bayes", "lstm", "finetune", "prompt")
_NEGATIVE, _POSITIVE = (", ".join(words) for _, words in Verbalizer.parse(DEFAULT_VERBALIZER).label_words)


@dataclass(frozen=True)
class Field:
    """One control: `low` and `high` bound a number, `choices` a choice, `longest` a text."""

    default: str | int | float
    low: float = 0
    high: float = 0
    step: float = 1
    choices: tuple[str, ...] = ()
    longest: int = 0

    def clean(self, value: object) -> str | int | float:
        """The nearest allowed value; the default where there is none."""
        if isinstance(self.default, str):
            text = str(value)[: self.longest or None]
            return text if not self.choices or text in self.choices else self.default
        try:
            number = min(self.high, max(self.low, float(str(value))))
        except ValueError:
            return self.default
        if number != number:  # nan passes every comparison
            return self.default
        return round(number) if isinstance(self.default, int) else number


# The number of training reviews per class that sliders go up to; a test holds it to the built-in set.
PER_CLASS = 1727

FIELDS: dict[str, Field] = {
    "lesson": Field("compare", choices=LESSONS),
    "s": Field("I like the Disney films very much.", longest=1000),
    "nb_n": Field(PER_CLASS, 5, PER_CLASS),
    "nb_ngrams": Field(2, 1, 3),
    "nb_alpha": Field(0.5, 0.01, 5.0, step=0.01),
    "word": Field("great", longest=40),
    "lstm_n": Field(PER_CLASS, 50, PER_CLASS),
    "lstm_emb": Field("frozen", choices=("frozen", "tuned", "random")),
    "lstm_seed": Field(0, 0, 99),
    "ft_k": Field(16, 1, PER_CLASS),
    "ft_seed": Field(0, 0, 99),
    "t": Field(DEFAULT_TEMPLATE, longest=500),
    "neg": Field(_NEGATIVE, longest=200),
    "pos": Field(_POSITIVE, longest=200),
    "top": Field(10, 5, 50),
    "k": Field(16, 1, 64),
    "train": Field("all", choices=("all", "head", "bias")),
    "seed": Field(0, 0, 99),
}
DEFAULTS: dict[str, Any] = {name: field.default for name, field in FIELDS.items()}


def decode(query: Mapping[str, str]) -> dict[str, Any]:
    """The state a link asks for; what it leaves out, or says wrongly, has its default."""
    return {name: field.clean(query[name]) if name in query else field.default for name, field in FIELDS.items()}


def encode(state: Mapping[str, object]) -> str:
    """The query of a link that restores `state`; what has its default is left out."""
    changed = {
        name: cleaned
        for name, field in FIELDS.items()
        if name in state and (cleaned := field.clean(state[name])) != field.default
    }
    return urlencode(changed)
