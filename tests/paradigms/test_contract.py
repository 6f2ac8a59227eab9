"""What every paradigm promises: a scikit-learn classifier over raw strings, whatever is inside it."""

import copy
import dataclasses
import inspect
import json
import pickle
import random
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score

from paradigms.base import SavedModelError, TextClassifier, TrainStep, training_set
from paradigms.bert_finetune import BertFineTune
from paradigms.errors import ParadigmError
from paradigms.masked_lm import BF16_FROM
from paradigms.prompt.auto_template import AutoTemplate
from paradigms.prompt.auto_verbalizer import AutoVerbalizer
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.demonstrations import Demonstrations
from paradigms.prompt.p_tuning import PTuning
from paradigms.prompt.p_tuning_v2 import PTuningV2
from paradigms.prompt.pet import Pet
from paradigms.prompt.ppt import PPT
from paradigms.prompt.prompt_tuning import PromptTuning
from paradigms.prompt.template import Template
from paradigms.prompt.verbalizer import DEFAULT_VERBALIZER, Verbalizer
from paradigms.tfidf_nb import TfidfNaiveBayes
from paradigms.word2vec_lstm import Word2VecLSTM

# Three classes, named by strings, first met in another than the sorted order.
TEXTS = (
    "The jokes land and the cast is a joy.",
    "A dull script and a duller hero.",
    "It passes the time, neither more nor less.",
    "I left the hall with a smile that stayed all evening.",
    "Nobody on screen seems to want to be there.",
    "Fine for a rainy afternoon.",
    "Every frame is a painting.",
    "Two hours I would like to have back.",
    "Some scenes work, others do not.",
    "The songs are lovely and the ending is earned.",
    "The plot makes no sense at all.",
    "You have seen it before, and it was all right then too.",
)
LABELS = ("good", "bad", "fair") * 4
CLASSES = ["bad", "fair", "good"]
ASKED = (
    "A lovely, funny film.",
    "no",
    "It wasn't as bad as the poster made me fear, though the second half of it drags on and on without a reason.",
    "The plot is dull; the songs are not.",
    "",
    "Zxqwv grrmbl!",
)

THREE = "good=great;fair=okay;bad=terrible"
SHORT: dict[str, Any] = {"steps": 3, "batch_size": 4, "lr": 1e-3}


def _pet(verbalizer: str) -> Pet:
    pairs = [["{text} It was [MASK].", verbalizer], ["Just [MASK]! {text}", verbalizer]]
    return Pet(pairs, unlabelled=list(ASKED), alpha=0.0, student_steps=1, **{**SHORT, "steps": 1})


MAKE: dict[str, Callable[[], TextClassifier]] = {
    "tfidf-nb": TfidfNaiveBayes,
    "word2vec-lstm": lambda: Word2VecLSTM(hidden=16, epochs=1),
    "bert-finetune": lambda: BertFineTune(steps=3, batch_size=4, lr=1e-4),
    "prompt": lambda: PromptClassifier(verbalizer="good=great;fair=okay;bad=terrible", steps=3, batch_size=4, lr=1e-4),
    "prompt-tuning": lambda: PromptTuning(verbalizer=THREE, length=4, **SHORT),
    "p-tuning": lambda: PTuning(verbalizer=THREE, **SHORT),
    "p-tuning-v2": lambda: PTuningV2(verbalizer=THREE, length=4, **SHORT),
    "ppt": lambda: PPT(verbalizer=THREE, **SHORT),
    "demonstrations": lambda: Demonstrations(
        verbalizer="good=great;fair=okay;bad=terrible", train="all", steps=3, batch_size=4, lr=1e-4
    ),
    "auto-template": lambda: AutoTemplate(verbalizer=THREE, rounds=1, width=2, **SHORT),
    "auto-verbalizer": lambda: AutoVerbalizer(**SHORT),
    "pet": lambda: _pet(THREE),
}
FOR_TWO_CLASSES: dict[str, Callable[[], TextClassifier]] = {
    **MAKE,
    "prompt": lambda: PromptClassifier(steps=3, batch_size=4, lr=1e-4),
    "prompt-tuning": lambda: PromptTuning(length=4, **SHORT),
    "p-tuning": lambda: PTuning(**SHORT),
    "p-tuning-v2": lambda: PTuningV2(length=4, **SHORT),
    "ppt": lambda: PPT(**SHORT),
    "demonstrations": lambda: Demonstrations(train="all", steps=3, batch_size=4, lr=1e-4),
    "auto-template": lambda: AutoTemplate(rounds=1, width=2, **SHORT),
    "pet": lambda: _pet(DEFAULT_VERBALIZER),
}
# What needs no label words: what it counts, learns or finds is the labels' own.
WITHOUT_WORDS = {"tfidf-nb", "word2vec-lstm", "bert-finetune", "auto-verbalizer"}
WITHOUT_TRAINING = [name for name in MAKE if name not in {"prompt", "demonstrations"}]
every_method = pytest.mark.parametrize("method", MAKE)


@pytest.fixture(scope="module")
def fitted() -> dict[str, TextClassifier]:
    return {name: make().fit(TEXTS, LABELS) for name, make in MAKE.items()}


@every_method
def test_constructor_only_stores(method):
    """Every parameter is kept as it was handed over, whatever it is: checking is for `fit`."""
    kind = type(MAKE[method]())
    for name in inspect.signature(kind).parameters:
        value = object()
        assert getattr(kind(**{name: value}), name) is value


@every_method
def test_parameters_round_trip(method):
    model = MAKE[method]()
    copied = clone(model)
    assert copied is not model
    assert copied.get_params() == model.get_params()
    assert pickle.loads(pickle.dumps(model)).get_params() == model.get_params()  # what joblib hands to a process
    changed = {"tfidf-nb": "alpha", "word2vec-lstm": "hidden"}.get(method, "lr")
    assert model.set_params(**{changed: 7}).get_params()[changed] == 7


@every_method
def test_fit_returns_self(method):
    model = MAKE[method]()
    assert model.fit(TEXTS[:4], LABELS[:4]) is model


@every_method
def test_fit_steps(method):
    """Steps count from 1 to the total, and between any two of them the classifier can be asked."""
    model = MAKE[method]()
    steps: list[TrainStep] = []
    answers = []
    for step in model.fit_steps(TEXTS, LABELS):
        steps.append(step)
        if step.step == 1 or step.total - step.step < 3:  # a search may keep the best it has found for some steps
            answers.append(model.predict_proba(ASKED[:2]))
    assert [step.step for step in steps] == list(range(1, steps[-1].total + 1))
    assert {step.total for step in steps} == {len(steps)}
    assert all(np.isfinite(step.loss) and 0 <= step.accuracy <= 1 for step in steps)
    assert sorted(step.seconds for step in steps) == [step.seconds for step in steps]
    assert all(answer.shape == (2, 3) for answer in answers)
    assert all(not np.array_equal(a, b) for a, b in pairwise(answers)), "it learns nothing"
    with pytest.raises(dataclasses.FrozenInstanceError):
        steps[0].loss = 0


@every_method
def test_asking_between_steps_does_not_change_training(method):
    asked, left_alone = MAKE[method](), MAKE[method]()
    for _ in asked.fit_steps(TEXTS, LABELS):
        asked.predict_proba(ASKED[:1])
    left_alone.fit(TEXTS, LABELS)
    # The order in which two threads add up a prompt's gradients is not fixed.
    np.testing.assert_allclose(asked.predict_proba(ASKED), left_alone.predict_proba(ASKED), atol=1e-5)


@every_method
def test_training_can_be_left_in_the_middle(method):
    model = MAKE[method]()
    steps = model.fit_steps(TEXTS, LABELS)
    next(steps)
    steps.close()
    assert model.predict_proba(ASKED).shape == (len(ASKED), 3)


@every_method
def test_probabilities(method, fitted):
    model = fitted[method]
    assert list(model.classes_) == CLASSES
    probabilities = model.predict_proba(ASKED)
    assert probabilities.shape == (len(ASKED), 3)
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-9)
    assert model.predict(ASKED).tolist() == [CLASSES[column] for column in probabilities.argmax(axis=1)]
    assert model.score(TEXTS, model.predict(TEXTS)) == 1
    assert model.predict_proba([]).shape == (0, 3)


@pytest.mark.parametrize("method", ["tfidf-nb", "prompt"])  # the others start from random columns
def test_columns_follow_the_classes(method):
    """Naming the classes so that they sort the other way round turns the columns round and nothing else."""
    model = MAKE[method]()
    reverse = clone(model)
    if method == "prompt":
        model.set_params(train="nothing")
        reverse.set_params(train="nothing", verbalizer="x=great;y=okay;z=terrible")
    model.fit(TEXTS, LABELS)
    reverse.fit(TEXTS, [{"bad": "z", "fair": "y", "good": "x"}[label] for label in LABELS])
    np.testing.assert_allclose(reverse.predict_proba(ASKED), model.predict_proba(ASKED)[:, ::-1], atol=1e-12)


@every_method
def test_two_classes_of_digits(method):
    model = FOR_TWO_CLASSES[method]().fit(TEXTS[:6], ["1", "0"] * 3)
    assert model.predict_proba(ASKED).shape == (len(ASKED), 2)
    assert set(model.predict(ASKED)) <= {"0", "1"}


@every_method
def test_seeded_and_without_side_effects(method, fitted):
    """The same seed gives the same classifier, and the caller's random numbers go on as if nothing had happened."""
    torch.manual_seed(7)
    np.random.seed(7)
    random.seed(7)
    expected = torch.rand(3), np.random.rand(), random.random()
    torch.manual_seed(7)
    np.random.seed(7)
    random.seed(7)
    again = clone(fitted[method])
    for _ in again.fit_steps(TEXTS, LABELS):
        pass
    again.predict_proba(ASKED)
    again.explain(ASKED[0])
    torch.testing.assert_close(torch.rand(3), expected[0], rtol=0, atol=0)
    assert (np.random.rand(), random.random()) == expected[1:]
    np.testing.assert_allclose(again.predict_proba(ASKED), fitted[method].predict_proba(ASKED), atol=1e-5)


@pytest.mark.parametrize("method", [name for name in MAKE if name != "tfidf-nb"])
def test_another_seed_is_another_training(method, fitted):
    other = clone(fitted[method]).set_params(seed=1).fit(TEXTS, LABELS)
    assert not np.allclose(other.predict_proba(ASKED), fitted[method].predict_proba(ASKED), atol=1e-6)


@every_method
def test_batched_equals_unbatched(method, fitted):
    texts = (*ASKED, *TEXTS)
    assert len(texts) < BF16_FROM  # in fp32
    together = fitted[method].predict_proba(texts)
    alone = np.concatenate([fitted[method].predict_proba([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-4)


@every_method
def test_explain_is_a_frozen_dataclass(method, fitted):
    for text in ASKED:
        evidence = fitted[method].explain(text)
        assert dataclasses.is_dataclass(evidence)
        np.testing.assert_allclose(evidence.probabilities, fitted[method].predict_proba([text])[0], atol=1e-5)
        with pytest.raises(dataclasses.FrozenInstanceError):
            evidence.probabilities = ()


@every_method
def test_saved_without_pickle(method, fitted, tmp_path):
    model = fitted[method]
    model.save(tmp_path)
    assert {file.suffix for file in tmp_path.iterdir()} == {".json", ".safetensors"}
    loaded = type(model).load(tmp_path)
    assert loaded.get_params() == model.get_params()
    assert list(loaded.classes_) == CLASSES
    assert loaded.trainable_parameters_ == model.trainable_parameters_ > 0
    # One keeps its weights in fp16, the other in fp16 how far they have moved.
    rounding = {"bert-finetune": 1e-2, "pet": 1e-2, "prompt": 1e-5, "demonstrations": 1e-5}
    rounding |= {"auto-template": 1e-4, "auto-verbalizer": 1e-4}  # tuned at fifty times the usual rate
    np.testing.assert_allclose(
        loaded.predict_proba(ASKED), model.predict_proba(ASKED), atol=rounding.get(method, 1e-12)
    )
    assert type(loaded.explain(ASKED[0])) is type(model.explain(ASKED[0]))


@every_method
def test_fitted_and_asked_for_evidence_it_can_be_pickled(method, fitted):
    """What joblib does with a pipeline that is to be kept, or handed to a process."""
    model = fitted[method]
    model.explain(ASKED[0])
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_allclose(again.predict_proba(ASKED), model.predict_proba(ASKED), atol=1e-6)
    assert type(again.explain(ASKED[0])) is type(model.explain(ASKED[0]))


@every_method
def test_loaded_can_be_trained_again(method, fitted, tmp_path):
    fitted[method].save(tmp_path)
    again = type(fitted[method]).load(tmp_path).fit(TEXTS, LABELS)
    np.testing.assert_allclose(again.predict_proba(ASKED), fitted[method].predict_proba(ASKED), atol=1e-5)


def test_saved_template_and_verbalizer(tmp_path):
    """Parameters that are objects come back as what they mean."""
    template = Template.parse("{text} [SEP] So [MASK]!")
    model = PromptClassifier(template, Verbalizer.parse("0=bad,awful;1=good"), train="nothing").fit(["", ""], "01")
    model.save(tmp_path)
    loaded = PromptClassifier.load(tmp_path)
    np.testing.assert_array_equal(loaded.predict_proba(ASKED), model.predict_proba(ASKED))
    assert loaded.trainable_parameters_ == 0


def test_saved_label_words_with_signs_of_the_short_writing(tmp_path):
    verbalizer = Verbalizer((("a=b", (",", "awful")), ("c;d", ("great",))))
    model = PromptClassifier(verbalizer=verbalizer, train="nothing").fit(["", ""], ["a=b", "c;d"])
    model.save(tmp_path)
    loaded = PromptClassifier.load(tmp_path)
    np.testing.assert_array_equal(loaded.predict_proba(ASKED), model.predict_proba(ASKED))


def test_saved_parameters_of_other_kinds(tiny_bert, tmp_path):
    """A path, an array, and templates and verbalizers in a list."""
    pairs = [(Template.parse("{text} It was [MASK]."), Verbalizer.parse("0=bad;1=good"))]
    pet = Pet(pairs, backbone=tiny_bert, unlabelled=np.array(TEXTS), steps=1, student_steps=1)
    pet.fit(TEXTS[:2], ["1", "0"]).save(tmp_path)
    params = Pet.load(tmp_path).get_params()
    assert params["pairs"] == [["{text} It was [MASK].", {"0": ["bad"], "1": ["good"]}]]
    assert params["unlabelled"] == list(TEXTS)
    assert params["backbone"] == str(tiny_bert)
    Pet.load(tmp_path).fit(TEXTS[:2], ["1", "0"])


@every_method
def test_another_class_in_the_folder(method, fitted, tmp_path):
    fitted[method].save(tmp_path)
    other = TfidfNaiveBayes if method != "tfidf-nb" else Word2VecLSTM
    with pytest.raises(SavedModelError) as caught:
        other.load(tmp_path)
    assert caught.value.kind == "other_class"
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("content", [None, "", "no JSON", "[]", "{}", '{"class": "TfidfNaiveBayes"}'])
def test_not_a_saved_model(content, fitted, tmp_path):
    fitted["tfidf-nb"].save(tmp_path)
    (tmp_path / "classifier.json").unlink()
    if content is not None:
        (tmp_path / "classifier.json").write_text(content, encoding="utf8")
    with pytest.raises(SavedModelError) as caught:
        TfidfNaiveBayes.load(tmp_path)
    assert caught.value.kind == "not_a_saved_model"
    assert caught.value.where == str(tmp_path)


def test_damaged_weights(fitted, tmp_path):
    fitted["tfidf-nb"].save(tmp_path)
    (tmp_path / "weights.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0damaged!")
    with pytest.raises(SavedModelError) as caught:
        TfidfNaiveBayes.load(tmp_path)
    assert caught.value.kind == "not_a_saved_model"


@pytest.mark.parametrize("method", ["tfidf-nb", "word2vec-lstm"])
def test_saved_model_is_only_data(method, fitted, tmp_path):
    """The description is plain JSON of the parameters, readable by a person."""
    fitted[method].save(tmp_path)
    description = json.loads((tmp_path / "classifier.json").read_text(encoding="utf8"))
    assert description["class"] == type(fitted[method]).__name__
    assert description["params"] == fitted[method].get_params()


@every_method
def test_bad_training_sets(method):
    for texts, labels, kind in ((TEXTS, LABELS[:-1], "length_mismatch"), (TEXTS[:2], ["a", "a"], "one_class")):
        with pytest.raises(ParadigmError) as caught:
            MAKE[method]().fit(texts, labels)
        assert caught.value.kind == kind
    with pytest.raises(ParadigmError) as caught:
        MAKE[method]().fit([], [])
    assert caught.value.kind == "one_class"


@pytest.mark.parametrize("method", [name for name in MAKE if name != "tfidf-nb"])  # whose options are plain numbers
def test_a_refused_training_keeps_the_former(method, fitted):
    """A second `fit` that cannot be leaves what the first one has learned, its classes among it."""
    model = fitted[method]
    before = model.predict_proba(ASKED)
    option = {"word2vec-lstm": "vectors", "auto-verbalizer": "search"}.get(method, "backbone")
    was = model.get_params()[option]
    model.set_params(**{option: "absent"})
    try:
        with pytest.raises(ParadigmError):
            model.fit(TEXTS, ["left", "right"] * 6)
    finally:
        model.set_params(**{option: was})
    assert list(model.classes_) == CLASSES
    np.testing.assert_array_equal(model.predict_proba(ASKED), before)


@pytest.mark.parametrize("method", WITHOUT_TRAINING)
def test_not_fitted(method, tmp_path):
    model = MAKE[method]()
    for ask in (
        lambda: model.predict_proba(["a"]),
        lambda: model.predict(["a"]),
        lambda: model.explain("a"),
        lambda: model.save(tmp_path),
    ):
        with pytest.raises(NotFittedError):
            ask()
    assert not list(tmp_path.iterdir())


@every_method
def test_cross_validation(method):
    scores = cross_val_score(MAKE[method](), list(TEXTS), list(LABELS), cv=2, error_score="raise")
    assert scores.shape == (2,)
    assert all(0 <= score <= 1 for score in scores)


def test_grid_search_over_templates():
    grid = {
        "template": ["{text} It was [MASK].", Template.parse("[MASK] news: {text}")],
        "verbalizer": ["bad=terrible;fair=okay;good=great", {"bad": "bad", "fair": ["fair", "okay"], "good": "good"}],
    }
    search = GridSearchCV(PromptClassifier(train="nothing"), grid, cv=2, error_score="raise")
    search.fit(list(TEXTS), list(LABELS))
    assert search.best_params_["template"] in grid["template"]
    assert len(search.cv_results_["mean_test_score"]) == 4
    assert set(search.predict(ASKED)) <= set(CLASSES)


@pytest.mark.parametrize("labels", [[0.5, 1.5] * 6, [*LABELS[:11], None], [True, False] * 6])
def test_labels_that_are_no_strings(labels):
    with pytest.raises(ParadigmError) as caught:
        training_set(TEXTS, labels)
    assert caught.value.kind == "label_type"


def test_whole_numbers_as_labels():
    """What scikit-learn's `cross_val_predict` makes of labels before it asks for probabilities."""
    numbers = [LABELS.index(label) for label in LABELS]
    model = TfidfNaiveBayes().fit(TEXTS, numbers)
    assert model.score(TEXTS, numbers) == model.score(TEXTS, [str(number) for number in numbers]) > 0.5
    given = cross_val_predict(TfidfNaiveBayes(), list(TEXTS), list(LABELS), cv=2, method="predict_proba")
    assert given.shape == (len(TEXTS), len(CLASSES))


def test_more_than_ten_whole_numbers_keep_their_order():
    """As scikit-learn counts its columns: 2 before 10."""
    classes, gold = training_set([f"text {n}" for n in range(12)], list(range(12)))[1:]
    assert classes.tolist() == [str(n) for n in range(12)] and gold.tolist() == list(range(12))


WITH_WORDS: dict[str, Callable[..., TextClassifier]] = {
    "zero-shot": partial(PromptClassifier, train="nothing"),
    "prompt": partial(PromptClassifier, **SHORT),
    "demonstrations": partial(Demonstrations, shown=2, train="nothing"),
    "ppt": partial(PPT, **SHORT),
    "p-tuning": partial(PTuning, **SHORT),
    "template": partial(AutoTemplate, "gradient", tune="nothing"),
    "words": partial(AutoVerbalizer, "neighbours", tune="nothing"),
    "weights": partial(AutoVerbalizer, "weights", **{**SHORT, "batch_size": None}),
    "pet": lambda verbalizer: _pet(verbalizer),
}


@pytest.mark.parametrize("kind", [str, int])
@pytest.mark.parametrize("method", WITH_WORDS)
def test_label_words_keep_to_numbers_of_different_length(method, kind):
    """As strings "10" comes before "2"; whatever the order, each number has its own words."""
    names = WITH_WORDS[method](verbalizer="a=terrible;b=great").fit(TEXTS, ["a", "b"] * 6)
    numbers = WITH_WORDS[method](verbalizer="2=terrible;10=great").fit(TEXTS, [kind("2"), kind("10")] * 6)
    # The order of the columns is scikit-learn's, which sorts strings as strings.
    order = 1 if kind is int else -1
    assert list(numbers.classes_) == ["2", "10"][::order]
    # PET's classifier has a random row for each class, which changes places with it.
    apart = 5e-3 if method == "pet" else 1e-3
    np.testing.assert_allclose(numbers.predict_proba(ASKED), names.predict_proba(ASKED)[:, ::order], atol=apart)


@every_method
def test_what_cannot_be_leaves_a_fitted_classifier_as_it_was(method, fitted):
    if "batch_size" not in fitted[method].get_params():
        return
    model = MAKE[method]().fit(TEXTS, LABELS)
    before = model.predict_proba(ASKED)
    with pytest.raises(ParadigmError):
        model.set_params(batch_size=0).fit(TEXTS, LABELS)
    np.testing.assert_array_equal(model.predict_proba(ASKED), before)


def test_a_copy_of_a_soft_prompt_answers_by_its_own_table():
    """Copied or pickled, what is trained is still what the language model reads."""
    model = PromptTuning(**SHORT).fit(TEXTS[:2], ["0", "1"])
    for again in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert any(again.prompt_.rows is weight for weight in again.lm_.model.parameters())
        before = again.predict_proba(ASKED)
        again.prompt_.rows.data.zero_()
        assert not np.allclose(again.predict_proba(ASKED), before)


def test_texts_may_come_from_a_generator():
    model = PromptClassifier(train="nothing").fit((text for text in TEXTS[:2]), (label for label in ["0", "1"]))
    assert model.predict_proba(text for text in ASKED).shape == (len(ASKED), 2)


def test_scorers_that_read_columns_agree_with_scikit_learn():
    """ "10" stands before "2" in its order of strings; theirs is the reference, on texts that are told apart."""
    labels = ["10", "2"] * 6
    texts = [{"10": "a dull script", "2": "a lovely song"}[label] for label in labels]
    assert cross_val_score(TfidfNaiveBayes(), texts, labels, cv=2, scoring="roc_auc").tolist() == [1.0, 1.0]


@pytest.mark.parametrize("method", [name for name in FOR_TWO_CLASSES if name not in WITHOUT_WORDS])
def test_whole_numbers_do_not_say_which_label_words_are_theirs(method):
    """scikit-learn's helpers number classes by the alphabet: fresh is 0, and would be scored with "terrible"."""
    with pytest.raises(ParadigmError) as caught:
        FOR_TWO_CLASSES[method]().fit(TEXTS[:6], [1, 0] * 3)
    assert caught.value.kind == "labels_mismatch"
    own = PromptClassifier(verbalizer="0=terrible;1=great", train="nothing").fit(TEXTS[:6], [1, 0] * 3)
    assert list(own.classes_) == ["0", "1"]


@every_method
def test_texts_that_are_no_list_of_strings(method, fitted):
    for texts in ("one string", "", {"text": TEXTS}, [*TEXTS[:11], None], [*TEXTS[:11], float("nan")]):
        with pytest.raises(ParadigmError) as caught:
            MAKE[method]().fit(texts, LABELS[: len(texts)])
        assert caught.value.kind == "text_type"
        for ask in (fitted[method].predict, fitted[method].predict_proba):
            with pytest.raises(ParadigmError) as caught:
                ask(texts)
            assert caught.value.kind == "text_type"


def test_score_with_labels_that_are_never_answered():
    """0% would look like a method that has learned nothing."""
    with pytest.raises(ParadigmError, match=r"0, 1.*negative, positive") as caught:
        PromptClassifier().score(TEXTS[:2], ["0", "1"])
    assert caught.value.kind == "labels_mismatch"
    assert PromptClassifier().score(TEXTS[:2], ["positive", "other"]) in (0.0, 0.5)


def test_saved_on_one_backbone_and_loaded_on_another(fitted, tiny_bert, tmp_path):
    fitted["bert-finetune"].save(tmp_path)
    with pytest.raises(SavedModelError) as caught:
        BertFineTune.load(tmp_path, backbone=str(tiny_bert))
    assert caught.value.kind == "other_backbone"


def test_classes_are_strings():
    classes = training_set(TEXTS, np.array(LABELS))[1]
    assert classes.tolist() == CLASSES and type(classes[0]) is str
