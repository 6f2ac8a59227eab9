"""Prompt Tuning: a table of n x H numbers before the input, and nothing else, is trained."""

import numpy as np
import pytest
import torch
from peft import PromptTuningConfig, get_peft_model

from paradigms.base import SavedModelError
from paradigms.errors import ParadigmError
from paradigms.masked_lm import MaskedLM
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.prompt_tuning import PromptTuning
from paradigms.prompt.template import BARE_TEMPLATE, TemplateError

# PEFT asks transformers by an old name.
pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.:FutureWarning")

TEXT = "A warm, funny film that I would gladly see again."


def trained_in(model) -> set[str]:
    return {name for name, weight in model.lm_.model.named_parameters() if weight.requires_grad}


def test_what_is_trained(shots, tiny_bert):
    backbone = MaskedLM.load(tiny_bert)
    before = {name: weight.detach().clone() for name, weight in backbone.model.named_parameters()}
    model = PromptTuning(backbone=str(tiny_bert), length=5, steps=3)
    for step in model.fit_steps(shots.texts, shots.labels):
        assert len(trained_in(model)) == 1, step
        with_gradient = [weight for weight in model.lm_.model.parameters() if weight.grad is not None]
        assert [tuple(weight.shape) for weight in with_gradient] == [(5, 32)]
    assert model.trainable_parameters_ == 5 * 32
    assert not torch.equal(model.prompt_(), model.start_)
    assert all(torch.equal(weight, before[name]) for name, weight in backbone.model.named_parameters())


def test_as_many_as_peft_counts(shots, tiny_bert):
    config = PromptTuningConfig(task_type="FEATURE_EXTRACTION", num_virtual_tokens=7)
    peft = get_peft_model(MaskedLM.load(tiny_bert).copy().model.base_model, config)
    model = PromptTuning(backbone=str(tiny_bert), length=7, steps=1).fit(shots.texts, shots.labels)
    assert model.trainable_parameters_ == peft.get_nb_trainable_parameters()[0]


def test_the_prompt_stands_in_front(shots, tiny_bert):
    model = PromptTuning("{text} So [MASK]!", backbone=str(tiny_bert), length=2, steps=1)
    tokens = model.fit(shots.texts, shots.labels).explain("fine").tokens
    assert tokens == ("[CLS]", "[P1]", "[P2]", "fine", "so", "[MASK]", "!", "[SEP]")
    placed = PromptTuning("{text} [soft:1] [MASK] [soft:2]", backbone=str(tiny_bert), steps=1)
    tokens = placed.fit(shots.texts, shots.labels).explain("fine").tokens
    assert tokens == ("[CLS]", "fine", "[P1]", "[MASK]", "[P2]", "[P3]", "[SEP]")
    assert placed.trainable_parameters_ == 3 * 32


def test_without_a_step_of_any_length_it_is_the_hard_prompt_of_its_words(shots, tiny_bert):
    """Pseudo-tokens that start from words, and a learning rate of nearly nothing."""
    soft = PromptTuning('{text} [soft:"It was"] [MASK].', backbone=str(tiny_bert), steps=1, lr=1e-12)
    hard = PromptClassifier("{text} It was [MASK].", backbone=str(tiny_bert))
    expected = hard.predict_proba([TEXT, "dull"])
    np.testing.assert_allclose(soft.fit(shots.texts, shots.labels).predict_proba([TEXT, "dull"]), expected, atol=1e-5)


def test_label_words_are_where_it_starts(shots):
    model = PromptTuning(length=3, steps=1, verbalizer="0=awful;1=superb").fit(shots.texts, shots.labels)
    assert [token.started_from for token in model.pseudo_tokens()[:2]] == ["awful", "superb"]
    assert all(token.drift > 0 for token in model.pseudo_tokens())


def test_mlp_is_trained_and_dropped(shots, tiny_bert):
    model = PromptTuning(backbone=str(tiny_bert), length=5, mlp=True, steps=3)
    steps = model.fit_steps(shots.texts, shots.labels)
    next(steps), next(steps)
    with_mlp = model.predict_proba([TEXT])
    assert model.trainable_parameters_ == 5 * 32 + 2 * (32 * 32 + 32)
    assert len(trained_in(model)) == 5
    steps.close()  # also where training is stopped
    assert len(trained_in(model)) == 1
    np.testing.assert_allclose(model.predict_proba([TEXT]), with_mlp, atol=1e-6)


def test_saved_prompt_is_small_and_belongs_to_its_backbone(shots, tiny_bert, tmp_path):
    PromptTuning(length=4, steps=1).fit(shots.texts[:6], (*shots.labels[:5], "1")).save(tmp_path)
    assert (tmp_path / "weights.safetensors").stat().st_size < 2 * 4 * 384 * 4 + 300
    with pytest.raises(SavedModelError) as caught:
        PromptTuning.load(tmp_path, backbone=str(tiny_bert))
    assert caught.value.kind == "other_backbone"


def test_bad_input(shots):
    with pytest.raises(ParadigmError) as caught:
        PromptTuning(init="zeros").fit(shots.texts, shots.labels)
    assert caught.value.kind == "bad_option"
    with pytest.raises(TemplateError) as bad:
        PromptTuning("{text} no slot").fit(shots.texts, shots.labels)
    assert bad.value.kind == "no_mask"


def test_a_refused_training_leaves_what_was_trained(shots, tiny_bert):
    model = PromptTuning(backbone=str(tiny_bert), length=2, steps=1).fit(shots.texts, shots.labels)
    expected = model.predict_proba([TEXT])
    too_long = "{text} " + "so " * 80 + "[MASK]"
    for wrong, labels in (({"init": "zeros"}, shots.labels), ({}, "abc"), ({"template": too_long}, shots.labels)):
        with pytest.raises(ParadigmError):
            model.set_params(**wrong).fit(shots.texts[: len(labels)], labels)
        model.set_params(init="labels", template=BARE_TEMPLATE)
        assert list(model.classes_) == ["0", "1"]
        np.testing.assert_array_equal(model.predict_proba([TEXT]), expected)
