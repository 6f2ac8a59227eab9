"""The PET tab: its handlers as functions, its numbers against `paradigms`, and a training from end to end."""

import asyncio
import re

import gradio as gr
import numpy as np
import pytest

from lessons import models, pet, pet_pairs, pet_training, prompt_accuracy
from lessons import training as shared
from lessons.figures_pet import Score, scores
from lessons.pet_pairs import MOST, read_pairs, weights
from lessons.state import DEFAULTS
from lessons.text import LANGUAGES, Text
from lessons.view import percent
from paradigms import data
from paradigms.bert_finetune import BertFineTune
from paradigms.errors import ParadigmError
from paradigms.evaluate import interval
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.pattern_model import vote
from paradigms.prompt.pet import PAIRS
from tests.paradigms import tiny

HOSTILE = ("<script>alert(1)</script>", "${7*6}", "{text.__class__}", '"><img src=x onerror=alert(1)>')
SKIP = gr.skip()
TWO = "{text} It was [MASK]. | bad / good\nJust [MASK]! {text} | boring / fun"


@pytest.fixture(params=LANGUAGES)
def t(request: pytest.FixtureRequest) -> Text:
    return Text(request.param)


@pytest.fixture
def tiny_page(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory):
    """The page with tiny models, 60 held-out reviews, and trainings of a few steps."""
    folder = str(tiny.bert(tmp_path_factory.mktemp("backbone") / "tiny"))
    prompt = PromptClassifier(backbone=folder, train="nothing").fit(["", ""], ["0", "1"])
    held_out = models.held_out().take(range(0, 500, 8))
    monkeypatch.setattr(models, "trained", lambda: {"prompt": prompt})
    monkeypatch.setattr(models, "held_out", lambda name="reviews": held_out)
    monkeypatch.setattr(models, "SESSIONS", models.SessionModels())
    monkeypatch.setattr(models.Backbone, "source", folder)
    made = pet_training.new_pet
    short = {"steps": 2, "student_steps": 3, "batch_size": 2, "n_unlabelled": 10}
    monkeypatch.setattr(pet_training, "new_pet", lambda *given: made(*given).set_params(**short))
    monkeypatch.setattr(pet_training, "BertFineTune", lambda **given: BertFineTune(steps=2, batch_size=2, **given))
    caches = (prompt_accuracy.zero_shot, pet_pairs.right_on_examples)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


def shown(t: Text, session: str | None = None, /, **state: object) -> tuple:
    return pet.show(t, {**DEFAULTS, **state}, session)


def visible(html: object) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", str(html)).split())


def test_opens_with_the_pairs_of_the_paradigm_and_their_numbers(t: Text) -> None:
    hint, said, plan = shown(t)
    pairs = read_pairs(DEFAULTS["pet_pairs"])
    labels = models.train_set().classes
    answers = []
    for pair, (template, verbalizer) in zip(pairs, PAIRS, strict=True):
        own = PromptClassifier(template, verbalizer, train="nothing").fit(["", ""], labels)
        assert pair.template == template
        answers.append(own.predict_proba([DEFAULTS["s"]]))
        assert percent(float(answers[-1].max()), 1) in visible(said)
    shares = weights(pairs, DEFAULTS)
    assert all(percent(float(share), 1) in visible(said) for share in shares)
    assert percent(float(vote(answers, shares).max()), 1) in visible(said)
    assert t("pet.pairs.good", n=len(PAIRS)) in hint
    assert f"{len(PAIRS)} ×" in visible(plan)
    assert t("anatomy.after.dropped") in visible(plan)


def test_weights_are_those_of_the_labelled_examples() -> None:
    pairs = read_pairs(TWO)
    state = {**DEFAULTS, "pet_k": 2, "pet_seed": 3}
    examples = data.few_shot(models.train_set(), 2, 3)
    own = [
        PromptClassifier(pair.template, pair.verbalizer(["0", "1"])).score(examples.texts, examples.labels)
        for pair in pairs
    ]
    np.testing.assert_allclose(weights(pairs, state), np.array(own) / sum(own))
    assert weights(pairs, {**state, "pet_weighting": "uniform"}).tolist() == [0.5, 0.5]
    assert weights(pairs, {**state, "pet_k": 0}).tolist() == [0.5, 0.5]


def test_says_what_a_training_would_use(t: Text) -> None:
    none = visible(shown(t, pet_k=0, pet_pairs=TWO)[2])
    assert t("anatomy.state.frozen") in none
    assert "×" not in none, "untrained, all pairs are the same model"
    some = visible(shown(t, pet_k=4, pet_pairs=TWO, pet_generations=2)[2])
    assert "6 ×" in some
    assert t("anatomy.state.frozen") not in some


@pytest.mark.parametrize(
    ("box", "kind", "line"),
    [
        ("{text} It was [MASK].", "pair_form", 1),
        ("{text} It was [MASK]. | bad / good / fine", "pair_form", 1),
        (TWO + "\n{text} It was. | bad / good", "no_mask", 3),
        ("{text} It was [MASK]. | bad / zxqwv", "not_one_token", 1),
        ("{text} It was [MASK]. | bad / bad", "same_word", 1),
        ("", "pair_count", None),
        ("\n".join(["{text} It was [MASK]. | bad / good"] * (MOST + 1)), "pair_count", None),
    ],
)
def test_pairs_that_do_not_work_say_where_and_keep_the_picture(t: Text, box: str, kind: str, line: int | None) -> None:
    with pytest.raises(ParadigmError) as caught:
        read_pairs(box)
    assert (caught.value.kind, caught.value.details.get("line")) == (kind, line)
    hint, *rest = shown(t, pet_pairs=box)
    assert rest == [SKIP, SKIP]
    assert 'role="alert"' in hint
    assert line is None or t("pet.line", n=line).strip() in visible(hint)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_typed_is_text(t: Text, text: str) -> None:
    _, said, _ = shown(t, s=text, pet_pairs=TWO)
    assert "<script>" not in said
    assert "<img" not in said
    bad = shown(t, pet_pairs=f"{text} | bad / good")[0]
    assert "<script>" not in bad
    assert "<img" not in bad


def test_no_sentence_keeps_the_frame(t: Text) -> None:
    assert t("sentence.empty") in shown(t, s="  ", pet_pairs=TWO)[1]


# Training -----------------------------------------------------------------------------------------------------------


def trained(t: Text, session: str, *, stop_at: int | None = None, **state: object) -> list[tuple]:
    async def collect() -> list[tuple]:
        seen = []
        given = {**DEFAULTS, "pet_pairs": TWO, "pet_k": 2, **state}
        async for one in pet_training.run(t, session, given):
            seen.append(one)
            if stop_at is not None and len(seen) == stop_at:
                pet_training.stop(session)
        return seen

    return asyncio.run(collect())


def last(seen: list[tuple], place: int):
    return [one[place] for one in seen if one[place] != SKIP][-1]


@pytest.mark.usefixtures("tiny_page")
def test_a_training_from_end_to_end(t: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "SHOW_EVERY", 0.0)
    seen = trained(t, "one")
    model = models.SESSIONS.get("one", "pet")
    said = " ".join(visible(one[0]) for one in seen if one[0] != SKIP)
    assert t("pet.stage.pair", pair=2, pairs=2) in said
    assert t("pet.stage.student") in said
    picture = last(seen, 2)
    test = models.held_out()
    right = round(model.score(test.texts, test.labels) * len(test))
    assert percent(right / len(test), 1) in picture["result"]
    points = {trace["name"]: trace for trace in picture["figure"]["data"]}
    names, xs = points[t("pet.figure.trained")]["y"], points[t("pet.figure.trained")]["x"]
    assert xs[list(names).index(t("pet.row.student"))] == pytest.approx(right / len(test))
    assert any(name.startswith("2 · ") and "[MASK]" in name for name in names)
    assert list(points[t("pet.figure.beside")]["y"]) == [t("pet.row.finetune")]
    answer = percent(float(model.predict_proba([DEFAULTS["s"]]).max()), 1)
    table = visible(shown(t, "one", pet_pairs=TWO)[1])
    assert answer in table
    assert t("pet.taught", pairs=2, n=4, texts="500", seed=0) in table
    assert t("pet.row.student") not in visible(shown(t, "another", pet_pairs=TWO)[1])


@pytest.mark.usefixtures("tiny_page")
def test_without_labels_there_is_nothing_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "SHOW_EVERY", 0.0)
    t = Text("en")
    seen = trained(t, "none", pet_k=0)
    assert pet_training.RUNS[models.SESSIONS.get("none", "pet")].n_labelled == 0
    assert all(trace["name"] != t("pet.figure.beside") for trace in last(seen, 2)["figure"]["data"])


@pytest.mark.usefixtures("tiny_page")
def test_stopped_before_the_classifier_is_ready(t: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "SHOW_EVERY", 0.0)
    seen = trained(t, "stopped", stop_at=4)
    assert models.SESSIONS.get("stopped", "pet") is None
    assert "stopped" in last(seen, 0)


@pytest.mark.usefixtures("tiny_page")
def test_a_stopped_comparison_is_left_out(t: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "SHOW_EVERY", 0.0)
    monkeypatch.setattr(pet_training, "BertFineTune", lambda **given: BertFineTune(steps=6, batch_size=2, **given))
    answers = []

    async def stop_beside() -> None:
        state = {**DEFAULTS, "pet_pairs": TWO, "pet_k": 2, "pet_texts": 100, "s": "fine"}
        async for one in pet_training.run(t, "beside", state):
            answers.append(one)
            if t("pet.row.finetune") in str(one[0]):
                shared.stop("beside", pet_training.BESIDE)

    asyncio.run(stop_beside())
    assert visible(last(answers, 0)) == t("pet.beside.stopped", step=2, total=6)
    drawn = last(answers, 2)["figure"]["data"]
    assert all(trace["name"] != t("pet.figure.beside") for trace in drawn)


@pytest.mark.usefixtures("tiny_page")
def test_label_words_may_be_signs(t: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the short writing too: they can be asked, so they can be trained with."""
    monkeypatch.setattr(shared, "SHOW_EVERY", 0.0)
    trained(t, "signs", pet_pairs="{text} It was [MASK]. | ; / great\n{text} So [MASK]! | = / fun")
    assert models.SESSIONS.get("signs", "pet") is not None


def test_accuracies_far_below_chance_are_in_the_picture() -> None:
    rows = [Score(name, 600, None, 120) for name in ("a", "mean")] + [Score("vote", 600, 60, None)]
    figure = scores(rows, 0.5, {name: name for name in ("zero", "trained", "beside", "accuracy", "majority")})
    assert figure.layout.xaxis.range[0] < 0.1


@pytest.mark.usefixtures("tiny_page")
def test_a_stop_before_the_first_training_holds(t: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    """The untrained pairs are asked first, which takes a while; who presses Stop then wants no training."""
    monkeypatch.setattr(shared, "SHOW_EVERY", 0.0)
    seen = trained(t, "early", stop_at=1)
    assert models.SESSIONS.get("early", "pet") is None
    assert last(seen, 0) == pet_training._status(t, shared.Progress("left"), None, 0)


@pytest.mark.usefixtures("tiny_page")
def test_bad_pairs_do_not_train(t: Text) -> None:
    ((status, *rest),) = trained(t, "bad", pet_pairs="no pair")
    assert "role=" in status
    assert rest == [SKIP, SKIP]


def test_the_picture_says_how_sure_a_number_is() -> None:
    rows = [Score("one", 200, 150, 120), Score("two", 200), Score("three", 200, 100, beside=True)]
    names = dict.fromkeys(("accuracy", "majority", "zero", "trained", "beside"), "name")
    names |= {"trained": "trained"}
    figure = scores(rows, 0.5, names).to_plotly_json()
    (trace,) = [trace for trace in figure["data"] if trace["name"] == "trained"]
    low, high = interval(150, 200)
    assert list(trace["x"]) == [0.75]
    assert trace["error_x"]["array"][0] == pytest.approx(high - 0.75)
    assert trace["error_x"]["arrayminus"][0] == pytest.approx(0.75 - low)
    assert figure["layout"]["xaxis"]["title"]["text"] == "name"
