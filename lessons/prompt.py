"""Tab 4, BERT + prompt: a template and label words, and everything that happens between them and a label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr
import numpy as np
from markupsafe import Markup

from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.template import Template, TemplateError
from paradigms.prompt.verbalizer import words_of

from . import models
from . import prompt_training as training
from .parts import intro, panel, picked
from .prompt_accuracy import in_words, recorded_panel, score
from .prompt_flow import flow
from .prompt_question import Checked, Reading, Words, asked, check, read, usable, with_template
from .prompt_ready import CHINESE_PAIRS, CHINESE_TEMPLATES, PAIRS, TEMPLATES, pair, ready, used
from .prompt_view import SIDES, bars, filled, template_bad, template_good, versions, words_hint
from .review_sets import backbone_choice, for_backbone, key
from .state import DEFAULTS, FIELDS
from .text import Text
from .view import el

NAME = "prompt"
BOXES = training.BOXES


def show(t: Text, state: Mapping[str, Any], session: str | None = None) -> tuple[Any, ...]:
    """(template hint, hint under each row of label words, filled input, distribution, flow, plan of a training).

    What cannot be computed from the boxes as they are is skipped, so that the last picture stays.
    """
    state = for_backbone(state)
    before = models.trained()["prompt"]
    assert isinstance(before, PromptClassifier)
    voices = {"before": before}
    if isinstance(after := models.SESSIONS.get(session, key(NAME, state["set"])), PromptClassifier):
        voices["after"] = after
    labels = [str(label) for label in before.classes_]
    words: Words = tuple(words_of(state[box]) for box in BOXES)
    tokenizer = before.lm_.tokenizer
    plan = str(training.plan(t, state))
    try:
        template = Template.parse(state["t"])
        reading = read(before.lm_, template, state["s"])
    except TemplateError as error:
        checked = check(words, labels, tokenizer, spaced=True)
        hints = [str(words_hint(t, label, row, {})) for label, row in zip(labels, checked, strict=True)]
        return str(template_bad(t, state["t"], error)), *hints, gr.skip(), gr.skip(), gr.skip(), plan

    checked = check(words, labels, tokenizer, template.spaced_mask())
    pictures = {
        when: picture(t, state, model, template, reading, words, checked, labels) for when, model in voices.items()
    }
    hints = [str(versions({when: one.hints[row] for when, one in pictures.items()})) for row in range(len(labels))]
    flows = {when: one.flow for when, one in pictures.items() if one.flow is not None}
    return (
        str(template_good(t, reading)),
        *hints,
        str(versions({when: one.filled for when, one in pictures.items()})),
        str(versions({when: one.bars for when, one in pictures.items()})),
        str(versions(flows)) if flows else gr.skip(),
        plan,
    )


@dataclass(frozen=True)
class Picture:
    """What the tab shows of one model's answer; no flow where the label words cannot be used."""

    hints: list[Markup]
    filled: Markup
    bars: Markup
    flow: Markup | None


def picture(
    t: Text,
    state: Mapping[str, Any],
    model: PromptClassifier,
    template: Template,
    reading: Reading,
    words: Words,
    checked: Sequence[Sequence[Checked]],
    labels: Sequence[str],
) -> Picture:
    sound = all(row and not any(one.error for one in row) for row in checked)
    if sound:
        explanation = asked(model, template, words).explain(state["s"], state["top"])
        distribution = explanation.distribution
    else:
        distribution = with_template(model, template).mask_distribution(state["s"], state["top"])
    logs = distribution.log_probabilities  # (V,)
    ranks = {
        one.token: (int((logs > logs[one.token]).sum()) + 1, float(np.exp(logs[one.token])))
        for row in checked
        for one in row
        if one.token is not None
    }
    possible = usable(distribution.words, model.lm_.tokenizer, template.spaced_mask())
    return Picture(
        hints=[words_hint(t, label, row, ranks) for label, row in zip(labels, checked, strict=True)],
        filled=el("div", filled(t, reading, state["s"]), voice(t, model, state["t"], words)),
        bars=bars(t, distribution, words, labels, possible),
        flow=flow(t, state["s"], explanation, labels) if sound else None,
    )


def voice(t: Text, model: PromptClassifier, template: str, words: Words) -> Markup:
    """Which model is speaking, and what it was given."""
    how = training.trained_how(model)
    if how is None:
        return el("p", t("prompt.voice.before", name=model.lm_.name), cls="caption")
    said = t(
        "prompt.voice.after",
        n=how.shots * len(words),
        k=how.shots,
        seed=how.seed,
        parameters=f"{how.parameters:,}",
        step=how.step,
        total=how.total,
    )
    if (how.template, how.words) == (template, words):
        return el("p", said, cls="caption")
    return el("p", said, " ", t("prompt.voice.other", template=how.template, words=in_words(how.words)), cls="caption")


def formula() -> Markup:
    """p(y|x) = p([MASK] = v(y) | T(x)) = sum over w in v(y) of exp z(w) / sum over all label words w' of exp z(w')."""

    def row(*parts: object) -> Markup:
        return el("mrow", [part if isinstance(part, Markup) else _sign(str(part)) for part in parts])

    def total(under: Markup, word: Markup) -> Markup:
        return row(el("munder", _sign("∑"), under), el("mi", "exp"), "(", el("mi", "z"), "(", word, ")", ")")

    w, primed = el("mi", "w"), el("msup", el("mi", "w"), _sign("′"))
    y, primed_y = el("mi", "y"), el("msup", el("mi", "y"), _sign("′"))
    mask, template = el("mtext", "[MASK]"), row(el("mi", "T"), "(", el("mi", "x"), ")")
    mine = row(w, "∈", el("mi", "v"), "(", y, ")")
    anyones = row(primed, "∈", el("msub", _sign("⋃"), primed_y), el("mi", "v"), "(", primed_y, ")")
    p = el("mi", "p")
    written = row(
        *(p, "(", y, "|", el("mi", "x"), ")", "="),
        *(p, "(", mask, "=", el("mi", "v"), "(", y, ")", "|", template, ")", "="),
        el("mfrac", total(mine, w), total(anyones, primed)),
    )
    return el("math", written, display="block")


def _sign(text: str) -> Markup:
    return el("mo", text)


def build(t: Text, page: Any) -> tuple[dict[str, gr.components.Component], list[gr.components.Component]]:
    """The tab's controls by the name of their field, and the outputs that `show` fills."""
    labels = models.held_out().classes
    gr.HTML(str(intro(NAME, t, formula())), apply_default_css=False)
    reviews = backbone_choice(t, page, NAME, "prompt.set.note")
    controls: dict[str, Any] = {}
    with gr.Row(equal_height=False, elem_classes=["hue-prompt"]):
        with gr.Column(scale=5, min_width=320, elem_classes=["live", "tight"]):
            controls["t"] = gr.Textbox(
                DEFAULTS["t"],
                label=t("prompt.template"),
                info=t("prompt.template.info"),
                max_length=FIELDS["t"].longest,
                max_lines=4,
                elem_id="prompt-template",
            )
            template_hint = panel("prompt-template-hint")
            offered = (*CHINESE_TEMPLATES, *TEMPLATES) if reviews else TEMPLATES
            templates = panel("prompt-templates", ready(t, [(kind, text, text) for kind, text in offered]))
            about = [el("h3", t("prompt.words")), el("p", t("prompt.words.info"), cls="caption")]
            gr.HTML(str(el("div", about)), apply_default_css=False, elem_classes=["part-verbalizer"])
            hints = []
            for box, label, side in zip(BOXES, labels, SIDES, strict=True):
                controls[box] = gr.Textbox(
                    DEFAULTS[box],
                    label=t.label(label),
                    max_length=FIELDS[box].longest,
                    max_lines=2,
                    elem_id=f"prompt-{box}",
                    elem_classes=["words-row", side],
                )
                hints.append(panel(f"prompt-{box}-hint", classes=("words-hint",)))
            choices = [
                (kind, f"{negative} / {positive}", f"{negative}|{positive}")
                for kind, negative, positive in ((*CHINESE_PAIRS, *PAIRS) if reviews else PAIRS)
            ]
            pairs = panel("prompt-pairs", ready(t, choices))
        with gr.Column(scale=7, min_width=320, elem_classes=["tight"]):
            when = [(t(f"prompt.when.{name}"), name) for name in ("before", "after")]
            gr.Radio(when, value="after", label=t("prompt.when"), interactive=True, elem_id="prompt-when")
            filled_panel = panel("prompt-filled")
            bars_panel = panel("prompt-bars")
            controls["top"] = training.slider("top", t("prompt.top"))
            row = next(row for row in models.results() if row.method == "prompt" and row.shots == 0)
            opening = (DEFAULTS["t"], tuple(words_of(DEFAULTS[box]) for box in BOXES))
            # The recorded figure is that of the built-in backbone.
            known = models.Backbone.source is None
            recorded = recorded_panel(t, *opening, row) if known else el("p", t("prompt.zero.none"), cls="hint")
            accuracy = panel("prompt-zero", recorded)
            stale = panel("prompt-stale", el("p", "\u00a0", cls="hint"))
    flow_panel = panel("prompt-flow", classes=("hue-prompt",))
    plan, wires = training.part(t, page, controls, reviews)
    outputs: list[gr.components.Component] = [template_hint, *hints, filled_panel, bars_panel, flow_panel, plan]

    boxes = [controls[box] for box in BOXES]

    def use(event: gr.EventData, *values: str) -> list[str]:
        return used(picked(event), values)

    def fill_words(event: gr.EventData) -> list[str]:
        return pair(picked(event))

    def measure_zero_shot(*asked_for: object) -> Any:
        names = ("t", *BOXES, *reviews)
        yield from score(t, *(str(FIELDS[name].clean(one)) for name, one in zip(names, asked_for, strict=True)))

    def wire() -> None:
        templates.select(picked, None, controls["t"], queue=False, **page.quietly).then(**page.live)
        pairs.select(fill_words, None, boxes, queue=False, **page.quietly).then(**page.live)
        bars_panel.select(use, boxes, boxes, queue=False, **page.quietly).then(**page.live)
        question = [controls["t"], *boxes, *reviews.values()]
        measured: dict[str, Any] = {
            "fn": measure_zero_shot,
            "inputs": question,
            "outputs": [accuracy, stale],
            "trigger_mode": "always_last",
            "concurrency_id": "scoring",
            "concurrency_limit": 1,
            **page.quietly,
        }
        gr.on([component.change for component in question], **measured)
        page.opened(NAME).then(**measured)
        wires()

    page.after(wire)
    return controls, outputs
