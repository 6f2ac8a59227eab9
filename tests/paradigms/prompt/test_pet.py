"""PET: what makes it itself. Several models vote, a classifier learns from the vote, the models are gone."""

from math import log
from pathlib import Path

import numpy as np
import pytest
import torch

from paradigms.data import Dataset
from paradigms.errors import ParadigmError
from paradigms.evaluate import evaluate
from paradigms.masked_lm import MaskedLM
from paradigms.prompt import pet as module
from paradigms.prompt.ipet import labelled_by_others, per_class, size_of
from paradigms.prompt.pattern_model import PatternModel, vote
from paradigms.prompt.pet import PAIRS, Pet
from paradigms.training import n_trainable

TEXTS = ("a fine film", "a dull film", "great fun", "no fun")
LABELS = ("1", "0", "1", "0")
UNLABELLED = tuple(f"{start} {thing} {end}" for start in ("a", "no") for thing in ("plot", "joke") for end in "xyz!")
TWO = [["{text} It was [MASK].", "negative=bad;positive=good"], ["Just [MASK]! {text}", "negative=dull;positive=fun"]]


@pytest.fixture
def make(tiny_bert: Path):
    """A PET on a tiny model, all of whose trainings are short."""

    def made(**params) -> Pet:
        short = {"steps": 2, "student_steps": 2, "batch_size": 2, "lr": 1e-2, "unlabelled": UNLABELLED}
        return Pet(TWO, backbone=str(tiny_bert), **{**short, **params})

    return made


def run(pet: Pet, texts=TEXTS, labels=LABELS):
    """The stage of each step, and what the pairs' models were before they went."""
    stages, models = [], []
    for _ in pet.fit_steps(texts, labels):
        stages.append(pet.stage_)
        models = list(getattr(pet, "models_", models))
    return stages, models


def test_the_pairs_are_thrown_away_and_only_the_classifier_is_saved(make, tmp_path) -> None:
    pet = make()
    stages, models = run(pet)
    assert stages == [(0, 0)] * 2 + [(0, 1)] * 2 + [(0, None)] * 2
    assert not hasattr(pet, "models_")
    student = n_trainable(pet.student_.encoder_) + n_trainable(pet.student_.head_)
    assert pet.trainable_parameters_ == sum(n_trainable(model.lm_.model) for model in models) + student
    np.testing.assert_array_equal(pet.predict_proba(TEXTS), pet.student_.predict_proba(TEXTS))
    pet.save(tmp_path)
    loaded = Pet.load(tmp_path)
    assert not hasattr(loaded, "models_")
    np.testing.assert_allclose(loaded.predict_proba(TEXTS), pet.predict_proba(TEXTS), atol=1e-2)
    evidence = loaded.explain("a fine film")
    assert evidence.votes == ()
    assert evidence.student is not None


def test_stopped_halfway_the_pairs_vote_and_can_be_saved(make, tmp_path) -> None:
    pet = make()
    steps = pet.fit_steps(TEXTS, LABELS)
    for _ in range(3):
        next(steps)
    steps.close()
    evidence = pet.explain("a fine film")
    assert [one.template for one in evidence.votes] == [template for template, _ in TWO]
    assert evidence.student is None
    said = [np.array([one.probabilities]) for one in evidence.votes]
    weights = np.array([one.weight for one in evidence.votes])
    np.testing.assert_allclose(vote(said, weights)[0], evidence.probabilities, atol=1e-9)
    pet.save(tmp_path)
    np.testing.assert_allclose(Pet.load(tmp_path).predict_proba(TEXTS), pet.predict_proba(TEXTS), atol=1e-4)


def test_the_vote_by_hand() -> None:
    """softmax of the weighted mean of log-probabilities over the temperature."""
    first, second = np.array([[0.9, 0.1]]), np.array([[0.2, 0.8]])
    weights = np.array([3.0, 1.0])
    difference = (3 * log(9) + log(0.25)) / 4
    assert vote([first, second], weights)[0, 0] == pytest.approx(1 / (1 + np.exp(-difference)))
    assert vote([first, second], weights, 2.0)[0, 0] == pytest.approx(1 / (1 + np.exp(-difference / 2)))
    np.testing.assert_allclose(vote([first, first], weights), first)
    np.testing.assert_allclose(vote([first], np.zeros(1)), first)
    np.testing.assert_allclose(vote([first, second], np.zeros(2)), vote([first, second], np.ones(2)))


def test_weights_are_zero_shot_accuracies(make) -> None:
    pet = make(weighting="accuracy")
    run(pet)
    expected = []
    for template, verbalizer in TWO:
        model = PatternModel(template, verbalizer, pet.backbone)
        model.classes_ = pet.classes_
        expected.append(model.score(TEXTS, LABELS))
    np.testing.assert_allclose(pet.weights_, np.array(expected) / sum(expected))
    uniform = make(weighting="uniform")
    run(uniform)
    assert uniform.weights_.tolist() == [0.5, 0.5]


def test_soft_labels_come_from_unlabelled_text_at_temperature_two(make, monkeypatch) -> None:
    taught = {}

    class Student(module.BertFineTune):
        def distil_steps(self, texts, classes, probabilities):
            taught.update(texts=texts, probabilities=probabilities)
            return super().distil_steps(texts, classes, probabilities)

    monkeypatch.setattr(module, "BertFineTune", Student)
    pet = make(unlabelled=[*UNLABELLED, *TEXTS], n_unlabelled=8)
    _, models = run(pet)
    assert len(taught["texts"]) == 8
    assert set(taught["texts"]) <= set(UNLABELLED), "a labelled text was taken for an unlabelled one"
    said = [model.predict_proba(taught["texts"]) for model in models]
    np.testing.assert_allclose(taught["probabilities"], vote(said, pet.weights_, 2.0), atol=1e-6)


def test_the_student_follows_the_soft_labels(make) -> None:
    pet = make(steps=1, student_steps=60, n_unlabelled=12)
    for step in pet.fit_steps(TEXTS, LABELS):
        if pet.stage_[1] is None and step.step == 3:
            before = pet.ensemble(UNLABELLED, 2.0)
    assert np.abs(pet.predict_proba(UNLABELLED) - before).mean() < np.abs(0.5 - before).mean()


def test_without_labels_nothing_but_the_classifier_is_trained(make) -> None:
    pet = make(n_labelled=0)
    stages, models = run(pet, ("0", "1"), ("0", "1"))
    assert stages == [(0, None)] * 2
    shared = MaskedLM.load(pet.backbone)
    assert all(model.lm_ is shared for model in models)
    assert pet.trainable_parameters_ == pet.student_.trainable_parameters_


def test_some_labelled_the_others_become_text(make) -> None:
    pet = make(n_labelled=1, unlabelled=None, n_unlabelled=10_000)
    examples, others = pet._split(Dataset("", TEXTS, LABELS))
    assert sorted(examples.labels) == ["0", "1"]
    assert set(others) == set(TEXTS) - set(examples.texts)
    pool = pet._pool(examples, others)
    assert set(others) < set(pool)
    assert not set(examples.texts) & set(pool)


def test_generations_grow_and_learn_from_the_others(make) -> None:
    examples = Dataset("", TEXTS, LABELS)
    assert per_class(examples, ["0", "1"], 1, 1000) == {"0": 10, "1": 10}
    assert per_class(examples, ["0", "1"], 2, 1000) == {"0": 50, "1": 50}
    assert per_class(examples, ["0", "1"], 2, 100) == {"0": 25, "1": 25}
    assert per_class(examples.take([]), ["0", "1"], 2, 1000) == {"0": 50, "1": 50}
    assert size_of(examples, ["0", "1"], 0, 1000) == 4
    steps = [step.total for step in make(generations=1).fit_steps(TEXTS, LABELS)]
    assert len(steps) == steps[0] == 2 * 2 * 2 + 2
    asked = []

    class Says:
        def __init__(self, name, share):
            self.name, self.share = name, share

        def predict_proba(self, texts):
            asked.append(self.name)
            return np.tile([1 - self.share, self.share], (len(texts), 1))

    learned = labelled_by_others([Says(0, 0.9), Says(1, 0.8)], 0, np.ones(2), examples, UNLABELLED, ["0", "1"], 1, 0)
    assert asked == [1], "a model has labelled for itself"
    assert learned.texts[:4] == TEXTS
    assert set(learned.labels) == {"0", "1"}, "a class that nobody sees has examples all the same"
    assert len(learned) == 4 + sum(per_class(examples, ["0", "1"], 1, len(UNLABELLED)).values())


def test_what_models_have_labelled_is_read_once(make) -> None:
    """Labelled examples are read three times, those of a generation once: their labels are not all right."""
    pool = [f"{text} {n}" for text in TEXTS for n in range(1000)]
    pet = make(generations=2, steps=None, unlabelled=pool, n_unlabelled=4000, n_labelled=None, batch_size=None)
    texts, labels = pool[:100], ["0", "1"] * 50
    total = next(pet.fit_steps(texts, labels)).total
    assert size_of(Dataset("", tuple(texts), tuple(labels)), ["0", "1"], 2, 3900) == 100 + 1950
    assert total == 2 * (60 + 60 + 65) + 2  # 2,050 examples in batches of 32
    smaller = make(generations=2, steps=None, unlabelled=pool, n_unlabelled=4000, n_labelled=None, batch_size=8)
    assert next(smaller.fit_steps(texts, labels)).total == 2 * (60 + 75 + 257) + 2  # 100, 600 and 2,050 in eights


@pytest.mark.parametrize("wrong", [{"temperature": 0.0}, {"n_unlabelled": 0}, {"batch_size": 0}])
def test_numbers_that_cannot_be(make, wrong) -> None:
    with pytest.raises(ParadigmError) as caught:
        make(**wrong).fit(TEXTS, LABELS)
    assert (caught.value.kind, caught.value.where) == ("bad_option", next(iter(wrong)))


@pytest.mark.parametrize("unlabelled", ["one string", ["a", None]])
def test_unlabelled_texts_are_texts_too(make, unlabelled) -> None:
    with pytest.raises(ParadigmError) as caught:
        make(unlabelled=unlabelled).fit(TEXTS, LABELS)
    assert caught.value.kind == "text_type"


def test_the_auxiliary_loss_moves_what_the_labels_do_not(tiny_bert: Path) -> None:
    """With alpha = 1 only hidden words of the unlabelled texts are learned: they become likelier. With alpha = 0 the
    unlabelled texts change nothing."""

    def trained(alpha, unlabelled):
        model = PatternModel(*TWO[0], str(tiny_bert), alpha, unlabelled, steps=20, batch_size=2, lr=1e-2)
        return model.fit(TEXTS, LABELS)

    def plot(model):
        (hidden,) = model.lm_.encode_hidden([("no ", " x")])
        at = hidden.input_ids.index(model.lm_.tokenizer.mask_token_id)
        with torch.inference_mode():
            states = model.lm_.model(torch.tensor([hidden.input_ids])).logits[0, at]
        return states.log_softmax(dim=0)[model.lm_.tokenizer.convert_tokens_to_ids("plot")].item()

    without, ignored = trained(0.0, ()), trained(0.0, UNLABELLED)
    np.testing.assert_array_equal(without.predict_proba(TEXTS), ignored.predict_proba(TEXTS))
    assert plot(trained(1.0, ["no plot x"])) > plot(without) + 1


def test_a_second_training_with_a_bad_pair_keeps_the_first(make) -> None:
    """Whichever pair it is: all are asked for their words before the first is trained."""
    pet = make(steps=1, student_steps=1).fit(TEXTS, LABELS)
    before = pet.predict_proba(TEXTS)
    pairs = [*TWO[:1], [TWO[1][0], "0=bad;1=notaword123"]]
    with pytest.raises(ParadigmError):
        pet.set_params(pairs=pairs, weighting="uniform").fit(TEXTS, LABELS)
    np.testing.assert_array_equal(pet.predict_proba(TEXTS), before)


def test_more_than_two_classes(tiny_bert: Path) -> None:
    pairs = [[template, "a=bad;b=okay;c=good"] for template, _ in TWO]
    pet = Pet(pairs, str(tiny_bert), steps=1, student_steps=1, unlabelled=UNLABELLED).fit(TEXTS[:3], ["a", "b", "c"])
    assert pet.predict_proba(TEXTS).shape == (4, 3)


def test_evaluate_gives_it_the_other_texts_of_the_training_set(tiny_bert: Path, monkeypatch) -> None:
    train = Dataset("train", (*TEXTS, *UNLABELLED), (*LABELS, *("01" * (len(UNLABELLED) // 2))))
    monkeypatch.setattr(module.Pet, "fit_steps", lambda self, texts, labels: seen.append((self, texts)) or iter(()))
    monkeypatch.setattr(module.Pet, "predict", lambda self, texts: np.array(["0"] * len(texts), dtype=object))
    monkeypatch.setattr(module.Pet, "trainable_parameters_", 0, raising=False)
    seen: list = []
    for shots in (2, 0):
        evaluate("pet", train, train, shots=shots, backbone=str(tiny_bert))
    (few, given), (none, names) = seen
    assert set(few.unlabelled) == set(train.texts) - set(given)
    assert (set(none.unlabelled), none.n_labelled, names) == (set(train.texts), 0, ("0", "1"))


def test_bad_weighting(make) -> None:
    with pytest.raises(ParadigmError) as caught:
        make(weighting="best").fit(TEXTS, LABELS)
    assert caught.value.kind == "bad_option"


def test_the_pairs_that_come_with_it_are_known_to_the_backbone(lm: MaskedLM) -> None:
    assert len(PAIRS) >= 3
    for template, verbalizer in PAIRS:
        model = PatternModel(template, verbalizer)
        assert model.predict_proba(["a fine film"]).shape == (1, 2)
