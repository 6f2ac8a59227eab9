"""The playground: its handlers as functions, a strip from end to end, and the programs it hands out, executed."""

import asyncio
import contextlib
import io
import json
import re
from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from lessons import models, playground, playground_keep, playground_strip
from lessons.page import LESSONS
from lessons.playground_strip import Question
from lessons.state import DEFAULTS, FIELDS
from lessons.state import LESSONS as NAMES
from lessons.text import LANGUAGES, Text
from lessons.view import percent
from paradigms.data import load
from paradigms.engine import Ticket
from paradigms.evaluate import interval
from paradigms.masked_lm import MaskedLM
from paradigms.plan import Plan, draw
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.live import FIRST
from paradigms.prompt.template import TemplateError
from paradigms.prompt.verbalizer import VerbalizerError
from paradigms.sweep import sweep

HINT, DOCTOR, LENS, INPUTS, LISTS, BOXES = range(6)
SKIP = gr.skip()
OTHER = "A [MASK] film. {text}"
HOSTILE = ("<script>alert(1)</script>", "${7*6}", "{text.__class__}", '"><img src=x onerror=alert(1)>', "$said")


@pytest.fixture(params=LANGUAGES)
def t(request: pytest.FixtureRequest) -> Text:
    return Text(request.param)


def shown(t: Text, /, **state: object) -> tuple:
    return playground.show(t, {**DEFAULTS, **state}, None)


def visible(html: object) -> str:
    """The words of some HTML, as one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", str(html)).split())


def followed(t: Text, /, session: str = "one", have: str = "", **state: object) -> list[tuple]:
    """All pictures of a strip."""

    async def run() -> list[tuple]:
        return [picture async for picture in playground_strip.follow(t, session, {**DEFAULTS, "pn": 50, **state}, have)]

    return asyncio.run(run())


# The strip ----------------------------------------------------------------------------------------------------------


def test_the_strip_ends_with_the_answers_of_the_paradigm(t: Text) -> None:
    pictures = followed(t, pt=OTHER, pneg="bad, awful", ppos="good")
    cells, numbers = pictures[-1]
    reviews = draw(load("reviews", "dev"), 50)
    gold = np.array([int(label) for label in reviews.labels])
    now = PromptClassifier(OTHER, {"0": "bad, awful", "1": "good"}).predict(reviews.texts).astype(int)
    before = PromptClassifier(verbalizer="0=terrible;1=great").predict(reviews.texts).astype(int)
    # A sentence on the edge may fall to the other side where another number of them is computed at once.
    assert (np.array(cells["said"]) != now).sum() + (np.array(cells["before"]) != before).sum() <= 1
    assert cells["gold"] == gold.tolist()
    assert list(cells["texts"]) == list(reviews.texts)
    said = np.array(cells["said"])
    right = int((said == gold).sum())
    low, high = interval(right, 50)
    words = visible(numbers)
    assert percent(right / 50, 1) in words
    for bound in (low, high):
        assert percent(bound, 1) in words
    was = np.array(cells["before"])
    assert t("playground.gained", n=int(((said == gold) & (was != gold)).sum())) in words
    assert t("playground.lost", n=int(((said != gold) & (was == gold)).sum())) in words


def test_partial_pictures_count_what_is_known() -> None:
    t = Text("en")
    pictures = followed(t, pt="{text} It was truly [MASK].", pn=100)
    known = [sum(said >= 0 for said in cells["said"]) for cells, _ in pictures]
    assert known == sorted(known)
    assert known[0] < 100 == known[-1]
    assert t("playground.progress", n=known[0], all=100) in visible(pictures[0][1])
    assert t("playground.all", n=100) in visible(pictures[-1][1])


def test_sentences_are_sent_only_to_who_does_not_have_them() -> None:
    """To who does not, with every picture: of several at the same moment the browser sees only the last."""
    pictures = followed(Text("en"), have="dev:60 dev:50")
    assert all(cells["texts"] is None for cells, _ in pictures)
    pictures = followed(Text("en"), have="dev:60 dev:500", pt="{text} I call it [MASK].")
    assert len(pictures) > 1 and all(len(cells["texts"]) == 50 for cells, _ in pictures)


def test_the_reference_itself_has_no_flips(t: Text) -> None:
    cells, numbers = followed(t)[-1]
    assert cells["said"] == cells["before"]
    assert t("playground.same") in visible(numbers)


def test_a_newer_edit_ends_the_older_computation() -> None:
    t = Text("en")
    state = {**DEFAULTS, "pn": 500}

    async def run() -> tuple[int, bool]:
        older = playground_strip.follow(t, "two", {**state, "pt": "{text} Somebody said [MASK]."}, "")
        cells, _ = await anext(older)
        newer = playground_strip.follow(t, "two", {**state, "pt": "{text} Nobody said [MASK].", "pn": 50}, "")
        await anext(newer)
        rest = [picture async for picture in older]
        await newer.aclose()
        return sum(said < 0 for said in cells["said"]), bool(rest)

    unanswered, went_on = asyncio.run(run())
    assert unanswered
    assert not went_on
    assert not playground_strip._asking


@pytest.mark.parametrize("state", [{"pt": "{text}"}, {"pneg": "unwatchable"}, {"ppos": ""}, {"ppos": "terrible"}])
def test_a_question_that_cannot_be_asked_leaves_the_strip(state: dict[str, str]) -> None:
    assert followed(Text("en"), **state) == []


def test_the_first_picture_is_that_of_a_few_sentences_or_all_that_is_known(t: Text) -> None:
    state = {**DEFAULTS, "pn": 50, "pt": f"{{text}} It was simply [MASK], {t.language}."}
    cells, numbers = playground_strip.first(t, state)
    assert sum(said >= 0 for said in cells["said"]) == FIRST
    assert t("playground.progress", n=FIRST, all=50) in visible(numbers)
    *_, (followed_cells, followed_numbers) = followed(t, pt=state["pt"])
    assert (cells["said"][:FIRST], cells["texts"]) == (followed_cells["said"][:FIRST], followed_cells["texts"])
    assert playground_strip.first(t, state) == (followed_cells, followed_numbers), "all of it is known by now"


@pytest.mark.parametrize("state", [{"pt": "{text}"}, {"pneg": "unwatchable"}, {"ppos": ""}])
def test_a_question_that_cannot_be_asked_has_no_first_picture(state: dict[str, str]) -> None:
    assert playground_strip.first(Text("en"), {**DEFAULTS, **state}) is None


def test_three_classes_fill_a_strip(monkeypatch: pytest.MonkeyPatch) -> None:
    from paradigms.data import Dataset

    reviews = Dataset("three", ("A fine film.", "Dull.", "So so.", "Great fun."), ("p", "n", "so", "p"))
    monkeypatch.setattr(models, "held_out", lambda name="reviews": reviews)
    state = {"a": "{text} [MASK]", "b": "bad", "c": "good", "d": "okay"}
    question = Question.read(state, tuple(state))
    *_, last = playground_strip.fill(MaskedLM.load(), question, question, reviews, Ticket())
    assert last.done
    assert last.gold.tolist() == [1, 0, 2, 1]
    assert set(last.now.tolist()) <= {0, 1, 2}


# What show fills ----------------------------------------------------------------------------------------------------


def test_opens_with_the_worked_example(t: Text) -> None:
    outputs = shown(t)
    assert SKIP not in outputs
    assert outputs[LENS]["figure"]["data"]
    json.dumps(outputs[LENS])
    pending = playground_strip.pending(t, DEFAULTS)
    assert len(pending["texts"]) == len(pending["gold"]) == DEFAULTS["pn"]


@pytest.mark.parametrize("source", ["{text} It was.", "{text} [MASK] {", "{text} [soft:3] [MASK]"])
def test_a_bad_template_is_explained_and_the_picture_stays(t: Text, source: str) -> None:
    hint, *others = shown(t, pt=source)
    assert "wrong" in hint
    assert all(other == SKIP for other in others)


def test_bad_words_are_the_doctors_business(t: Text) -> None:
    outputs = shown(t, pneg="unwatchable", ppos="great", s="What a great film")
    assert "un ##watch ##able" in visible(outputs[DOCTOR])
    assert t("playground.doctor.in_sentence", word="great") in visible(outputs[DOCTOR])
    error = t("error.not_one_token", offending="unwatchable", pieces="un ##watch ##able")
    assert visible(outputs[BOXES]) == visible(shown(t, cart="{text}", pneg="unwatchable")[BOXES]) == error
    assert outputs[LENS] != SKIP
    assert visible(shown(t, cart="{text}")[BOXES]) == t("error.no_mask")


def test_a_leaning_question_is_named(t: Text) -> None:
    prior = PromptClassifier(OTHER).prior("average")
    assert prior.max() > 0.65
    said = t("playground.doctor.biased", label=t.label(str(int(prior.argmax()))), p=percent(prior.max()))
    assert said in visible(shown(t, pt=OTHER)[DOCTOR])


def test_the_lens_names_the_words_that_differ_most(t: Text) -> None:
    outputs = shown(t, lens="sentences", s="It was hilarious.", s2="It was terrifying.", find="scary")
    a, b = (
        PromptClassifier().mask_distribution(text).log_probabilities
        for text in ("It was hilarious.", "It was terrifying.")
    )
    token = MaskedLM.load().tokenizer.convert_tokens_to_ids("scary")
    assert b[token] > a[token]
    ranks = {"rank_a": f"{(a > a[token]).sum() + 1:,}", "rank_b": f"{(b > b[token]).sum() + 1:,}"}
    assert all(rank in visible(outputs[LISTS]) for rank in ranks.values())
    names = {name for trace in outputs[LENS]["figure"]["data"] for name in trace.get("customdata") or ()}
    assert "scary" in names
    assert percent(np.minimum(np.exp(a), np.exp(b)).sum()) in outputs[LENS]["result"]


def test_a_hidden_word_is_the_blank(t: Text) -> None:
    inputs = shown(t, s="A fine film.", blank=1)[INPUTS]
    assert inputs.count("[MASK]") == 2  # one in each input
    assert 'data-pick="a:-1"' in inputs
    assert 'data-pick="a:1"' not in inputs
    assert "[MASK]" in shown(t, s="A fine film.", blank=77)[INPUTS]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("box", ["s", "s2", "pt", "pneg", "ppos", "find", "cart"])
def test_hostile_text_stays_text(text: str, box: str) -> None:
    written = text + " {text} [MASK]" if box == "pt" else text
    outputs = shown(Text("en"), **{box: written, "lens": "sentences"})
    html = "".join(value for value in outputs if isinstance(value, str))
    assert "<script" not in html
    assert "<img" not in html
    assert "class &#39;str&#39;" not in html


def test_what_clicks_do() -> None:
    assert playground.hidden_word("a:3", (-1, 5)) == (3, 5)
    assert playground.hidden_word("b:-1", (3, 5)) == (3, -1)
    assert playground.hidden_word("nonsense", (3, 5)) == (3, -1)
    assert playground.carted("", OTHER) == OTHER
    assert playground.carted(OTHER, OTHER) == OTHER
    assert playground.carted(OTHER + "\n", "{text} [MASK]") == OTHER + "\n{text} [MASK]"
    with pytest.raises(TemplateError):
        playground.carted("", "no slot {text}")
    with pytest.raises(VerbalizerError):
        playground.kept({**DEFAULTS, "pneg": "unwatchable"})
    assert playground.kept({**DEFAULTS, "pt": OTHER}) == [OTHER, DEFAULTS["pneg"], DEFAULTS["ppos"]]


# Keep and share -----------------------------------------------------------------------------------------------------

STATE = {**DEFAULTS, "pt": OTHER, "ppos": "great, fun", "pn": 50, "pset": "test"}


def ran(program: str) -> str:
    """What a program prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(program, "program", "exec"), {"__name__": "__main__"})
    return printed.getvalue()


def test_both_programs_print_the_numbers_of_the_strip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    cells, _ = followed(Text("en"), **STATE)[-1]
    gold, said, before = (np.array(cells[name]) for name in ("gold", "said", "before"))
    expected = f"now {(said == gold).mean():.1%}, before {(before == gold).mean():.1%}"
    assert ran(playground_keep.with_paradigms(STATE)).startswith(expected)
    assert ran(playground_keep.with_transformers(STATE)).strip() == expected


def test_programs_quote_what_was_typed() -> None:
    hostile = {**STATE, "pt": "{text} \"'); raise SystemExit #\\ [MASK]", "pneg": "'", "ppos": '"'}
    for program in (playground_keep.with_paradigms(hostile), playground_keep.with_transformers(hostile)):
        compile(program, "program", "exec")
        assert repr(hostile["pt"]) in program


def test_the_plan_runs_unchanged_and_gives_the_same_accuracy() -> None:
    state = {**STATE, "cart": f"{OTHER}\n{{text}} [MASK]\n"}
    plan = Plan.from_json(playground_keep.plan(state).to_json())
    assert plan.templates == (OTHER, "{text} [MASK]", DEFAULTS["rt"])
    assert len(plan.verbalizers) == 2
    assert (plan.n, plan.split, plan.shots) == (50, "test", 0)
    first = next(iter(sweep(plan)))
    cells, _ = followed(Text("en"), **STATE)[-1]
    right = (np.array(cells["said"]) == np.array(cells["gold"])).mean()
    assert abs(first.accuracy - right) <= 1 / 50
    tuned = playground_keep.plan({**state, "pmode": "tuned", "k": 4, "seed": 7, "train": "bias"})
    assert (tuned.shots, tuned.seeds, tuned.mode) == (4, (7,), "bias")
    assert playground_keep.plan({**state, "pmode": "tuned", "train": "nothing"}).shots == 0


def test_a_label_word_that_is_a_sign_survives_the_plan() -> None:
    plan = playground_keep.plan({**STATE, "pneg": ";", "ppos": "="})
    assert plan.parsed_verbalizers(["0", "1"])[0].words == [";", "="]


def test_the_link_builder_offers_every_tab(t: Text) -> None:
    form = playground_keep.class_link(t, NAMES)
    for name in (*LESSONS, *playground_keep.PARTS):
        assert f'value="{name}"' in form
    style = (Path(__file__).parents[2] / "assets" / "web" / "playground.css").read_text(encoding="utf8")
    assert all(f".hide-{part} " in style for part in playground_keep.PARTS)


def test_all_held_out_sentences_can_be_asked() -> None:
    assert FIELDS["pn"].high == len(load("reviews", "dev")) == len(load("reviews", "test"))
