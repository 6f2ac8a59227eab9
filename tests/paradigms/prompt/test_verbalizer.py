"""Verbalizers: label words in, label probabilities out, and every way of getting them wrong."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.verbalizer import Verbalizer, VerbalizerError, word_pieces

word = st.text(
    st.characters(exclude_characters=",;=，；", exclude_categories=("Cs", "Cc", "Z")), min_size=1, max_size=8
)
words_by_label = st.dictionaries(word, st.lists(word, min_size=1, max_size=3), min_size=2, max_size=4).filter(
    lambda by_label: len({w for ws in by_label.values() for w in ws}) == sum(map(len, by_label.values()))
)


@given(words_by_label)
def test_source_round_trip(by_label):
    verbalizer = Verbalizer.of(by_label)
    assert verbalizer.label_words == tuple((label, tuple(words)) for label, words in by_label.items())
    assert Verbalizer.parse(verbalizer.source) == verbalizer == Verbalizer.of(verbalizer)


@pytest.mark.parametrize(
    "source",
    [
        "negative=terrible;positive=great,fun",
        " negative = terrible ; positive = great , fun ; ",
        "negative=terrible；positive=great，fun",
        ";negative=terrible,;;positive=great,,fun",
    ],
)
def test_ways_of_writing(source):
    expected = (("negative", ("terrible",)), ("positive", ("great", "fun")))
    assert Verbalizer.parse(source).label_words == expected
    assert Verbalizer.of({"negative": "terrible", "positive": ["great", "fun"]}).label_words == expected
    assert Verbalizer.of({"negative": ("terrible",), "positive": "great， fun"}).label_words == expected


def test_words_and_labels():
    verbalizer = Verbalizer.parse("b=x,y;a=z")
    assert (verbalizer.labels, verbalizer.words) == (["b", "a"], ["x", "y", "z"])
    with pytest.raises(dataclasses.FrozenInstanceError):
        verbalizer.label_words = ()


def caught(call, *arguments, **options) -> VerbalizerError:
    with pytest.raises(VerbalizerError) as error:
        call(*arguments, **options)
    assert "\n" not in str(error.value)
    return error.value


@pytest.mark.parametrize(
    ("source", "kind", "where", "offending"),
    [
        ("", "one_label", "", ""),
        ("positive=great", "one_label", "", ""),
        ("a=x;b=", "empty", "b", ""),
        ("a=x;b= , ，", "empty", "b", ""),
        ("a=x;b=y;a=z", "same_label", "a", "a"),
        ("a=x;b=y,x", "same_word", "b", "x"),
        ("a=x,y,x;b=z", "repeated_word", "a", "x"),
        ("a=x;b", "no_equals", "", "b"),
        ("a=x; =y", "no_equals", "", "=y"),
        ("a:x;b=y", "no_equals", "", "a:x"),
    ],
)
def test_errors_of_the_source(source, kind, where, offending):
    error = caught(Verbalizer.parse, source)
    assert (error.kind, error.where, error.offending) == (kind, where, offending)
    if kind == "no_equals":
        assert source[error.position :].startswith(offending)


def test_errors_of_a_mapping():
    assert caught(Verbalizer.of, {"a": [], "b": "x"}).kind == "empty"
    assert caught(Verbalizer.of, {"a": "x"}).details == {"count": 1}
    assert caught(Verbalizer.of, {"a": "x", "b": "x"}).details == {"other": "a"}


def of_tokens(lm, source: str) -> VerbalizerError:
    return caught(Verbalizer.parse(source).token_ids, lm.tokenizer)


def test_token_ids(lm):
    ids = Verbalizer.parse("a=terrible,awful;b=great").token_ids(lm.tokenizer)
    assert lm.tokenizer.convert_ids_to_tokens(ids) == ["terrible", "awful", "great"]
    assert Verbalizer.parse("a=Terrible;b=GREAT").token_ids(lm.tokenizer) == [ids[0], ids[2]]


def test_one_token_in_two_spellings(lm):
    error = of_tokens(lm, "a=Great;b=great")
    assert (error.kind, error.where, error.offending, error.details) == ("same_word", "b", "great", {"other": "a"})
    error = of_tokens(lm, "a=bad;b=great,Great")
    assert (error.kind, error.where, error.offending, error.details) == ("repeated_word", "b", "Great", {"other": "b"})


@pytest.mark.parametrize("offending", ["unwatchable", "not good", "so-so", "[MASK]", "great!"])
def test_more_than_one_token(offending, lm):
    error = of_tokens(lm, f"a=bad;b={offending}")
    assert (error.kind, error.where, error.offending) == ("not_one_token", "b", offending)
    pieces = error.details["pieces"]
    assert pieces == word_pieces(offending, lm.tokenizer) == lm.tokenizer.tokenize(offending, split_special_tokens=True)
    assert len(pieces) > 1
    assert all(piece in str(error) for piece in pieces)


@pytest.mark.parametrize("offending", ["🦭", "\u200b"])
def test_unknown_word(offending, lm):
    error = of_tokens(lm, f"a={offending};b=great")
    assert (error.kind, error.where, error.offending) == ("unknown_word", "a", offending)


# The labels of a data set.


def test_negative_and_positive_mean_the_first_and_the_second():
    verbalizer = Verbalizer.parse("positive=great;negative=terrible")
    assert verbalizer.for_labels(["1", "0", "1"]).label_words == (("1", ("great",)), ("0", ("terrible",)))
    assert verbalizer.for_labels(["pos", "neg"]).label_words == (("pos", ("great",)), ("neg", ("terrible",)))
    same = verbalizer.for_labels(["positive", "negative"])
    assert same.label_words == (("positive", ("great",)), ("negative", ("terrible",)))


def test_labels_keep_the_order_in_which_they_are_given():
    verbalizer = Verbalizer.parse("good=great;bad=terrible;fair=okay")
    assert verbalizer.for_labels(["fair", "good", "bad"]).labels == ["fair", "good", "bad"]


@pytest.mark.parametrize(
    ("source", "labels"),
    [
        ("a=x;b=y", ["0", "1"]),
        ("0=x;1=y", ["0", "1", "2"]),
        ("0=x;1=y;2=z", ["0", "1"]),
        ("negative=x;positive=y", ["0", "1", "2"]),
        ("negative=x;1=y", ["0", "1"]),
    ],
)
def test_labels_mismatch(source, labels):
    error = caught(Verbalizer.parse(source).for_labels, labels)
    assert (error.kind, error.details) == ("labels_mismatch", {"labels": labels})
    assert all(label in str(error) for label in labels)


# From words to labels.

probabilities = arrays(
    float, st.tuples(st.integers(1, 5), st.just(3)), elements=st.floats(1e-6, 1, allow_nan=False, width=64)
)


@given(probabilities, st.sampled_from(["sum", "mean"]))
def test_rows_sum_to_one(word_probabilities, combine):
    projected = Verbalizer.parse("a=x,y;b=z").project(word_probabilities, combine)
    assert projected.shape == (len(word_probabilities), 2)
    np.testing.assert_allclose(projected.sum(axis=1), 1)
    assert (projected >= 0).all()


def test_sum_and_mean():
    verbalizer, row = Verbalizer.parse("a=x,y;b=z"), np.array([[0.1, 0.3, 0.4]])
    np.testing.assert_allclose(verbalizer.project(row, "sum"), [[0.5, 0.5]])
    np.testing.assert_allclose(verbalizer.project(row, "mean"), [[1 / 3, 2 / 3]])


@given(probabilities)
def test_swapped_words_mirror_the_result(word_probabilities):
    straight = Verbalizer.parse("a=x;b=y").project(word_probabilities[:, :2])
    swapped = Verbalizer.parse("a=y;b=x").project(word_probabilities[:, 1::-1])
    np.testing.assert_allclose(swapped, 1 - straight, atol=1e-12)


def test_swapped_words_mirror_the_answer(held_out):
    texts = held_out.texts[:10]
    straight = PromptClassifier(verbalizer="negative=terrible;positive=great").predict_proba(texts)
    swapped = PromptClassifier(verbalizer="negative=great;positive=terrible").predict_proba(texts)
    np.testing.assert_allclose(swapped, 1 - straight, atol=1e-6)
    assert np.abs(straight - 0.5).max() > 0.1


NAMES = [("0", "1"), ("rotten", "fresh"), ("负面", "正面"), ("差评", "好评"), ("a", "b")]


@pytest.mark.parametrize(("bad", "good"), NAMES)
def test_the_negative_class_is_the_one_that_is_called_so(bad, good):
    words = Verbalizer.parse("negative=terrible;positive=great").for_labels([good, bad])
    assert dict(words.label_words) == {bad: ("terrible",), good: ("great",)}


def test_labels_that_are_numbers():
    assert Verbalizer.of({0: "terrible", 1: ["great"]}) == Verbalizer.parse("0=terrible;1=great")


def test_names_that_say_which_is_which_stand_for_each_other():
    words = Verbalizer.parse("fresh=great;rotten=terrible")
    for bad, good in (("0", "1"), ("负面", "正面"), ("rotten", "fresh")):
        assert dict(words.for_labels([good, bad]).label_words) == {bad: ("terrible",), good: ("great",)}
    with pytest.raises(VerbalizerError) as error:  # nothing says which of the two is which
        words.for_labels(["a", "b"])
    assert error.value.kind == "labels_mismatch"
