"""Figures and what surrounds them: intervals, costs, learning curves."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.base import clone

from paradigms.data import Dataset, few_shot
from paradigms.errors import ParadigmError
from paradigms.evaluate import METHODS, ZERO_SHOT, MethodError, evaluate, interval, learning_curve, make
from paradigms.prompt.classifier import PromptClassifier
from paradigms.tfidf_nb import TfidfNaiveBayes


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_interval_is_wilsons(counts):
    right, n = counts
    expected = binomtest(right, n).proportion_ci(confidence_level=0.95, method="wilson")
    assert interval(right, n) == pytest.approx((expected.low, expected.high), abs=2e-5)


def test_interval_of_nothing():
    assert interval(0, 0) == (0, 1)


def test_result(reviews, held_out):
    result, model = evaluate("tfidf-nb", reviews, held_out, shots=20, seed=4)
    examples = few_shot(reviews, 20, seed=4)
    expected = TfidfNaiveBayes().fit(examples.texts, examples.labels)
    assert result.accuracy == expected.score(held_out.texts, held_out.labels)
    right = round(result.accuracy * len(held_out))
    assert result.ci95 == interval(right, len(held_out))
    assert (result.method, result.dataset, result.shots, result.seed) == ("tfidf-nb", held_out.name, 20, 4)
    assert (result.n_train, result.n_test) == (40, len(held_out))
    assert result.trainable_parameters == model.trainable_parameters_ == expected.trainable_parameters_
    assert result.backbone is None
    assert result.seconds_fit > 0 and result.seconds_predict > 0
    assert json.loads(json.dumps(result.as_dict()))["ci95"] == list(result.ci95)


def test_all_examples_where_no_number_is_given(reviews, held_out):
    few = reviews.take(range(50))
    result, _ = evaluate("tfidf-nb", few, held_out)
    assert (result.n_train, result.shots) == (50, None)


def test_zero_shot(reviews, held_out):
    test = held_out.take(range(20))
    result, model = evaluate("prompt", reviews, test, shots=0, template="{text} So [MASK].")
    assert (result.n_train, result.shots, result.trainable_parameters) == (0, 0, 0)
    assert result.backbone == "cloze-bert-23m"
    direct = PromptClassifier("{text} So [MASK].")
    np.testing.assert_array_equal(model.predict_proba(test.texts), direct.predict_proba(test.texts))


def test_zero_shot_on_texts_of_one_class(reviews):
    one = Dataset("one", ("A fine film.", "A joy."), ("1", "1"))
    assert evaluate("prompt", reviews, one, shots=0)[0].accuracy == 1


def test_what_is_not_used_is_not_counted(reviews, held_out, tiny_bert):
    few = held_out.take(range(8))
    result, _ = evaluate("prompt", reviews, few, shots=4, tune="nothing", backbone=str(tiny_bert))
    assert (result.n_train, result.trainable_parameters) == (0, 0)


def test_nothing_is_tuned_without_examples(reviews, held_out):
    for tune in ("bias", "bogus"):
        with pytest.raises(MethodError) as caught:
            evaluate("prompt", reviews, held_out, shots=0, tune=tune)
        assert (caught.value.kind, caught.value.offending) == ("unused_option", "tune")


def test_labels_that_are_not_learned(reviews):
    """Figures of 0% would look like a method that cannot learn. A test set may lack a label that was learned."""
    named = Dataset("named", ("good film", "bad film"), ("pos", "neg"))
    for train, test, unknown in ((named, reviews, "0, 1"), (reviews, named, "neg, pos")):
        with pytest.raises(MethodError, match=r"pos.*1|1.*pos") as caught:
            evaluate("tfidf-nb", train, test)
        assert (caught.value.kind, caught.value.offending) == ("labels_mismatch", unknown)
    assert evaluate("tfidf-nb", named, named.take([0]))[0].n_test == 1


@pytest.mark.parametrize("method", [name for name in METHODS if name not in ZERO_SHOT])
def test_who_needs_examples(method, held_out):
    with pytest.raises(MethodError) as caught:
        evaluate(method, held_out, held_out, shots=0)
    assert (caught.value.kind, caught.value.offending) == ("needs_examples", method)


def test_steps_are_reported(reviews, held_out, tiny_bert):
    seen = []
    result, _ = evaluate(
        "prompt", reviews, held_out.take(range(8)), shots=2, backbone=str(tiny_bert), on_step=seen.append
    )
    assert [step.step for step in seen] == list(range(1, 61))
    assert result.backbone == tiny_bert.name


def test_options_go_to_those_who_have_them():
    given = make("prompt", 3, template="{text} [MASK]", verbalizer='{"0": [","], "1": ["!"]}').get_params()
    assert given["template"].source == "{text} [MASK]" and given["verbalizer"].words == [",", "!"]
    assert make("prompt", 3, template=given["template"], verbalizer={"0": "no", "1": "yes"}).predict_proba([]).size == 0
    assert make("prompt", 3).get_params() == PromptClassifier(seed=3).get_params()
    assert make("bert-finetune", 3, backbone="x", template=None).get_params()["backbone"] == "x"
    assert make("tfidf-nb", 3, backbone=None).get_params() == TfidfNaiveBayes().get_params()
    for method, option in (("bert-finetune", "template"), ("tfidf-nb", "backbone"), ("prompt", "generations")):
        with pytest.raises(MethodError, match=option) as caught:
            make(method, **{option: "unused"})
        assert (caught.value.kind, caught.value.offending) == ("unused_option", option)


def test_unknown_method():
    with pytest.raises(MethodError, match=r"tfidf-nb.*prompt") as caught:
        make("tfidf")
    assert (caught.value.kind, caught.value.offending) == ("unknown_method", "tfidf")
    assert isinstance(caught.value, ParadigmError)


def test_learning_curve(reviews, held_out):
    model = TfidfNaiveBayes(ngram_max=1)
    sizes = [2, 20, 200]
    curve = dict(learning_curve(model, reviews, held_out, sizes, seed=1))
    assert list(curve) == sizes
    examples = few_shot(reviews, 20, seed=1)
    assert curve[20] == clone(model).fit(examples.texts, examples.labels).score(held_out.texts, held_out.labels)
    assert curve[200] > curve[2]
    assert not hasattr(model, "classes_")  # what was handed over is left unfitted


def test_learning_curve_asks_for_too_much():
    tiny = Dataset("tiny", ("a", "b"), ("0", "1"))
    curve = learning_curve(TfidfNaiveBayes(), tiny, tiny, [1, 2])
    next(curve)
    with pytest.raises(ParadigmError) as caught:
        next(curve)
    assert caught.value.kind == "too_few"
