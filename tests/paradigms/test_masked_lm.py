"""The fast path says what plain `transformers` says, and refuses what cannot answer."""

import copy
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer, BertForMaskedLM

from paradigms import masked_lm
from paradigms.bert_finetune import BertFineTune
from paradigms.masked_lm import BUILT_IN, MaskedLM, evaluating, length_sorted
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.template import Template
from paradigms.seen import Seen
from paradigms.tokens import Encoded

TEXTS = (
    "A warm, funny film; I'd see it again.",
    "no",
    "The story goes nowhere, the jokes are older than the cast, and after an hour even the camera seems to look away.",
    "Naïve, café-ish and 100% over-long...",
)


@pytest.fixture(scope="module")
def plain():
    """The built-in backbone as anybody would load it."""
    return BertForMaskedLM.from_pretrained(BUILT_IN, dtype=torch.float32).eval()


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(BUILT_IN)


def plain_log_probabilities(model, inputs, mask_token_id) -> np.ndarray:
    with torch.no_grad():
        logits = model(**inputs).logits  # (1, T, V)
    (at,) = (inputs["input_ids"][0] == mask_token_id).nonzero(as_tuple=True)
    assert len(at) == 1
    return logits[0, at[0]].double().log_softmax(dim=0).numpy()


@pytest.mark.parametrize("text", TEXTS)
def test_distribution_is_that_of_a_plain_call(text, plain, tokenizer):
    inputs = tokenizer(f"{text} It was [MASK].", return_tensors="pt")
    expected = plain_log_probabilities(plain, inputs, tokenizer.mask_token_id)
    answer = PromptClassifier("{text} It was [MASK].").mask_distribution(text, top_k=5)
    np.testing.assert_allclose(answer.log_probabilities, expected, atol=1e-4)
    best = np.argsort(expected)[::-1][:5]
    assert list(answer.words) == tokenizer.convert_ids_to_tokens(best.tolist())
    np.testing.assert_allclose(answer.probabilities, np.exp(expected[best]), atol=1e-4)


@pytest.mark.parametrize("text", TEXTS)
def test_two_segments(text, plain, tokenizer):
    inputs = tokenizer(text, "In short: [MASK]!", return_tensors="pt")
    assert set(inputs["token_type_ids"][0].tolist()) == {0, 1}
    expected = plain_log_probabilities(plain, inputs, tokenizer.mask_token_id)
    answer = PromptClassifier("{text} [SEP] In short: [MASK]!").mask_distribution(text)
    np.testing.assert_allclose(answer.log_probabilities, expected, atol=1e-4)


def test_label_words_alone(lm):
    """Asking for some words gives the columns that asking for all of them has."""
    encoded = Template.parse("{text} It was [MASK].").encode(TEXTS, lm.tokenizer, lm.max_length)
    words = lm.tokenizer.convert_tokens_to_ids(["great", "terrible", "cat"])
    everything, some = lm.logits_at_mask(encoded), lm.logits_at_mask(encoded, words)
    assert everything.shape == (len(TEXTS), lm.model.config.vocab_size)
    assert some.dtype == everything.dtype == torch.float32
    torch.testing.assert_close(some, everything[:, words], rtol=0, atol=1e-4)


def test_batched_equals_unbatched(lm, held_out):
    encoded = Template.parse("{text} It was [MASK].").encode(held_out.texts[:24], lm.tokenizer, lm.max_length)
    together = lm.copy().logits_at_mask(encoded)
    alone = torch.cat([lm.copy().logits_at_mask([item]) for item in encoded[:6]])
    torch.testing.assert_close(together[:6], alone, rtol=0, atol=1e-4)
    backwards = lm.copy().logits_at_mask(encoded[::-1])
    torch.testing.assert_close(together, backwards.flip(0), rtol=0, atol=1e-4)


def test_bf16_moves_no_answer_far(lm, held_out):
    """From BF16_FROM texts on, bf16 may be used; labels that are not on the edge stay as they are."""
    texts = held_out.texts[: 2 * masked_lm.BF16_FROM]
    many = PromptClassifier().predict_proba(texts)[:, 1]
    few = np.concatenate([PromptClassifier().predict_proba(texts[i : i + 8])[:, 1] for i in range(0, len(texts), 8)])
    assert np.abs(many - few).max() < 0.05
    sure = np.abs(few - 0.5) > 0.05
    assert sure.sum() > len(texts) / 2
    np.testing.assert_array_equal(many[sure] > 0.5, few[sure] > 0.5)


def test_no_texts(lm):
    assert len(lm.logits_at_mask([])) == 0


@given(
    st.lists(st.integers(min_value=1, max_value=600), max_size=200),
    st.integers(min_value=1, max_value=3000),
)
def test_length_sorted(lengths, budget):
    batches = list(length_sorted(lengths, budget))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[index] for index in batch) <= budget
    flat = [lengths[index] for batch in batches for index in batch]
    assert flat == sorted(flat)


def test_evaluating_puts_the_mode_back():
    module = torch.nn.Dropout(0.5)
    with evaluating(module):
        assert not module.training and torch.is_inference_mode_enabled()
    assert module.training and not torch.is_inference_mode_enabled()


# What was answered is remembered.


@pytest.fixture
def counted(tiny_bert):
    """A fresh backbone that counts how often its encoder runs."""
    lm = MaskedLM.load(tiny_bert).copy()
    lm = MaskedLM(lm.model, lm.tokenizer, lm.name, Seen(3))
    runs: list[int] = []
    lm.model.base_model.embeddings.register_forward_hook(lambda *_: runs.append(1))
    return lm, runs


def encode(lm: MaskedLM, *texts: str) -> list[Encoded]:
    return Template.parse("{text} It was [MASK].").encode(texts, lm.tokenizer, lm.max_length)


def test_other_label_words_do_not_run_the_encoder(counted):
    lm, runs = counted
    first = lm.logits_at_mask(encode(lm, "a", "b"), [2000])
    assert len(runs) == 1
    again = lm.logits_at_mask(encode(lm, "b", "a"), [2000, 3000])
    assert len(runs) == 1
    torch.testing.assert_close(first.flip(0), again[:, :1], rtol=0, atol=1e-5)
    lm.logits_at_mask(encode(lm, "a", "c"))
    assert len(runs) == 2


def test_label_words_of_a_classifier_do_not_run_the_encoder():
    runs: list[int] = []
    model = PromptClassifier()
    hook = model.lm_.model.base_model.embeddings.register_forward_hook(lambda *_: runs.append(1))
    try:
        model.predict_proba(["A text that no other test asks about."])
        model.set_params(verbalizer="negative=bad;positive=good").explain("A text that no other test asks about.")
        assert len(runs) == 1
        model.set_params(template="{text} So [MASK].").explain("A text that no other test asks about.")
        assert len(runs) == 2
    finally:
        hook.remove()


def test_the_oldest_are_forgotten(counted):
    lm, runs = counted
    lm.logits_at_mask(encode(lm, "a", "b", "c"))
    lm.logits_at_mask(encode(lm, "a"))  # asked for again: now the newest
    lm.logits_at_mask(encode(lm, "d"))  # takes the place of "b"
    assert len(runs) == 2
    assert len(lm.seen.rows) == 3
    lm.logits_at_mask(encode(lm, "a", "c", "d"))
    assert len(runs) == 2
    lm.logits_at_mask(encode(lm, "b"))
    assert len(runs) == 3


def test_a_copy_remembers_nothing(counted):
    """Weights that are going to change must not answer from before the change."""
    lm, _ = counted
    before = lm.logits_at_mask(encode(lm, "a"))
    other = lm.copy()
    with torch.no_grad():
        for weight in other.model.base_model.encoder.parameters():  # not the decoder, which works on what is kept
            weight.mul_(1.5)
    assert not torch.allclose(other.logits_at_mask(encode(other, "a")), before, atol=0.1)
    torch.testing.assert_close(lm.logits_at_mask(encode(lm, "a")), before, rtol=0, atol=0)


def test_a_trained_classifier_can_be_handed_to_another_process(tiny_bert):
    for kind in (PromptClassifier, BertFineTune):
        model = kind(backbone=str(tiny_bert), steps=2).fit(TEXTS, ["1", "0", "0", "1"])
        for duplicate in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
            np.testing.assert_allclose(duplicate.predict_proba(TEXTS), model.predict_proba(TEXTS), atol=1e-6)
