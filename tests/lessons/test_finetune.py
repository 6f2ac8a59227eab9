"""The fine-tuning tab without a browser: its numbers against the paradigm, and a training from end to end."""

import asyncio
import re
import time
from contextlib import aclosing
from math import exp
from pathlib import Path
from weakref import ref

import gradio as gr
import pytest

from lessons import finetune, models, training
from lessons.desk import DESK
from lessons.figures_finetune import COLUMNS, counts, network
from lessons.finetune_results import METHOD, RUNS
from lessons.state import DEFAULTS, FIELDS
from lessons.text import LANGUAGES, Text
from lessons.view import percent, signed
from paradigms import data
from paradigms.bert_finetune import BertFineTune
from paradigms.data import Dataset
from paradigms.evaluate import interval
from tests.paradigms import tiny

ANSWER, TOKENS, FLOW, SALIENCE, PLAN, RESULTS = range(6)
HOSTILE = '<script>alert("x")</script> ${7*6} {text.__class__} {{value}} "><img src=x onerror=alert(1)>'
STEPS = 12


@pytest.fixture(params=LANGUAGES)
def t(request: pytest.FixtureRequest) -> Text:
    return Text(request.param)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.bert(tmp_path_factory.mktemp("backbone") / "tiny")


@pytest.fixture(scope="module")
def model(folder: Path, shots: Dataset) -> BertFineTune:
    return BertFineTune(backbone=str(folder), steps=2).fit(shots.texts, shots.labels)


@pytest.fixture(autouse=True)
def tiny_page(monkeypatch: pytest.MonkeyPatch, folder: Path, model: BertFineTune) -> None:
    """The page with tiny models; what a test trains is forgotten."""
    held_out = models.held_out().take(range(0, 500, 4))
    monkeypatch.setattr(models, "trained", lambda: {METHOD: model})
    monkeypatch.setattr(models, "held_out", lambda name="reviews": held_out)
    monkeypatch.setattr(models, "SESSIONS", models.SessionModels())
    monkeypatch.setattr(
        finetune, "new_model", lambda seed: BertFineTune(backbone=str(folder), steps=STEPS, lr=1e-3, seed=seed)
    )


def shown(t: Text, session: str | None = None, /, **changed: object) -> tuple[str, ...]:
    return finetune.show(t, {**DEFAULTS, **changed}, session)


def visible(html: str) -> str:
    """The words of some HTML, as one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


# The evidence -------------------------------------------------------------------------------------------------------


def test_opens_with_the_example(t: Text) -> None:
    outputs = shown(t)
    assert len(outputs) == 6
    assert all(isinstance(html, str) and visible(html) for html in outputs)
    assert "disney" in outputs[TOKENS] and "Disney" in outputs[SALIENCE]
    assert f">{t('recorded')}<" in outputs[ANSWER]
    assert 'data-model="recorded"' in outputs[ANSWER]


def test_answer_is_that_of_the_model(t: Text, model: BertFineTune) -> None:
    text = "Not one joke in it is funny."
    probabilities = model.predict_proba([text])[0]
    label = t.label(str(model.predict([text])[0]))
    answer = visible(shown(t, s=text)[ANSWER])
    assert f"{label} {percent(probabilities.max(), 1)}" in answer
    assert t("parameters", n=f"{model.trainable_parameters_:,}") in answer


def test_every_piece_has_its_attention(t: Text, model: BertFineTune) -> None:
    text = "Unwatchable, wonderful."
    explanation = model.explain(text)
    html = shown(t, s=text)[TOKENS]
    assert re.findall(r'class="ft-piece"[^>]*>([^<]*)<', html) == list(explanation.tokens)
    assert re.findall(r'class="ft-share">([^<]*)<', html) == [percent(share, 1) for share in explanation.attention]
    heights = [float(height) for height in re.findall(r"height: ([\d.]+)%", html)]
    assert max(heights) == 100 and heights.index(100) == explanation.attention.index(max(explanation.attention))


def test_softmax_is_written_out(t: Text, model: BertFineTune) -> None:
    explanation = model.explain(DEFAULTS["s"])
    flow = visible(shown(t)[FLOW])
    for z, probability in zip(explanation.logits, explanation.probabilities, strict=True):
        assert f"{signed(z, 3)} {exp(z):.3f} {percent(probability, 1)}" in flow
    assert f"{sum(map(exp, explanation.logits)):.3f} 100%" in flow


def test_diagram_counts_the_parameters_of_the_model(t: Text, model: BertFineTune) -> None:
    n = counts(model)
    assert n["old"] + n["new"] == n["trainable"] == model.trainable_parameters_
    assert n["embeddings"] + n["layers"] == n["old"]
    assert n["dense"] + n["out"] == n["new"] == model.new_parameters_
    flow = shown(t)[FLOW]
    assert all(f"{n[name]:,}" in flow for name in n)
    assert all(flow.count(f'"ft-part ft-{part}"') == 1 for part in ("old", "new"))
    assert [flow.index(name) for name in ("dropout", "dense", "tanh", ">out<")] == sorted(
        flow.index(name) for name in ("dropout", "dense", "tanh", ">out<")
    )


@pytest.mark.parametrize("length", [2, COLUMNS, COLUMNS + 1, 500])
def test_network_has_a_column_a_piece_up_to_a_limit(length: int) -> None:
    svg = network(Text("en"), [1 / length] * length, 6)
    assert svg.count("<rect") == 6
    assert svg.count('class="ft-look"') == min(length, COLUMNS - 1 if length > COLUMNS else COLUMNS)
    assert svg.count("…") == (length > COLUMNS)


def test_salience_of_the_words_that_move_the_answer_most(t: Text, model: BertFineTune) -> None:
    text = "The cast is good, the jokes are dreadful and I left early."
    words = sorted(model.explain(text).salience, key=lambda word: -abs(word.change))
    html = shown(t, s=text)[SALIENCE]
    assert re.findall(r'class="name">([^<]*)<', html) == [word.word for word in words[:8]]
    said = re.findall(r'class="number">([^<]*)<', html)
    assert [float(number.replace("\u2212", "-")) for number in said] == [round(100 * w.change, 1) for w in words[:8]]
    assert all(number[0] in "+\u2212" or number == "0.0" for number in said)
    assert html.count('class="word"') == len(words)
    before = max(model.explain(text).probabilities)
    assert percent(before, 1) in html and percent(before - words[0].change, 1) in html


def test_long_sentence_says_what_was_left_out(t: Text, model: BertFineTune) -> None:
    text = "wonderful film " * 60
    outputs = shown(t, s=text)
    assert t("finetune.truncated", n=model.explain(text.strip()).truncated) in outputs[TOKENS]
    assert t("finetune.salience.limit", n=60) in outputs[SALIENCE]


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_empty_sentence_keeps_the_layout(t: Text, text: str) -> None:
    outputs = shown(t, s=text)
    assert len(outputs) == 6
    for row in (ANSWER, TOKENS, FLOW, SALIENCE):
        assert t("sentence.empty") in outputs[row]
    assert outputs[FLOW].count("ft-step") == shown(t)[FLOW].count("ft-step")
    assert outputs[PLAN] == shown(t)[PLAN]


@pytest.mark.parametrize("text", ["\u200b", "。", "😀", "[CLS] [MASK] [SEP]", "<b>", HOSTILE])
def test_odd_sentences_stay_text(t: Text, text: str) -> None:
    for html in shown(t, s=text):
        assert not re.search(r"<(script|img|b>)", html)
        assert "42" not in visible(html).replace(",", " ").split()
        assert "<class" not in html


def test_typed_special_tokens_are_ordinary_pieces(model: BertFineTune) -> None:
    html = shown(Text("en"), s="[MASK] [CLS]")[TOKENS]
    pieces = re.findall(r'class="ft-piece"[^>]*>([^<]*)<', html)
    assert pieces.count("[CLS]") == pieces.count("[SEP]") == 1 and "[MASK]" not in pieces


def test_moving_a_slider_does_not_ask_the_model_again(t: Text, model: BertFineTune) -> None:
    shown(t, s="A film.")
    misses = finetune.explained.cache_info().misses
    shown(t, s="A film.", ft_k=64)
    assert finetune.explained.cache_info().misses == misses


# The plan -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [1, 16, 64, 300, int(FIELDS["ft_k"].high)])
def test_plan_says_what_a_training_takes(t: Text, k: int) -> None:
    plan = shown(t, ft_k=k)[PLAN]
    assert f"{2 * k:,}" in visible(plan)
    steps = max(60, -(-3 * 2 * k // (8 if 2 * k < 500 else 32)))
    assert re.search(rf"\b{steps}\b", visible(plan))
    pressed = re.findall(r'data-pick="(\d+)"[^>]*aria-pressed="true"', plan)
    assert pressed == ([str(k)] if k in (*finetune.PICKS, FIELDS["ft_k"].high) else [])


def test_expected_time_is_that_of_the_recorded_runs() -> None:
    rows = {row.shots: row for row in models.results() if row.method == METHOD}
    assert finetune.expected_seconds(rows[None].n_train) == pytest.approx(rows[None].seconds_fit)
    assert finetune.expected_seconds(rows[256].n_train) == pytest.approx(rows[256].seconds_fit)
    assert 0 < finetune.expected_seconds(2) < finetune.expected_seconds(rows[16].n_train)


# Training -----------------------------------------------------------------------------------------------------------


def trained(t: Text, session: str, k: int = 4, seed: int = 0, stop_at: int | None = None) -> list[tuple]:
    """All that a training shows."""

    async def run() -> list[tuple]:
        seen: list[tuple] = []
        async with aclosing(finetune.train(t, k, seed, session)) as said:
            async for outputs in said:
                seen.append(outputs)
                if len(seen) == stop_at:
                    training.stop(session, METHOD)
        return seen

    return asyncio.run(run())


def test_training(t: Text, model: BertFineTune) -> None:
    seen = trained(t, "a session", k=4, seed=3)
    assert all(len(outputs) == 2 for outputs in seen)
    assert "running" in seen[0][0] and "done" in seen[-1][0]

    figure, result = next((o[1]["figure"], o[1]["result"]) for o in seen[::-1] if "figure" in o[1])
    traces = {trace["name"]: trace for trace in figure["data"]}
    train, held_out = traces[t("finetune.curve.train")], traces[t("curve.held_out")]
    assert train["x"][-1] == held_out["x"][-1] == STEPS and len(traces[t("loss")]["y"]) == STEPS
    assert traces[t("majority")]["y"] == [models.held_out().majority] * 2
    assert list(traces[t("majority")]["x"]) == [0, STEPS]
    assert figure["layout"]["xaxis"]["title"]["text"] and figure["layout"]["yaxis"]["title"]["text"]
    assert percent(train["y"][-1]) in result and percent(held_out["y"][-1]) in result

    own = models.SESSIONS.get("a session", METHOD)
    assert isinstance(own, BertFineTune) and own.seed == 3
    examples = data.few_shot(models.train_set(), 4, 3)
    assert train["y"][-1] == own.score(examples.texts, examples.labels)
    test = models.held_out()
    right = round(own.score(test.texts, test.labels) * len(test))
    low, high = interval(right, len(test))
    outputs = shown(t, "a session")
    row = visible(re.search(r'<tr class="ft-own">.*?</tr>', outputs[RESULTS]).group())
    assert f"{percent(right / len(test), 1)} [{100 * low:.1f}–{100 * high:.1f}]" in row
    assert f" 8 {own.trainable_parameters_:,} " in row
    assert (
        t("finetune.voice.fresh", k=4, n=8, seed=3) in outputs[ANSWER] and f">{t('recorded')}<" not in outputs[ANSWER]
    )
    assert percent(own.predict_proba([DEFAULTS["s"]])[0].max(), 1) in outputs[ANSWER]
    assert 'data-model="recorded"' in shown(t, "another session")[ANSWER]


def test_overfitting_is_called_by_its_name(t: Text) -> None:
    progress = training.Progress("running", 0, 2, 9, 1.0, (0.7, 0.6), (0.5, 1.0), ((1, 0.5), (2, 0.55)))
    said = finetune.curve_value(t, progress, [(1, 0.5), (2, 1.0)], 32)["result"]
    assert t("finetune.curve.overfit", gap=45) in said
    close = finetune.curve_value(t, progress, [(1, 0.5), (2, 0.6)], 32)["result"]
    assert t("finetune.curve.overfit", gap=5) not in close
    # Two examples are as easily right by chance.
    few = finetune.curve_value(t, progress, [(1, 0.5), (2, 1.0)], 2)["result"]
    assert t("finetune.curve.overfit", gap=45) not in few


def test_empty_chart_has_axes_and_the_majority_line(t: Text) -> None:
    value = finetune.curve_value(t, training.Progress("idle"), [])
    assert value["result"] == t("finetune.curve.none")
    assert value["figure"]["data"][-1]["name"] == t("majority")


def test_sample_of_the_training_examples_has_all_classes() -> None:
    examples = data.few_shot(models.train_set(), 200, 0)
    sample = finetune._sample(examples)
    assert len(sample) <= training.CURVE_REVIEWS and sample.classes == examples.classes


def test_stopped_training_is_used_and_says_so(t: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "SHOW_EVERY", 0.0)
    seen = trained(t, "a session", stop_at=3)
    assert "stopped" in seen[-1][0]
    own = models.SESSIONS.get("a session", METHOD)
    run = RUNS[own]
    assert 0 < run.step < STEPS
    said = t("finetune.voice.stopped", k=4, n=8, seed=0, step=run.step, total=STEPS)
    assert said in shown(t, "a session")[ANSWER]


def test_waiting_says_so_and_can_be_left(t: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "SHOW_EVERY", 0.01)
    with DESK.ticket():
        seen = trained(t, "a session", stop_at=3)
    assert t("train.waiting", ahead=1) in seen[1][0]
    assert t("train.left") in seen[-1][0]
    assert models.SESSIONS.get("a session", METHOD) is None


def test_more_examples_than_there_are(t: Text) -> None:
    seen = trained(t, "a session", k=99_999)
    assert len(seen) == 1 and "wrong" in seen[0][0]


def test_forgotten_models_are_freed(t: Text) -> None:
    trained(t, "a session")
    shown(t, "a session")
    own = ref(models.SESSIONS.get("a session", METHOD))
    models.SESSIONS.forget("a session")
    for _ in range(100):  # the thread that trained it may just be about to let go
        if own() is None:
            break
        time.sleep(0.05)
    assert own() is None


# The tab ------------------------------------------------------------------------------------------------------------


class Frame:
    """As much of a page as a lesson needs to be built."""

    def __init__(self) -> None:
        self.quietly = {"show_progress": "hidden", "api_visibility": "private"}
        self.last: list = []

    def after(self, wire) -> None:
        self.last.append(wire)


def test_build(t: Text) -> None:
    page = Frame()

    async def build():  # a running loop: Gradio opens one of its own where there is none, and leaves it open
        with gr.Blocks(analytics_enabled=False) as demo:
            controls, outputs = finetune.build(t, page)
            page.live = {"fn": lambda: [None] * len(outputs), "inputs": None, "outputs": outputs}
            for wire in page.last:
                wire()
        return demo, controls, outputs

    demo, controls, outputs = asyncio.run(build())
    assert set(controls) == {"ft_k", "ft_seed"}
    assert all(hasattr(control, "input") for control in controls.values())
    assert all(control.value == FIELDS[name].default for name, control in controls.items())
    assert len(outputs) == len(shown(t))
    own = [event for event in demo.fns.values() if event.name in ("start", "stop", "choose")]
    assert len(own) == 3 and all(event.api_visibility == "private" for event in own)
