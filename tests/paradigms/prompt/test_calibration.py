"""Contextual calibration: the answer to nothing becomes uniform, and nothing is the model's mask, not a user's text."""

import numpy as np
import pytest

from paradigms.errors import ParadigmError
from paradigms.masked_lm import MaskedLM
from paradigms.prompt.calibration import CONTENT_FREE, calibrated, content_free
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.template import Template

TEXTS = ["A warm, funny film.", "Not one joke in it is funny.", "[MASK]", ""]


@pytest.fixture(scope="module")
def tiny(tiny_bert) -> MaskedLM:
    return MaskedLM.load(tiny_bert)


@pytest.mark.parametrize("template", ["{text} It was [MASK].", "[MASK] is what {text} was", "so {text}[SEP][MASK]"])
@pytest.mark.parametrize("calibrate", CONTENT_FREE)
def test_the_answer_to_the_content_free_input_becomes_uniform(template, calibrate, tiny_bert, tiny):
    model = PromptClassifier(template, "a=bad;b=good,fine;c=so", str(tiny_bert), calibrate=calibrate)
    prior = model.prior()
    assert prior.shape == (3,) and prior.sum() == pytest.approx(1) and abs(prior - 1 / 3).max() > 0.01
    np.testing.assert_allclose(calibrated(prior[None], prior), np.full((1, 3), 1 / 3))

    plain = model.set_params(calibrate=None).predict_proba(TEXTS)
    model.set_params(calibrate=calibrate)
    expected = plain @ np.diag(1 / prior)  # W = diag(p_cf)^-1
    np.testing.assert_allclose(model.predict_proba(TEXTS), expected / expected.sum(axis=1, keepdims=True), rtol=1e-6)
    if calibrate in {"empty", "n/a"}:
        np.testing.assert_allclose(model.predict_proba(["" if calibrate == "empty" else "N/A"]), 1 / 3, rtol=1e-5)
    explained = model.explain(TEXTS[0])
    np.testing.assert_allclose(explained.probabilities, model.predict_proba(TEXTS[:1])[0], rtol=1e-5)
    np.testing.assert_allclose(explained.prior, prior)


def test_average_is_that_of_the_other_three(tiny_bert):
    model = PromptClassifier(backbone=str(tiny_bert))
    each = [model.prior(name) for name in ("n/a", "mask", "empty")]
    np.testing.assert_allclose(model.prior("average"), np.mean(each, axis=0), rtol=1e-5)
    assert not np.allclose(each[0], each[1]) and not np.allclose(each[1], each[2])


@pytest.mark.parametrize("source", ["{text} It was [MASK].", "[MASK] {text}", "A [MASK] film [SEP] {text}, it was."])
def test_the_models_own_mask_stands_for_the_sentence(source, tiny):
    template, mask = Template.parse(source), tiny.tokenizer.mask_token_id
    (free,) = content_free(template, tiny, "mask")
    (filled,) = template.encode(["film"], tiny.tokenizer, tiny.max_length)
    at = [i for i, (one, other) in enumerate(zip(free.input_ids, filled.input_ids, strict=True)) if one != other]
    assert len(at) == 1 and free.input_ids[at[0]] == mask  # where the sentence was
    assert free.mask_position == filled.mask_position
    (typed,) = template.encode(["[MASK]"], tiny.tokenizer, tiny.max_length)
    assert typed.input_ids.count(mask) == 1  # what a person types is not it


def test_off_by_default_and_named_rightly(shots):
    assert PromptClassifier().calibrate is None and PromptClassifier().explain(TEXTS[0]).prior is None
    with pytest.raises(ParadigmError) as caught:
        PromptClassifier(calibrate="[MASK]").predict_proba(TEXTS)
    assert (caught.value.kind, caught.value.where, caught.value.offending) == ("bad_option", "calibrate", "[MASK]")


def test_it_also_follows_a_training(shots, tiny_bert):
    model = PromptClassifier(backbone=str(tiny_bert), train="bias", steps=3, lr=0.05, calibrate="empty")
    before = model.prior()
    model.fit(shots.texts, shots.labels)
    assert not np.allclose(model.prior(), before)
    np.testing.assert_allclose(model.predict_proba([""]), 0.5, rtol=1e-5)
