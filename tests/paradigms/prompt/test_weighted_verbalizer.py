"""Learned weights of label words: one number per word, a frozen model."""

import numpy as np
import pytest
import torch

from paradigms.prompt.weighted_verbalizer import NEAREST, WeightedVerbalizer

TEXT = "A warm, funny film that I would gladly see again."


@pytest.fixture(scope="module")
def model(shots) -> WeightedVerbalizer:
    return WeightedVerbalizer(verbalizer="0=terrible;1=great,good").fit(shots.texts, shots.labels)


def test_one_number_per_word(model, lm):
    assert model.trainable_parameters_ == (1 + NEAREST) + (2 + NEAREST) == len(model.words_.words)
    assert [name for name, _ in model.head_.named_parameters()] == ["alpha"]
    assert model.lm_ is lm
    assert all(weight.grad is None for weight in lm.model.parameters())


def test_weights(model, shots):
    weights = np.array(model.weights_)
    assert weights[: 1 + NEAREST].sum() == pytest.approx(1)
    assert weights[1 + NEAREST :].sum() == pytest.approx(1)
    heaviest = model.words(2)["1"]
    assert [weight for _, weight in heaviest] == sorted(weights[1 + NEAREST :], reverse=True)[:2]
    start = next(WeightedVerbalizer(lr=1e-9).fit_steps(shots.texts, shots.labels))
    gold = np.arange(len(shots)), np.asarray(shots.labels, dtype=int)
    assert -np.log(model.predict_proba(shots.texts)[gold]).mean() < start.loss


def test_evidence_is_measured_from_what_is_usual(model, shots):
    """P(w) is the mean of p(w | x) over the examples, so there the odds p(w | x) / P(w) have a mean of 1."""
    with torch.no_grad():
        odds = model.head_.evidence(model.states(shots.texts)).exp().mean(dim=0)
    np.testing.assert_allclose(odds, 1, atol=1e-3)


def test_explained_numbers_agree(model):
    evidence = model.explain(TEXT)
    assert [(word.label, word.word) for word in evidence.words][:1] == [("0", "terrible")]
    scores = [sum(one.weight * one.evidence for one in evidence.words if one.label == label) for label in ("0", "1")]
    expected = np.exp(scores) / np.exp(scores).sum()
    np.testing.assert_allclose(evidence.probabilities, expected, atol=1e-5)
    np.testing.assert_allclose(evidence.probabilities, model.predict_proba([TEXT])[0], atol=1e-9)
