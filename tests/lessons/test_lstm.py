"""Tab 2 without a browser: what its handlers say agrees with the paradigm, in both languages."""

import asyncio
import re
from functools import partial
from math import isclose

import gradio as gr
import pytest

from lessons import lstm, lstm_models, models, training
from lessons.lstm_network import network
from lessons.state import DEFAULTS, FIELDS
from lessons.text import LANGUAGES, Text
from lessons.view import percent
from paradigms import word2vec_lstm
from paradigms.data import Dataset
from paradigms.evaluate import interval
from paradigms.word2vec_lstm import Word2VecLSTM

in_both = pytest.mark.parametrize("t", [Text(language) for language in LANGUAGES], ids=LANGUAGES)
SCORE, HINT, NEIGHBOURS, MAP, TABLE = range(5)
HOSTILE = '<script>alert("x")</script> ${7*6} {text.__class__} "><img src=x>'


@pytest.fixture(scope="module")
def small(shots: Dataset) -> Word2VecLSTM:
    return Word2VecLSTM(hidden=8, epochs=1).fit(shots.texts, shots.labels)


@pytest.fixture(autouse=True)
def shared(monkeypatch: pytest.MonkeyPatch, small: Word2VecLSTM) -> None:
    """The recorded model is a small one, and no session has a model."""
    monkeypatch.setattr(models, "trained", lambda: {lstm_models.METHOD: small})
    monkeypatch.setattr(models, "SESSIONS", models.SessionModels())
    monkeypatch.setattr(word2vec_lstm, "Word2VecLSTM", partial(Word2VecLSTM, hidden=8))


def shown(t: Text, session: str | None = None, **changed):
    return lstm.show(t, {**DEFAULTS, **changed}, session)


def picks(html: str) -> list[str]:
    return re.findall(r'data-pick="([^"]*)"', html)


# The running score --------------------------------------------------------------------------------------------------


@in_both
def test_opens_with_the_example(t):
    outputs = shown(t)
    assert len(outputs) == 5
    assert all(isinstance(outputs[i], str) and outputs[i] for i in (SCORE, HINT, NEIGHBOURS, TABLE))
    assert outputs[MAP]["figure"]["layout"]["height"] > 0 and outputs[MAP]["result"]
    assert f">{t('recorded')}<" in outputs[SCORE]


@in_both
def test_score_after_each_word_is_the_answer_to_that_beginning(t, small):
    text = "A slow start but the last hour is magnificent"
    html = shown(t, s=text)[SCORE]
    words = text.lower().split()
    beginnings = [" ".join(words[: n + 1]) for n in range(len(words))]
    expected = [percent(p) for p in small.predict_proba(beginnings)[:, 1]]
    assert picks(html) == words
    assert re.findall(r'class="number" style="[^"]*">([^<]*)<', html) == expected
    assert f'class="number">{percent(small.predict_proba([text])[0].max())}<' in html


@in_both
def test_the_greatest_jump_is_named(t, small):
    read = small.explain("The cast is good and the jokes are dreadful").words
    scores = [word.probabilities[1] for word in read]
    at = max(range(1, len(scores)), key=lambda i: abs(scores[i] - scores[i - 1]))
    html = shown(t, s="The cast is good and the jokes are dreadful")[SCORE]
    assert f"“{read[at].word}”" in html
    assert percent(scores[at - 1]) in html and percent(scores[at]) in html


@in_both
def test_one_word(t):
    assert picks(shown(t, s="Dreadful")[SCORE]) == ["dreadful"]


@in_both
@pytest.mark.parametrize("text", ["", "   ", "…"])
def test_no_word(t, text):
    outputs = shown(t, s=text)
    assert t("sentence.empty") in outputs[SCORE]
    assert picks(outputs[SCORE]) == []
    assert "great" in outputs[MAP]["figure"]["data"][2]["customdata"]  # the chosen word is still shown


@in_both
def test_words_without_a_vector_are_named(t):
    outputs = shown(t, s="A zxqwv film")
    assert t("lstm.unknown", words="zxqwv") in outputs[SCORE]
    assert 'class="pick column unknown"' in outputs[SCORE]
    assert "zxqwv" in outputs[MAP]["result"]
    assert "zxqwv" not in [word for trace in outputs[MAP]["figure"]["data"] for word in trace["customdata"]]


@in_both
def test_user_text_stays_text(t):
    outputs = shown(t, s=HOSTILE, word="<script>")
    typed = shown(t, s=HOSTILE, word="<<<>>>")
    for html in (*outputs[:3], *typed[:3], outputs[TABLE]):
        assert "<script" not in html and "<img" not in html and "42" not in re.findall(r">([^<]*)<", html)
    assert "&lt;&lt;&lt;&gt;&gt;&gt;" in typed[HINT]


# The space of words -------------------------------------------------------------------------------------------------


@in_both
def test_neighbours(t, small):
    html = shown(t, word="Dreadful ")[NEIGHBOURS]
    near = small.neighbours("dreadful", lstm.NEIGHBOURS)
    assert picks(html) == [word for word, _ in near]
    assert re.findall(r'class="number">([^<]*)<', html) == [f"{cosine:.2f}" for _, cosine in near]
    assert t("lstm.near", word="dreadful") in html


@in_both
def test_chosen_word_is_marked_in_the_sentence(t):
    html = shown(t, s="A dreadful film", word="dreadful")[SCORE]
    assert re.findall(r'data-pick="([^"]*)"[^>]*aria-pressed="true"', html) == ["dreadful"]


@in_both
def test_map(t, small):
    near = small.neighbours("dull", lstm.NEIGHBOURS)
    value = shown(t, s="A dull film", word="dull")[MAP]
    sentence, neighbours, chosen = value["figure"]["data"]
    assert list(chosen["customdata"]) == ["dull"]
    assert list(sentence["customdata"]) == ["a", "film"]
    assert set(neighbours["customdata"]) == {word for word, _ in near} - {"a", "film"}
    plane = small.word_map(["a", "dull", "film", *(word for word, _ in near)])
    at = dict(zip(plane.words, plane.points.tolist(), strict=True))
    for trace in (sentence, neighbours, chosen):
        for word, x, y in zip(trace["customdata"], trace["x"], trace["y"], strict=True):
            assert isclose(x, at[word][0], abs_tol=1e-5) and isclose(y, at[word][1], abs_tol=1e-5)
    layout = value["figure"]["layout"]
    for axis, share in zip(("xaxis", "yaxis"), plane.explained, strict=True):
        assert percent(share) in layout[axis]["title"]["text"]
    assert percent(sum(plane.explained)) in value["result"]
    assert near[0][0] in value["result"]


@in_both
def test_unknown_word_keeps_the_neighbours(t):
    outputs = shown(t, "a session", word="zxqwv")
    assert "hint wrong" in outputs[HINT] and "zxqwv" in outputs[HINT]
    assert outputs[NEIGHBOURS] == gr.skip()
    assert list(outputs[MAP]["figure"]["data"][2]["customdata"]) == []
    assert t("lstm.near.nothing") in shown(t, None, word="zxqwv")[NEIGHBOURS]  # a page just opened has none to keep


@in_both
def test_no_word_and_several_words(t):
    assert t("lstm.word.none") in shown(t, "a session", word=" ")[HINT]
    assert picks(shown(t, "a session", word="didn't")[HINT]) == ["did", "n&#39;t"]


@in_both
def test_nothing_to_map(t):
    value = shown(t, "a session", s="zxqwv", word="zxqwv")[MAP]
    assert value["result"].startswith(t("lstm.result.map.none"))


# The fold -----------------------------------------------------------------------------------------------------------


@in_both
def test_diagram_counts_every_parameter(t, small):
    said = " ".join(re.findall(r"<small>([^<]*)</small>", str(network(t))))
    counts = [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", said)]
    full = Word2VecLSTM(epochs=0)
    next(full.fit_steps(("good", "bad"), ("1", "0")))
    assert sum(counts) == full.trainable_parameters_
    assert f"{len(small.keyed_vectors_):,}" in network(t)


# The models ---------------------------------------------------------------------------------------------------------


@in_both
def test_recorded_model(t):
    table = shown(t)[TABLE]
    row = lstm_models.recorded_row()
    for number in (f"{row.n_train:,}", percent(row.accuracy, 1), f"{row.seconds_fit:.1f}"):
        assert f"<td>{number}</td>" in table
    assert row.command in table
    assert t("lstm.result.untrained") in table


def learned(t: Text, session: str, *, stop_at: int | None = None, **changed):
    """All that a training shows."""

    async def run():
        seen = []
        async for pair in lstm.learn(t, session, {**DEFAULTS, "lstm_n": 50, "lstm_n_zh": 50, **changed}):
            seen.append(pair)
            if len(seen) == stop_at:
                training.stop(session, lstm_models.METHOD)
        return seen

    return asyncio.run(run())


@in_both
def test_training(t, small):
    seen = learned(t, "a session", lstm_seed=3)
    status, curve = seen[-1]
    assert "done" in status and t("set.reviews") in status
    figure = curve["figure"]
    assert [len(trace["x"]) for trace in figure["data"][:2]] == [40, 40]
    assert figure["layout"]["xaxis"]["title"]["text"] and figure["layout"]["yaxis"]["title"]["text"]
    assert curve["result"] != t("curve.none")

    model = models.SESSIONS.get("a session", lstm_models.METHOD)
    assert model is not None and model.seed == 3
    test = models.held_out()
    right = round(model.score(test.texts, test.labels) * len(test))
    low, high = interval(right, len(test))
    score, *_, table = shown(t, "a session")
    assert f"<td>{percent(right / len(test), 1)}</td>" in table
    assert f"<td>{100 * low:.1f}–{100 * high:.1f}%</td>" in table
    assert f"<td>{model.trainable_parameters_:,}</td>" in table and "<td>100</td>" in table
    assert f">{t('lstm.now')}<" in score and f">{t('recorded')}<" not in score
    assert f'class="number">{percent(model.predict_proba([DEFAULTS["s"]])[0].max())}<' in score
    assert f">{t('recorded')}<" in shown(t, "another session")[SCORE]


@in_both
def test_stopped_training_says_so(t):
    status, _ = learned(t, "a session", stop_at=1, lstm_n=400)[-1]
    assert "stopped" in status
    assert t("lstm.speaker.stopped") in shown(t, "a session")[SCORE]


@in_both
def test_what_is_said_of_the_vectors(t):
    learned(t, "a session", stop_at=1, lstm_emb="random")
    outputs = shown(t, "a session")
    assert t("lstm.shown.random") in outputs[NEIGHBOURS]
    assert t("lstm.emb.random") in outputs[TABLE]
    n_words = len(lstm_models.recorded().keyed_vectors_)
    own = lstm_models.own("a session")
    in_table = own.trainable_parameters_ - lstm_models.recorded().trainable_parameters_
    assert in_table == (n_words + 2) * 100  # a row each for padding and unknown words


# The Chinese reviews ------------------------------------------------------------------------------------------------


@in_both
def test_chinese_before_and_after_training(t):
    chinese = {"set": "reviews-zh", "s": "这部片子真好看", "word": "好"}
    before = shown(t, "a session", **chinese)
    assert t("lstm.untrained") in before[SCORE] and before[MAP]["result"] == t("lstm.untrained.word")
    assert f">{t('recorded')}<" not in before[SCORE] + before[TABLE]  # nothing is recorded of them

    _, curve = learned(t, "a session", set="reviews-zh")[-1]
    assert t("set.reviews-zh") in curve["result"] and "120" in curve["result"]
    model = lstm_models.own("a session", "reviews-zh")
    score, hint, neighbours, plane, table = shown(t, "a session", **chinese)
    assert picks(score) == list(chinese["s"])
    assert t("set.reviews-zh") in score and f">{t('recorded')}<" not in score + table
    assert len(picks(neighbours)) == lstm.NEIGHBOURS and "“好”" in hint
    assert list(plane["figure"]["data"][2]["customdata"]) == ["好"]
    test = models.held_out("reviews-zh")
    right = round(model.score(test.texts, test.labels) * len(test))
    low, high = interval(right, len(test))
    for said in ("100", percent(right / len(test), 1), f"{100 * low:.1f}–{100 * high:.1f}%"):
        assert f"<td>{said}</td>" in table
    assert t("lstm.table.note", n=244, set=t("set.reviews-zh"), majority="50%") in table
    # The English model is another one.
    assert lstm_models.own("a session") is None and f">{t('recorded')}<" in shown(t, "a session")[SCORE]


# The tab ------------------------------------------------------------------------------------------------------------


class Frame:
    """As much of a page as a lesson needs to be built."""

    def __init__(self) -> None:
        self.quietly = {"show_progress": "hidden", "api_visibility": "private"}
        self.last = []

    def after(self, wire) -> None:
        self.last.append(wire)


@in_both
def test_build(t):
    page = Frame()

    async def build():  # a running loop: Gradio opens one of its own where there is none, and leaves it open
        with gr.Blocks(analytics_enabled=False) as demo:
            controls, outputs = lstm.build(t, page)
            page.controls = {**controls, "s": gr.Textbox()}
            page.live = {"fn": lambda: [None] * len(outputs), "inputs": None, "outputs": outputs}
            for wire in page.last:
                wire()
        return demo, controls, outputs

    demo, controls, outputs = asyncio.run(build())
    assert set(controls) == {"word", "lstm_n", "lstm_n_zh", "lstm_emb", "lstm_seed"}
    assert all(hasattr(control, "input") for control in controls.values())
    assert all(control.value == FIELDS[name].default for name, control in controls.items())
    assert len(outputs) == len(shown(t))
    own = [event for event in demo.fns.values() if event.name in ("train", "stop_training", "picked", "choose")]
    assert len(own) == 7 and all(event.api_visibility == "private" for event in own)
