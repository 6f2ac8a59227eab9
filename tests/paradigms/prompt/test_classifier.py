"""Paradigm 4: zero-shot without training, and training that changes what it says it changes."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from safetensors import safe_open
from torch import nn

from paradigms.errors import ParadigmError
from paradigms.masked_lm import BUILT_IN, MaskedLM
from paradigms.prompt.classifier import PromptClassifier, class_logits
from paradigms.prompt.template import DEFAULT_TEMPLATE
from paradigms.prompt.verbalizer import Verbalizer, VerbalizerError

TEXT = "A warm, funny film that I would gladly see again."


def test_zero_shot_needs_no_training():
    model = PromptClassifier()
    assert list(model.classes_) == ["negative", "positive"]
    assert model.predict([TEXT]).tolist() == ["positive"]
    assert model.predict_proba([TEXT]).shape == (1, 2)
    assert model.trainable_parameters_ == 0


def test_zero_shot_can_be_saved(tmp_path):
    PromptClassifier("{text} So [MASK]!").save(tmp_path)
    loaded = PromptClassifier.load(tmp_path)
    assert loaded.template == "{text} So [MASK]!"
    np.testing.assert_array_equal(
        loaded.predict_proba([TEXT]), PromptClassifier("{text} So [MASK]!").predict_proba([TEXT])
    )


def test_fitting_nothing_learns_the_labels(shots):
    model = PromptClassifier(train="nothing")
    assert list(model.fit_steps(shots.texts, shots.labels)) == []
    assert list(model.classes_) == ["0", "1"]
    assert model.trainable_parameters_ == 0
    assert model.lm_ is MaskedLM.load()
    np.testing.assert_array_equal(model.predict_proba([TEXT]), PromptClassifier().predict_proba([TEXT]))


def test_explained_numbers_agree(prompted):
    """From the words at the slot to the label, each number follows from those before it."""
    model = PromptClassifier(verbalizer="negative=terrible,bad,awful;positive=great,good")
    for combine in ("sum", "mean"):
        model.set_params(combine=combine)
        evidence = model.explain(TEXT, top_k=7)
        assert evidence.combine == combine
        assert evidence.tokens[0] == "[CLS]" and evidence.tokens[-1] == "[SEP]"
        assert evidence.tokens[evidence.mask_position] == "[MASK]"
        assert evidence.truncated == 0

        everything = evidence.distribution
        assert len(everything.words) == len(everything.probabilities) == 7
        assert sorted(everything.probabilities, reverse=True) == list(everything.probabilities)
        assert np.exp(everything.log_probabilities).sum() == pytest.approx(1)

        words = evidence.label_words
        assert [(word.label, word.word) for word in words] == [
            *(("negative", word) for word in ("terrible", "bad", "awful")),
            *(("positive", word) for word in ("great", "good")),
        ]
        ids = model.lm_.tokenizer.convert_tokens_to_ids([word.word for word in words])
        assert [word.probability for word in words] == pytest.approx(np.exp(everything.log_probabilities[ids]).tolist())
        assert evidence.covered == pytest.approx(sum(word.probability for word in words))
        assert [word.share for word in words] == pytest.approx([word.probability / evidence.covered for word in words])
        for first, second in pairwise(words):  # logits differ as log-probabilities do
            assert first.logit - second.logit == pytest.approx(np.log(first.probability / second.probability), abs=1e-4)

        scores = [
            getattr(np, combine)([word.share for word in words if word.label == label])
            for label in ("negative", "positive")
        ]
        assert evidence.probabilities == pytest.approx([score / sum(scores) for score in scores])
        assert evidence.probabilities == pytest.approx(model.predict_proba([TEXT])[0].tolist(), abs=1e-6)
    assert model.mask_distribution(TEXT, top_k=7).words == evidence.distribution.words


def test_sum_and_mean_differ():
    verbalizer = "negative=terrible,bad,awful;positive=great"
    summed, averaged = (PromptClassifier(verbalizer=verbalizer, combine=how) for how in ("sum", "mean"))
    assert averaged.predict_proba([TEXT])[0, 1] > summed.predict_proba([TEXT])[0, 1] + 0.01


# What training changes.

HEAD = 384 * 384 + 384 + 2 * 384 + 30_522  # dense, norm, and the decoder's bias; its matrix is the embedding table


def weights(lm: MaskedLM) -> dict[str, torch.Tensor]:
    return {name: weight.detach().clone() for name, weight in lm.model.named_parameters()}


@pytest.mark.parametrize(
    ("train", "changes"),
    [
        ("all", lambda name: True),
        ("head", lambda name: name.startswith("cls.predictions.")),
        ("bias", lambda name: name.endswith("bias")),
    ],
)
def test_what_is_trained(train, changes, shots, lm, tmp_path):
    before = weights(lm)
    model = PromptClassifier(train=train, steps=4, lr=1e-3).fit(shots.texts, shots.labels)
    after = weights(model.lm_)
    changed = {name for name in after if not torch.equal(after[name], before[name])}
    assert changed == {name for name in before if changes(name)}
    assert model.trainable_parameters_ == sum(before[name].numel() for name in changed)
    if train == "all":
        assert model.trainable_parameters_ == lm.n_parameters
    if train == "head":
        assert model.trainable_parameters_ == HEAD
    assert all(torch.equal(weight, before[name]) for name, weight in weights(lm).items()), "the shared backbone changed"

    model.save(tmp_path)
    with safe_open(tmp_path / "weights.safetensors", framework="np") as file:
        assert set(file.keys()) == changed
    loaded = PromptClassifier.load(tmp_path)
    np.testing.assert_allclose(loaded.predict_proba(shots.texts), model.predict_proba(shots.texts), atol=1e-2)


def test_bad_options(shots):
    for option in ("train", "combine", "calibrate"):
        with pytest.raises(ParadigmError) as caught:
            PromptClassifier(**{option: "some"}).fit(shots.texts, shots.labels)
        assert (caught.value.kind, caught.value.where, caught.value.offending) == ("bad_option", option, "some")
    with pytest.raises(ParadigmError, match="sum, mean"):
        PromptClassifier(combine="max").predict_proba(shots.texts)
    with pytest.raises(VerbalizerError) as mismatch:
        PromptClassifier(verbalizer="a=bad;b=good").fit(shots.texts, shots.labels)
    assert mismatch.value.kind == "labels_mismatch"


def test_it_answers_again_once_the_label_words_are_mended(shots):
    model = PromptClassifier(train="nothing").fit(shots.texts, shots.labels)
    expected = model.predict_proba([TEXT])
    with pytest.raises(VerbalizerError):
        model.set_params(verbalizer="negative=unwatchable;positive=great").fit(shots.texts, shots.labels)
    model.set_params(verbalizer="negative=terrible;positive=great")
    np.testing.assert_array_equal(model.predict_proba([TEXT]), expected)


def test_a_refused_training_leaves_what_was_trained(shots, tiny_bert):
    model = PromptClassifier(backbone=str(tiny_bert), steps=2, lr=1e-2).fit(shots.texts, shots.labels)
    expected, n_trained = model.predict_proba([TEXT]), model.trainable_parameters_
    for wrong in ({"verbalizer": "0=unwatchable;1=great"}, {"template": "{text} " + "so " * 80 + "[MASK]"}):
        with pytest.raises(ParadigmError):
            model.set_params(**wrong).fit(shots.texts, shots.labels)
        model.set_params(verbalizer="0=terrible;1=great", template=DEFAULT_TEMPLATE)
        np.testing.assert_array_equal(model.predict_proba([TEXT]), expected)
        assert model.trainable_parameters_ == n_trained > 0


@pytest.mark.parametrize("combine", ["sum", "mean"])
def test_training_minimises_the_probability_it_predicts_with(combine):
    """The loss of a batch is the mean of -log of what `Verbalizer.project` says of the right class."""
    word_logits = 3 * torch.randn(50, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    gold = torch.arange(50) % 3
    verbalizer = Verbalizer.parse("a=u;b=v,w;c=x,y")
    logits = class_logits(word_logits, torch.tensor([0, 1, 1, 2, 2]), combine)
    loss = nn.functional.cross_entropy(logits, gold, reduction="none")
    projected = verbalizer.project(word_logits.softmax(dim=1).numpy(), combine)
    np.testing.assert_allclose(loss, -np.log(projected[np.arange(50), gold]), atol=1e-12)


@pytest.mark.parametrize("combine", ["sum", "mean"])
def test_loss_of_the_first_step(combine, shots, tiny_bert):
    """The same from end to end, on a backbone without dropout: one batch of everything."""
    model = PromptClassifier(
        verbalizer="positive=great;negative=terrible,bad",
        backbone=str(tiny_bert),
        combine=combine,
        steps=1,
        batch_size=len(shots),
    )
    of_gold = model.predict_proba(shots.texts)[np.arange(len(shots)), np.asarray(shots.labels, dtype=int)]
    (step,) = model.fit_steps(shots.texts, shots.labels)
    assert step.loss == pytest.approx(-np.log(of_gold).mean(), abs=1e-4)
    assert step.accuracy == (of_gold > 0.5).mean()


def test_training_fits_its_examples(prompted, shots):
    gold = np.arange(len(shots)), np.asarray(shots.labels, dtype=int)
    before, after = (-np.log(model.predict_proba(shots.texts)[gold]) for model in (PromptClassifier(), prompted))
    assert after.mean() < before.mean() - 0.05


# The published effect (Gao et al. 2021, table 2), in its direction, on the built-in reviews.


def accuracy(data, **prompt: str) -> float:
    return PromptClassifier(**prompt, train="nothing").fit(data.texts, data.labels).score(data.texts, data.labels)


def test_label_words_matter(held_out):
    straight = accuracy(held_out, verbalizer="negative=bad;positive=good")
    swapped = accuracy(held_out, verbalizer="negative=good;positive=bad")
    irrelevant = accuracy(held_out, verbalizer="negative=table;positive=window")
    assert straight > swapped + 0.2
    assert straight + swapped == pytest.approx(1, abs=0.01)
    assert abs(irrelevant - 0.5) < 0.1
    assert straight > irrelevant + 0.1


def test_templates_matter(held_out):
    behind = accuracy(held_out, template="{text} All in all, it was [MASK].")
    before = accuracy(held_out.take(range(200)), template="[MASK] {text}")
    assert behind > before + 0.05


def test_backbone_by_name():
    assert PromptClassifier(backbone=str(BUILT_IN)).lm_ is PromptClassifier().lm_
