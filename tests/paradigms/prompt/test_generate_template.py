"""Templates written by the language model: what it is asked, and that a template says again what was filled in."""

import pytest
import torch

from paradigms.prompt.candidates import allowed_words, before_mask, writable_words, written
from paradigms.prompt.generate_template import extended, generate_template, with_masks
from paradigms.prompt.template import Template
from paradigms.prompt.verbalizer import Verbalizer

FRAME = Template.parse("{text} [MASK].")
VERBALIZER = Verbalizer.parse("0=terrible,bad;1=great")


def test_the_model_is_asked_with_the_label_word_of_the_class(examples):
    """Behind the sentence: the words so far, one mask for each that is missing, the first label word of its class."""
    tokenizer = examples.lm.tokenizer
    (it,) = tokenizer.convert_tokens_to_ids(["it"])
    for item, text, c in zip(
        with_masks(examples, FRAME, VERBALIZER, (it,), 3), examples.texts, examples.gold, strict=True
    ):
        word = ("terrible", "great")[c]
        expected = ["[CLS]", *tokenizer.tokenize(text), "it", "[MASK]", "[MASK]", word, ".", "[SEP]"]
        assert tokenizer.convert_ids_to_tokens(list(item.input_ids)) == expected
        assert item.mask_position == len(expected) - 5
        assert len(item.token_type_ids) == len(expected)


def test_first_words_of_the_beam(examples):
    """The mean over all sentences of log p(word), with plain transformers as the oracle."""
    lm = examples.lm
    allowed = torch.tensor(allowed_words(VERBALIZER, lm.tokenizer))
    found = extended(examples, FRAME, VERBALIZER, [((), 0.0)], 1, allowed, 5)
    total = torch.zeros(len(lm.tokenizer))
    for text, c in zip(examples.texts, examples.gold, strict=True):
        inputs = lm.tokenizer(f"{text} [MASK] {('terrible', 'great')[c]}.", return_tensors="pt")
        at = int((inputs["input_ids"][0] == lm.tokenizer.mask_token_id).nonzero())
        with torch.no_grad():
            total += lm.model(**inputs).logits[0, at].log_softmax(dim=0)
    top = (total / len(examples.texts))[allowed].topk(5)
    assert [fill for fill, _ in found] == [(token,) for token in allowed[top.indices].tolist()]
    assert [score for _, score in found] == pytest.approx(top.values.tolist(), abs=1e-3)


def test_the_search(examples):
    steps = list(generate_template(examples, FRAME, VERBALIZER, 2, 3))
    assert [step.step for step in steps] == list(range(1, 1 + 1 + 3 + 2 + 3))
    assert {step.total for step in steps} == {len(steps)}
    scored = [one for step in steps for one in step.candidates]
    assert len({one.template.source for one in scored}) == 6
    start = examples.score(FRAME, VERBALIZER)
    assert steps[-1].best == min([start, *scored], key=lambda one: one.loss)
    assert not any({"terrible", "bad", "great"} & set(one.template.source.split()) for one in scored)
    for one in scored:
        before, mask, after = one.template.source.partition(" [MASK]")
        assert before.startswith("{text} ") and mask and after == "."


def test_words_are_read_back_as_they_were_written(lm):
    """Whatever a search may write is one token again, alone and among others."""
    words = writable_words(lm.tokenizer)
    assert len(words) > 20_000
    assert not {"[MASK]", "[CLS]", "{", "]"} & set(words.values())
    ids = list(words)[::977]
    template = before_mask(FRAME, [words[token] for token in ids])
    (encoded,) = template.encode([""], lm.tokenizer, lm.max_length)
    assert encoded.input_ids[1 : encoded.mask_position] == tuple(ids)


def test_chinese_words_stand_together():
    assert written(["真", "是", "ok", "的"]) == "真是 ok 的"
