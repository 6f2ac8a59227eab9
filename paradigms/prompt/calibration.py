"""Contextual calibration: take away the answer a prompt gives to nothing (Zhao et al. 2021, section 5).

A prompt has a leaning of its own: to an input without content it should answer every class alike, and does not. With
p_cf the class probabilities for such an input, the answer is the largest of W p + b where W = diag(p_cf)^-1 and b = 0.
Made to sum to 1, that is

    q(y) = (p(y) / p_cf(y)) / sum over y' of (p(y') / p_cf(y'))

where the paper takes a softmax of W p + b: the same answer, with other probabilities.

Content-free are the text "N/A", the empty text and the mask token, or the average of the three. The mask token is the
model's own: what a person types as `[MASK]` stays ordinary text, here as everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ..causal_lm import CausalLM, fill
from ..errors import checked
from .template import Mask, Sentence, Template

if TYPE_CHECKING:
    from ..masked_lm import MaskedLM
    from ..tokens import Encoded

CONTENT_FREE = {"n/a": ("n/a",), "mask": ("mask",), "empty": ("empty",), "average": ("n/a", "mask", "empty")}
_TEXTS = {"n/a": "N/A", "mask": "[MASK]", "empty": ""}


def content_free(template: Template, lm: MaskedLM, calibrate: str) -> list[Encoded]:
    """The template filled with the content-free inputs that `calibrate` names, a key of CONTENT_FREE."""
    inputs = []
    for name in CONTENT_FREE[checked(calibrate, "calibrate", CONTENT_FREE)]:
        if name == "mask" and not isinstance(lm, CausalLM):  # which has no mask token, and is given the word
            inputs.append(with_second_mask(template, template.parts.index(Sentence()), lm, [""], ask_second=False)[0])
        else:
            inputs += fill(lm, template, [_TEXTS[name]])
    return inputs


def with_second_mask(
    template: Template, part: int, lm: MaskedLM, texts: Sequence[str], *, ask_second: bool
) -> list[Encoded]:
    """The filled template with a mask token in place of its part number `part` too. The position asked about is that
    of this second mask, or of the template's own slot."""
    slot = template.parts.index(Mask())
    parts = tuple(Mask() if i == part else old for i, old in enumerate(template.parts))
    first_is_asked = (part < slot) == ask_second
    asked = []
    for item in Template(template.source, parts).encode(texts, lm.tokenizer, lm.max_length):
        first, second = (i for i, token in enumerate(item.input_ids) if token == lm.tokenizer.mask_token_id)
        asked.append(replace(item, mask_position=first if first_is_asked else second))
    return asked


def calibrated(probabilities: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """Class probabilities (n, C) without the leaning `prior`, (C,) or (n, C); rows sum to 1."""
    scores = probabilities / prior
    return scores / scores.sum(axis=1, keepdims=True)
