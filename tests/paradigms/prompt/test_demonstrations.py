"""Demonstrations: what stands in the prompt, who is chosen, what did not fit, and what tuning changes."""

from itertools import permutations

import numpy as np
import pytest
from sklearn.base import clone

from paradigms.data import Dataset
from paradigms.errors import ParadigmError
from paradigms.masked_lm import MaskedLM
from paradigms.prompt.calibration import calibrated
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.demonstrations import Demonstrations
from paradigms.prompt.demonstrations_study import Row, Study, orders, read, right, rows, write

from .. import tiny

TEMPLATE = "{text} It was [MASK]."
WORDS = "bad=terrible;fair=okay;good=great"
EXAMPLES = (
    ("A joy.", "good"),
    ("A bore.", "bad"),
    ("Fine enough.", "fair"),
    ("Pure delight!", "good"),
    ("Dull, dull.", "bad"),
    ("Neither here nor there.", "fair"),
)
TEXTS, LABELS = zip(*EXAMPLES, strict=True)
QUESTION = "The cast sings."


def made(folder, **params) -> Demonstrations:
    """On the tiny model, whose answers are arbitrary: what is tested here is what it is given to read."""
    defaults = {"template": TEMPLATE, "verbalizer": WORDS, "backbone": str(folder)}
    return Demonstrations(**{**defaults, **params}).fit(TEXTS, LABELS)


def read_by(model: Demonstrations, text: str = QUESTION) -> str:
    """The tokens the model reads, as words."""
    return " ".join(model.explain(text).tokens)


def test_answered_examples_before_the_question(tiny_bert):
    model = made(tiny_bert, choose="given", shown=2, description="Is it good?")
    assert read_by(model) == (
        "[CLS] is it good ? a joy . it was great . a bore . it was terrible . the cast sings . it was [MASK] . [SEP]"
    )
    evidence = model.explain(QUESTION)
    assert evidence.tokens[evidence.mask_position] == "[MASK]"
    assert [one.text for one in evidence.shown] == ["A joy.", "A bore."]
    assert evidence.description == "Is it good?"


def test_none_is_the_plain_prompt(tiny_bert):
    """Zero demonstrations are zero-shot, and so is a classifier that has seen no example yet."""
    plain = PromptClassifier(TEMPLATE, WORDS, backbone=str(tiny_bert))
    for model in (made(tiny_bert, shown=0), Demonstrations(TEMPLATE, WORDS, str(tiny_bert))):
        np.testing.assert_array_equal(model.predict_proba(TEXTS), plain.predict_proba(TEXTS))


def test_nothing_is_updated(tiny_bert):
    """The answers come from the shared backbone itself, whatever was demonstrated."""
    model = made(tiny_bert)
    assert model.trainable_parameters_ == 0
    assert model.lm_ is MaskedLM.load(tiny_bert)
    zero = clone(model).set_params(shown=0).fit(TEXTS, LABELS)
    assert not np.allclose(model.predict_proba([QUESTION]), zero.predict_proba([QUESTION]), atol=1e-3)


def test_signs_in_a_demonstration_stay_words(tiny_bert):
    """Whoever writes [MASK] or {text} into an example does not get a second slot."""
    model = made(tiny_bert, description="[MASK] {text}").showing([("So [MASK] {text} [SEP] {x}", "good")])
    tokens = model.explain("{text.__class__} [MASK]").tokens
    assert tokens.count("[MASK]") == tokens.count("[CLS]") == tokens.count("[SEP]") == 1


def test_two_segments(tiny_bert):
    model = made(tiny_bert, template="{text} [SEP] So [MASK]", choose="given", shown=1)
    assert read_by(model) == "[CLS] a joy . [SEP] so great the cast sings . [SEP] so [MASK] [SEP]"


def test_random_is_one_draw_with_the_classes_in_turn(tiny_bert):
    model = made(tiny_bert, choose="random", shown=3, seed=1)
    first, second = model.chosen([QUESTION, "Another question."])
    assert first == second
    assert {one.label for one in first.shown} == {"bad", "fair", "good"}
    draws = {tuple(made(tiny_bert, choose="random", shown=3, seed=seed).chosen([""])[0].shown) for seed in range(6)}
    assert len(draws) > 1


def test_similar_is_the_nearest_of_each_class_the_nearest_one_last(tiny_bert):
    model = made(tiny_bert, shown=3)
    (one,) = model.chosen([QUESTION])
    lm = MaskedLM.load(tiny_bert)
    encoded = PromptClassifier(TEMPLATE, WORDS, str(tiny_bert))._encode([QUESTION, *TEXTS])
    states = lm.states(encoded).numpy()
    states /= np.linalg.norm(states, axis=1, keepdims=True)
    cosine = states[1:] @ states[0]
    for label in set(LABELS):
        of_class = [row for row, other in enumerate(LABELS) if other == label]
        nearest = max(of_class, key=cosine.__getitem__)
        (shown,) = [shown for shown in one.shown if shown.label == label]
        assert shown.text == TEXTS[nearest]
        assert shown.similarity == pytest.approx(cosine[nearest], abs=1e-5)
    similarities = [shown.similarity for shown in one.shown]
    assert similarities == sorted(similarities)


@pytest.mark.parametrize("choose", ["similar", "random", "given"])
def test_a_question_is_never_its_own_demonstration(tiny_bert, choose):
    model = made(tiny_bert, choose=choose, shown=None)
    for text, one in zip(TEXTS, model.chosen(TEXTS), strict=True):
        assert text not in [shown.text for shown in (*one.shown, *one.left_out)]


def test_up_to_what_fits(tiny_bert):
    """The demonstrations that do not fit are left out and named; neither the question nor one of them is cut."""
    long = [(f"The {word} " + "film goes on and on " * 2, label) for word, label in zip("abcdef", LABELS, strict=True)]
    model = made(tiny_bert, shown=None).showing(long)
    evidence = model.explain(QUESTION)
    assert len(evidence.tokens) <= tiny.POSITIONS
    assert evidence.truncated == 0
    assert evidence.shown and evidence.left_out
    assert [*evidence.shown, *evidence.left_out] == list(model._pool())
    assert sum(one.n_tokens for one in evidence.shown) == len(evidence.tokens) - len(
        model.showing([]).explain(QUESTION).tokens
    )
    beside_a_long_question = model.explain(QUESTION * 40)
    assert beside_a_long_question.shown == () and beside_a_long_question.truncated > 0


def test_demonstrations_of_one_class_and_of_none(tiny_bert):
    model = made(tiny_bert)
    one_shot = model.showing([("A joy.", "good")])
    assert one_shot.predict_proba([QUESTION]).shape == (1, 3)
    assert one_shot.chosen([QUESTION])[0].shown[0].word == "great"
    with pytest.raises(ParadigmError) as caught:
        model.showing([("A joy.", "superb")])
    assert (caught.value.kind, caught.value.offending) == ("unknown_label", "superb")


def test_calibration_takes_the_prior_of_the_same_demonstrations(tiny_bert):
    """Of each question's own, where they are chosen by similarity."""
    model = made(tiny_bert, calibrate="n/a", shown=1)
    probabilities = clone(model).set_params(calibrate=None).fit(TEXTS, LABELS).predict_proba(["So so.", QUESTION])
    for text, plain, answer in zip(
        ["So so.", QUESTION], probabilities, model.predict_proba(["So so.", QUESTION]), strict=True
    ):
        own = model.showing([(one.text, one.label) for one in model.chosen([text])[0].shown])
        prior = own.set_params(calibrate=None).predict_proba(["N/A"])
        np.testing.assert_allclose(answer, calibrated(plain[None], prior[0])[0], atol=1e-5)
        np.testing.assert_allclose(model.explain(text).prior, prior[0], atol=1e-5)


@pytest.mark.parametrize("choose", ["similar", "random"])
def test_tuned_with_demonstrations_drawn_anew(tiny_bert, choose):
    """At every step an example has other demonstrations, of every class, and never itself."""
    model = made(tiny_bert, choose=choose, shown=3, train="all", steps=2, batch_size=6, lr=1e-3)
    assert model.trainable_parameters_ == model.lm_.n_parameters > 0
    assert model.lm_ is not MaskedLM.load(tiny_bert)
    tokenizer, seen = model.lm_.tokenizer, set()
    for _ in range(6):
        (item,) = model._training_batch([], [0])
        words = tokenizer.decode(item.input_ids)
        assert words.count("a joy.") == 1
        seen.add(words)
        if choose == "random":
            assert all(words.count(f"it was {word}.") == 1 for word in ("great", "okay", "terrible"))
    assert len(seen) > 1


@pytest.mark.parametrize(
    ("params", "kind"),
    [
        ({"choose": "best"}, "bad_option"),
        ({"shown": -1}, "bad_option"),
        ({"verbalizer": "a=x;b=y"}, "labels_mismatch"),
        ({"description": "so " * 70}, "too_long"),
    ],
)
def test_bad_options(tiny_bert, params, kind):
    with pytest.raises(ParadigmError) as caught:
        made(tiny_bert, **params)
    assert caught.value.kind == kind


@pytest.mark.parametrize("calibrate", [None, "average"])
def test_room_is_left_for_an_empty_question(tiny_bert, calibrate):
    """As many demonstrations as there is room for, whatever the question: none takes the last place."""
    many = [(f"word {'again ' * (n % 5)}{n}", LABELS[n % 6]) for n in range(40)]
    for seed in range(4):
        model = made(tiny_bert, shown=None, choose="random", seed=seed, calibrate=calibrate)
        model.fit(*zip(*many, strict=True))
        for text in ("", " ", "No", "good film"):
            assert model.explain(text).truncated == 0 and model.chosen([text])[0].left_out


def test_a_question_with_a_space_more_is_still_no_demonstration_of_its_own(tiny_bert):
    for choose in ("similar", "given", "random"):
        model = made(tiny_bert, choose=choose, shown=None)
        assert "A joy." not in [one.text for one in model.chosen([" A joy. "])[0].shown]


@pytest.mark.parametrize("train", ["nothing", "bias"])
def test_a_refused_training_leaves_the_examples_that_were_shown(tiny_bert, train):
    model = made(tiny_bert, train=train, steps=1)
    expected, shown = model.predict_proba([QUESTION]), model.examples_
    verbalizer = model.verbalizer
    with pytest.raises(ParadigmError):
        model.set_params(verbalizer="a=unwatchable;b=great").fit(["x", "y"], ["a", "b"])
    assert model.examples_ == shown
    np.testing.assert_array_equal(model.set_params(verbalizer=verbalizer).predict_proba([QUESTION]), expected)


# The study ------------------------------------------------------------------------------------------------------


TEST = Dataset("few", ("Good fun.", "No fun.", "It is what it is.", "Fun!"), ("good", "bad", "fair", "good"))


def test_every_order(tiny_bert):
    model = made(tiny_bert, choose="given", shown=3)
    found = list(orders(model, EXAMPLES[:3], TEST))
    assert [one.order for one in found] == list(permutations(range(3)))
    turned = model.showing([EXAMPLES[2], EXAMPLES[1], EXAMPLES[0]])
    assert found[-1].accuracy == turned.score(TEST.texts, TEST.labels)
    assert found[-1].calibrated == turned.set_params(calibrate="average").score(TEST.texts, TEST.labels)


def test_at_most_120_orders(tiny_bert, monkeypatch):
    monkeypatch.setattr("paradigms.prompt.demonstrations_study.right", lambda model, test: (np.ones(1), np.ones(1)))
    model = made(tiny_bert, choose="given", shown=None)
    assert len(list(orders(model, EXAMPLES, TEST))) == 120


def test_right(tiny_bert):
    model = made(tiny_bert, choose="random", shown=2)
    plain, _ = right(model, TEST)
    assert plain.tolist() == (model.predict(TEST.texts) == np.array(TEST.labels, dtype=object)).tolist()


def test_rows(tiny_bert, reviews):
    model = Demonstrations(backbone=str(tiny_bert))
    found = list(rows(model, reviews, reviews.take(range(4)), seeds=(0, 1)))
    assert [(row.shown, row.choose, row.calibrated, len(row.accuracies)) for row in found][:5] == [
        (0, "", False, 1),
        (0, "", True, 1),
        (1, "random", False, 2),
        (1, "random", True, 2),
        (1, "similar", False, 2),
    ]
    assert found[-1].left_out > 10, "sixteen do not fit into 64 positions"


def test_written_and_read(tmp_path):
    made = Study("cmd", "m", 3, 0.5, (Row(1, "random", True, (0.5, 0.7), 0.0),), (), (("a", "0"),))
    write(made, tmp_path / "study.json")
    assert read(tmp_path / "study.json") == made
    assert made.rows[0].mean == pytest.approx(0.6)
