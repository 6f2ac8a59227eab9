"""Prompt Tuning on an encoder-decoder: a tiny T5 with random weights writes the label."""

import numpy as np
import pytest
import torch
from peft import PromptTuningConfig, get_peft_model
from sklearn.exceptions import NotFittedError
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

from paradigms.masked_lm import BackboneError
from paradigms.prompt.seq2seq_prompt_tuning import Seq2SeqPromptTuning, load_seq2seq

# PEFT asks transformers by an old name.
pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.:FutureWarning")

WORDS = ["<pad>", "</s>", "<unk>", "a", "film", "plot", "dull", "joy", "bore", "lovely", "very", "good", "not", "all"]
TEXTS = ["a lovely film", "a dull film", "a joy", "a bore", "a lovely plot", "a dull plot"]
LABELS = ["b", "a"] * 3
VERBALIZER = "a=not good;b=very good"  # of unlike lengths


@pytest.fixture(scope="module")
def t5(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("t5")
    words = Tokenizer(WordLevel({word: row for row, word in enumerate(WORDS)}, unk_token="<unk>"))
    words.pre_tokenizer = Whitespace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="<pad>", eos_token="</s>", unk_token="<unk>")
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=len(WORDS),
        d_model=16,
        d_kv=8,
        d_ff=32,
        num_layers=2,
        num_heads=2,
        dropout_rate=0.0,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
    )
    T5ForConditionalGeneration(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def fitted(t5) -> Seq2SeqPromptTuning:
    return Seq2SeqPromptTuning(t5, VERBALIZER, length=4, steps=40).fit(TEXTS, LABELS)


def test_only_the_prompt_is_trained(t5):
    shared, _ = load_seq2seq(t5)
    before = {name: weight.detach().clone() for name, weight in shared.named_parameters()}
    model = Seq2SeqPromptTuning(t5, VERBALIZER, length=4, steps=2)
    for _ in model.fit_steps(TEXTS, LABELS):
        assert all(weight.grad is None for weight in model.model_.parameters())
        assert model.prompt_.rows.grad.abs().min(dim=1).values.max() > 0
    peft = get_peft_model(
        T5ForConditionalGeneration(shared.config), PromptTuningConfig(task_type="SEQ_2_SEQ_LM", num_virtual_tokens=4)
    )
    # PEFT counts a prompt for the decoder too, which reads none.
    assert model.trainable_parameters_ == 4 * 16 == peft.get_nb_trainable_parameters()[0] // 2
    assert all(torch.equal(weight, before[name]) for name, weight in shared.named_parameters())


def test_log_likelihood_of_what_is_written(fitted):
    """Token by token, the same as `transformers` gives for the whole label, end included."""
    text = "a lovely film"
    evidence = fitted.explain(text)
    words, tokenizer = fitted.model_.get_input_embeddings(), fitted.tokenizer_
    ids = torch.tensor([[*tokenizer(text, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]])
    embedded = torch.cat([fitted.prompt_()[None], words(ids)], dim=1)
    for label, written in enumerate(("not good", "very good")):
        target = torch.tensor([[*tokenizer(written, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]])
        loss = fitted.model_(inputs_embeds=embedded, labels=target).loss  # the mean over tokens
        assert evidence.log_likelihoods[label] == pytest.approx(-loss.item() * target.shape[1], abs=1e-4)


def test_learns_and_writes_labels(fitted):
    gold = np.asarray([int(label == "b") for label in LABELS])
    before = Seq2SeqPromptTuning(fitted.backbone, VERBALIZER, length=4, steps=1, lr=1e-12).fit(TEXTS, LABELS)
    rows = np.arange(len(TEXTS))
    loss, loss_before = (
        -np.mean([model.explain(text).log_likelihoods[label] for text, label in zip(TEXTS, gold, strict=True)])
        for model in (fitted, before)
    )
    assert loss < loss_before - 0.5
    assert fitted.predict_proba(TEXTS).shape == (6, 2)
    assert fitted.predict_proba(TEXTS)[rows, gold].mean() > before.predict_proba(TEXTS)[rows, gold].mean()
    written = fitted.write(TEXTS)
    assert len(written) == 6 and all(set(text.split()) <= set(WORDS) for text in written)


def test_padding_changes_nothing(fitted):
    together = fitted._scores(
        [fitted.tokenizer_(text, add_special_tokens=False)["input_ids"] for text in ("a joy", "a very very dull film")],
        fitted._targets(),
    )
    alone = fitted.explain("a joy").log_likelihoods
    np.testing.assert_allclose(together[0].detach(), alone, atol=1e-4)


def test_saved(fitted, tmp_path):
    fitted.save(tmp_path)
    loaded = Seq2SeqPromptTuning.load(tmp_path)
    np.testing.assert_array_equal(loaded.predict_proba(TEXTS), fitted.predict_proba(TEXTS))
    assert loaded.predict_proba([]).shape == (0, 2)


def test_no_such_model(tmp_path):
    with pytest.raises(BackboneError) as caught:
        Seq2SeqPromptTuning(str(tmp_path)).fit(TEXTS, LABELS)
    assert caught.value.kind == "not_found"


def test_not_fitted(t5):
    with pytest.raises(NotFittedError):
        Seq2SeqPromptTuning(t5).explain("a")


def test_a_seed_out_of_an_array(t5):
    """As a grid search over `np.arange` gives it."""
    plain, same = Seq2SeqPromptTuning(t5, seed=1), Seq2SeqPromptTuning(t5, seed=np.arange(2)[1])
    plain._build()
    same._build()
    assert torch.equal(plain.prompt_(), same.prompt_())
