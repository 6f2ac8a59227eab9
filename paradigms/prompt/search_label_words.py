"""Label words found on the examples (LM-BFF: Gao et al. 2021, section 5.1).

For every class y the words that the model finds likeliest at the slot for that class's own sentences:

    V_y = top-k over w of  sum over x in class y of  log p([MASK] = w | T(x))

One word per class makes a verbalizer. All combinations are ranked again by how well they tell the examples apart, by
their loss. Two classes have k^2 combinations; with more, only the best BEAM survive each class.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ..errors import ParadigmError
from .candidates import Candidate, Examples, SearchStep, label_word_ids
from .template import Template

PER_CLASS = 30  # k; with more, rare words that fit these examples by chance win (seen on SST-2's training sentences)
BEAM = 100  # combinations kept


def search_label_words(examples: Examples, template: Template, shown: int = 20) -> Iterator[SearchStep]:
    """One word per class for `template`: a first step that asks the model, then one step per class. The best `shown`
    combinations are scored as candidates in the last."""
    logits = examples.logits(template)  # (N, V); the only time the model runs
    likely = likely_words(examples, template, logits, at_least(PER_CLASS, examples))
    total = len(examples.classes) + 1
    combinations = torch.empty(1, 0, dtype=torch.long)  # (n_combinations, classes so far)
    best = _with_one_each(examples, template, logits, _first_choice(likely))
    yield SearchStep(1, total, (best,), best)
    for c, (ids, _) in enumerate(likely):
        combinations = joined(combinations, ids, logits, torch.from_numpy(examples.gold))
        scored: tuple[Candidate, ...] = ()
        if c + 1 == len(examples.classes):
            scored = tuple(_with_one_each(examples, template, logits, row) for row in combinations[:shown].tolist())
            best = min(best, *scored, key=lambda one: one.order)
        yield SearchStep(c + 2, total, scored, best)


def at_least(k: int, examples: Examples) -> int:
    """`k` words for each class, or as many as there are classes: one of them is then left by all the others."""
    return max(k, len(examples.classes))


def likely_words(examples: Examples, template: Template, logits: Tensor, k: int) -> list[tuple[Tensor, Tensor]]:
    """For each class the `k` likeliest words on its own examples: vocabulary ids and mean log-probabilities.

    Raises ParadigmError("few_words") where the vocabulary has fewer words than there are classes.
    """
    allowed = torch.tensor(label_word_ids(examples.lm.tokenizer, template.spaced_mask()))
    if len(allowed) < len(examples.classes):
        message = f"{len(examples.classes)} classes, but the vocabulary has only {len(allowed)} words for them"
        raise ParadigmError("few_words", message, have=len(allowed), asked=len(examples.classes))
    logs = logits.log_softmax(dim=1)[:, allowed]  # (N, n_allowed)
    found = []
    for c in range(len(examples.classes)):
        top = logs[torch.from_numpy(examples.gold == c)].mean(dim=0).topk(min(k, len(allowed)))
        found.append((allowed[top.indices], top.values))
    return found


def joined(combinations: Tensor, words: Tensor, logits: Tensor, gold: Tensor) -> Tensor:
    """Every combination with every word of the next class, the best BEAM of them, shape (BEAM, classes so far + 1).

    They are ranked on the examples of the classes so far.
    """
    c = combinations.shape[1]
    rows = gold <= c
    logits, gold = logits[rows], gold[rows]  # (n, V), (n,)
    pairs = torch.cartesian_prod(torch.arange(len(combinations)), words)  # (n_pairs, 2)
    extended = torch.cat([combinations[pairs[:, 0]], pairs[:, 1:]], dim=1)  # (n_pairs, c + 1)
    extended = extended[(extended[:, :-1] != extended[:, -1:]).all(dim=1)]  # no word for two classes
    chosen = logits.T[extended].transpose(1, 2)  # (n_pairs, n, c + 1)
    loss = -chosen.log_softmax(dim=2)[:, torch.arange(len(gold)), gold].mean(dim=1)  # (n_pairs,)
    return extended[loss.argsort()[:BEAM]]


def _first_choice(likely: list[tuple[Tensor, Tensor]]) -> list[int]:
    """The likeliest word of each class that no class before it has taken."""
    taken: list[int] = []
    for ids, _ in likely:
        taken.append(next(word for word in ids.tolist() if word not in taken))
    return taken


def _with_one_each(examples: Examples, template: Template, logits: Tensor, ids: list[int]) -> Candidate:
    return examples.with_words(template, logits, [[token] for token in ids])
