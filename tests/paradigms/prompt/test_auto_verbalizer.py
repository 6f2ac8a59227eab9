"""Searched label words as a classifier, one answer for each of the five ways."""

import json

import numpy as np
import pytest

from paradigms.errors import ParadigmError
from paradigms.prompt.auto_verbalizer import AutoVerbalizer
from paradigms.prompt.candidates import Examples
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.soft_verbalizer import SoftVerbalizer
from paradigms.prompt.verbalizer import DEFAULT_VERBALIZER, Verbalizer
from paradigms.prompt.weighted_verbalizer import WeightedVerbalizer

TEXT = "A warm, funny film that I would gladly see again."


@pytest.mark.parametrize("search", ["likelihood", "several", "neighbours"])
def test_words_are_chosen(search, shots):
    model = AutoVerbalizer(search, tune="nothing").fit(shots.texts, shots.labels)
    assert model.trainable_parameters_ == 0
    best = model.best_
    by_hand = PromptClassifier(best.template, best.verbalizer, train="nothing").fit(shots.texts, shots.labels)
    np.testing.assert_allclose(model.predict_proba([TEXT]), by_hand.predict_proba([TEXT]), atol=1e-6)
    given = Verbalizer.parse(DEFAULT_VERBALIZER).words
    assert (set(given) <= set(best.verbalizer.words)) == (search == "neighbours")


@pytest.mark.parametrize(("search", "kind"), [("weights", WeightedVerbalizer), ("soft", SoftVerbalizer)])
def test_numbers_are_trained(search, kind, shots, tmp_path):
    model = AutoVerbalizer(search, steps=5)
    assert [step.step for step in model.fit_steps(shots.texts, shots.labels)] == [1, 2, 3, 4, 5]
    assert type(model.classifier_) is kind
    alone = kind(steps=5).fit(shots.texts, shots.labels)
    np.testing.assert_array_equal(model.predict_proba([TEXT]), alone.predict_proba([TEXT]))
    assert model.trainable_parameters_ == alone.trainable_parameters_ > 0
    assert "before tuning; by hand" in model.found(shots.texts, shots.labels)
    model.save(tmp_path)
    loaded = AutoVerbalizer.load(tmp_path)
    np.testing.assert_allclose(loaded.predict_proba([TEXT]), model.predict_proba([TEXT]), atol=1e-9)
    assert loaded.explain(TEXT) == model.explain(TEXT)


def test_without_label_words_by_hand():
    """Searched words need only the labels' names; then there is nothing by hand to compare with."""
    texts, labels = ["fine", "bad", "so so", "good", "dull", "well"], ["a", "b", "c"] * 2
    model = AutoVerbalizer(tune="nothing").fit(texts, labels)
    said = model.found(texts, labels)
    assert model.best_.verbalizer.source in said and "by hand" not in said


def test_saved_with_labels_that_hold_signs_of_the_short_writing(tiny_bert, tmp_path):
    texts, labels = ["fine", "bad", "good", "dull"], ["a=b", "{c;d"] * 2
    model = AutoVerbalizer("likelihood", backbone=str(tiny_bert), tune="nothing").fit(texts, labels)
    model.save(tmp_path)
    loaded = AutoVerbalizer.load(tmp_path)
    assert loaded.best_ == model.best_ and loaded.trajectory_ == model.trajectory_
    np.testing.assert_array_equal(loaded.predict_proba([TEXT]), model.predict_proba([TEXT]))


def test_saved_before_label_words_were_kept_as_they_are(tiny_bert, tmp_path):
    model = AutoVerbalizer("likelihood", backbone=str(tiny_bert), tune="nothing").fit(["good", "bad"], ["1", "0"])
    model.save(tmp_path)
    file = tmp_path / "classifier.json"
    saved = json.loads(file.read_text(encoding="utf8"))
    for row in saved["extra"]["trajectory"]:
        row[1] = Verbalizer.of(row[1]).source
    file.write_text(json.dumps(saved), encoding="utf8")
    assert AutoVerbalizer.load(tmp_path).best_ == model.best_


def test_frozen_means_frozen(shots):
    with pytest.raises(ParadigmError) as caught:
        AutoVerbalizer("soft", tune="all").fit(shots.texts, shots.labels)
    assert (caught.value.kind, caught.value.where) == ("bad_option", "tune")


def test_several_words_look_at_every_example(monkeypatch):
    """Where one word per class is chosen on 16 of each, several are chosen on all there are."""
    texts, labels = [f"{word} {n}" for n in range(20) for word in ("fine", "bad")], ["1", "0"] * 20
    seen = {}
    draw = Examples.draw

    def drawn(*given):
        seen[search] = draw(*given)
        return seen[search]

    monkeypatch.setattr(Examples, "draw", drawn)
    for search in ("likelihood", "several"):
        AutoVerbalizer(search, tune="nothing").fit(texts, labels)
    assert {name: len(examples.texts) for name, examples in seen.items()} == {"likelihood": 32, "several": 40}
