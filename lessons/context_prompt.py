"""The prompt of the tab "In-context learning": which demonstrations it has, as data and as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from paradigms import data
from paradigms.data import Dataset
from paradigms.errors import ParadigmError
from paradigms.prompt.demonstrations import Demonstrations, DemonstrationsExplanation
from paradigms.prompt.template import Border, Literal, Mask, Sentence, Template
from paradigms.prompt.verbalizer import words_of

from . import models
from .text import LANGUAGES, Text
from .view import el, meter, percent, pick, side

PER_CLASS = 16  # labelled reviews per class that demonstrations are chosen from
MOST = 8  # demonstrations that a slider shows
OFFERED = 6  # examples offered for adding

Examples = tuple[tuple[str, str], ...]  # (text, label)


@lru_cache(maxsize=16)
def pool(seed: int) -> Dataset:
    return data.few_shot(models.train_set(), PER_CLASS, seed)


def ask(state: Mapping[str, Any]) -> Demonstrations:
    """The classifier of the controls; raises ParadigmError where the template, the label words or the lines written by
    hand cannot be used."""
    labels = models.train_set().classes
    words = {label: words_of(state[box]) for label, box in zip(labels, ("neg", "pos"), strict=True)}
    by_hand = state["icl_choose"] == "hand"
    examples = pool(state["icl_seed"])
    model = Demonstrations(
        template=state["t"],
        verbalizer=words,
        backbone=models.Backbone.source,
        description=state["icl_task"],
        shown=state["icl_n"],
        choose="random" if by_hand else state["icl_choose"],
        calibrate="average" if state["icl_calibrate"] == "on" else None,
        seed=state["icl_seed"],
    ).fit(examples.texts, examples.labels)
    return model.showing(read(state["icl_demos"])) if by_hand else model


def with_only(model: Demonstrations, shown: int) -> Demonstrations:
    """The same, with fewer demonstrations: of those by hand the first ones."""
    if model.choose == "given":
        return model.showing(model.examples_[:shown])
    fewer = Demonstrations(**{**model.get_params(), "shown": shown})
    fewer.classes_, fewer.examples_ = model.classes_, model.examples_
    return fewer


# By hand: one demonstration a line, "label | text" ------------------------------------------------------------------


def read(source: str) -> Examples:
    """The demonstrations of a text box; raises ParadigmError no_bar or unknown_label with the line as position. Labels
    may be written in either language."""
    names = {}
    for label in models.train_set().classes:
        names[label] = label
        names.update({Text(language).label(label): label for language in LANGUAGES})
    examples = []
    for line, row in enumerate(source.split("\n")):
        if row.strip():
            name, bar, text = row.replace("\uff5c", "|").partition("|")
            if not bar:
                message = f"line {line + 1}: no | between label and text"
                raise ParadigmError("no_bar", message, position=line, offending=row[:80])
            if name.strip() not in names:
                message = f"line {line + 1}: {name.strip()!r} is no label"
                known = models.train_set().classes
                raise ParadigmError("unknown_label", message, position=line, offending=name.strip(), labels=known)
            examples.append((text.strip(), names[name.strip()]))
    return tuple(examples)


def written(t: Text, examples: Sequence[tuple[str, str]]) -> str:
    return "\n".join(f"{t.label(label)} | {' '.join(text.split())}" for text, label in examples)


def edited(examples: Sequence[tuple[str, str]], what: str, offered: Dataset) -> Examples:
    """The demonstrations after a click: `up:2`, `down:2`, `drop:2`, `move:2:0` (to where), `add:7` (a row of the
    pool). What cannot be done leaves them as they are."""
    name, _, rest = what.partition(":")
    numbers = [int(number) for number in rest.split(":") if number.isdecimal()]
    changed = list(examples)
    if name == "add" and numbers and numbers[0] < len(offered):
        changed.append((offered.texts[numbers[0]], offered.labels[numbers[0]]))
    elif numbers and numbers[0] < len(changed):
        at = numbers[0]
        if name == "drop":
            del changed[at]
        else:
            to = {"up": at - 1, "down": at + 1, "move": numbers[-1]}.get(name, at)
            if 0 <= to < len(changed):
                changed.insert(to, changed.pop(at))
    return tuple(changed)


# As a picture -------------------------------------------------------------------------------------------------------


def demonstrations(t: Text, explanation: DemonstrationsExplanation, examples: Dataset) -> Markup:
    """The demonstrations in the order of the prompt, each with the buttons that move it, and some to add."""
    rows = []
    last = len(explanation.shown) - 1
    for place, one in enumerate(explanation.shown):
        buttons = [
            el("button", sign, type="button", cls="pick", data_pick=f"{what}:{place}", aria_label=said, title=said)
            for what, sign in (("up", "↑"), ("down", "↓"), ("drop", "✕"))
            if (said := t(f"context.{what}", n=place + 1)) and (what, place) not in {("up", 0), ("down", last)}
        ]
        near = None
        if one.similarity is not None:
            near = el("span", t("context.near", value=f"{one.similarity:.2f}"), cls="caption number")
        rows.append(
            el(
                "li",
                el("span", place + 1, cls="place number", aria_hidden="true"),
                _label(t, one.label),
                el("span", one.text, cls="said"),
                near,
                el("span", buttons, cls="moves"),
                draggable="true",
                data_place=place,
            )
        )
    used = {one.text for one in (*explanation.shown, *explanation.left_out)}
    offered = [
        (row, text, label) for row, (text, label) in enumerate(zip(examples.texts, examples.labels, strict=True))
    ]
    offered = sorted((one for one in offered if one[1] not in used), key=lambda one: len(one[1]))[:OFFERED]
    return el(
        "div",
        el("h3", t("context.list", n=len(rows))),
        el("ol", rows, cls="demonstrations") if rows else el("p", t("context.list.none"), cls="hint"),
        el("p", t("context.add"), cls="caption"),
        el(
            "div",
            [pick(text, f"add:{row}", cls=side(_class(label))) for row, text, label in offered],
            cls="chips offered",
        ),
    )


def _class(label: str) -> int:
    return models.train_set().classes.index(label)


def _label(t: Text, label: str) -> Markup:
    return el("span", t.label(label), cls=f"label {side(_class(label))}")


def whole(t: Text, model: Demonstrations, explanation: DemonstrationsExplanation, text: str) -> Markup:
    """The prompt in full, its parts told apart by colour, and how much of the model's room it takes."""
    template = Template.parse(model.template) if isinstance(model.template, str) else model.template
    lines = []
    if explanation.description.strip():
        lines.append(el("span", explanation.description.strip(), cls="part description", title=t("context.part.task")))
    for one in explanation.shown:
        answer = el("b", one.word, cls=f"answer-word {side(_class(one.label))}")
        title = t("context.part.demonstration", label=t.label(one.label))
        lines.append(el("span", _filled(template, one.text, answer), cls="part demonstration", title=title))
    slot = el("span", "[MASK]", cls="slot-here")
    question = _filled(template, text.strip() or "…", slot)
    lines.append(el("span", question, cls="part question", title=t("context.part.question")))
    parts = ("task", "demonstration", "question")
    legend = [el("span", t(f"context.legend.{part}"), cls=f"key {part}") for part in parts]
    used = t("context.room", used=len(explanation.tokens), limit=model.lm_.max_length)
    return el(
        "section",
        el("div", el("h3", t("context.prompt")), el("p", legend, cls="legend"), cls="head"),
        el("div", lines, cls="whole-prompt"),
        el("p", used, " ", left_out(t, explanation), cls="caption"),
    )


def left_out(t: Text, explanation: DemonstrationsExplanation) -> str:
    """Which demonstrations had no room, and whether the sentence was cut."""
    said = []
    if explanation.left_out:
        texts = t("semicolon").join(one.text for one in explanation.left_out)
        said.append(t("context.left_out", n=len(explanation.left_out), texts=texts))
    if explanation.truncated:
        said.append(t("prompt.truncated", n=explanation.truncated))
    return t("space").join(said) or t("context.all_fit")


def _filled(template: Template, text: str, slot: Markup) -> list[object]:
    fixed = {Sentence: el("span", text.strip(), cls="said"), Mask: slot, Border: el("span", " [SEP] ", cls="border")}
    return [part.text if isinstance(part, Literal) else fixed.get(type(part)) for part in template.parts]


def answers(t: Text, models_by_name: Mapping[str, Demonstrations], text: str) -> Markup:
    """One sentence, the same question with no, with one and with all demonstrations."""
    rows = []
    for name, model in models_by_name.items():
        probabilities = model.predict_proba([text])[0]
        best = int(probabilities.argmax())
        n = len(model.chosen([text])[0].shown)
        rows.append(
            el(
                "div",
                el("span", t(f"context.shots.{name}"), el("span", t("context.shots.n", n=n), cls="shots"), cls="which"),
                el("span", t.label(str(model.classes_[best])), cls=f"label {side(best)}"),
                meter(float(probabilities[best]), cls=side(best)),
                el("span", percent(float(probabilities[best])), cls="number"),
                cls="shot",
                data_shots=name,
            )
        )
    return el("section", el("h3", t("context.answers")), el("div", rows, cls="shots-rows"))
