"""The question as the boxes hold it: a template and label words, checked word by word before the model is asked."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paradigms.masked_lm import MaskedLM
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.doctor import Checked, Words, check
from paradigms.prompt.template import Mask, Sentence, Template
from paradigms.prompt.verbalizer import Verbalizer
from paradigms.tokens import piece_ids

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["Checked", "Reading", "Words", "asked", "check", "read", "usable", "with_template"]


@dataclass(frozen=True)
class Reading:
    """A filled template as the model reads it; `sentence` is where in `tokens` the sentence stands: (start, end)."""

    tokens: tuple[str, ...]
    mask_position: int
    sentence: tuple[int, int]
    truncated: int  # word pieces of the sentence that did not fit
    limit: int  # tokens that fit


def asked(model: PromptClassifier, template: Template, words: Words) -> PromptClassifier:
    """`model`, trained or not, with another question; the two share their weights."""
    labels = [str(label) for label in model.classes_]
    return with_template(model, template).set_params(verbalizer=Verbalizer(tuple(zip(labels, words, strict=True))))


def with_template(model: PromptClassifier, template: Template) -> PromptClassifier:
    """`model` with another template, for questions that need no label words."""
    return copy.copy(model).set_params(template=template)


def read(lm: MaskedLM, template: Template, text: str) -> Reading:
    """What the model reads; raises TemplateError where the template does not suit the model."""
    (filled,) = template.encode([text], lm.tokenizer, lm.max_length)
    (without,) = template.encode([""], lm.tokenizer, lm.max_length)
    # The sentence starts where the template up to it ends, its closing [SEP] not counted.
    before = template.parts[: template.parts.index(Sentence())]
    needs_mask = Mask() not in before
    head = Template(template.source, (*before, Mask()) if needs_mask else before)
    start = len(head.encode([""], lm.tokenizer, lm.max_length)[0].input_ids) - 1 - needs_mask
    return Reading(
        tokens=tuple(lm.tokenizer.convert_ids_to_tokens(list(filled.input_ids))),
        mask_position=filled.mask_position,
        sentence=(start, start + len(filled.input_ids) - len(without.input_ids)),
        truncated=filled.truncated,
        limit=lm.max_length,
    )


def usable(words: Sequence[str], tokenizer: PreTrainedTokenizerBase, spaced: bool) -> list[bool]:
    """Which words of a distribution can be label words: whole words of the vocabulary, and no comma."""
    ids = piece_ids(tokenizer, [f" {word}" if spaced else word for word in words])
    return [
        len(pieces) == 1 and pieces[0] != tokenizer.unk_token_id and not set(word) & set(",\uff0c")
        for word, pieces in zip(words, ids, strict=True)
    ]
