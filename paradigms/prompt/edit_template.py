"""Neighbours of a template: words left out, exchanged, replaced or put in (GrIPS: Prasad et al. 2023, section 3).

GrIPS walks from an instruction to its best neighbour, and on from there; what it puts in was left out before. Its
paraphrases come from a paraphrasing model; here the masked language model proposes words, in the template's own
context: the sentences of the examples on one side, the label word of their class in the slot on the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

import torch

from ..words import HAN
from .candidates import Examples, SearchStep, allowed_words, writable_words
from .template import Literal, Template
from .verbalizer import Verbalizer

# A space belongs to what follows it, so that items put together again are the template as it was written.
_ITEM = re.compile(rf"\s*(?:[{HAN}]|\w+(?:'\w+)?|[^\w\s]|$)")
PARTS_OF_A_ROUND = 8  # how often a round says how far it is


def edit_template(
    examples: Examples, template: Template, verbalizer: Verbalizer, rounds: int, proposals: int
) -> Iterator[SearchStep]:
    """Score all neighbours of `template` and move to the best, if it is better; `rounds` times."""
    best = examples.score(template, verbalizer)
    lm = examples.lm

    def read(one: Template) -> tuple[int, ...]:
        """As the model reads it: capitals and spaces may make no difference."""
        return one.encode([""], lm.tokenizer, lm.max_length)[0].input_ids

    seen, step, total = {read(template)}, 0, rounds * PARTS_OF_A_ROUND
    for _ in range(rounds):
        around = {read(one): one for one in neighbours(examples, best.template, verbalizer, proposals)}
        fresh = [one for ids, one in around.items() if ids not in seen]
        seen.update(around)
        for part in range(PARTS_OF_A_ROUND):
            scored = tuple(examples.score(one, verbalizer) for one in fresh[part::PARTS_OF_A_ROUND])
            best = min(best, *scored, key=lambda one: one.order) if scored else best
            step += 1
            yield SearchStep(step, total, scored, best)


def neighbours(examples: Examples, template: Template, verbalizer: Verbalizer, proposals: int) -> list[Template]:
    """Templates one edit away, each once: deletions, exchanges of adjacent words, and for every word and every gap
    beside one what the model would rather see there."""
    items, places = items_of(template)
    found = [[*items[:at], *items[at + 1 :]] for at in places]
    found += [
        [*items[:a], _like(items[a], items[b]), _like(items[b], items[a]), *items[b + 1 :]]
        for a in places
        if (b := a + 1) in places
    ]
    for at in places:
        found += [
            [*items[:at], _like(items[at], word), *items[at + 1 :]]
            for word in proposed(examples, items, at, at + 1, verbalizer, proposals)
        ]
        found += [
            [*items[:at], f" {word}", *items[at:]] for word in proposed(examples, items, at, at, verbalizer, proposals)
        ]
    sources = dict.fromkeys("".join(one).strip() for one in found)
    return [Template.parse(source) for source in sources if source != template.source]


def items_of(template: Template) -> tuple[list[str], list[int]]:
    """The template in pieces that make its source again, and which of them are words or marks rather than signs."""
    items: list[str] = []
    places: list[int] = []
    at = 0
    for part, source in zip(template.parts, _sources(template), strict=True):
        pieces = _ITEM.findall(source) if isinstance(part, Literal) else [source]
        pieces = [piece for piece in pieces if piece]
        if isinstance(part, Literal):
            places += [at + i for i, piece in enumerate(pieces) if piece.strip()]
        items += pieces
        at += len(pieces)
    return items, places


def proposed(examples: Examples, items: list[str], start: int, end: int, verbalizer: Verbalizer, n: int) -> list[str]:
    """The `n` words the model finds most probable in place of items[start:end], mean log-probability over examples."""
    lm = examples.lm
    words = writable_words(lm.tokenizer)
    allowed = torch.tensor(allowed_words(verbalizer, lm.tokenizer))
    encoded = []
    for c, (_, label_words) in enumerate(verbalizer.label_words):
        answered = [f" {label_words[0]}" if item == "[MASK]" else item for item in items]
        asking = Template.parse("".join([*answered[:start], " [MASK]", *answered[end:]]))
        of_class = [text for text, gold in zip(examples.texts, examples.gold, strict=True) if gold == c]
        encoded.append(asking.encode(of_class, lm.tokenizer, lm.max_length))
    logits = lm.logits_at_mask(list(chain.from_iterable(encoded)))  # (N, V)
    mean = logits.log_softmax(dim=1).mean(dim=0)[allowed]  # (n_allowed,)
    there = "".join(items[start:end]).strip()
    found = [words[token] for token in allowed[mean.topk(n + 1).indices].tolist()]
    return [word for word in found if word != there][:n]


def _sources(template: Template) -> list[str]:
    """The source of each part."""
    signs = re.split(r"(\{[^{}]*\}|\[MASK\]|\[SEP\])", template.source)
    return [piece for piece in signs if piece]


def _like(item: str, word: str) -> str:
    """`word` with the space that `item` has before it."""
    return item[: len(item) - len(item.lstrip())] + word.strip()
