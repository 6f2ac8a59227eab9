"""More label words from the neighbourhood of given ones, in the backbone's own embedding space.

Knowledgeable prompt-tuning (KPT, Hu, Ding et al. 2022) takes related words from a knowledge base. A masked language
model has a map of related words inside it: the rows of its word embeddings, which are its decoder too. Opposites are
neighbours on that map (they stand in the same sentences), so a word is taken for a class only if it is nearer to that
class's words than to those of any other, and how many are taken is decided on the examples."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from ..masked_lm import MaskedLM
from .candidates import Candidate, Examples, SearchStep, label_word_ids, writable_words
from .template import Template
from .verbalizer import Verbalizer

SIZES = (0, 1, 2, 4, 8, 16, 32)  # words added to each class


def expand_label_words(examples: Examples, template: Template, verbalizer: Verbalizer) -> Iterator[SearchStep]:
    """`verbalizer` with 0, 1, 2, 4, ... nearest words added to every class, each size scored. The model runs once."""
    logits = examples.logits(template)  # (N, V)
    near = nearest_words(examples.lm, verbalizer, max(SIZES), spaced=template.spaced_mask())
    best: Candidate | None = None
    for step, size in enumerate(SIZES, 1):
        larger = expanded(verbalizer, near, size)
        ids = larger.token_ids(examples.lm.tokenizer, spaced=template.spaced_mask())
        candidate = Candidate(template, larger, *examples.measure(logits[:, ids], larger))
        best = min((candidate, best), key=lambda one: one.order) if best else candidate
        yield SearchStep(step, len(SIZES), (candidate,), best)


def expanded(verbalizer: Verbalizer, near: dict[str, list[tuple[str, float]]], size: int) -> Verbalizer:
    """Each class's words and the first `size` of its `near` ones."""
    return Verbalizer(
        tuple((label, (*words, *[word for word, _ in near[label][:size]])) for label, words in verbalizer.label_words)
    )


def nearest_words(
    lm: MaskedLM, verbalizer: Verbalizer, n: int, *, spaced: bool = True
) -> dict[str, list[tuple[str, float]]]:
    """For each label the `n` words nearest to its label words, nearest first, with the cosine of the angle.

    A word belongs to the class whose nearest label word is nearest to it.
    """
    words = writable_words(lm.tokenizer, spaced)
    allowed = torch.tensor(label_word_ids(lm.tokenizer, spaced))
    given = torch.tensor(verbalizer.token_ids(lm.tokenizer, spaced=spaced))
    cosine = cosines(lm, allowed, given)  # (n_allowed, n_words)
    cosine[torch.isin(allowed, given)] = -1  # a label word is not its own neighbour
    of_class = torch.stack(
        [one.amax(dim=1) for one in cosine.split([len(words) for _, words in verbalizer.label_words], dim=1)]
    )  # (C, n_allowed)
    owner = of_class.argmax(dim=0)
    found = {}
    for c, label in enumerate(verbalizer.labels):
        top = of_class[c].masked_fill(owner != c, -1).topk(min(n, len(allowed)))
        pairs = zip(allowed[top.indices].tolist(), top.values.tolist(), strict=True)
        found[label] = [(words[token], value) for token, value in pairs if value > -1]
    return found


def cosines(lm: MaskedLM, of: Tensor, to: Tensor) -> Tensor:
    """Cosines between the decoder's rows of some words, shape (len(of), len(to)); for word vectors instead of
    vocabulary ids, `to` is a matrix (n, H)."""
    with torch.no_grad():
        rows = lm.model.get_output_embeddings().weight  # (V, H)
        target = rows[to] if to.ndim == 1 else to
        return nn.functional.normalize(rows[of], dim=1) @ nn.functional.normalize(target, dim=1).T
