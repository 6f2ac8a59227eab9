"""A soft verbalizer: one vector per class that starts at the label words, a frozen model."""

import numpy as np
import pytest
import torch

from paradigms.base import SavedModelError
from paradigms.prompt.auto_verbalizer import AutoVerbalizer
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.soft_verbalizer import SoftVerbalizer

TEXT = "A warm, funny film that I would gladly see again."


def test_before_training_it_answers_as_the_label_words_do(shots):
    model = SoftVerbalizer(lr=1e-12, steps=1).fit(shots.texts, shots.labels)
    hard = PromptClassifier(train="nothing").fit(shots.texts, shots.labels)
    np.testing.assert_allclose(model.predict_proba(shots.texts), hard.predict_proba(shots.texts), atol=1e-5)
    assert model.words(1) == {"0": [("terrible", pytest.approx(1))], "1": [("great", pytest.approx(1))]}
    assert model.drift_ == pytest.approx([0, 0], abs=1e-6)


def test_several_words_start_at_their_mean(shots, lm):
    model = SoftVerbalizer(verbalizer="0=terrible,awful;1=great", lr=1e-12, steps=1).fit(shots.texts, shots.labels)
    rows = lm.model.get_output_embeddings().weight.detach()
    pair = lm.tokenizer.convert_tokens_to_ids(["terrible", "awful"])
    torch.testing.assert_close(model.head_.vectors.detach()[0], rows[pair].mean(dim=0))


def test_a_vector_per_class_is_trained_and_nothing_else(shots, lm):
    before = lm.model.get_output_embeddings().weight.detach().clone()
    model = SoftVerbalizer().fit(shots.texts, shots.labels)
    assert model.trainable_parameters_ == 2 * lm.hidden_size
    assert [name for name, _ in model.head_.named_parameters()] == ["vectors"]
    assert torch.equal(lm.model.get_output_embeddings().weight, before)
    assert all(weight.grad is None for weight in lm.model.parameters())
    assert min(model.drift_) > 0.05
    overfit = SoftVerbalizer(lr=0.01).fit(shots.texts, shots.labels)
    assert overfit.score(shots.texts, shots.labels) == 1  # 768 numbers for 16 sentences
    evidence = model.explain(TEXT)
    np.testing.assert_allclose(evidence.probabilities, model.predict_proba([TEXT])[0], atol=1e-9)
    difference = np.log(evidence.probabilities[0] / evidence.probabilities[1])
    assert evidence.logits[0] - evidence.logits[1] == pytest.approx(difference, abs=1e-4)


@pytest.mark.parametrize("search", ["soft", "weights"])
def test_belongs_to_its_backbone(search, shots, tiny_bert, tmp_path):
    model = AutoVerbalizer(search, backbone=str(tiny_bert), steps=1).fit(shots.texts, shots.labels)
    model.save(tmp_path)
    np.testing.assert_allclose(AutoVerbalizer.load(tmp_path).predict_proba([TEXT]), model.predict_proba([TEXT]))
    with pytest.raises(SavedModelError) as caught:
        AutoVerbalizer.load(tmp_path, backbone=None)
    assert caught.value.kind == "other_backbone"
