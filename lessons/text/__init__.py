"""Every visible word, English and Chinese side by side: key -> (English, Chinese)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from string import Template as Pattern

from . import (
    anatomy,
    bayes,
    challenge,
    common,
    compare,
    context,
    errors,
    finetune,
    grid,
    lstm,
    origins,
    pet,
    playground,
    prompt,
    search,
    soft,
)

LANGUAGES = ("en", "zh")

WORDS: dict[str, tuple[str, str]] = {}
for _module in (
    common,
    anatomy,
    compare,
    challenge,
    bayes,
    lstm,
    finetune,
    prompt,
    soft,
    pet,
    search,
    playground,
    grid,
    context,
    origins,
    errors,
):
    for _key, _pair in _module.WORDS.items():
        if _key in WORDS:
            raise KeyError(f"the text {_key!r} is given twice")
        WORDS[_key] = _pair


class Text:
    """The words of one language: `t("key", n=3)` puts 3 in place of `$n`."""

    def __init__(self, language: str):
        self.language = language
        self.column = LANGUAGES.index(language)

    def __call__(self, key: str, **values: object) -> str:
        if not values:
            return _fixed(key, self.column)
        return Pattern(WORDS[key][self.column]).substitute({name: str(value) for name, value in values.items()})

    def label(self, label: str) -> str:
        """The name of a class: the built-in labels in the reader's language, any other as it is."""
        return self(f"label.{label}") if f"label.{label}" in WORDS else label

    def labels(self, labels: Sequence[str]) -> list[str]:
        """The names of all classes of one set; 0 and 1 are negative and positive only where there is no 2."""
        own = sum(f"label.{label}" in WORDS for label in labels)
        return [self.label(label) if own == len(labels) else label for label in labels]


@cache
def _fixed(key: str, column: int) -> str:
    """A text without values; sixty people who type ask for thousands of them a second."""
    return Pattern(WORDS[key][column]).substitute()
