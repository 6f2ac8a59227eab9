"""The tab "Searched prompts": what it shows before a search, searches from end to end, what a click carries where."""

import asyncio
import re

import pytest

from lessons import models, search, training
from lessons.figures_search import Tried, plane, trajectory
from lessons.search_models import TEMPLATE, WORDS, by_hand, evidence, examples, key, near, parts
from lessons.search_run import Scene, run
from lessons.search_view import marked
from lessons.state import DEFAULTS, FIELDS
from lessons.text import LANGUAGES, Text
from paradigms.prompt.template import DEFAULT_TEMPLATE

HOSTILE = "<script>alert(1)</script> ${7*6} {text.__class__}"
START, ABOUT, PARTS, CANDIDATES, CHART, STEPS, RESULTS, W_ABOUT, W_PARTS, W_WORDS, W_CHART, W_TABLE, W_RESULTS = range(
    13
)
every_language = pytest.mark.parametrize("t", [Text(language) for language in LANGUAGES], ids=LANGUAGES)
ENGLISH = Text("en")


def state(**changed):
    return {**DEFAULTS, "se_k": 2, **changed}


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


@pytest.fixture(autouse=True)
def few_held_out(monkeypatch):
    """Twelve reviews instead of five hundred."""
    some = models.held_out().take(range(12))
    monkeypatch.setattr(models, "held_out", lambda name="reviews": some)


def searched(t: Text, kind: str, /, session: str = "a class", **changed) -> list[tuple]:
    async def all_of_it():
        return [shown async for shown in run(t, session, kind, state(**changed))]

    return asyncio.run(all_of_it())


@every_language
@pytest.mark.parametrize("how", FIELDS["se_how"].choices)
@pytest.mark.parametrize("words", FIELDS["se_words"].choices[::3])
def test_before_a_search(t, how, words):
    out = search.show(t, state(se_how=how, se_words=words), None)
    assert len(out) == 13
    assert DEFAULT_TEMPLATE in plain(out[START]) and "terrible / great" in plain(out[START])
    hand = by_hand(TEMPLATE, state())
    assert f"{hand.loss:.3f}" in out[CANDIDATES] and DEFAULT_TEMPLATE in out[CANDIDATES]
    assert out[CHART]["result"] == t("search.chart.none")
    assert t("search.results.none") in out[RESULTS]
    assert t(f"search.about.{how}") in plain(out[ABOUT]) and t(f"search.about.{words}") in plain(out[W_ABOUT])


@pytest.mark.parametrize("how", FIELDS["se_words"].choices)
def test_words_per_class(how):
    """Each class has its words; a click on one puts it among that class's label words."""
    panel = search.show(ENGLISH, state(se_words=how), None)[W_WORDS]
    picks = re.findall(r'data-pick="([01]):([^"]+)"', panel)
    assert {side for side, _ in picks} == {"0", "1"}
    if evidence(how) != "likelihood":
        assert ("0", "terrible") in picks or how == "neighbours"
        assert {("0", word) for word, _ in near(by_hand(WORDS, state()).verbalizer, 9)["0"]} <= set(picks)


def test_what_is_trained():
    (found, lm, head) = parts(WORDS, state(se_words="soft"))
    assert (found.total, lm.trained, head.trained) == (0, 0, 2 * 384)
    assert parts(WORDS, state(se_words="weights"))[2].trained == 2 * 10
    assert sum(part.trained for part in parts(TEMPLATE, state())) == 0
    tuned = parts(TEMPLATE, state(se_tune="on"))
    assert sum(part.trained for part in tuned) == sum(part.total for part in tuned) == models.Backbone.size()


@every_language
def test_a_template_search(t):
    """Candidates come in as they are scored; at the end the winner stands beside the prompt by hand on held-out."""
    shown = searched(t, TEMPLATE)
    status, table, chart, steps, results = shown[-1]
    scene = models.SESSIONS.get("a class", key(TEMPLATE, state()))
    assert isinstance(scene, Scene)
    best = scene.model.best_
    assert best == min([*scene.model.candidates_, best], key=lambda one: one.loss)
    assert best.template.source in plain(steps)
    assert f"{scene.model.candidates_[0].loss:.3f}" in table
    assert t("search.status.done", total=42, seconds=f"{scene.progress.seconds:.1f}") in plain(status)
    assert best.template.source in chart["result"]
    found = scene.rows[1]
    assert found.name == "found" and found.trained == 0
    assert found.accuracy == scene.model.score(models.held_out().texts, models.held_out().labels)
    assert f"{found.accuracy:.1%}" in results and t("search.row.by_hand") in plain(results)
    # The tab shows it from now on, and says so when the controls ask for other examples.
    again = search.show(t, state(), "a class")
    assert again[CANDIDATES] == table and again[RESULTS] == results
    of = state()
    old = t("search.changed.words", k=2, seed=0, words=f"{of['neg']} / {of['pos']}")
    assert old not in plain(again[ABOUT])
    assert old in plain(search.show(t, state(se_seed=5), "a class")[ABOUT])
    assert old in plain(search.show(t, state(pos="good"), "a class")[ABOUT])
    # It has not begun with the template of the prompt tab, to which a click on a candidate carries it.
    assert old not in plain(search.show(t, state(t="A [MASK] film. {text}"), "a class")[ABOUT])


@pytest.mark.parametrize("how", FIELDS["se_words"].choices)
def test_a_word_search(how):
    status, words, chart, table, results = searched(ENGLISH, WORDS, se_words=how)[-1]
    scene = models.SESSIONS.get("a class", key(WORDS, state(se_words=how)))
    assert "done" in status
    assert [row.name for row in scene.rows] == ["by_hand", "found"]
    assert scene.rows[1].trained == {"weights": 20, "soft": 768}.get(how, 0)
    assert (table == "") == (how in ("weights", "soft"))
    assert f"{scene.rows[1].accuracy:.1%}" in results
    if how == "weights":
        weight = scene.model.classifier_.words(1)["1"][0]
        assert f"{weight[1]:.1%}" in words
    assert chart["figure"]["data"]


def test_a_search_can_be_stopped():
    async def stopped():
        shown = []
        async for step in run(ENGLISH, "hasty", TEMPLATE, state()):
            shown.append(step)
            if len(shown) == 2:
                training.stop("hasty", key(TEMPLATE, state()))
        return shown

    status, _, _, _, results = asyncio.run(stopped())[-1]
    assert "stopped" in status
    scene = models.SESSIONS.get("hasty", key(TEMPLATE, state()))
    assert len(scene.model.searched_) < 42
    assert ENGLISH("search.row.found") in results  # what was found so far is measured


@every_language
def test_a_question_that_cannot_be_asked(t):
    for changed in ({"neg": ""}, {"neg": "great"}, {"neg": "zxqwv"}, {"t": "{text} it was"}, {"t": HOSTILE}):
        bad = state(**changed)
        out = search.show(t, bad, None)
        assert "alert" in out[START] and "<script>" not in str(out)
        (said,) = searched(t, WORDS, **changed)
        assert 'role="alert"' in said[0] and "<script>" not in said[0]


def test_a_click():
    t = ENGLISH
    boxes = ("terrible", "great")
    assert search.carried(t, "t:{text} So [MASK].", "x", boxes, "")[:4] == ["{text} So [MASK].", *boxes, ""]
    assert search.carried(t, "cart:{text} So [MASK].", "x", boxes, "{text} [MASK]")[3].splitlines() == [
        "{text} [MASK]",
        "{text} So [MASK].",
    ]
    assert search.carried(t, "w:dull, bad|fun", "x", boxes, "")[1:3] == ["dull, bad", "fun"]
    assert search.carried(t, "1:good", "x", boxes, "")[1:3] == ["terrible", "great, good"]
    assert search.carried(t, "", "x", boxes, "c")[:4] == ["x", *boxes, "c"]
    assert "<script>" not in search.carried(t, f"w:{HOSTILE}|b", "x", boxes, "")[4]


def test_what_is_new_is_marked():
    assert str(marked("{text} magic ju [MASK].", "{text} food ju [MASK].")) == (
        "<span>{text} <mark>food</mark> ju [MASK].</span>"
    )
    assert "<script>" not in marked("a", HOSTILE)


def test_figures():
    names = dict.fromkeys(("step", "loss", "accuracy", "tried", "best", "held_out", "by_hand"), "x")
    drawn = trajectory([Tried(1, 0.7, "{text} [MASK]")], [(1, 0.7)], [(1, 0.5)], 0.6, 10, names)
    assert drawn.data[0].customdata[0] == "t:{text} [MASK]"
    assert all(axis.title.text for axis in (drawn.layout.xaxis, drawn.layout.yaxis, drawn.layout.yaxis2))
    words = [("bad", -1.0, -3.0), ("good", -3.0, -1.0), ("so", -2.0, -2.1)]
    negative, positive = plane(words, ["bad"], "a", "b").data[1:]
    assert list(negative.customdata) == ["0:bad", "0:so"] and list(positive.customdata) == ["1:good"]
    assert negative.marker.size[0] > negative.marker.size[1]


def test_the_same_examples():
    """The tab's searches look at the draw that the command line makes with the same K and seed."""
    drawn = examples(3, 1)
    assert len(drawn.texts) == 6 and drawn.gold.tolist() == [0, 0, 0, 1, 1, 1]
