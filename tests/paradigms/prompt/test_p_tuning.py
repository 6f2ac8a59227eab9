"""P-tuning: pseudo-tokens among words, an encoder that is not needed in the end, and a switch for the model."""

import numpy as np
import pytest
import torch
from peft import PromptEncoderConfig, get_peft_model

from paradigms.errors import ParadigmError
from paradigms.masked_lm import MaskedLM
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.p_tuning import PromptEncoder, PTuning
from paradigms.prompt.template import TemplateError

# PEFT asks transformers by an old name.
pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.:FutureWarning")

HYBRID = '[soft:2] {text} Overall [soft:"it was"] [MASK].'
TEXTS = ["A warm, funny film that I would gladly see again.", "dull"]


@pytest.fixture
def peft(tiny_bert):
    config = PromptEncoderConfig(
        task_type="FEATURE_EXTRACTION",
        num_virtual_tokens=4,
        encoder_reparameterization_type="LSTM",
        encoder_num_layers=1,
        encoder_hidden_size=32,
        encoder_dropout=0.0,
    )
    return get_peft_model(MaskedLM.load(tiny_bert).copy().model.base_model, config)


def test_what_is_trained(shots, tiny_bert, peft):
    model = PTuning(HYBRID, backbone=str(tiny_bert), steps=2)
    for _ in model.fit_steps(shots.texts, shots.labels):
        trained = {name for name, weight in model.lm_.model.named_parameters() if weight.grad is not None}
        assert {name.partition(".prompt.")[2].split(".")[0] for name in trained} == {"rows", "encoder"}
    lstm, mlp = 2 * (4 * 32 * (32 + 32) + 2 * 4 * 32), (64 * 64 + 64) + (64 * 32 + 32)
    assert model.trainable_parameters_ == 4 * 32 + lstm + mlp == peft.get_nb_trainable_parameters()[0]


def test_the_encoder_is_pefts(peft):
    """The same weights give the same rows."""
    ours = PromptEncoder(32)
    theirs = peft.prompt_encoder.default
    ours.lstm.load_state_dict(theirs.lstm_head.state_dict())
    ours.mlp.load_state_dict(theirs.mlp_head.state_dict())
    torch.testing.assert_close(ours(theirs.embedding.weight), theirs(torch.arange(4)[None])[0])


def test_equal_answers_without_the_encoder(shots, tiny_bert, tmp_path):
    model = PTuning(HYBRID, backbone=str(tiny_bert), steps=3)
    steps = model.fit_steps(shots.texts, shots.labels)
    for step in steps:
        with_encoder = model.predict_proba(TEXTS)
        assert isinstance(model.prompt_.encoder, PromptEncoder), step
    assert model.prompt_.encoder is None
    assert not any(isinstance(module, torch.nn.LSTM) for module in model.lm_.model.modules())
    np.testing.assert_allclose(model.predict_proba(TEXTS), with_encoder, atol=1e-6)
    model.save(tmp_path)
    loaded = PTuning.load(tmp_path)
    assert loaded.prompt_.encoder is None
    np.testing.assert_array_equal(loaded.predict_proba(TEXTS), model.predict_proba(TEXTS))


def test_anchor_words_stay_words(shots, tiny_bert):
    model = PTuning(HYBRID, backbone=str(tiny_bert), steps=1).fit(shots.texts, shots.labels)
    expected = ("[CLS]", "[P1]", "[P2]", "fine", "overall", "[P3]", "[P4]", "[MASK]", ".", "[SEP]")
    assert model.explain("fine").tokens == expected
    assert [token.started_from for token in model.pseudo_tokens()] == ["", "", "it", "was"]


def test_begins_as_the_hard_prompt_of_its_words(shots, tiny_bert):
    """Although nobody trained the encoder to say so."""
    soft = PTuning('{text} [soft:"It was"] [MASK].', backbone=str(tiny_bert), steps=1, lr=1e-12)
    hard = PromptClassifier("{text} It was [MASK].", backbone=str(tiny_bert))
    np.testing.assert_allclose(
        soft.fit(shots.texts, shots.labels).predict_proba(TEXTS), hard.predict_proba(TEXTS), atol=1e-5
    )


def test_language_model_trained_too(shots, tiny_bert, tmp_path):
    """The switch: everything changes, the model at a rate of its own, and the shared backbone stays as it was."""
    backbone = MaskedLM.load(tiny_bert)
    before = {name: weight.detach().clone() for name, weight in backbone.model.named_parameters()}
    frozen, tuned = (
        PTuning(HYBRID, backbone=str(tiny_bert), train=train, steps=3, lm_lr=1e-3).fit(shots.texts, shots.labels)
        for train in ("prompt", "all")
    )
    assert tuned.trainable_parameters_ == frozen.trainable_parameters_ + backbone.n_parameters
    moved = {
        name.replace(".words.", "."): float((weight.detach() - before[name.replace(".words.", ".")]).abs().max())
        for name, weight in tuned.lm_.model.named_parameters()
        if ".prompt." not in name
    }
    assert moved.keys() == before.keys()
    assert 0 < max(moved.values()) < 3.1e-3
    assert all(torch.equal(weight, before[name]) for name, weight in backbone.model.named_parameters())
    tuned.save(tmp_path)
    np.testing.assert_allclose(PTuning.load(tmp_path).predict_proba(TEXTS), tuned.predict_proba(TEXTS), atol=1e-4)


def test_unknown_switch(shots):
    with pytest.raises(ParadigmError) as caught:
        PTuning(train="some").fit(shots.texts, shots.labels)
    assert (caught.value.kind, caught.value.where, caught.value.offending) == ("bad_option", "train", "some")


def test_a_template_without_a_place_to_train(shots, tiny_bert):
    with pytest.raises(TemplateError) as caught:
        PTuning("{text} It was [MASK].", backbone=str(tiny_bert)).fit(shots.texts, shots.labels)
    assert (caught.value.kind, caught.value.where) == ("no_soft", "{text} It was [MASK].")
