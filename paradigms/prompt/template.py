"""Templates: a sentence becomes a cloze question. `{text} It was [MASK].`

A template is text with a few signs, read once and never evaluated (Schick & Schuetze 2021, "pattern", section 3):

    {text}             the sentence
    [MASK]             the slot to fill, whatever the tokenizer calls its mask token
    [SEP]              the border between two segments
    [soft:3]           three trainable pseudo-tokens
    [soft:"it was"]    two trainable pseudo-tokens that start from the words "it" and "was"
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from ..errors import ParadigmError
from ..tokens import Encoded, piece_ids, special_frame

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


# Of the templates that speak of the film as a whole, the one that is right most often on SST-2's training sentences.
DEFAULT_TEMPLATE = "{text} All in all, it was [MASK]."
BARE_TEMPLATE = "{text} [MASK]."  # no word of it says what to do: that is left to a soft prompt
P_TUNING_TEMPLATE = '{text} [soft:"All in all, it was"] [MASK].'  # the words of a plain template, to be moved


class TemplateError(ParadigmError):
    """A template that cannot be used. `kind` is one of: no_mask, many_masks, no_text, many_texts, unknown_field,
    unclosed_brace, unopened_brace, bad_soft, soft_unsupported, no_soft, too_long, not_before_slot (a causal model's);
    `position` is where in its source."""


@dataclass(frozen=True)
class Literal:
    """Words that stand in the template itself."""

    text: str


@dataclass(frozen=True)
class Sentence:
    """The place of the classified text, `{text}`."""


@dataclass(frozen=True)
class Mask:
    """The slot, `[MASK]`."""


@dataclass(frozen=True)
class Border:
    """The border between two segments, `[SEP]`."""


@dataclass(frozen=True)
class Soft:
    """Trainable pseudo-tokens: `length` of them, or one per word piece of `words`."""

    length: int
    words: str = ""


Part = Literal | Sentence | Mask | Border | Soft

_SIGN = re.compile(r"\[MASK\]|\[SEP\]|\[soft:(?P<soft>[^\]]*)\]|\{(?P<field>[^{}]*)\}|(?P<brace>[{}])")
_FIELD = re.compile(r"\{\s*text\s*\}")
_SOFT = re.compile(r'\s*(?:(?P<length>[1-9]\d{0,2})|"(?P<words>[^"]*\S[^"]*)")\s*')


@dataclass(frozen=True)
class Template:
    """A parsed template. Make one with `Template.parse`; two with the same source are equal."""

    source: str
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, value: Template | str) -> Template:
        """A template as it is, or its source read."""
        return value if isinstance(value, Template) else cls.parse(value)

    @classmethod
    def parse(cls, source: str) -> Template:
        """Read `source`; raises TemplateError with kind and position.

        >>> Template.parse("{text} It was [MASK].").parts
        (Sentence(), Literal(text=' It was '), Mask(), Literal(text='.'))
        """
        parts: list[Part] = []
        masks: list[int] = []
        texts: list[int] = []
        end = 0
        for sign in _SIGN.finditer(source):
            if sign.start() > end:
                parts.append(Literal(source[end : sign.start()]))
            end = sign.end()
            if sign["brace"]:
                kind = "unclosed_brace" if sign["brace"] == "{" else "unopened_brace"
                raise _error(kind, f"a brace without its partner at {sign.start()}", source, sign.start(), sign.group())
            if sign["field"] is not None:
                if sign["field"].strip() != "text":
                    message = f"{sign.group()} at {sign.start()} is not {{text}}"
                    raise _error("unknown_field", message, source, sign.start(), sign.group())
                texts.append(sign.start())
                parts.append(Sentence())
            elif sign["soft"] is not None:
                parts.append(_soft(sign, source))
            elif sign.group() == "[MASK]":
                masks.append(sign.start())
                parts.append(Mask())
            else:
                parts.append(Border())
        if end < len(source):
            parts.append(Literal(source[end:]))

        if not masks:
            raise _error("no_mask", "the template has no [MASK]", source, len(source))
        if len(masks) > 1:
            message = f"{len(masks)} [MASK] at {masks}, one is needed"
            raise _error("many_masks", message, source, masks[1], "[MASK]", count=len(masks), positions=masks)
        if not texts:
            raise _error("no_text", "the template has no {text}", source, 0)
        if len(texts) > 1:
            message = f"{len(texts)} {{text}} at {texts}, one is needed"
            raise _error("many_texts", message, source, texts[1], "{text}", count=len(texts), positions=texts)
        return cls(_FIELD.sub("{text}", source), tuple(parts))

    @property
    def n_soft(self) -> int:
        """How many places for pseudo-tokens the template asks for, words not counted by piece."""
        return sum(part.length for part in self.parts if isinstance(part, Soft))

    def fill(self, text: str) -> str:
        """The filled template as a person would read it, with its signs. Plain concatenation, nothing is formatted."""
        written = {Sentence: text, Mask: "[MASK]", Border: " [SEP] "}
        return "".join(
            part.text if isinstance(part, Literal) else written.get(type(part), "[soft]") for part in self.parts
        )

    def spaced_mask(self) -> bool:
        """Whether the slot follows a space, which byte-level tokenizers (RoBERTa) write into the word."""
        at = next(i for i, part in enumerate(self.parts) if isinstance(part, Mask))
        before = self.parts[at - 1] if at else None
        return not (isinstance(before, Sentence) or (isinstance(before, Literal) and not before.text[-1].isspace()))

    def soft_pieces(self, tokenizer: PreTrainedTokenizerBase) -> list[int | None]:
        """One entry per pseudo-token, in order: the vocabulary id it starts from, or None where it has no word."""
        pieces: list[int | None] = []
        for part, written in self._spaced():
            if isinstance(part, Soft):
                pieces += self._starts(part, written, tokenizer)
        return pieces

    def _starts(self, part: Soft, written: str, tokenizer: PreTrainedTokenizerBase) -> Sequence[int | None]:
        """Where each pseudo-token of a part starts. Raises TemplateError("bad_soft") where its words are none."""
        if not part.words:
            return [None] * part.length
        if not (ids := piece_ids(tokenizer, [written])[0]):  # signs that cannot be seen, as pasting brings them
            sign = f'[soft:"{part.words}"]'
            raise _error("bad_soft", f"{sign} has no word", self.source, self.source.find("[soft:"), sign)
        return ids

    def encode(
        self, texts: Sequence[str], tokenizer: PreTrainedTokenizerBase, max_length: int, first_soft: int | None = None
    ) -> list[Encoded]:
        """`[CLS] ... [SEP]` ids of the template filled with each text. Truncation shortens the sentence, never the
        template. Pseudo-tokens get the ids `first_soft`, `first_soft` + 1, ..., which no word has.

        Raises TemplateError("too_long") where the template alone leaves no room for a sentence, and
        TemplateError("soft_unsupported") where it has pseudo-tokens and there is no `first_soft`.
        """
        if first_soft is None and any(isinstance(part, Soft) for part in self.parts):
            at = self.source.find("[soft:")
            raise _error("soft_unsupported", "this method has no soft prompt", self.source, at, "[soft:")
        opening, border, closing = special_frame(tokenizer)
        fixed = {Mask: [tokenizer.mask_token_id], Border: border}
        frame: list[list[int] | None] = [opening]  # ids of every part, None for the sentence
        lead = ""
        next_soft = first_soft or 0
        for part, written in self._spaced():
            if isinstance(part, Sentence):
                frame.append(None)
                lead = written
            elif isinstance(part, Soft):
                length = len(self._starts(part, written, tokenizer))
                frame.append(list(range(next_soft, next_soft + length)))
                next_soft += length
            else:
                frame.append(fixed.get(type(part)) or (piece_ids(tokenizer, [written])[0] if written.strip() else []))
        frame.append(closing)

        used = sum(len(ids) for ids in frame if ids is not None)
        room = max_length - used
        if room < 1:
            message = f"the template takes {used} of {max_length} tokens and leaves no room for the sentence"
            raise _error("too_long", message, self.source, 0, self.source, length=used, limit=max_length)
        # The first segment ends with the first border; everything after it has type 1.
        first_border = next((i for i, part in enumerate(self.parts, 1) if isinstance(part, Border)), len(frame))
        mask_part = next(i for i, part in enumerate(self.parts, 1) if isinstance(part, Mask))

        encoded = []
        for sentence in piece_ids(tokenizer, [lead + text.strip() for text in texts]):
            filled = [sentence[:room] if ids is None else ids for ids in frame]
            encoded.append(
                Encoded(
                    input_ids=tuple(chain.from_iterable(filled)),
                    token_type_ids=tuple(int(i > first_border) for i, ids in enumerate(filled) for _ in ids),
                    mask_position=sum(len(ids) for ids in filled[:mask_part]),
                    truncated=max(0, len(sentence) - room),
                )
            )
        return encoded

    def _spaced(self) -> list[tuple[Part, str]]:
        """Each part with its words, a space before them where the template has one: byte-level tokenizers (RoBERTa)
        write that space into the word. For the sentence, only the space; for pseudo-tokens, where they start from."""
        spaced: list[tuple[Part, str]] = []
        space = False
        for part in self.parts:
            if isinstance(part, Literal):
                lead = " " if space or part.text[0].isspace() else ""
                spaced.append((part, lead + part.text.strip()))
                space = part.text[-1].isspace()
            else:
                words = part.words if isinstance(part, Soft) else ""
                spaced.append((part, (" " if space else "") + words))
                space = False
        return spaced


def _soft(sign: re.Match[str], source: str) -> Soft:
    inside = _SOFT.fullmatch(sign["soft"])
    if inside is None:
        message = f'{sign.group()} at {sign.start()} is neither [soft:3] nor [soft:"it was"]'
        raise _error("bad_soft", message, source, sign.start(), sign.group())
    if inside["length"]:
        return Soft(int(inside["length"]))
    return Soft(len(inside["words"].split()), inside["words"].strip())


def _error(kind: str, message: str, source: str, position: int, offending: str = "", **details) -> TemplateError:
    return TemplateError(kind, message, where=source, position=position, offending=offending, **details)
