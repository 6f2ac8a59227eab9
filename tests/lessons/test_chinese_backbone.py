"""A backbone that reads Chinese: fine-tuning and the prompt learn from the Chinese reviews too."""

import asyncio
import re
from collections.abc import Iterator

import gradio as gr
import numpy as np
import pytest

from lessons import finetune, finetune_results, models, prompt, prompt_accuracy, prompt_training
from lessons.finetune_results import METHOD, RUNS
from lessons.prompt_ready import CHINESE_PAIRS, CHINESE_TEMPLATES
from lessons.review_sets import follow, key
from lessons.state import CHINESE, DEFAULTS, SETS
from lessons.text import LANGUAGES, Text
from lessons.view import percent
from paradigms.backbone import BUILT_IN
from paradigms.bert_finetune import BertFineTune
from paradigms.data import load
from paradigms.evaluate import interval
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.template import Template
from paradigms.prompt.verbalizer import VerbalizerError
from tests.paradigms import tiny

NAME = "reviews-zh"
TEMPLATE, NEG, POS = CHINESE.values()
STATE = {**DEFAULTS, **CHINESE, "set": NAME, "s": SETS[NAME]["s"]}
STEPS = 3


@pytest.fixture(params=LANGUAGES)
def t(request: pytest.FixtureRequest) -> Text:
    return Text(request.param)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A BERT that has the characters of the Chinese reviews, and no Latin letter."""
    characters = "".join((*load(NAME, "train").texts, *(template for _, template in CHINESE_TEMPLATES)))
    letters = re.sub(r"[\sA-Za-z{}\[\]]", "", characters)
    return str(tiny.chinese(tmp_path_factory.mktemp("backbone") / "tiny-chinese", letters))


@pytest.fixture(scope="module")
def shared(folder: str) -> dict[str, object]:
    words = {"negative": NEG, "positive": POS}
    untrained = PromptClassifier(TEMPLATE, words, folder, train="nothing", steps=STEPS).fit(["", ""], ["0", "1"])
    recorded = BertFineTune(backbone=folder, steps=1).fit(["差", "好"], ["0", "1"])
    return {"prompt": untrained, METHOD: recorded}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, folder: str, shared: dict[str, object]) -> Iterator[None]:
    """A server started with the Chinese backbone; what a test trains is forgotten."""
    for name in ("source", "name", "reads_chinese"):
        monkeypatch.setattr(models.Backbone, name, getattr(models.Backbone, name))
    models.Backbone.use(folder)
    monkeypatch.setattr(models, "trained", lambda: shared)
    monkeypatch.setattr(models, "SESSIONS", models.SessionModels())
    monkeypatch.setattr(finetune, "new_model", lambda seed: BertFineTune(models.Backbone.source, steps=STEPS))
    for kept in (prompt_accuracy.zero_shot, prompt_training.parameters):
        kept.cache_clear()
    yield
    for kept in (prompt_accuracy.zero_shot, prompt_training.parameters):
        kept.cache_clear()


def visible(html: object) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", str(html)).split())


def all_of(steps) -> list[tuple]:
    async def run() -> list[tuple]:
        return [shown async for shown in steps]

    return asyncio.run(run())


def test_the_server_knows_whether_its_backbone_reads_chinese(started: None, folder: str) -> None:
    assert models.Backbone.reads_chinese and models.Backbone.source == folder
    models.Backbone.use(str(BUILT_IN))
    assert not models.Backbone.reads_chinese


def test_a_backbone_without_the_english_label_words_is_asked_in_chinese(
    monkeypatch: pytest.MonkeyPatch, started: None
) -> None:
    model = models._trained.__wrapped__()["prompt"]
    assert {one.word for one in model.explain(SETS[NAME]["s"]).label_words} == {NEG, POS}
    monkeypatch.setattr(models.Backbone, "reads_chinese", False)
    with pytest.raises(VerbalizerError):
        models._trained.__wrapped__()


def test_the_question_follows_the_set_of_reviews_like_the_sentence(started: None) -> None:
    assert follow(NAME, DEFAULTS) == [SETS[NAME]["s"], SETS[NAME]["word"], TEMPLATE, NEG, POS]
    assert follow("reviews", STATE)[2:] == [DEFAULTS["t"], DEFAULTS["neg"], DEFAULTS["pos"]]
    own = {"t": "{text}我觉得[MASK]。", "neg": "烂", "pos": "妙"}
    assert follow(NAME, STATE | own)[2:] == list(own.values())


# Fine-tuning --------------------------------------------------------------------------------------------------------


def test_fine_tuning_on_the_chinese_reviews(t: Text, started: None) -> None:
    before = finetune.show(t, STATE, "one")
    assert t("finetune.untrained") in before[0] and t("finetune.results.yours_none") in before[-1]
    assert all(html and f">{t('recorded')}<" not in html for html in before)
    assert re.findall(r'data-pick="(\d+)"', before[4])[-1] == "410"

    *_, last = all_of(finetune.train(t, 4, 1, "one", NAME))
    assert "done" in last[0]
    assert models.SESSIONS.get("one", METHOD) is None
    model, test = models.SESSIONS.get("one", key(METHOD, NAME)), load(NAME, "test")
    right = int((model.predict(test.texts) == np.array(test.labels)).sum())
    assert (RUNS[model].right, RUNS[model].n_test) == (right, 244)
    low, high = interval(right, 244)
    after = finetune.show(t, STATE, "one")
    assert t("finetune.voice.fresh", k=4, n=8, seed=1) in after[0]
    assert percent(model.predict_proba([STATE["s"]])[0].max(), 1) in after[0]
    assert f"{percent(right / 244, 1)} [{100 * low:.1f}–{100 * high:.1f}]" in visible(after[-1])
    assert "244" in visible(after[-1]) and t("set.reviews-zh") in visible(after[-1])
    assert f">{t('recorded')}<" not in "".join(after)

    english = finetune.show(t, DEFAULTS, "one")
    assert 'data-model="recorded"' in english[0] and t("finetune.results.yours_none") in english[-1]
    assert finetune_results.speaker("another", NAME) is None


def test_the_time_is_told_of_the_built_in_backbone_only(t: Text, started: None) -> None:
    end = t("finetune.plan.time", time="|").partition("|")[2]
    assert end not in visible(finetune.plan(t, 16))
    models.Backbone.source = None
    assert end in visible(finetune.plan(t, 16))


# The prompt ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", [template for _, template in CHINESE_TEMPLATES])
@pytest.mark.parametrize(("neg", "pos"), [(neg, pos) for _, neg, pos in CHINESE_PAIRS])
def test_ready_made_chinese_questions_work(started: None, template: str, neg: str, pos: str) -> None:
    outputs = prompt.show(Text("zh"), {**STATE, "t": template, "neg": neg, "pos": pos})
    assert all(isinstance(html, str) for html in outputs)
    assert "wrong" not in "".join(outputs[:3])


def test_accuracy_is_that_of_the_chinese_reviews(t: Text, started: None, shared: dict[str, object]) -> None:
    *_, (panel, _) = prompt_accuracy.score(t, TEMPLATE, NEG, POS, NAME)
    test = load(NAME, "test")
    model = prompt_accuracy.asked(shared["prompt"], Template.parse(TEMPLATE), ((NEG,), (POS,)))
    right = int((model.predict(test.texts) == np.array(test.labels)).sum())
    assert percent(right / 244, 1) in visible(panel) and t("set.reviews-zh") in visible(panel)
    assert t("prompt.zero.note", n=244, majority="50%") in visible(panel)


def test_training_the_prompt_on_the_chinese_reviews(t: Text, started: None) -> None:
    seen = all_of(prompt_training.run(t, "one", {**STATE, "k": 2}))
    assert list(models.SESSIONS.models) == [("one", key("prompt", NAME))]
    curve = next(chart["result"] for _, chart, *_ in seen[::-1] if isinstance(chart, dict) and "result" in chart)
    assert t("set.reviews-zh") in curve
    model = models.SESSIONS.get("one", key("prompt", NAME))
    said = visible(seen[-1][-1])
    assert percent(prompt_accuracy.measure(model, NAME).accuracy, 1) in said and "244" in said
    finetune = f"{prompt_training.beside(2):,}"
    assert finetune in said and finetune in visible(prompt.show(t, STATE)[-1])
    assert "version after" in prompt.show(t, STATE, "one")[3]
    assert "version after" not in prompt.show(t, {**STATE, "set": "reviews"}, "one")[3]


# The tabs -----------------------------------------------------------------------------------------------------------


class Frame:
    """As much of a page as the two tabs need to be built."""

    def __init__(self) -> None:
        self.quietly = {"show_progress": "hidden", "api_visibility": "private"}
        self.live = {"fn": None}
        self.last: list = []
        self.controls = {"s": gr.Textbox(), "word": gr.Textbox()}
        self.tabs = {"prompt": gr.Tab()}

    def after(self, wire) -> None:
        self.last.append(wire)

    def opened(self, lesson: str):
        return self.tabs[lesson].select(None)


def built(t: Text) -> tuple[list[str], set[str], gr.Blocks]:
    """The ids of the radios, the controls and the blocks."""

    async def build():  # a running loop: Gradio opens one of its own where there is none, and leaves it open
        with gr.Blocks(analytics_enabled=False) as demo:
            page = Frame()
            controls = {**finetune.build(t, page)[0], **prompt.build(t, page)[0]}
            page.controls.update(controls)
            for wire in page.last:
                wire()
        return demo, controls

    demo, controls = asyncio.run(build())
    radios = [block.elem_id for block in demo.blocks.values() if isinstance(block, gr.Radio)]
    return radios, set(controls), demo


def test_the_tabs_offer_both_sets(t: Text, started: None) -> None:
    radios, controls, demo = built(t)
    assert {"finetune-set", "prompt-set"} <= set(radios)
    assert {"ft_k", "ft_k_zh"} <= controls and "set" not in controls
    chips = next(block.value for block in demo.blocks.values() if block.elem_id == "prompt-templates")
    assert f'data-pick="{TEMPLATE}"' in chips
    assert all(event.api_visibility == "private" for event in demo.fns.values())


def test_with_the_built_in_backbone_nothing_is_offered(t: Text) -> None:
    radios, controls, demo = built(t)
    assert not {"finetune-set", "prompt-set"} & set(radios) and "ft_k_zh" not in controls
    chips = next(block.value for block in demo.blocks.values() if block.elem_id == "prompt-templates")
    assert TEMPLATE not in chips


def test_the_built_in_backbone_stays_with_the_english_reviews() -> None:
    t = Text("en")
    for lesson in (finetune, prompt):
        assert lesson.show(t, {**DEFAULTS, "set": NAME}) == lesson.show(t, DEFAULTS)
