"""Neighbours of label words in the model's own word embeddings."""

import numpy as np

from paradigms.prompt.candidates import label_word_ids, writable_words
from paradigms.prompt.expand_label_words import SIZES, expand_label_words, nearest_words
from paradigms.prompt.template import Template
from paradigms.prompt.verbalizer import Verbalizer

VERBALIZER = Verbalizer.parse("0=terrible,bad;1=great")


def test_nearest_words(lm):
    """Against numpy: nearest to one of the class's words, and nearer to it than to any of another class."""
    table = lm.model.get_input_embeddings().weight.detach().double().numpy()
    table = table / np.linalg.norm(table, axis=1, keepdims=True)
    ids, words = label_word_ids(lm.tokenizer), writable_words(lm.tokenizer)
    terrible, bad, great = lm.tokenizer.convert_tokens_to_ids(["terrible", "bad", "great"])
    negative = (table[ids] @ table[[terrible, bad]].T).max(axis=1)
    positive = table[ids] @ table[great]
    found = nearest_words(lm, VERBALIZER, 10)
    for label, own, other in (("0", negative, positive), ("1", positive, negative)):
        mine = [i for i in np.argsort(-own) if own[i] > other[i] and ids[i] not in {terrible, bad, great}][:10]
        assert [word for word, _ in found[label]] == [words[ids[i]] for i in mine]
        np.testing.assert_allclose([cosine for _, cosine in found[label]], own[mine], atol=1e-5)


def test_the_search(examples):
    template = Template.parse("{text} It was [MASK].")
    steps = list(expand_label_words(examples, template, VERBALIZER))
    assert [step.step for step in steps] == list(range(1, len(SIZES) + 1))
    assert steps[0].candidates[0].verbalizer == VERBALIZER  # no word added: the given ones are a candidate too
    for step, size in zip(steps, SIZES, strict=True):
        (candidate,) = step.candidates
        assert [len(words) for _, words in candidate.verbalizer.label_words] == [2 + size, 1 + size]
        again = examples.score(template, candidate.verbalizer)
        np.testing.assert_allclose([candidate.accuracy, candidate.loss], [again.accuracy, again.loss], atol=1e-5)
    assert steps[-1].best.loss == min(step.candidates[0].loss for step in steps)
