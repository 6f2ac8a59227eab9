"""Several label words per class, taken one after the other: forward selection on all the examples.

LM-BFF (see `search_label_words`) stops at one word per class. One word seldom fits every sentence of its class, so the
search goes on from its winner: of the words that the model finds likeliest for a class, the one is added whose class
sum lowers the loss most,

    min over y, w of  - sum over (x, y*) of log p(y* | x),    p(y | x) ~ sum over v in V_y of p([MASK] = v | T(x)),

with w among V_y, as long as that is by GAIN at least. With few examples the next word soon fits nothing but them; it
is a way to spend many.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from .candidates import Examples, SearchStep
from .search_label_words import PER_CLASS, at_least, joined, likely_words
from .template import Template

CHOICE = 300  # of each class's likeliest words; the rare ones behind them gain no more on other sentences
ROUNDS = 8  # words added at most
GAIN = 5e-4  # nats by which a word has to lower the mean loss


def add_label_words(examples: Examples, template: Template, shown: int = 3) -> Iterator[SearchStep]:
    """A first step with one word per class, then ROUNDS steps of one word more, or none once none gains. The best
    `shown` words of a round are scored as candidates. The model runs once."""
    logits = examples.logits(template)  # (N, V)
    likely = [ids for ids, _ in likely_words(examples, template, logits, at_least(CHOICE, examples))]
    gold = torch.from_numpy(examples.gold)
    start = torch.empty(1, 0, dtype=torch.long)  # (n_combinations, classes so far)
    for ids in likely:
        start = joined(start, ids[: at_least(PER_CLASS, examples)], logits, gold)
    chosen = [[word] for word in start[0].tolist()]  # by class, vocabulary ids
    best = examples.with_words(template, logits, chosen)
    yield SearchStep(1, ROUNDS + 1, (best,), best)
    gains = True
    for step in range(2, ROUNDS + 2):
        larger = []
        if gains:
            losses = torch.stack([_losses_with(logits, gold, chosen, c, ids) for c, ids in enumerate(likely)])  # (C, k)
            n_free = int(losses.isfinite().sum())
            for place in losses.flatten().argsort()[: min(shown, n_free)].tolist():
                c, row = divmod(place, losses.shape[1])
                words = [[*of, int(likely[c][row])] if c == at else of for at, of in enumerate(chosen)]
                larger.append((examples.with_words(template, logits, words), words))
            gains = bool(larger) and larger[0][0].loss <= best.loss - GAIN
            if gains:
                best, chosen = larger[0]
        yield SearchStep(step, ROUNDS + 1, tuple(one for one, _ in larger), best)


def _losses_with(logits: Tensor, gold: Tensor, chosen: list[list[int]], c: int, words: Tensor) -> Tensor:
    """The mean loss, shape (k,), with each of the k `words` added to class `c`; infinite for words that are taken."""
    sums = torch.stack([logits[:, of_class].logsumexp(dim=1) for of_class in chosen], dim=1)  # (N, C)
    own = torch.logaddexp(sums[:, [c]], logits[:, words])  # (N, k)
    others = sums[:, [at for at in range(len(chosen)) if at != c]].logsumexp(dim=1, keepdim=True)  # (N, 1)
    right = torch.where((gold == c)[:, None], own, sums[torch.arange(len(gold)), gold][:, None])  # (N, k)
    losses = (torch.logaddexp(own, others) - right).mean(dim=0)
    taken = torch.tensor([word for of_class in chosen for word in of_class])
    return losses.masked_fill(torch.isin(words, taken), float("inf"))
