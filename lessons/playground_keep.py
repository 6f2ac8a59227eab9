"""Keep and share: the cart, the plan as JSON, the Python that reproduces the picture, a link for the class."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pprint import pformat
from typing import Any

from markupsafe import Markup

from paradigms.data import BUILT_IN
from paradigms.plan import Plan
from paradigms.prompt.verbalizer import Verbalizer

from . import models
from .playground_strip import NOW, REFERENCE, Question
from .text import Text
from .view import el

# What a link for the class may hide, beside whole tabs: classes of cloze.css say what each name covers.
PARTS = ("template", "verbalizer", "doctor", "lens", "keep", "training")


def templates(state: Mapping[str, Any]) -> tuple[str, ...]:
    """The templates to carry on: those in the cart, the one being edited and its reference, each once."""
    lines = [line.strip() for line in state["cart"].splitlines()]
    return tuple(dict.fromkeys(line for line in (*lines, state["pt"].strip(), state["rt"].strip()) if line))


def plan(state: Mapping[str, Any]) -> Plan:
    """What `python -m paradigms sweep` is to do: these templates with the label words of now and of the reference.
    Raises ParadigmError where one of them cannot be read."""
    questions = [Question.read(state, fields) for fields in (NOW, REFERENCE)]
    trains = state["pmode"] == "tuned" and state["train"] != "nothing"
    made = Plan(
        templates=templates(state),
        verbalizers=tuple(dict.fromkeys(_source(one.verbalizer) for one in questions)),
        split=state["pset"],
        n=state["pn"],
        shots=state["k"] if trains else 0,
        seeds=(state["seed"],),
        mode=state["train"] if trains else "all",
        backbone=models.Backbone.source,
    )
    made.parsed_templates()
    return made


def _source(verbalizer: Verbalizer) -> str:
    """A verbalizer as a plan holds it; as JSON where a label word is a sign of the other writing."""
    if any(set(word) & set(";\uff1b=") for word in verbalizer.words):
        return json.dumps(dict(verbalizer.label_words), ensure_ascii=False)
    return verbalizer.source


def _words(question: Question) -> str:
    """Label words as Python."""
    return pformat(
        {label: list(words) for label, words in question.verbalizer.label_words}, width=100, sort_dicts=False
    )


def with_paradigms(state: Mapping[str, Any]) -> str:
    """A dozen lines against `paradigms` that print the numbers beside the strip."""
    now, before = Question.read(state), Question.read(state, REFERENCE)
    backbone = f", backbone={models.Backbone.source!r}" if models.Backbone.source else ""
    return f"""\
import numpy as np
from paradigms import PromptClassifier, load
from paradigms.evaluate import interval
from paradigms.plan import draw

reviews = draw(load("reviews", {state["pset"]!r}), {state["pn"]})
gold = np.array(reviews.labels)

def answers(template, words):
    return PromptClassifier(template, words{backbone}).predict(reviews.texts)

now = answers({now.template.source!r}, {_words(now)})
before = answers({before.template.source!r}, {_words(before)})
right, was = now == gold, before == gold
print(f"now {{right.mean():.1%}}, before {{was.mean():.1%}}, interval", interval(right.sum(), len(gold)))
print((right & ~was).sum(), "became right,", (was & ~right).sum(), "became wrong")
"""


def with_transformers(state: Mapping[str, Any]) -> str:
    """The same against plain transformers, a sentence at a time."""
    now, before = Question.read(state), Question.read(state, REFERENCE)
    source = models.Backbone.source or "assets/backbone"
    file = BUILT_IN["reviews"].relative_to(BUILT_IN["reviews"].parents[1]).as_posix() + f"/{state['pset']}.tsv"
    return f"""\
from pathlib import Path

import numpy as np, torch
from transformers import AutoModelForMaskedLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained({source!r})
model = AutoModelForMaskedLM.from_pretrained({source!r}, dtype=torch.float32).eval()
rows = [line.split("\\t") for line in Path({file!r}).read_text(encoding="utf8").split("\\n") if line]
drawn = sorted(np.random.default_rng(0).permutation(len(rows))[:{state["pn"]}])
gold, texts = np.array([rows[i][0] for i in drawn]), [rows[i][1] for i in drawn]

@torch.inference_mode()
def answer(text, template, words):
    filled = template.replace("[MASK]", tokenizer.mask_token).replace("{{text}}", text)
    inputs = tokenizer(*filled.split("[SEP]", 1), return_tensors="pt", truncation=True)
    logits = model(**inputs).logits[0, (inputs.input_ids[0] == tokenizer.mask_token_id).nonzero()[0, 0]]
    ids = {{label: tokenizer(own, add_special_tokens=False).input_ids for label, own in words.items()}}
    return max(ids, key=lambda label: logits[[i for (i,) in ids[label]]].logsumexp(0))

def answers(template, words):
    return np.array([answer(text, template, words) for text in texts])

now = answers({now.template.source!r}, {_words(now)})
before = answers({before.template.source!r}, {_words(before)})
print(f"now {{(now == gold).mean():.1%}}, before {{(before == gold).mean():.1%}}")
"""


def boxes(t: Text, state: Mapping[str, Any]) -> Markup:
    """The plan and the two programs, each to copy or to save."""
    shown = (
        ("plan", "plan.json", plan(state).to_json() + "\n"),
        ("paradigms", "playground.py", with_paradigms(state)),
        ("transformers", "playground_transformers.py", with_transformers(state)),
    )
    return el("div", [_box(t, *one) for one in shown], cls="keep-boxes")


def _box(t: Text, name: str, file: str, content: str) -> Markup:
    place = f"keep-{name}"
    return el(
        "details",
        el("summary", t(f"playground.keep.{name}")),
        el("p", t(f"playground.keep.{name}.about"), cls="caption"),
        el(
            "p",
            el(
                "button",
                t("playground.copy"),
                type="button",
                cls="pick",
                data_copy=place,
                data_done=t("playground.copied"),
            ),
            el("button", t("playground.save", file=file), type="button", cls="pick", data_save=file, data_of=place),
            cls="chips",
        ),
        el("pre", content, id=place, tabindex="0"),
    )


def class_link(t: Text, lessons: Sequence[str]) -> Markup:
    """Ticks for what a link for the class hides; the browser writes the link."""

    def tick(name: str, value: str, text: str) -> Markup:
        return el("label", el("input", type="checkbox", name=name, value=value), " ", text, cls="choice")

    language = t.language
    return el(
        "form",
        el("p", t("playground.link.about"), cls="caption"),
        el(
            "p",
            el("b", t("playground.link.tabs")),
            [tick("hide", name, t(f"tab.{name}")) for name in lessons],
            cls="chips",
        ),
        el(
            "p",
            el("b", t("playground.link.parts")),
            [tick("hide", name, t(f"playground.link.{name}")) for name in PARTS],
            cls="chips",
        ),
        el("p", tick("lang", language, t("playground.link.language")), cls="chips"),
        el("textarea", id="class-link", readonly=True, rows="2", aria_label=t("playground.link")),
        el(
            "p",
            el(
                "button",
                t("playground.copy"),
                type="button",
                cls="pick",
                data_copy="class-link",
                data_done=t("playground.copied"),
            ),
            cls="chips",
        ),
    )
