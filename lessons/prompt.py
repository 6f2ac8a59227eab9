"""Tab 4, BERT + prompt: a template and label words, and everything that happens between them and a label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr
from markupsafe import Markup

from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.template import Template, TemplateError
from paradigms.prompt.verbalizer import words_of

from . import models
from . import prompt_training as training
from .parts import chart, intro, panel, picked
from .prompt_accuracy import in_words, recorded_panel, score
from .prompt_flow import flow
from .prompt_question import Checked, Words, asked, check, read, usable
from .prompt_view import SIDES, bars, filled, template_bad, template_good, versions, words_hint
from .state import DEFAULTS, FIELDS
from .text import Text
from .view import el, pick

NAME = "prompt"
BOXES = training.BOXES

# (kind, template); the first is the one that a page opens with.
TEMPLATES = (
    ("plain", DEFAULTS["t"]),
    ("plain", "{text} It was [MASK]."),
    ("plain", "{text} In short, a [MASK] film."),
    ("question", "{text} Did I like it? [MASK]."),
    ("question", "How was the film? [MASK]. {text}"),
    ("prefix", "A [MASK] film. {text}"),
    ("prefix", "[MASK]: {text}"),
    ("segments", "{text} [SEP] It was [MASK]."),
    ("null", "{text} [MASK]"),
    ("null", "[MASK] {text}"),
    ("irrelevant", "{text} The weather today is [MASK]."),
)
# (kind, negative words, positive words)
PAIRS = (
    ("usual", DEFAULTS["neg"], DEFAULTS["pos"]),
    ("usual", "bad", "good"),
    ("usual", "awful", "wonderful"),
    ("usual", "boring", "fun"),
    ("usual", "worst", "best"),
    ("question", "no", "yes"),
    ("several", "terrible, awful, bad", "great, wonderful, good"),
    ("several", "boring, dull, slow", "exciting, fun, funny"),
    ("reversed", "good", "bad"),
    ("irrelevant", "cat", "dog"),
)


def show(t: Text, state: Mapping[str, Any], session: str | None = None) -> tuple[Any, ...]:
    """(template hint, hint under each row of label words, filled input, distribution, flow, plan of a training).

    What cannot be computed from the boxes as they are is skipped, so that the last picture stays.
    """
    before = models.trained()["prompt"]
    assert isinstance(before, PromptClassifier)
    voices = {"before": before}
    if isinstance(after := models.SESSIONS.get(session, "prompt"), PromptClassifier):
        voices["after"] = after
    labels = [str(label) for label in before.classes_]
    words: Words = tuple(words_of(state[box]) for box in BOXES)
    text, lm = state["s"], before.lm_
    plan = str(training.plan(t, state))
    try:
        template = Template.parse(state["t"])
        reading = read(lm, template, text)
    except TemplateError as error:
        checked = check(words, labels, lm.tokenizer, spaced=True)
        hints = [_row_hint(t, label, row, {}) for label, row in zip(labels, checked, strict=True)]
        return str(template_bad(t, state["t"], error)), *hints, gr.skip(), gr.skip(), gr.skip(), plan

    spaced = template.spaced_mask()
    checked = check(words, labels, lm.tokenizer, spaced)
    sound = all(row and not any(one.error for one in row) for row in checked)
    seen, expected, flows = {}, {}, {}
    ranks: dict[str, list[dict[int, tuple[int, float]]]] = {}
    for when, model in voices.items():
        if sound:
            explanation = asked(model, template, words).explain(text, state["top"])
            distribution = explanation.distribution
            flows[when] = flow(t, explanation, labels)
        else:
            distribution = asked_template(model, template).mask_distribution(text, state["top"])
        logs = distribution.log_probabilities
        ranks[when] = [
            {
                one.token: (int((logs > logs[one.token]).sum()) + 1, float(np_exp(logs[one.token])))
                for one in row
                if one.token is not None
            }
            for row in checked
        ]
        seen[when] = el("div", filled(t, reading, text), voice(t, model, state["t"], words))
        expected[when] = bars(t, distribution, words, labels, usable(distribution.words, lm.tokenizer, spaced))
    hints = [
        str(versions({when: Markup(_row_hint(t, label, checked[i], ranks[when][i])) for when in voices}))
        for i, label in enumerate(labels)
    ]
    return (
        str(template_good(t, reading)),
        *hints,
        str(versions(seen)),
        str(versions(expected)),
        str(versions(flows)) if sound else gr.skip(),
        plan,
    )
