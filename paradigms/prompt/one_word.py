"""The one-word experiment: put other words into one place of a template and see how far accuracy moves.

The words can be the model's own: those it expects at that place, averaged over some sentences, as Gao et al. 2021
(section 5.2) let a model write whole templates. The sentences are training sentences and need no labels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ParadigmError
from ..tokens import piece_ids
from .calibration import with_second_mask
from .template import Border, Literal, Mask, Part, Sentence, Soft, Template

if TYPE_CHECKING:
    from ..masked_lm import MaskedLM

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True)
class Place:
    """A word that stands in a template: `word` is `parts[part].text[start:end]`."""

    part: int
    start: int
    end: int
    word: str


def places(template: Template) -> list[Place]:
    """The words of a template, from left to right.

    >>> [place.word for place in places(Template.parse("{text} All in all, it was [MASK]."))]
    ['All', 'in', 'all', 'it', 'was']
    """
    return [
        Place(i, word.start(), word.end(), word.group())
        for i, part in enumerate(template.parts)
        if isinstance(part, Literal)
        for word in _WORD.finditer(part.text)
    ]


def put(template: Template, place: Place, word: str) -> Template:
    """The template with another word at `place`. Raises ParadigmError where `word` would be read as a sign."""
    if re.search(r"[{}\[\]]", word):
        raise ParadigmError("bad_word", f"{word!r} has a brace or bracket in it", where=word, offending=word)
    parts, _ = _apart(template, place, word)
    return Template.parse("".join(map(_written, parts)))


def own_words(
    template: Template, place: Place, lm: MaskedLM, texts: Sequence[str], top: int = 50
) -> list[tuple[str, float]]:
    """The `top` whole words that the model expects at `place`, with their probabilities, averaged over `texts`. The
    template's own slot stays masked: nothing is known yet of the answer."""
    parts, at = _apart(template, place, place.word)
    asked = with_second_mask(Template(template.source, parts), at, lm, texts, ask_second=True)
    probabilities = lm.logits_at_mask(asked).softmax(dim=1).mean(dim=0)  # (n, V) -> (V,)
    found: list[tuple[str, float]] = []
    for token in probabilities.argsort(descending=True).tolist():
        word = lm.tokenizer.decode([token]).strip()
        # Whole words only: a piece from inside a word is not what comes back when it is written out.
        if word.isalpha() and piece_ids(lm.tokenizer, [f" {word}"]) == [[token]]:
            found.append((word, float(probabilities[token])))
            if len(found) == top:
                break
    return found


def _apart(template: Template, place: Place, word: str) -> tuple[tuple[Part, ...], int]:
    """The parts of the template with `word` at `place` as a part of its own, and the number of that part."""
    text = template.parts[place.part].text  # type: ignore[union-attr]
    before, after = ([Literal(rest)] if rest else [] for rest in (text[: place.start], text[place.end :]))
    parts = (*template.parts[: place.part], *before, Literal(word), *after, *template.parts[place.part + 1 :])
    return parts, place.part + len(before)


def _written(part: Part) -> str:
    """A part as the source of a template has it."""
    match part:
        case Literal(text):
            return text
        case Soft(length, words):
            return f'[soft:"{words}"]' if words else f"[soft:{length}]"
    return {Sentence: "{text}", Mask: "[MASK]", Border: "[SEP]"}[type(part)]
