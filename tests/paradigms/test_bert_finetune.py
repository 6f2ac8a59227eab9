"""Paradigm 3 against the same sums done by hand with plain `transformers`."""

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, BertForMaskedLM

from paradigms.bert_finetune import RATES, BertFineTune
from paradigms.masked_lm import BUILT_IN
from paradigms.salience import MOST, READ, occlusion
from paradigms.training import schedule
from paradigms.words import surface_words

TEXT = "A warm, funny film; I'd gladly see it again!"


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(BUILT_IN)


def by_hand(model: BertFineTune, text: str, tokenizer) -> tuple[np.ndarray, np.ndarray]:
    """Class logits and the last layer's attention from [CLS], mean of the heads, of one text."""
    with torch.no_grad():
        output = model.lm_.model.bert(**tokenizer(text, return_tensors="pt"), output_attentions=True)
        head = model.head_
        state = torch.tanh(output.last_hidden_state[:, 0] @ head.dense.weight.T + head.dense.bias)
        logits = state @ head.out.weight.T + head.out.bias
    return logits[0].numpy(), output.attentions[-1][0, :, 0].mean(dim=0).numpy()


def softmax(logits: np.ndarray) -> np.ndarray:
    return np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()


def test_explained(tuned, tokenizer):
    evidence = tuned.explain(TEXT)
    logits, attention = by_hand(tuned, TEXT, tokenizer)
    assert list(evidence.tokens) == tokenizer.convert_ids_to_tokens(tokenizer(TEXT)["input_ids"])
    assert evidence.truncated == 0
    np.testing.assert_allclose(evidence.logits, logits, atol=1e-4)
    np.testing.assert_allclose(evidence.probabilities, softmax(np.array(evidence.logits)), atol=1e-6)
    np.testing.assert_allclose(evidence.probabilities, tuned.predict_proba([TEXT])[0], atol=1e-6)
    assert len(evidence.attention) == len(evidence.tokens)
    assert sum(evidence.attention) == pytest.approx(1)
    np.testing.assert_allclose(evidence.attention, attention, atol=1e-4)


@pytest.mark.parametrize("text", [TEXT, "dull", "Two  words (really)..."])
def test_salience_is_occlusion(text, tuned, tokenizer):
    """Each word's change is p(label) minus p(label) with [MASK] in the word's place."""
    evidence = tuned.explain(text)
    label = int(np.argmax(evidence.probabilities))
    assert [word.word for word in evidence.salience] == text.split()
    for word in evidence.salience:
        assert text[word.start : word.end] == word.word
        hidden, _ = by_hand(tuned, f"{text[: word.start]}[MASK]{text[word.end :]}", tokenizer)
        assert word.change == pytest.approx(evidence.probabilities[label] - softmax(hidden)[label], abs=1e-4)
    assert any(word.change for word in evidence.salience)


def test_a_sign_in_the_text_hides_nothing(tuned):
    """Of two `[MASK]` one is what somebody typed, and only the other hides a word."""
    words = tuned.explain("It's [MASK]!").salience
    assert [word.word for word in words] == ["It's", "[MASK]!"]
    (encoded,) = tuned.lm_.encode_hidden([("", " [MASK]!")])
    tokens = tuned.lm_.tokenizer.convert_ids_to_tokens(list(encoded.input_ids))
    assert tokens == ["[CLS]", "[MASK]", "[", "mask", "]", "!", "[SEP]"]


def test_a_long_text_costs_no_more_than_a_short_one():
    asked = []

    def predict(texts):
        asked.append(len(texts))
        return np.ones((len(texts), 2)) / 2

    for n_words in (1, 60, 100, 1000):
        found = occlusion(" ".join(["word"] * n_words), 0, predict)
        assert len(found) == asked[-1] - 1 == min(n_words, MOST, READ // n_words)


def test_salience_of_long_texts_is_bounded(tuned):
    assert len(tuned.explain("film " * 70).salience) == 60
    assert tuned.explain("").salience == ()


def test_chinese_words_are_characters():
    assert surface_words("很好 OK吗") == [("很", 0, 1), ("好", 1, 2), ("OK", 3, 5), ("吗", 5, 6)]


def test_parameters(tuned, lm):
    hidden, classes = 384, 2
    new = hidden * hidden + hidden + hidden * classes + classes
    encoder = sum(weight.numel() for weight in lm.model.bert.parameters())
    assert tuned.new_parameters_ == new
    assert tuned.trainable_parameters_ == encoder + new
    head_of_masked_lm = hidden * hidden + hidden + 2 * hidden + 30_522
    assert encoder == lm.n_parameters - head_of_masked_lm


def test_new_parameters_of_three_classes(tiny_bert):
    model = BertFineTune(backbone=str(tiny_bert), steps=1).fit(["a", "b", "c"], "xyz")
    assert model.new_parameters_ == 32 * 32 + 32 + 32 * 3 + 3


def test_everything_below_the_head_is_trained(tuned):
    """All of the encoder moves; the masked-LM head, which has no part in it, stays."""
    before = BertForMaskedLM.from_pretrained(BUILT_IN, dtype=torch.float32)
    original, after = dict(before.named_parameters()), dict(tuned.lm_.model.named_parameters())
    unchanged = {name for name in after if torch.equal(after[name], original[name])}
    assert unchanged == {name for name in original if name.startswith("cls.")}
    assert unchanged


def test_the_new_layers_start_from_the_seed(shots):
    first, again, other = (
        next(model.fit_steps(shots.texts, shots.labels)) and model.head_.dense.weight
        for model in (BertFineTune(seed=0, lr=1e-12), BertFineTune(seed=0, lr=1e-12), BertFineTune(seed=1, lr=1e-12))
    )
    torch.testing.assert_close(first, again, rtol=0, atol=0)
    assert not torch.allclose(first, other, atol=1e-3)
    assert first.std().item() == pytest.approx(0.02, rel=0.05)


def test_loss_of_the_first_step(tiny_bert, shots):
    """Cross-entropy of what it would have answered before: new layers, no dropout."""
    model = BertFineTune(backbone=str(tiny_bert), dropout=0.0, steps=2, batch_size=len(shots), lr=1e-12)
    first, _ = model.fit_steps(shots.texts, shots.labels)
    of_gold = model.predict_proba(shots.texts)[np.arange(len(shots)), np.asarray(shots.labels, dtype=int)]
    assert first.loss == pytest.approx(-np.log(of_gold).mean(), abs=1e-4)
    assert first.accuracy == (of_gold > 0.5).mean()


def test_training_fits_its_examples(tuned, shots):
    of_gold = tuned.predict_proba(shots.texts)[np.arange(len(shots)), np.asarray(shots.labels, dtype=int)]
    assert -np.log(of_gold).mean() < np.log(2) - 0.02  # better than knowing nothing
    assert tuned.score(shots.texts, shots.labels) >= 0.75


def test_schedule():
    few, many = schedule(32, RATES), schedule(6920, RATES)
    assert (few.steps, few.batch_size) == (60, 8)
    assert (many.steps, many.batch_size) == (649, 32)  # three passes
    chosen = schedule(6920, RATES, 7, 3, 0.5)
    assert (chosen.steps, chosen.batch_size, chosen.lr) == (7, 3, 0.5)
