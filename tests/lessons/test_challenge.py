"""The challenge section of the Compare tab: its figures are counted from the models' own answers."""

import asyncio
import re
from html import unescape

import gradio as gr
import numpy as np
import pytest

from lessons import challenge, models
from lessons.text import LANGUAGES, Text
from lessons.view import percent
from paradigms.data import CHALLENGE
from paradigms.record import METHODS

in_both = pytest.mark.parametrize("t", [Text(language) for language in LANGUAGES], ids=LANGUAGES)


class Oracle:
    """Answers rightly where `right` says so of a sentence, and only there."""

    def __init__(self, right):
        self.right = right

    def predict(self, texts):
        labels = {row.text: row.label for row in challenge.examples()}
        return np.array([labels[text] if self.right(text) else "10"[int(labels[text])] for text in texts], dtype=object)


@pytest.fixture(autouse=True)
def oracles(monkeypatch):
    """Naive Bayes is always right, the LSTM never, fine-tuning on negation only, the prompt but for irony."""
    of = {row.text: row.phenomenon for row in challenge.examples()}
    rights = (lambda _: True, lambda _: False, lambda s: of[s] == "negation", lambda s: of[s] != "irony")
    known = {method: Oracle(right) for method, right in zip(METHODS, rights, strict=True)}
    monkeypatch.setattr(models, "trained", lambda: known)
    challenge.answered.cache_clear()
    yield
    challenge.answered.cache_clear()


@in_both
def test_the_grid_counts_right_answers(t):
    value = challenge.grid(t)
    (map_,) = value["figure"]["data"]
    rows = dict(zip(CHALLENGE, np.asarray(map_["z"]).tolist(), strict=True))
    assert rows["negation"] == [1, 0, 1, 1]
    assert rows["irony"] == [1, 0, 0, 0]
    assert rows["idiom"] == [1, 0, 0, 1]
    assert list(map_["y"]) == [t(f"phenomenon.{phenomenon}") for phenomenon in CHALLENGE]
    n = len(challenge.examples())
    assert t("challenge.score", method=t("method.tfidf-nb"), right=n, n=n) in value["result"]
    assert t("challenge.score", method=t("method.word2vec-lstm"), right=0, n=n) in value["result"]
    assert t("phenomenon.irony") in value["result"] and percent(0) in value["result"]  # the prompt's worst


@in_both
@pytest.mark.parametrize("phenomenon", ["negation", "irony"])
def test_the_sentences_with_a_dot_for_each_paradigm(t, phenomenon):
    html = str(challenge.sentences(t, phenomenon))
    rows = [row for row in challenge.examples() if row.phenomenon == phenomenon]
    picks = [unescape(text) for text in re.findall(r'data-pick="([^"]*)"', html)]
    assert sorted(picks) == sorted(row.text for row in rows)
    right, wrong = t("challenge.right"), t("challenge.wrong")
    dots = re.findall(r'aria-label="([^"]*)"', html)
    prompt = right if phenomenon == "negation" else wrong
    said = {"tfidf-nb": right, "word2vec-lstm": wrong, "bert-finetune": prompt, "prompt": prompt}
    assert dots == [f"{t(f'method.{method}')}{t('colon')}{said[method]}" for method in METHODS] * len(rows)


@in_both
def test_the_two_of_a_pair_share_a_frame_and_count_together(t):
    html = str(challenge.sentences(t, "irony"))
    rows = [row for row in challenge.examples() if row.phenomenon == "irony"]
    n_pairs = len({row.pair for row in rows if row.pair})
    singles = sum(not row.pair for row in rows)
    assert html.count('class="frame"') == n_pairs + singles
    for method, right in (("tfidf-nb", n_pairs), ("prompt", 0)):
        assert t("challenge.score", method=t(f"method.{method}"), right=right, n=n_pairs) in html


@in_both
def test_the_section_builds(t):
    class Page:
        def __init__(self):
            self.quietly = {"show_progress": "hidden", "api_visibility": "private"}
            self.loaded = []

        def loads_sentence(self, component):
            self.loaded.append(component)

    page = Page()

    async def build():  # a running loop: Gradio opens one of its own where there is none, and leaves it open
        with gr.Blocks(analytics_enabled=False) as demo:
            challenge.build(t, page)
        return demo

    demo = asyncio.run(build())
    assert [component.elem_id for component in page.loaded[-1:]] == ["challenge-sentences"]
    assert all(event.api_visibility == "private" for event in demo.fns.values())
