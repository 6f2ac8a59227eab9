"""Several label words per class: begun with the best pair, each further word the best there is, none without a gain."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from paradigms.prompt.add_label_words import GAIN, ROUNDS, add_label_words
from paradigms.prompt.candidates import Examples
from paradigms.prompt.search_label_words import likely_words, search_label_words
from paradigms.prompt.template import Template

TEMPLATE = Template.parse("{text} It was [MASK].")


def test_it_goes_on_where_one_word_per_class_ends(examples):
    steps = list(add_label_words(examples, TEMPLATE, shown=3))
    assert [step.step for step in steps] == list(range(1, ROUNDS + 2))
    gained = [after.best != before.best for before, after in pairwise(steps)]
    assert gained == sorted(gained, reverse=True), "a word was added after one that did not help"
    tried = [len(step.candidates) for step in steps[1:]]
    assert tried == [3] * min(sum(gained) + 1, ROUNDS) + [0] * (ROUNDS - 1 - sum(gained))
    assert steps[0].best.verbalizer == list(search_label_words(examples, TEMPLATE))[-1].best.verbalizer
    for before, after in pairwise(steps):
        old, new = set(before.best.verbalizer.words), set(after.best.verbalizer.words)
        assert old <= new and len(new - old) <= 1
        assert after.best == before.best or after.best.loss <= before.best.loss - GAIN
    best = steps[-1].best
    assert len(best.verbalizer.words) > 2
    assert len(set(best.verbalizer.words)) == len(best.verbalizer.words)
    again = examples.score(TEMPLATE, best.verbalizer)
    assert (again.accuracy, again.loss) == (best.accuracy, pytest.approx(best.loss, abs=1e-5))


@pytest.mark.parametrize("classes", [2, 3])
def test_each_word_is_the_best_there_is(examples, classes, monkeypatch):
    """Against every word for every class, one after the other, measured as any verbalizer is."""
    monkeypatch.setattr("paradigms.prompt.add_label_words.CHOICE", 12)
    monkeypatch.setattr("paradigms.prompt.add_label_words.PER_CLASS", 4)
    gold = np.arange(len(examples.texts)) % classes
    asked = Examples(examples.lm, examples.texts, gold, tuple("abc"[:classes]))
    logits = asked.logits(TEMPLATE)
    likely = [ids.tolist() for ids, _ in likely_words(asked, TEMPLATE, logits, 12)]
    steps = list(add_label_words(asked, TEMPLATE))
    first, second = steps[0].best.verbalizer, steps[1].candidates[0]
    ids = iter(first.token_ids(asked.lm.tokenizer))
    chosen = [[next(ids) for _ in words] for _, words in first.label_words]
    losses = [
        asked.with_words(TEMPLATE, logits, [[*of, word] if at == c else of for at, of in enumerate(chosen)]).loss
        for c in range(classes)
        for word in likely[c]
        if word not in {token for of in chosen for token in of}
    ]
    assert second.loss == pytest.approx(min(losses), abs=1e-6)


def test_a_word_that_helps_nobody_is_left_out(examples):
    """All logits alike: no word can lower the loss."""

    class Flat(Examples):
        def logits(self, template, word_ids=None):
            return torch.zeros(len(self.texts), self.lm.vocabulary_size)

    flat = Flat(examples.lm, examples.texts, examples.gold, examples.classes)
    steps = list(add_label_words(flat, TEMPLATE))
    assert len(steps[-1].best.verbalizer.words) == 2


def test_a_vocabulary_can_be_used_up(examples, monkeypatch):
    """Two words for two classes: both are taken at once, none is left to add."""
    monkeypatch.setattr(
        "paradigms.prompt.add_label_words.likely_words", lambda *_: [(torch.tensor([2204, 2919]), None)] * 2
    )
    steps = list(add_label_words(examples, TEMPLATE))
    assert sorted(steps[-1].best.verbalizer.words) == ["bad", "good"]
    assert all(step.candidates == () for step in steps[1:])
