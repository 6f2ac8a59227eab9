"""The tab "In-context learning": which demonstrations are in the prompt, what the page says of them, the long runs."""

import asyncio
import re
from html import unescape

import numpy as np
import pytest

from lessons import context, context_prompt, context_runs, models, training
from lessons.figures_context import order_histogram
from lessons.state import DEFAULTS, FIELDS
from lessons.text import LANGUAGES, Text
from paradigms.errors import ParadigmError
from paradigms.prompt.demonstrations_study import Order, Row
from tests.paradigms import tiny

SENTENCE = "The cast sings, and so does the script."
HOSTILE = "<script>alert(1)</script> ${7*6} {text.__class__} [MASK]"
every_language = pytest.mark.parametrize("t", [Text(language) for language in LANGUAGES], ids=LANGUAGES)


def state(**changed):
    return {**DEFAULTS, "s": SENTENCE, **changed}


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


@every_language
@pytest.mark.parametrize("choose", FIELDS["icl_choose"].choices)
def test_show(t, choose):
    """The list, the prompt and the answers are those of the classifier itself."""
    by_hand = f"{t.label('1')} | A joy from start to end.\n{t.label('0')} | Dull."
    chosen = state(icl_choose=choose, icl_demos=by_hand, icl_task="Film reviews.")
    hint, listed, prompt, answers, parts = context.show(t, chosen)
    model = context_prompt.ask(chosen)
    explanation = model.explain(SENTENCE)
    assert [one.text for one in explanation.shown] == re.findall(r'class="said">([^<]*)<', unescape(listed))
    assert len(explanation.shown) == (2 if choose == "hand" else 4)
    of = {"template": chosen["t"], "words": f"{chosen['neg']} / {chosen['pos']}"}
    drawn = t("context.source.line", n=32, k=16, seed=chosen["icl_seed"], **of)
    assert (t("context.source.hand", n=2, **of) if choose == "hand" else drawn) in unescape(plain(hint))
    said = unescape(plain(prompt))
    places = [said.index(text) for text in ("Film reviews.", *(one.text for one in explanation.shown), SENTENCE)]
    assert places == sorted(places)
    assert str(len(explanation.tokens)) in said
    best = explanation.probabilities.index(max(explanation.probabilities))
    few = re.search(r'data-shots="few".*', answers)[0]
    assert f"{100 * max(explanation.probabilities):.0f}%" in few
    assert t.label(str(model.classes_[best])) in few
    assert f"{models.Backbone.size():,}" in parts


def test_none_shown_is_zero_shot():
    """Zero-shot in this tab is what tab 4 answers."""
    t = Text("en")
    _, listed, _, answers, _ = context.show(t, state(icl_n=0))
    assert "draggable" not in listed
    zero, _, few = re.findall(r'data-shots="\w+".*?number">([^<]*)<', answers)
    assert zero == few
    expected = models.trained()["prompt"].predict_proba([SENTENCE])[0].max()
    assert zero == f"{100 * expected:.0f}%"


@every_language
def test_user_text_is_never_markup(t):
    shown = context.show(t, state(s=HOSTILE, icl_choose="hand", icl_task=HOSTILE, icl_demos=f"1 | So: {HOSTILE}"))
    for html in shown:
        assert "<script>" not in html
    for html in shown[1:3]:  # the list and the prompt have it as it was typed
        assert "So: &lt;script&gt;alert(1)&lt;/script&gt; ${7*6} {text.__class__} [MASK]" in html


def test_empty_sentence_keeps_the_layout():
    t = Text("en")
    _, listed, prompt, answers, _ = context.show(t, state(s="  "))
    assert "draggable" in listed and "…" in prompt
    assert t("sentence.empty") in plain(answers)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"t": "no slot {text}"}, "[MASK]"),
        ({"neg": "no such word"}, "no such word"),
        ({"icl_choose": "hand", "icl_demos": "positive | fine\n<b>nothing"}, "Line 2"),
        ({"icl_choose": "hand", "icl_demos": "good | fine"}, "good"),
    ],
)
def test_bad_input_is_said_and_the_picture_stays(changed, said):
    hint, *rest = context.show(Text("en"), state(**changed))
    assert said in plain(hint)
    assert "wrong" in hint and "<b>nothing" not in hint
    assert all(isinstance(output, dict) and output["__type__"] == "update" for output in rest)


def test_left_out_is_said():
    long = "\n".join(f"positive | {'a very long film ' * 40}{number}" for number in range(6))
    _, _, prompt, _, _ = context.show(Text("en"), state(icl_choose="hand", icl_demos=long))
    assert "No room for" in prompt


# By hand


@every_language
def test_lines_go_both_ways(t):
    examples = (("A | B", "0"), ("Fine.", "1"))
    assert context_prompt.read(context_prompt.written(t, examples)) == examples
    assert context_prompt.read("负面｜太差\n\npositive|ok") == (("太差", "0"), ("ok", "1"))
    for wrong, kind in (("no bar", "no_bar"), ("\nx | y", "unknown_label")):
        with pytest.raises(ParadigmError) as caught:
            context_prompt.read(wrong)
        assert caught.value.kind == kind


def test_edited():
    three, offered = (("a", "0"), ("b", "1"), ("c", "0")), context_prompt.pool(0)

    def order(what: str) -> str:
        return "".join(text for text, _ in context_prompt.edited(three, what, offered))

    assert order("up:1") == order("down:0") == order("move:1:0") == "bac"
    assert order("move:0:2") == "bca"
    assert order("drop:1") == "ac"
    assert order("up:0") == order("down:2") == order("drop:7") == order("move:0:9") == order("?") == "abc"
    added = context_prompt.edited(three, "add:3", offered)
    assert added == (*three, (offered.texts[3], offered.labels[3]))
    assert context_prompt.edited(three, "add:999", offered) == three


# Over many sentences


def collect(steps, stop_after: int | None = None):
    async def run():
        shown = []
        async for one in steps:
            shown.append(one)
            if stop_after is not None and len(shown) == stop_after:
                for name in ("context-compare", "context-orders"):
                    training.stop("me", name)
        return shown

    return asyncio.run(run())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny.bert(tmp_path_factory.mktemp("backbones") / "tiny-bert")


@pytest.fixture
def quick(folder, monkeypatch):
    """The tiny model, whose answers are arbitrary and quick."""
    monkeypatch.setattr(models.Backbone, "source", str(folder))


@every_language
def test_compare(quick, t):
    chosen = state(icl_sentences=20, icl_choose="random")
    shown = collect(context_runs.compare(t, "me", chosen))
    assert len(shown) == 3  # two slices of ten, and the end
    assert "done" in shown[-1][0]
    model = context_prompt.ask(chosen)
    test = context_runs.draw(models.held_out(), 20)
    each = [context_prompt.with_only(model, 0), context_prompt.with_only(model, 1), model]
    expected = [one.score(test.texts, test.labels) for one in each]
    (trace,) = [trace for trace in shown[-1][1]["figure"]["data"] if trace["type"] == "scatter"]
    assert list(trace["x"]) == pytest.approx(expected)
    for accuracy in expected:
        assert f"{100 * accuracy:.1f}%" in shown[-1][1]["result"]


@every_language
def test_bar_counts_what_had_room(quick, t):
    """Written by hand are more than the model's room holds: the bar says how many were in the prompts."""
    many = "\n".join(f"{t.label('1')} | {'word ' * 40}{number}" for number in range(20))
    chosen = state(icl_sentences=20, icl_choose="hand", icl_demos=many)
    model, test = context_prompt.ask(chosen), context_runs.draw(models.held_out(), 20)
    counts = sorted({len(one.shown) for one in model.chosen(test.texts)})
    assert 0 < counts[-1] < 20
    figure = collect(context_runs.compare(t, "me", chosen))[-1][1]["figure"]
    said = str(figure)
    assert t("context.bar", n="–".join(map(str, dict.fromkeys((counts[0], counts[-1]))))) in said
    assert t("context.bar", n=20) not in said


@every_language
def test_one_demonstration_has_its_own_row_where_none_is_chosen(quick, t):
    figure = collect(context_runs.compare(t, "me", state(icl_sentences=20, icl_n=0)))[-1][1]["figure"]
    assert any(t("context.bar", n=1) in row for row in figure["layout"]["yaxis"]["ticktext"])


@pytest.mark.parametrize("n", [40, 100, 600])
def test_bars_of_the_orders_stand_where_the_accuracies_are(n):
    values = [k / n for k in (n // 10, n // 4, n // 2, n // 2, n - 1)]
    names = {name: name for name in ("accuracy", "orders", "plain", "calibrated", "majority")}
    plain = next(trace for trace in order_histogram(values, values, 0.5, n, names).data if trace.name == "plain")
    assert sum(plain.y) == len(values) and max(plain.y) == 2
    for value in values:
        assert min(abs(value - x) for x in plain.x) <= 0.01 + 1e-9
    assert any(abs(x - 0.5) < 1e-9 for x in plain.x)


def test_stopped_keeps_what_is_known(quick):
    shown = collect(context_runs.compare(Text("en"), "me", state(icl_sentences=100)), stop_after=2)
    assert "stopped" in shown[-1][0] and "2 of 10" in shown[-1][0]
    assert shown[-1][1] is not None


@every_language
def test_orders(quick, t):
    three = "\n".join(f"{t.label(label)} | {text}" for text, label in (("A joy.", "1"), ("Dull.", "0"), ("Fine.", "1")))
    shown = collect(context_runs.orders(t, "me", state(icl_choose="hand", icl_demos=three)))
    assert len(shown) == 7
    bars = [trace for trace in shown[-1][1]["figure"]["data"] if trace["type"] == "bar"]
    assert [sum(trace["y"]) for trace in bars] == [6, 6]


def test_one_demonstration_has_no_order():
    ((said, chart),) = collect(context_runs.orders(Text("en"), "me", state(icl_n=1)))
    assert chart is None and "two demonstrations" in plain(said)


@pytest.mark.parametrize("run", [context_runs.compare, context_runs.orders])
def test_runs_say_what_is_wrong(run):
    ((said, chart),) = collect(run(Text("en"), "me", state(t="nothing")))
    assert chart is None and "[MASK]" in plain(said)


@every_language
@pytest.mark.parametrize(("better", "key"), [(20, "more"), (-20, "less"), (0, "same")])
def test_finding_is_said_from_the_numbers(t, better, key):
    right = np.zeros((3, 100), dtype=bool)
    right[0, :50] = right[1, :50] = True
    right[2, : 50 + better] = True
    said = context_runs.finding(t, right)
    assert said.endswith(t(f"context.finding.{key}", **context_runs._size()))
    assert f"{50 + better}.0%" in said


@every_language
def test_what_order_does_is_said_from_the_numbers(t):
    found = (Order((0, 1), 0.5, 0.7), Order((1, 0), 0.9, 0.75))
    assert t("context.orders.narrower") in context_runs.orders_chart(t, found, 40, 0.5, 2)["result"]
    turned = tuple(Order(one.order, one.calibrated, one.accuracy) for one in found)
    assert t("context.orders.not_narrower") in context_runs.orders_chart(t, turned, 40, 0.5, 2)["result"]


@every_language
@pytest.mark.parametrize(("few", "key"), [(0.6, "less"), (0.78, "less"), (0.9, "more")])
def test_recorded_is_said_from_the_numbers(t, few, key, monkeypatch):
    without = (Row(0, "", False, (0.7,), 0.0), Row(0, "", True, (0.8,), 0.0))
    rows = (*without, Row(4, "random", False, (few, few), 0.0), Row(4, "random", True, (0.65,), 0.0))
    kept = type("Kept", (), {"rows": rows, "n_test": 50, "majority": 0.5})()
    monkeypatch.setattr(context_runs, "recorded", lambda: kept)
    said = context_runs.recorded_chart(t)["result"]
    numbers = {"n": 50, "zero": "70.0%", "zero_calibrated": "80.0%"}
    numbers |= {"best": f"{100 * few:.1f}%", "calibrated": "65.0%"}
    how = t("comma").join([t("context.bar", n=4), t("context.choose.random")])
    assert said == t(f"context.recorded.{key}", **numbers, how=how, **context_runs._size())


def test_recorded_study_is_there():
    kept = context_runs.recorded()
    assert {row.shown for row in kept.rows} == {0, 1, 4, 16}
    assert len(kept.orders) == 24
    assert context_runs.recorded_orders(Text("en"))["figure"]["data"]
