"""The naive Bayes tab: its handlers as plain functions, against `paradigms` and scikit-learn."""

import asyncio
import json
from collections import Counter
from html.parser import HTMLParser
from math import exp
from urllib.parse import parse_qsl

import gradio as gr
import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from lessons import bayes, models
from lessons.bayes_held_out import MISTAKES, TELLING, examine
from lessons.bayes_sum import TERMS, parts_of_sum
from lessons.figures_bayes import WATERFALL_HEIGHT
from lessons.review_sets import follow
from lessons.state import DEFAULTS, FIELDS, SETS, decode, encode, per_class
from lessons.text import LANGUAGES, WORDS, Text
from lessons.view import percent, signed
from paradigms.evaluate import interval
from paradigms.words import words

PER_CLASS = 80
SENTENCE = "A slow start, but the last hour is magnificent."
LONG = (
    "This is a long sentence about a film that was neither good nor bad, with an end nobody in the cinema saw coming."
)
HOSTILE = ["<script>alert(1)</script>", "${7*6}", "{text.__class__}", '"><img src=x onerror=alert(1)>', "$n ${k}"]
OUTPUTS = ("model", "answer", "chart", "table", "telling", "confusion", "mistakes")


class _Text(HTMLParser):
    """The text of a page, and the names of its elements."""

    def __init__(self, html: str):
        super().__init__()
        self.parts: list[str] = []
        self.tags: set[str] = set()
        self.picks: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if "data-pick" in dict(attrs):
            self.picks.append(dict(attrs)["data-pick"])

    def handle_data(self, data):
        self.parts.append(data)


def read(html: str) -> str:
    return "".join(_Text(html).parts)


def shown(language: str = "en", **changed):
    state = {**DEFAULTS, "nb_n": PER_CLASS, "s": SENTENCE, **changed}
    return dict(zip(OUTPUTS, bayes.show(Text(language), state, None), strict=True))


def waterfall(outputs):
    (trace,) = outputs["chart"]["figure"]["data"]
    return trace


@pytest.fixture(params=LANGUAGES)
def language(request) -> str:
    return request.param


@pytest.fixture
def model():
    return models.naive_bayes(PER_CLASS, DEFAULTS["nb_ngrams"], DEFAULTS["nb_alpha"])


def test_the_sum_in_the_picture_is_the_models_own(language, model):
    explanation = model.explain(SENTENCE)
    trace = waterfall(shown(language))
    values = trace["x"]
    assert values[0] == pytest.approx(explanation.log_prior)
    assert trace["measure"][-1] == "total"
    assert sum(values[:-1]) == pytest.approx(values[-1]) == pytest.approx(explanation.log_odds)
    assert 1 / (1 + exp(-values[-1])) == pytest.approx(model.predict_proba([SENTENCE])[0, 1])
    strengths = [abs(value) for value in values[1:-1]]
    assert strengths == sorted(strengths, reverse=True)


def test_the_sum_in_words_is_the_same(language, model):
    outputs, explanation = shown(language), model.explain(SENTENCE)
    table = read(outputs["table"])
    for term in explanation.terms:
        assert term.term in table
        assert f"{term.tfidf:.3f}" in table
        assert signed(term.contribution, 3) in table
    assert signed(explanation.log_odds, 3) in table
    chance = percent(explanation.probabilities[1], 1)
    assert chance in table
    assert chance in outputs["chart"]["result"]
    assert signed(explanation.log_odds) in outputs["chart"]["result"]


def test_of_many_terms_the_weaker_ones_share_a_bar(language, model):
    explanation = model.explain(LONG)
    alone, merged = parts_of_sum(explanation)
    assert len(explanation.terms) > TERMS
    assert len(alone) == TERMS - 1
    assert alone + merged == explanation.terms
    outputs = shown(language, s=LONG)
    trace = waterfall(outputs)
    assert len(trace["x"]) == 1 + TERMS + 1
    assert trace["x"][-2] == pytest.approx(sum(term.contribution for term in merged))
    name = Text(language)("bayes.rest", n=len(merged))
    assert outputs["chart"]["figure"]["layout"]["yaxis"]["ticktext"][-2] == name
    assert name in read(outputs["table"])


def test_just_as_many_terms_as_fit_are_not_merged(model):
    sentence = SENTENCE
    while len(model.explain(sentence).terms) > TERMS:
        sentence = " ".join(sentence.split()[:-1])
    assert parts_of_sum(model.explain(sentence)) == (model.explain(sentence).terms, ())


def test_words_never_seen_are_named(language):
    outputs = shown(language, s="A zyxxyz film, qwertish and good.")
    assert Text(language)("list").join(("zyxxyz", "qwertish")) in read(outputs["answer"])
    assert Text(language)("bayes.seen") in read(shown(language, s="the film")["answer"])


def test_a_sentence_of_unseen_words_has_the_prior_alone(language):
    outputs = shown(language, s="zyxxyz qwertish")
    assert waterfall(outputs)["x"] == pytest.approx([0, 0])
    assert "50.0%" in read(outputs["answer"])
    assert outputs["chart"]["result"]


def test_colours_of_words_add_up_to_the_terms(model):
    for text in (SENTENCE, LONG, "good good film good film"):
        explanation = model.explain(text)
        contributions = bayes.word_contributions(text, explanation)
        assert [text[start:end].lower() for start, end, _ in contributions] == words(text)
        total = sum(value for _, _, value in contributions)
        assert total == pytest.approx(explanation.log_odds - explanation.log_prior)


def test_the_confusion_matrix_is_scikit_learns(language, model):
    test = models.held_out()
    expected = confusion_matrix(list(test.labels), model.predict(test.texts).tolist())
    outputs = shown(language)
    figure = outputs["confusion"]["figure"]
    assert np.array_equal(figure["data"][0]["z"], expected)
    written = [int(note["text"]) for note in figure["layout"]["annotations"]]
    assert sorted(written) == sorted(expected.ravel().tolist())
    assert figure["layout"]["xaxis"]["title"]["text"]
    assert figure["layout"]["yaxis"]["title"]["text"]
    assert str(expected[0, 1]) in outputs["confusion"]["result"]


def test_the_card_says_examples_parameters_and_accuracy_with_its_interval(language, model):
    test = models.held_out()
    right = int((model.predict(test.texts) == np.asarray(test.labels, dtype=object)).sum())
    card = read(shown(language)["model"])
    low, high = interval(right, len(test))
    for said in (right / len(test), low, high):
        assert percent(said, 1) in card
    for number in (2 * PER_CLASS, PER_CLASS, model.trainable_parameters_, len(test)):
        assert f"{number:,}" in card


def test_mistakes_are_mistakes_and_the_surest_come_first(language, model):
    examined = examine(PER_CLASS, DEFAULTS["nb_ngrams"], DEFAULTS["nb_alpha"], "reviews")
    gold = dict(zip(models.held_out().texts, models.held_out().labels, strict=True))
    for mistake in examined.mistakes:
        assert model.classes_[mistake.gold] == gold[mistake.text] != model.predict([mistake.text])[0]
    assert len(examined.mistakes) == examined.n - examined.right
    sure = [mistake.probability for mistake in examined.mistakes]
    assert sure == sorted(sure, reverse=True)
    page = _Text(shown(language)["mistakes"])
    assert page.picks == [mistake.text for mistake in examined.mistakes[:MISTAKES]]
    assert percent(sure[0]) in "".join(page.parts)


def test_the_telling_terms_are_the_models(language, model):
    said = read(shown(language)["telling"])
    for terms in model.telling_terms(TELLING).values():
        for term, value in terms:
            assert term in said
            assert signed(value) in said


def test_every_control_changes_the_answer():
    before = shown()
    for change in ({"nb_n": 40}, {"nb_ngrams": 1}, {"nb_alpha": 3.0}, {"s": "A good film."}):
        assert waterfall(shown(**change))["x"] != waterfall(before)["x"]


def test_typing_leaves_what_depends_on_the_model_as_it_is():
    one, other = shown(), shown(s=LONG)
    for name in ("model", "telling", "confusion", "mistakes"):
        assert one[name] == other[name]
    assert other["chart"]["figure"]["layout"]["height"] == WATERFALL_HEIGHT


@pytest.mark.parametrize("empty", ["", "  \n "])
def test_no_sentence_is_a_friendly_sentence_in_the_same_place(language, empty):
    outputs = shown(language, s=empty)
    assert read(outputs["answer"]) == outputs["chart"]["result"] == Text(language)("sentence.empty")
    layout = outputs["chart"]["figure"]["layout"]
    assert layout["height"] == WATERFALL_HEIGHT
    assert layout["xaxis"]["title"]["text"]
    assert outputs["mistakes"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(language, text):
    outputs = shown(language, s=text)
    assert text in read(outputs["answer"])
    for name in OUTPUTS:
        if isinstance(outputs[name], str):
            assert not _Text(outputs[name]).tags & {"script", "img"}
    drawn = json.dumps(outputs["chart"], ensure_ascii=False)
    assert "<script" not in drawn
    assert "<img" not in drawn


def test_figures_are_plain_json_with_labelled_axes(language):
    outputs = shown(language)
    for name in ("chart", "confusion"):
        figure = json.loads(json.dumps(outputs[name]["figure"]))
        for axis in ("xaxis", "yaxis"):
            assert figure["layout"][axis]["title"]["text"]
        assert outputs[name]["result"]


def test_the_languages_differ_in_words_and_agree_in_numbers():
    english, chinese = shown("en"), shown("zh")
    assert waterfall(english)["x"] == waterfall(chinese)["x"]
    assert english["model"] != chinese["model"]
    for key, pair in WORDS.items():
        if key.startswith("bayes."):
            assert all(pair)


def test_the_tab_builds(language):
    class Page:
        def __init__(self):
            self.quietly = {"show_progress": "hidden", "api_visibility": "private"}
            self.loaded, self.last = [], []

        def after(self, wire):
            self.last.append(wire)

        def loads_sentence(self, component):
            self.loaded.append(component)

    async def build(page):  # `gr.Blocks` leaves an event loop open unless one is running
        with gr.Blocks(analytics_enabled=False):
            return bayes.build(Text(language), page)

    page = Page()
    controls, outputs = asyncio.run(build(page))
    assert {name: control.value for name, control in controls.items()} == {
        name: DEFAULTS[name] for name in ("set", "nb_n", "nb_n_zh", "nb_ngrams", "nb_alpha")
    }
    assert len(outputs) == len(OUTPUTS)
    assert page.loaded == [outputs[-1]]


def test_the_formula_is_mathml():
    assert {"math", "mfrac", "msub", "msup"} <= _Text(str(bayes.FORMULA)).tags


# The Chinese reviews ------------------------------------------------------------------------------------------------

CHINESE = {"set": "reviews-zh", "s": SETS["reviews-zh"]["s"]}


def test_the_chinese_reviews_are_learned_live_and_every_number_is_of_them(language):
    t, test = Text(language), models.held_out("reviews-zh")
    model = models.naive_bayes(410, DEFAULTS["nb_ngrams"], DEFAULTS["nb_alpha"], "reviews-zh")
    outputs = shown(language, **CHINESE)
    right = int((model.predict(test.texts) == np.asarray(test.labels, dtype=object)).sum())
    low, high = interval(right, len(test))
    card = read(outputs["model"])
    for number in (percent(right / len(test), 1), percent(low, 1), percent(high, 1), "820", "410", str(len(test))):
        assert number in card
    for said in (card, outputs["confusion"]["result"], read(outputs["mistakes"])):
        assert t("set.reviews-zh") in said
    assert waterfall(outputs)["x"][-1] == pytest.approx(model.explain(CHINESE["s"]).log_odds)
    assert t("set.reviews-zh") not in read(shown(language)["model"])
    assert set(_Text(outputs["mistakes"]).picks) <= set(test.texts)
    assert "失望" in read(outputs["telling"])  # a pair of characters is written without a space


def test_the_worked_chinese_example_is_understood():
    """Most of its characters were seen in training, and the answer is a right one."""
    explanation = models.naive_bayes(410, 2, 0.5, "reviews-zh").explain(CHINESE["s"])
    assert len(explanation.unseen) <= 1
    assert explanation.probabilities[1] > 0.5


@pytest.mark.parametrize("name", SETS)
def test_the_sliders_go_as_far_as_the_set(name):
    (n,) = set(Counter(models.train_set(name).labels).values())
    for slider in ("nb_n", "lstm_n"):
        field = FIELDS[slider + SETS[name]["ends"]]
        assert field.high == field.default == n


def test_a_link_carries_the_set():
    state = decode({"set": "reviews-zh"})
    assert (state["s"], state["word"], per_class(state, "nb_n")) == (CHINESE["s"], "好", 410)
    assert encode(state) == "set=reviews-zh"
    changed = state | {"s": DEFAULTS["s"], "nb_n_zh": 20}
    assert decode(dict(parse_qsl(encode(changed)))) == changed
    assert decode({"set": "klingon"}) == DEFAULTS
    assert encode(DEFAULTS) == ""


def test_choosing_a_set_takes_the_sentence_along():
    assert follow("reviews-zh", DEFAULTS) == [CHINESE["s"], "好"]
    assert follow("reviews", {"s": CHINESE["s"], "word": "好"}) == [DEFAULTS["s"], DEFAULTS["word"]]
    assert follow("reviews-zh", {"s": "真好看", "word": ""}) == ["真好看", ""]
