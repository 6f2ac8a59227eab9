"""The soft prompt tab without a browser: its numbers against the paradigm, and trainings from end to end."""

import asyncio
import re
from contextlib import aclosing
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from lessons import models, soft, soft_models, soft_race
from lessons.figures_soft import Line, drift, race
from lessons.soft_models import HISTORY, METHODS, begun, key, new, parts
from lessons.soft_race import initialisations, kept, methods, run
from lessons.soft_view import COLUMNS, shown_steps
from lessons.state import DEFAULTS, FIELDS
from lessons.text import LANGUAGES, Text
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.p_tuning import TRAIN
from paradigms.prompt.soft import INITS
from tests.paradigms import tiny

HINT, INPUT, PARTS, PLAN, NEAR, DRIFT = range(6)
HOSTILE = '<script>alert("x")</script> ${7*6} {text.__class__} {{value}} "><img src=x onerror=alert(1)>'
STEPS = 9


@pytest.fixture(params=LANGUAGES)
def t(request: pytest.FixtureRequest) -> Text:
    return Text(request.param)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.bert(tmp_path_factory.mktemp("backbone") / "tiny")


@pytest.fixture(autouse=True)
def tiny_page(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """The page with a tiny backbone and short trainings; what a test trains is forgotten."""
    held_out = models.held_out().take(range(0, 500, 10))
    zero_shot = PromptClassifier(backbone=str(folder), train="nothing").fit(["", ""], ["0", "1"])
    monkeypatch.setattr(models.Backbone, "source", str(folder))
    monkeypatch.setattr(models, "held_out", lambda name="reviews": held_out)
    monkeypatch.setattr(models, "trained", lambda: {"prompt": zero_shot})
    monkeypatch.setattr(models, "SESSIONS", models.SessionModels())

    def short(method: str, state: Any) -> Any:
        return new(method, state).set_params(steps=STEPS, batch_size=4)

    monkeypatch.setattr(soft_race, "new", short)
    monkeypatch.setattr(
        soft_race, "finetune", lambda seed: soft_models.finetune(seed).set_params(steps=STEPS, batch_size=4)
    )
    soft_models._begun.cache_clear()


def shown(t: Text, session: str | None = None, /, **changed: object) -> tuple[Any, ...]:
    return soft.show(t, {**DEFAULTS, **changed}, session)


def all_of(t: Text, session: str, entrants: list[Any], **changed: object) -> list[tuple[Any, ...]]:
    """Everything a training says."""

    async def collect() -> list[tuple[Any, ...]]:
        async with aclosing(run(t, session, {**DEFAULTS, "sp_k": 2, **changed}, entrants)) as said:
            return [seen async for seen in said]

    return asyncio.run(collect())


def test_choices_are_those_of_the_paradigm():
    assert FIELDS["sp_method"].choices == METHODS
    assert FIELDS["sp_init"].choices == INITS
    assert FIELDS["sp_lm"].choices == TRAIN


@pytest.mark.parametrize("method", METHODS[:3])
def test_opens_with_a_prompt_before_its_first_step(method: str, t: Text):
    state = {**DEFAULTS, "sp_method": method}
    out = shown(t, sp_method=method)
    model = begun(state)
    evidence = model.explain(DEFAULTS["s"])
    assert re.findall(r"sp-token is-soft\">([^<]+)<", out[INPUT]) == [
        token for token in evidence.tokens if token.startswith("[P")
    ]
    assert f"{100 * max(evidence.probabilities):.1f}%" in out[INPUT]
    assert t("soft.voice.start", method=t(f"soft.row.{method}")) in out[INPUT]
    assert f"{model.trainable_parameters_:,}" in out[PARTS]
    if method != "p-tuning-v2":
        assert all(token.nearest[0] in out[NEAR] for token in model.pseudo_tokens())
        assert t("soft.caveat") in out[NEAR]
    assert out[DRIFT]["result"] == t("soft.drift.none")


def test_the_diagram_counts_what_the_paradigm_counts():
    for method in METHODS[:3]:
        for lm in TRAIN:
            state = {**DEFAULTS, "sp_method": method, "sp_lm": lm}
            model = begun(state)
            assert sum(part.trained for part in parts(method, model)) == model.trainable_parameters_
            dropped = [part for part in parts(method, model) if part.after == "dropped"]
            assert [part.name for part in dropped] == (["lstm_mlp"] if method == "p-tuning" else [])


def test_moving_the_controls(t: Text):
    assert shown(t, sp_n=3)[INPUT].count("is-soft") == 3
    assert "seal" not in shown(t, sp_init="normal")[NEAR]
    placed = shown(t, sp_method="p-tuning", sp_t="[soft:2] {text} so [MASK]")[INPUT]
    assert re.findall(r"sp-token [^\"]*\">([^<]+)<", placed)[1:4] == ["[P1]", "[P2]", "i"]
    frozen, tuned = (shown(t, sp_method="p-tuning", sp_lm=lm)[PARTS] for lm in TRAIN)
    few, many = (f"{begun({**DEFAULTS, 'sp_method': 'p-tuning', 'sp_lm': lm}).trainable_parameters_:,}" for lm in TRAIN)
    assert few in frozen and few not in tuned and many in tuned


def test_bad_template_keeps_the_picture(t: Text):
    out = shown(t, sp_method="p-tuning", sp_t="{text} [soft:x] [MASK]")
    assert "[soft:x]" in out[HINT] and 'role="alert"' in out[HINT]
    assert out[1:] == (gr.skip(),) * 5


def test_empty_sentence_keeps_the_layout(t: Text):
    out = shown(t, s="  ")
    assert t("sentence.empty") in out[INPUT]
    assert f"{begun(DEFAULTS).trainable_parameters_:,}" in out[PARTS]


def test_user_text_stays_text(t: Text):
    out = shown(t, s=HOSTILE, sp_method="p-tuning", sp_t=f"{HOSTILE} {{text}} [MASK]")
    assert not any("<script" in str(part) or "<img" in str(part) for part in out)
    out = shown(t, s=HOSTILE)
    assert not any("<script" in str(part) or "<img" in str(part) for part in out)


def test_side_by_side(t: Text):
    """All five in turn; PPT's prompt is for another backbone and says so, which stops nobody else."""
    entrants = methods({**DEFAULTS, "sp_n": 3})
    said = all_of(t, "somebody", entrants)
    rows = {entrant.name: entrant.model for entrant in entrants}
    table = said[-1][4]
    for name in ("prompt-tuning", "p-tuning", "p-tuning-v2", "bert-finetune"):
        model = rows[name]
        right = model.score(models.held_out().texts, models.held_out().labels)
        row = next(row for row in re.findall(r"<tr.*?</tr>", table) if t(f"soft.row.{name}") + "</th>" in row)
        assert f"{100 * right:.1f}%" in row
        assert f"{model.trainable_parameters_:,}" in row and f"{kept(model):,}" in row
    assert t("error.other_backbone") in table
    lines = [seen[1]["figure"]["data"] for seen in said if isinstance(seen[1], dict) and "figure" in seen[1]][-1]
    assert [line["name"] for line in lines] == [
        *(t(f"soft.row.{name}") for name in ("prompt-tuning", "p-tuning", "p-tuning-v2", "bert-finetune")),
        t("soft.hard"),
        t("majority"),
    ]
    assert all(line["x"][-1] == STEPS for line in lines[:4])
    # The models of the methods answer from now on, fine-tuning's was there to compare.
    assert models.SESSIONS.get("somebody", key("p-tuning")) is rows["p-tuning"]
    assert models.SESSIONS.get("somebody", key("bert-finetune")) is None


def test_after_training_the_model_speaks(t: Text):
    (entrant,) = [entrant for entrant in methods(DEFAULTS) if entrant.name == "prompt-tuning"]
    all_of(t, "somebody", [entrant])
    history = HISTORY[entrant.model]
    assert history[0].step == 0 and history[-1].step == STEPS
    assert all(token.drift == 0 for token in history[0].tokens)
    assert history[-1].tokens == entrant.model.pseudo_tokens()
    mine, other = shown(t, "somebody"), shown(t, "nobody")
    assert t("soft.voice.trained", method=t("soft.row.prompt-tuning")) in mine[INPUT]
    assert t("soft.at", step=STEPS) in mine[NEAR] and t("soft.at", step=STEPS) not in other[NEAR]
    far = max(token.drift for token in history[-1].tokens)
    assert f"{far:.2f}" in mine[DRIFT]["result"]


def test_stopped(t: Text):
    entrants = methods(DEFAULTS)

    async def stop_soon() -> list[tuple[Any, ...]]:
        said = []
        async with aclosing(run(t, "somebody", {**DEFAULTS, "sp_k": 2}, entrants)) as steps:
            async for seen in steps:
                said.append(seen)
                soft_race.stop("somebody", METHODS)
        return said

    said = asyncio.run(stop_soon())
    stopped_at = entrants[0].model.pseudo_tokens() and HISTORY[entrants[0].model][-1].step
    assert t("soft.stopped", step=stopped_at, total=STEPS) in said[-1][4]
    assert not hasattr(entrants[1].model, "prompt_"), "the next training began after the stop"


def test_a_stop_between_two_trainings_holds(t: Text):
    """The first is over and its result is being measured when somebody presses Stop."""
    entrants = methods(DEFAULTS)

    async def stop_at_the_end() -> None:
        async with aclosing(run(t, "somebody", {**DEFAULTS, "sp_k": 2}, entrants)) as steps:
            async for _ in steps:
                if entrants[0].model in HISTORY:
                    soft_race.stop("somebody", METHODS)

    asyncio.run(stop_at_the_end())
    assert [entrant.model in HISTORY for entrant in entrants[:2]] == [True, False]


def test_a_stop_before_the_first_picture_holds(t: Text, monkeypatch: pytest.MonkeyPatch):
    """The hard prompt is measured first, which takes a while."""

    def measured() -> float:
        soft_race.stop("somebody", METHODS)
        return 0.5

    monkeypatch.setattr(soft_race, "hard_prompt", measured)
    entrants = methods(DEFAULTS)
    said = all_of(t, "somebody", entrants)
    assert "left" in said[-1][0] and not any(entrant.model in HISTORY for entrant in entrants)


def test_other_settings_than_the_model_was_trained_with_are_said(t: Text):
    entrants = methods({**DEFAULTS, "sp_k": 2})[:1]
    all_of(t, "somebody", entrants)
    as_it_was = {**DEFAULTS, "sp_k": 2, "s": "fine"}
    old = t("soft.voice.others", k=2, seed=0)
    assert old not in str(soft.show(t, as_it_was, "somebody")[1])
    for changed in ({"sp_n": 3}, {"sp_seed": 5}, {"sp_k": 8}):
        assert old in str(soft.show(t, {**as_it_was, **changed}, "somebody")[1])
    assert old not in str(soft.show(t, {**as_it_was, "sp_t": "{text} [soft:2] [MASK]"}, "somebody")[1])


def test_neighbours_are_those_of_what_is_chosen(t: Text):
    drawn = all_of(t, "somebody", methods({**DEFAULTS, "sp_method": "p-tuning"})[:1])
    assert all(isinstance(one[2], dict) for one in drawn), "Prompt Tuning's, where P-tuning is chosen"


def test_an_invisible_word_to_start_from(t: Text):
    hint, *rest = soft.show(t, {**DEFAULTS, "sp_method": "p-tuning", "sp_t": '{text} [soft:"\u200b"] [MASK]'}, None)
    assert "wrong" in hint and all(isinstance(one, dict) for one in rest)


def test_initialisations(t: Text):
    entrants = initialisations({**DEFAULTS, "sp_n": 3})
    assert [entrant.model.init for entrant in entrants] == list(INITS)
    said = all_of(t, "somebody", entrants[:2])
    assert all(t(f"soft.row.{init}") in said[-1][4] for init in INITS[:2])
    assert models.SESSIONS.get("somebody", key("labels")) is None


def test_kept_numbers():
    """The encoder of P-tuning is trained and not kept; a tuned language model is both."""
    for lm, changed in (("prompt", 0), ("all", models.Backbone.size())):
        model = new("p-tuning", {**DEFAULTS, "sp_lm": lm}).set_params(steps=1)
        examples = models.held_out().take(range(6))
        model.fit(examples.texts, examples.labels)
        assert kept(model) == model.prompt_().numel() + changed < model.trainable_parameters_


def test_figures():
    lines = [Line("one", "red", ((1, 0.5), (9, 0.7))), Line("two", "blue", ((1, 0.6),))]
    figure = race(lines, {"hard": 0.66, "majority": 0.5}, 9, step="step", accuracy="accuracy").to_plotly_json()
    assert [list(line["y"]) for line in figure["data"]] == [[0.5, 0.7], [0.6], [0.66, 0.66], [0.5, 0.5]]
    assert len({line["line"]["dash"] for line in figure["data"][:2]}) == 2  # not by colour alone
    assert figure["layout"]["xaxis"]["title"]["text"] == "step"
    moved = drift(["[P1]", "[P2]"], [0, 5], [[0, 0], [0.2, 0.7]], x="step", y="distance").to_plotly_json()
    assert [list(line["y"]) for line in moved["data"]] == [[0, 0.2], [0, 0.7]]


def test_at_most_so_many_columns():
    history = [soft_models.Snapshot(step, ()) for step in range(9)]
    chosen = [snapshot.step for snapshot in shown_steps(history)]
    assert len(chosen) == COLUMNS and (chosen[0], chosen[-1]) == (0, 8) and chosen == sorted(set(chosen))
