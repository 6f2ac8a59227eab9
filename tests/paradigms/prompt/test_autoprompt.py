"""AutoPrompt: the gradient is the gradient, swaps follow it, and nothing but the triggers changes."""

from itertools import pairwise

import torch
from torch import nn

from paradigms.masked_lm import MaskedLM
from paradigms.prompt.autoprompt import N_TRIGGERS, autoprompt, trigger_gradient
from paradigms.prompt.candidates import Examples, allowed_words, writable_words
from paradigms.prompt.template import Template
from paradigms.prompt.verbalizer import Verbalizer

FRAME = Template.parse("{text} [MASK].")
VERBALIZER = Verbalizer.parse("0=terrible;1=great")


def words_of(template: Template) -> list[str]:
    return template.source.removeprefix("{text} ").removesuffix(" [MASK].").split()


def test_gradient(examples, tiny_bert):
    """That of the embedding table, as plain transformers and backpropagation give it: trigger words that stand nowhere
    else have a row of it to themselves."""
    lm = MaskedLM.load(tiny_bert)
    own = Examples(lm, examples.texts, examples.gold, examples.classes)
    triggers = ["zebra", "opaque", "seventeen"]
    template = Template.parse(f"{{text}} {' '.join(triggers)} [MASK].")
    gradient = trigger_gradient(own, template, VERBALIZER, 3)
    assert all(weight.grad is None for weight in lm.model.parameters())

    model = lm.copy().model
    label_ids = lm.tokenizer.convert_tokens_to_ids(["terrible", "great"])
    inputs = lm.tokenizer([template.fill(text) for text in own.texts], padding=True, return_tensors="pt")
    at = (inputs["input_ids"] == lm.tokenizer.mask_token_id).nonzero()[:, 1]
    logits = model(**inputs).logits[torch.arange(len(at)), at][:, label_ids]
    nn.functional.cross_entropy(logits, torch.from_numpy(own.gold)).backward()
    rows = lm.tokenizer.convert_tokens_to_ids(triggers)
    torch.testing.assert_close(gradient, model.get_input_embeddings().weight.grad[rows], rtol=1e-3, atol=1e-5)


def test_swaps_follow_the_gradient(examples):
    """One place at a time, the words tried first are those with the largest expected fall of the loss."""
    steps = list(autoprompt(examples, FRAME, VERBALIZER, swaps=4, candidates=3, seed=0))
    assert [(step.step, step.total) for step in steps] == [(n, 4) for n in range(1, 5)]
    for number, (before, after) in enumerate(pairwise(steps), 1):
        place = number % N_TRIGGERS
        old, new = words_of(before.best.template), words_of(after.best.template)
        assert [word for i, word in enumerate(old) if i != place] == [word for i, word in enumerate(new) if i != place]
        assert after.best.loss <= before.best.loss
        assert after.best.loss == min(before.best.loss, *(one.loss for one in after.candidates))

    lm = examples.lm
    words, allowed = writable_words(lm.tokenizer), allowed_words(VERBALIZER, lm.tokenizer)
    gradient = trigger_gradient(examples, steps[0].best.template, VERBALIZER, N_TRIGGERS)[1]
    fall = -lm.model.get_input_embeddings().weight.detach()[allowed] @ gradient
    best = [words[allowed[i]] for i in fall.argsort(descending=True)[:6].tolist()]
    tried = [words_of(one.template)[1] for one in steps[1].candidates]
    assert set(tried) <= set(best)


def test_the_model_stays_as_it_is(examples):
    before = {name: weight.clone() for name, weight in examples.lm.model.named_parameters()}
    assert next(autoprompt(examples, FRAME, VERBALIZER, swaps=1, candidates=1, seed=3)).candidates
    assert all(torch.equal(weight, before[name]) for name, weight in examples.lm.model.named_parameters())
    assert all(weight.grad is None for weight in examples.lm.model.parameters())


def test_a_vocabulary_of_which_all_is_tried(examples, tiny_bert, monkeypatch):
    """Every word in every place, each combination once, and then nothing more."""
    lm = MaskedLM.load(tiny_bert)
    own = Examples(lm, examples.texts, examples.gold, examples.classes)
    few = lm.tokenizer.convert_tokens_to_ids(["zebra", "opaque", "seventeen", "film"])
    monkeypatch.setattr("paradigms.prompt.autoprompt.allowed_words", lambda *_: few)
    steps = list(autoprompt(own, FRAME, VERBALIZER, swaps=12, candidates=2, seed=0))
    tried = [one.template.source for step in steps for one in step.candidates]
    assert len(set(tried)) == len(tried)
    assert [len(step.candidates) for step in steps][:3] == [2, 2, 2]
    assert not steps[-1].candidates and steps[-1].best == steps[-2].best


def test_many_rounds_go_on_to_less_promising_words(examples, tiny_bert):
    own = Examples(MaskedLM.load(tiny_bert), examples.texts[:1], examples.gold[:1], examples.classes)
    steps = list(autoprompt(own, FRAME, VERBALIZER, swaps=45, candidates=1, seed=0))
    assert all(len(step.candidates) == 1 for step in steps)
