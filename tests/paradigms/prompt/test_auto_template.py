"""The searched template as a classifier: what it answers with, what is tuned, that it looks at its examples only."""

import numpy as np
import pytest

from paradigms.errors import ParadigmError
from paradigms.prompt.auto_template import AutoTemplate
from paradigms.prompt.candidates import PER_CLASS, Examples
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.template import DEFAULT_TEMPLATE

SMALL = {"rounds": 1, "width": 2}
TEXT = "A warm, funny film that I would gladly see again."


@pytest.mark.parametrize("search", ["generate", "gradient", "edit"])
def test_it_answers_with_what_it_found(search, shots):
    model = AutoTemplate(search, "{text} [MASK].", tune="nothing", **SMALL)
    steps = list(model.fit_steps(shots.texts, shots.labels))
    assert [step.step for step in steps] == list(range(1, steps[-1].total + 1))
    assert len(model.trajectory_) == len(steps)
    assert model.trainable_parameters_ == 0
    assert [one.loss for one in model.candidates_] == sorted(one.loss for one in model.candidates_)
    best = model.best_
    assert (steps[-1].loss, steps[-1].accuracy) == (best.loss, best.accuracy)
    by_hand = PromptClassifier(best.template, best.verbalizer, train="nothing").fit(shots.texts, shots.labels)
    np.testing.assert_allclose(model.predict_proba([TEXT]), by_hand.predict_proba([TEXT]), atol=1e-6)
    gold = np.asarray(shots.labels, dtype=int)
    of_gold = by_hand.predict_proba(shots.texts)[np.arange(len(gold)), gold]
    assert best.loss == pytest.approx(-np.log(of_gold).mean(), abs=1e-3)


def test_what_is_tuned(shots):
    """LM-BFF's searches end in fine-tuning, AutoPrompt's does not; either can be asked for the other."""
    assert AutoTemplate.TUNED == {"generate": "all", "gradient": "nothing", "edit": "all"}
    tuned = AutoTemplate("gradient", tune="bias", steps=2, **SMALL).fit(shots.texts, shots.labels)
    plain = PromptClassifier(tuned.best_.template, tuned.best_.verbalizer, train="bias", steps=2)
    np.testing.assert_array_equal(
        tuned.predict_proba([TEXT]), plain.fit(shots.texts, shots.labels).predict_proba([TEXT])
    )
    assert tuned.trainable_parameters_ == plain.trainable_parameters_ > 0


def test_more_examples_than_a_search_looks_at(lm):
    texts, gold = [f"number {n}" for n in range(100)], np.arange(100) % 3
    drawn = Examples.draw(lm, texts, np.array(["a", "b", "c"], dtype=object), gold, seed=0)
    assert np.bincount(drawn.gold).tolist() == [PER_CLASS] * 3
    assert all(gold[int(text.split()[1])] == c for text, c in zip(drawn.texts, drawn.gold, strict=True))


def test_manual_baseline(shots):
    model = AutoTemplate(tune="nothing", **SMALL).fit(shots.texts, shots.labels)
    manual = PromptClassifier(train="nothing").fit(shots.texts, shots.labels)
    said = model.found(shots.texts, shots.labels)
    assert model.best_.template.source in said and DEFAULT_TEMPLATE in said
    assert said.endswith(f"{manual.score(shots.texts, shots.labels):.1%}")
    assert f": {model.score(shots.texts, shots.labels):.1%} before tuning" in said


@pytest.mark.parametrize(("name", "value"), [("search", "guess"), ("tune", "some")])
def test_bad_options(name, value, shots):
    with pytest.raises(ParadigmError) as caught:
        AutoTemplate(**{name: value}).fit(shots.texts, shots.labels)
    assert (caught.value.kind, caught.value.where, caught.value.offending) == ("bad_option", name, value)


def test_what_it_has_to_beat(shots):
    """Editing has to beat the template that it starts from; the others start from none that anybody would write."""
    for search, by_hand in (("edit", "{text} So [MASK]."), ("generate", DEFAULT_TEMPLATE)):
        model = AutoTemplate(search, "{text} So [MASK].", tune="nothing", **SMALL).fit(shots.texts, shots.labels)
        assert model.manual()._template.source == by_hand
