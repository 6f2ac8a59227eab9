"""The prompt tab: its handlers as functions, their numbers against `paradigms`, and a training from end to end."""

import asyncio
import re
from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from lessons import models, prompt, prompt_accuracy, prompt_results, prompt_training
from lessons.prompt_flow import strips
from lessons.prompt_question import asked, check, read
from lessons.prompt_ready import PAIRS, TEMPLATES, pair, used
from lessons.prompt_view import share
from lessons.state import DEFAULTS
from lessons.text import LANGUAGES, Text
from lessons.view import percent
from paradigms.bert_finetune import BertFineTune
from paradigms.evaluate import interval
from paradigms.masked_lm import MaskedLM
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.template import Template
from paradigms.prompt.verbalizer import Verbalizer, words_of
from tests.paradigms import tiny

HOSTILE = ("<script>alert(1)</script>", "${7*6}", "{text.__class__}", '"><img src=x onerror=alert(1)>', "{{value}}")
TEMPLATE, NEG, POS, FILLED, BARS, FLOW, PLAN = range(7)
SKIP = gr.skip()


@pytest.fixture(params=LANGUAGES)
def t(request: pytest.FixtureRequest) -> Text:
    return Text(request.param)


@pytest.fixture(scope="module")
def lm() -> MaskedLM:
    return MaskedLM.load()


@pytest.fixture(scope="module")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """A prompt and a fine-tuned model on a tiny backbone, trained for a few steps."""
    folder = str(tiny.bert(tmp_path_factory.mktemp("backbone") / "tiny"))
    untrained = PromptClassifier(backbone=folder, train="nothing", steps=3).fit(["", ""], ["0", "1"])
    finetune = BertFineTune(backbone=folder, steps=1).fit(["bad film", "good film"], ["0", "1"])
    return {"prompt": untrained, "bert-finetune": finetune}


@pytest.fixture
def tiny_page(monkeypatch: pytest.MonkeyPatch, tiny_models: dict[str, object]) -> None:
    """The page with the tiny models and 120 held-out reviews; what a test trains is forgotten."""
    held_out = models.held_out().take(range(120))
    monkeypatch.setattr(models, "trained", lambda: tiny_models)
    monkeypatch.setattr(models, "held_out", lambda name="reviews": held_out)
    monkeypatch.setattr(models, "SESSIONS", models.SessionModels())
    prompt_accuracy.zero_shot.cache_clear()
    prompt_training.parameters.cache_clear()
    yield
    prompt_accuracy.zero_shot.cache_clear()
    prompt_training.parameters.cache_clear()


def shown(t: Text, session: str | None = None, /, **state: object) -> tuple:
    return prompt.show(t, {**DEFAULTS, **state}, session)


def visible(html: object) -> str:
    """The words of some HTML, as one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", str(html)).split())


# The live picture ---------------------------------------------------------------------------------------------------


def test_opens_with_the_worked_example(t: Text) -> None:
    outputs = shown(t)
    assert len(outputs) == 7
    assert all(isinstance(value, str) and value for value in outputs)
    assert outputs[BARS].count('class="bar"') == DEFAULTS["top"]


def test_the_numbers_are_those_of_the_paradigm(t: Text) -> None:
    words = {"negative": "bad, awful", "positive": "good"}
    model = PromptClassifier(DEFAULTS["t"], words)
    explanation = model.explain(DEFAULTS["s"], 7)
    outputs = shown(t, neg="bad, awful", pos="good", top=7)
    flow, bars, filled = (visible(outputs[i]) for i in (FLOW, BARS, FILLED))
    for one in explanation.label_words:
        assert all(number in flow for number in (one.word, f"{one.logit:.2f}", share(one.probability)))
        assert share(one.share) in flow
    assert share(explanation.covered) in flow
    assert all(percent(p, 1) in flow for p in explanation.probabilities)
    for word, probability in zip(explanation.distribution.words, explanation.distribution.probabilities, strict=True):
        assert word in bars
        assert share(probability) in bars
    assert " ".join(explanation.tokens) in filled


def test_the_hint_tells_the_rank_of_a_label_word(t: Text, lm: MaskedLM) -> None:
    distribution = PromptClassifier(DEFAULTS["t"]).mask_distribution(DEFAULTS["s"])
    token = lm.tokenizer.convert_tokens_to_ids("terrible")
    order = np.argsort(-distribution.log_probabilities).tolist()
    rank, probability = order.index(token) + 1, np.exp(distribution.log_probabilities[token])
    expected = t("prompt.word.rank", rank=rank, probability=share(probability))
    assert expected in visible(shown(t)[NEG])


@pytest.mark.parametrize("source", [source for _, source in TEMPLATES])
def test_ready_made_templates_work(source: str) -> None:
    outputs = shown(Text("en"), t=source)
    assert all(isinstance(value, str) for value in outputs)
    assert "wrong" not in outputs[TEMPLATE]


@pytest.mark.parametrize(("negative", "positive"), [(negative, positive) for _, negative, positive in PAIRS])
def test_ready_made_label_words_work(negative: str, positive: str) -> None:
    neg, pos = pair(f"{negative}|{positive}")
    outputs = shown(Text("en"), neg=neg, pos=pos)
    assert all(isinstance(value, str) for value in outputs)
    assert "wrong" not in outputs[NEG] + outputs[POS]


@pytest.mark.parametrize(
    ("source", "offending"),
    [
        ("{text} It was.", "\u00a0"),
        ("{text} [MASK] [MASK]", "[MASK]"),
        ("[MASK]", "["),
        ("{text} {text} [MASK]", "{text}"),
        ("{text} {film} [MASK]", "{film}"),
        ("{text} { [MASK]", "{"),
        ("{text} } [MASK]", "}"),
        ("{text} [soft:3] [MASK]", "[soft:"),
        ("", "\u00a0"),
        ("{text} [MASK]" + " no" * 510, None),
    ],
)
def test_a_bad_template_is_explained_and_the_picture_stays(t: Text, source: str, offending: str | None) -> None:
    outputs = shown(t, t=source)
    assert "wrong" in outputs[TEMPLATE]
    assert outputs[FILLED] == outputs[BARS] == outputs[FLOW] == SKIP
    (marked,) = re.findall(r'class="offending">([^<]*)<', outputs[TEMPLATE])
    assert offending is None or marked == offending
    copy = re.search(r'class="copy"[^>]*>(.*)</p>', outputs[TEMPLATE])
    assert copy and re.sub("<[^>]*>", "", copy[1]).replace("\u00a0", "") == source


def test_bad_label_words_are_explained_one_by_one_and_the_flow_stays(t: Text) -> None:
    outputs = shown(t, neg="unwatchable, great, ☃, bad, bad", pos="great")
    hint = visible(outputs[NEG])
    assert "un ##watch ##able" in hint
    assert "☃" in hint
    assert outputs[NEG].count("hint wrong") == 4
    assert outputs[POS].count("hint wrong") == 1
    assert outputs[FLOW] == SKIP
    assert isinstance(outputs[BARS], str) and isinstance(outputs[FILLED], str)


def test_a_class_without_a_word_is_explained(t: Text) -> None:
    outputs = shown(t, neg=" , ")
    assert visible(outputs[NEG]) == t("error.empty", where=t.label("0"))
    assert outputs[FLOW] == SKIP


def test_a_word_hint_needs_no_template(t: Text) -> None:
    assert "##watch" in visible(shown(t, t="broken", neg="unwatchable")[NEG])


def test_an_empty_sentence_keeps_the_layout(t: Text) -> None:
    outputs = shown(t, s="")
    assert all(isinstance(value, str) for value in outputs)
    assert t("prompt.no_sentence") in visible(outputs[FILLED])


def test_a_truncated_sentence_is_said(t: Text) -> None:
    assert t("prompt.truncated", n=1000 - 512 + 10) in visible(shown(t, s="!" * 1000)[FILLED])


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("box", ["s", "t", "neg", "pos"])
def test_hostile_text_stays_text(text: str, box: str) -> None:
    outputs = shown(Text("en"), **{box: text + " {text} [MASK]" if box == "t" else text})
    written = "".join(value for value in outputs if isinstance(value, str))
    assert "<script" not in written
    assert "<img" not in written
    assert "class &#39;str&#39;" not in written


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "<b>great</b>"])
def test_a_template_of_markup_is_a_template(text: str) -> None:
    outputs = shown(Text("en"), t=text + " {text} [MASK]")
    assert all(isinstance(value, str) for value in outputs)
    assert "<script" not in "".join(outputs)


# The question -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "before", "after"),
    [
        ("{text} It was [MASK].", ["[CLS]"], ["it", "was", "[MASK]", ".", "[SEP]"]),
        ("A [MASK] film. {text}", ["[CLS]", "a", "[MASK]", "film", "."], ["[SEP]"]),
        ("{text}[SEP][MASK]", ["[CLS]"], ["[SEP]", "[MASK]", "[SEP]"]),
        ("fine {text} fine [MASK]", ["[CLS]", "fine"], ["fine", "[MASK]", "[SEP]"]),
    ],
)
@pytest.mark.parametrize("text", ["fine fine", "", "unwatchable"])
def test_the_sentence_is_found_in_the_input(
    lm: MaskedLM, source: str, before: list[str], after: list[str], text: str
) -> None:
    reading = read(lm, Template.parse(source), text)
    start, end = reading.sentence
    assert list(reading.tokens[:start]) == before
    assert list(reading.tokens[end:]) == after
    assert reading.tokens[start:end] == tuple(lm.tokenizer.tokenize(text))
    assert reading.tokens[reading.mask_position] == "[MASK]"


def test_the_check_agrees_with_the_verbalizer(lm: MaskedLM) -> None:
    words = (("terrible", "bad"), ("great", "Fun"))
    checked = check(words, ["0", "1"], lm.tokenizer, spaced=True)
    verbalizer = Verbalizer(tuple(zip(["0", "1"], words, strict=True)))
    assert [one.token for row in checked for one in row] == verbalizer.token_ids(lm.tokenizer)
    assert not any(one.error for row in checked for one in row)


def test_one_token_written_in_two_ways_is_the_same_word(lm: MaskedLM) -> None:
    checked = check((("Great",), ("great",)), ["0", "1"], lm.tokenizer, spaced=True)
    assert [one.error.kind for row in checked for one in row if one.error] == ["same_word", "same_word"]


def test_another_question_shares_the_weights_and_leaves_the_model_alone(lm: MaskedLM) -> None:
    model = PromptClassifier(train="nothing").fit(["", ""], ["0", "1"])
    other = asked(model, Template.parse("{text} [MASK]"), (("bad",), ("good",)))
    assert other.lm_ is model.lm_
    assert model.template != other.template
    expected = PromptClassifier("{text} [MASK]", "negative=bad;positive=good").predict_proba(["A fine film."])
    assert np.allclose(other.predict_proba(["A fine film."]), expected)


def test_the_strips_of_the_flow_add_up() -> None:
    explanation = PromptClassifier(verbalizer="0=bad,awful;1=good").explain("A fine film.")
    vocabulary, in_words, in_labels = strips(explanation.label_words, ["0", "1"])
    assert sum(bottom - top for top, bottom in vocabulary) == pytest.approx(explanation.covered)
    for column in (in_words, in_labels):
        assert all(0 <= top <= bottom <= 1 for top, bottom in column)
    heights = [bottom - top for top, bottom in in_labels]
    assert sum(heights[:2]) / sum(heights) == pytest.approx(explanation.probabilities[0])


# Clicks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "boxes"),
    [
        ("1:fun", ["bad, awful", "good, fun"]),
        ("0:awful", ["bad", "good"]),
        ("1:awful", ["bad", "good, awful"]),
        ("0:Good", ["bad, awful, Good", ""]),
        ("7:fun", ["bad, awful", "good"]),
        ("", ["bad, awful", "good"]),
    ],
)
def test_a_click_puts_a_word_into_one_class(choice: str, boxes: list[str]) -> None:
    assert used(choice, ["bad, awful", "good"]) == boxes


def test_only_words_that_can_be_label_words_have_buttons() -> None:
    bars = shown(Text("en"), s="", t="{text} a, b, c [MASK] d", top=50)[BARS]
    picked = re.findall(r'data-pick="(\d):([^"]*)"', bars)
    assert picked
    assert all(words_of(word) == (word,) for _, word in picked)


# Accuracy -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("tiny_page")
def test_accuracy_is_that_of_the_held_out_reviews(t: Text, tiny_models: dict[str, PromptClassifier]) -> None:
    waiting, done = prompt_accuracy.score(t, "{text} [MASK]", "bad", "good, fun")
    assert waiting[0] == SKIP
    assert t("prompt.zero.stale") in waiting[1]
    model = asked(tiny_models["prompt"], Template.parse("{text} [MASK]"), (("bad",), ("good", "fun")))
    held_out = models.held_out()
    right = int((model.predict(held_out.texts) == np.array(held_out.labels)).sum())
    low, high = interval(right, 120)
    said = visible(done[0])
    assert percent(right / 120, 1) in said
    assert t("prompt.zero.interval", low=percent(low, 1), high=percent(high, 1)) in said
    assert "120" in said
    assert t("prompt.zero.stale") not in done[1]
    measured = prompt_accuracy.zero_shot("{text} [MASK]", (("bad",), ("good", "fun")))
    assert (measured.n, measured.right) == (120, right)


@pytest.mark.parametrize(
    ("source", "neg"), [("{text}", "bad"), ("{text} [MASK]", "unwatchable"), ("{text} [MASK]", "")]
)
def test_a_question_that_cannot_be_asked_leaves_the_last_accuracy(t: Text, source: str, neg: str) -> None:
    ((value, line),) = prompt_accuracy.score(t, source, neg, "good")
    assert value == SKIP
    assert visible(line) == t("prompt.zero.last")


def test_accuracy_never_writes_markup() -> None:
    measured = prompt_accuracy.Measured(((3, 1), (0, 4)))
    panel = prompt_accuracy.accuracy_panel(Text("en"), "<script>{text} [MASK]", (("<b>",), ("b",)), measured)
    assert "<script" not in panel
    assert "<b>" not in panel
    assert "87.5%" in panel


# Training -----------------------------------------------------------------------------------------------------------


def trained(t: Text, session: str, /, stop_at: int | None = None, **state: object) -> list[tuple]:
    """What a training shows, asked to stop after `stop_at` of its pictures."""

    async def run() -> list[tuple]:
        pictures = []
        async for picture in prompt_training.run(t, session, {**DEFAULTS, **state}):
            pictures.append(picture)
            if stop_at == len(pictures):
                prompt_training.stop(session)
        return pictures

    return asyncio.run(run())


@pytest.mark.usefixtures("tiny_page")
def test_training_compares_the_two_and_speaks_afterwards(t: Text, tiny_models: dict[str, PromptClassifier]) -> None:
    pictures = trained(t, "one", k=2, seed=3)
    *_, (status, first, second, results) = pictures
    assert "done" in status
    assert first == second == SKIP
    model = models.SESSIONS.get("one", "prompt")
    assert list(models.SESSIONS.models) == [("one", "prompt")]
    measured = prompt_accuracy.measure(model)
    said = visible(results)
    for key in ("zero", "prompt", "finetune"):
        assert t(f"prompt.row.{key}") in said
    assert percent(measured.accuracy, 1) in said
    assert f"{model.trainable_parameters_:,}" in said
    assert t("recorded") not in said
    assert any(isinstance(chart, dict) and chart["figure"]["data"] for _, chart, _, _ in pictures)
    assert any(isinstance(chart, dict) and chart["figure"]["data"] for _, _, chart, _ in pictures)

    outputs = shown(t, "one")
    after = asked(model, Template.parse(DEFAULTS["t"]), (("terrible",), ("great",))).explain(DEFAULTS["s"])
    before = tiny_models["prompt"].explain(DEFAULTS["s"])
    assert after.probabilities != before.probabilities
    for explanation in (before, after):
        assert share(explanation.covered) in visible(outputs[FLOW])
    for index in (NEG, POS, FILLED, BARS, FLOW):
        assert outputs[index].count("version before") == outputs[index].count("version after") == 1
    assert f"{model.trainable_parameters_:,}" in visible(outputs[FILLED])
    elsewhere = shown(t, "one", t="{text} [MASK]", pos="good")
    other = t("prompt.voice.other", template=DEFAULTS["t"], words="terrible / great")
    assert other in visible(elsewhere[FILLED])
    assert "version" not in shown(t, "another session")[FILLED]


@pytest.mark.usefixtures("tiny_page")
def test_what_is_trained_is_what_was_planned() -> None:
    t = Text("en")
    for choice in ("head", "bias", "lora", "nothing"):
        trained(t, choice, k=1, train=choice)
        parts = prompt_training.parameters(choice).values()
        changed, total = sum(part.trained for part in parts), sum(part.total for part in parts)
        assert models.SESSIONS.get(choice, "prompt").trainable_parameters_ == changed < total
        assert f"{changed:,}" in visible(shown(t, train=choice, k=1)[PLAN])


@pytest.mark.usefixtures("tiny_page")
def test_a_stopped_training_says_so_and_skips_the_second(t: Text) -> None:
    *_, (status, _, _, results) = trained(t, "stopped", stop_at=2, k=2)
    how = prompt_training.trained_how(models.SESSIONS.get("stopped", "prompt"))
    assert how.step < how.total
    assert "stopped" in status
    assert t("prompt.stopped", step=how.step, total=how.total) in visible(results)
    assert t("prompt.row.finetune") not in visible(results)


@pytest.mark.usefixtures("tiny_page")
def test_a_bad_question_is_not_trained(t: Text) -> None:
    ((status, *others),) = trained(t, "bad", t="{text} <script> It was.")
    assert t("error.no_mask") in visible(status)
    assert others == [SKIP, SKIP, SKIP]
    assert not models.SESSIONS.models


@pytest.mark.usefixtures("tiny_page")
def test_a_closed_browser_gives_its_turn_back() -> None:
    from lessons.desk import DESK

    async def leave() -> None:
        steps = prompt_training.run(Text("en"), "closed", {**DEFAULTS, "k": 1})
        async for status, *_ in steps:
            if isinstance(status, str):
                break
        assert DESK.tickets
        await steps.aclose()

    asyncio.run(leave())
    assert not DESK.tickets


def test_the_recorded_figures_say_that_they_are_recorded(t: Text) -> None:
    rows = prompt_results.recorded_rows()
    assert [row.name for row in rows] == ["zero", "prompt", "finetune"]
    said = visible(prompt_results.results(t, rows, DEFAULTS["t"], (("terrible",), ("great",))))
    assert said.count(t("recorded")) >= 3 and DEFAULTS["t"] in said


def test_an_untrained_prompt_is_not_said_to_have_seen_examples(t: Text) -> None:
    bounds = (0.5, 0.9)
    rows = [prompt_results.Row(name, n, n, 0.0, 0.7, bounds) for name, n in (("zero", 0), ("prompt", 0))]
    beside = prompt_results.Row("finetune", 8, 8, 0.0, 0.6, bounds)
    asked = DEFAULTS["t"], (("terrible",), ("great",))
    held_out = models.held_out()
    said = {
        "n": len(held_out),
        "majority": percent(held_out.majority),
        "zero": "70.0%",
        "finetune": "60.0%",
        "examples": 8,
    }
    assert t("prompt.result.none", **said) in visible(prompt_results.results(t, [*rows, beside], *asked))
    assert t("prompt.result.nothing", **said) in visible(prompt_results.results(t, rows, *asked))


def test_the_style_uses_the_palette_only() -> None:
    style = (Path(__file__).parents[2] / "assets" / "web" / "prompt.css").read_text(encoding="utf8")
    assert not re.findall(r"#[0-9a-f]{3,8}\b(?=[;\s,)])|rgba?\(|hsl", style)
