"""LM-BFF's label words: the likeliest of each class, and the best combination of them."""

from itertools import product

import numpy as np
import pytest
import torch

from paradigms.data import few_shot
from paradigms.errors import ParadigmError
from paradigms.prompt.add_label_words import add_label_words
from paradigms.prompt.auto_verbalizer import AutoVerbalizer
from paradigms.prompt.candidates import Examples, label_word_ids, writable_words
from paradigms.prompt.search_label_words import BEAM, PER_CLASS, joined, likely_words, search_label_words
from paradigms.prompt.template import Template

from .. import tiny

TEMPLATE = Template.parse("{text} It was [MASK].")


def test_likely_words(examples):
    logits = examples.logits(TEMPLATE)
    allowed = label_word_ids(examples.lm.tokenizer)
    for c, (ids, logs) in enumerate(likely_words(examples, TEMPLATE, logits, 7)):
        mean = logits.log_softmax(dim=1)[torch.from_numpy(examples.gold == c)].mean(dim=0)
        expected = sorted(allowed, key=lambda token: -float(mean[token]))[:7]
        assert ids.tolist() == expected
        assert logs.tolist() == pytest.approx(mean[expected].tolist())


def test_combinations_against_all_of_them():
    """Three classes with few words: the beam holds every combination, so its first is the best there is."""
    generator = torch.Generator().manual_seed(0)
    logits, gold = torch.randn(12, 40, generator=generator), torch.arange(12) % 3
    words = [torch.tensor([1, 2, 3]), torch.tensor([2, 5, 6]), torch.tensor([3, 8])]
    found = torch.empty(1, 0, dtype=torch.long)
    for of_class in words:
        found = joined(found, of_class, logits, gold)
    every = [ids for ids in product(*(of_class.tolist() for of_class in words)) if len(set(ids)) == 3]
    assert len(every) < BEAM

    def loss(ids) -> float:
        return float(torch.nn.functional.cross_entropy(logits[:, list(ids)], gold))

    assert [tuple(row) for row in found.tolist()] == sorted(every, key=loss)


def test_the_search(examples, monkeypatch):
    asked = []
    logits_of = Examples.logits
    monkeypatch.setattr(Examples, "logits", lambda self, *args: asked.append(args) or logits_of(self, *args))
    steps = list(search_label_words(examples, TEMPLATE, shown=5))
    assert len(asked) == 1  # the model is asked once, whatever the number of combinations
    assert [step.step for step in steps] == [1, 2, 3]
    assert len(steps[-1].candidates) == 5
    best = steps[-1].best
    again = examples.score(TEMPLATE, best.verbalizer)
    assert (again.accuracy, again.loss) == (best.accuracy, pytest.approx(best.loss, abs=1e-5))
    words = set(writable_words(examples.lm.tokenizer).values())
    assert set(best.verbalizer.words) <= words and all(word.isalpha() for word in best.verbalizer.words)


def test_more_classes_have_words_of_their_own(examples):
    three = Examples(examples.lm, examples.texts, np.arange(8) % 3, ("a", "b", "c"))
    best = list(search_label_words(three, TEMPLATE))[-1].best
    assert best.verbalizer.labels == ["a", "b", "c"]
    assert len(set(best.verbalizer.words)) == 3


@pytest.fixture
def many(examples) -> Examples:
    """More classes than words are tried for one, all with the same favourites."""
    n = PER_CLASS + 5
    return Examples(examples.lm, examples.texts[:1] * n, np.arange(n), tuple(f"c{row:02d}" for row in range(n)))


@pytest.mark.parametrize("search", [search_label_words, add_label_words])
def test_more_classes_than_words_are_tried_for_one(many, search, monkeypatch):
    monkeypatch.setattr("paradigms.prompt.add_label_words.ROUNDS", 1)
    words = [step.best for step in search(many, TEMPLATE)][-1].verbalizer.words
    assert len(set(words)) >= len(many.classes)


def test_more_classes_than_words(many, monkeypatch):
    monkeypatch.setattr("paradigms.prompt.search_label_words.label_word_ids", lambda *_: [2204, 2919])
    with pytest.raises(ParadigmError) as caught:
        list(search_label_words(many, TEMPLATE))
    assert (caught.value.kind, caught.value.details) == ("few_words", {"have": 2, "asked": len(many.classes)})


def test_words_of_a_slot_without_a_space_before_it(tmp_path_factory, reviews):
    """A byte-level vocabulary has other tokens there: those are found, and scored as the classifier reads them."""
    said = ["(great) and (bad) or (good)"] * 200
    folder = tiny.roberta(tmp_path_factory.mktemp("backbones") / "tiny-roberta", [*reviews.texts[:300], *said])
    template, few = Template.parse("{text} ([MASK])"), few_shot(reviews, 8, seed=0)
    assert not template.spaced_mask()
    for search in ("likelihood", "several", "neighbours"):
        words = {"verbalizer": "0=great;1=good"} if search == "neighbours" else {}
        model = AutoVerbalizer(search, template, backbone=str(folder), tune="nothing", **words)
        best = model.fit(few.texts, few.labels).best_
        given = Examples.draw(model.lm_, few.texts, model.classes_, np.array([int(one) for one in few.labels]), 0)
        assert given.score(template, best.verbalizer).loss == pytest.approx(best.loss, abs=1e-4)
