"""Ready-made templates and label words, and what a click on one of them, or on a word of the distribution, does."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from paradigms.prompt.verbalizer import words_of

from .state import CHINESE, DEFAULTS
from .text import Text
from .view import el, pick

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
# Offered besides where the backbone reads Chinese.
CHINESE_TEMPLATES = tuple(
    ("chinese", template)
    for template in (
        CHINESE["t"],
        "{text}这部电影真[MASK]。",
        "很[MASK]！{text}",
    )
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
    ("several", "bad, rubbish, worthless", "fantastic, cool"),
    ("reversed", "good", "bad"),
    ("irrelevant", "cat", "dog"),
)
CHINESE_PAIRS = (("chinese", CHINESE["neg"], CHINESE["pos"]), ("chinese", "差, 烂, 闷", "好, 棒, 妙"))


def used(choice: str, boxes: Sequence[str]) -> list[str]:
    """The boxes of label words after a click on a word: `1:great` puts it into the second class, or takes it away
    from there; it belongs to one class at most."""
    place, _, word = choice.partition(":")
    rows = [list(words_of(box)) for box in boxes]
    if not word or place not in map(str, range(len(rows))):
        return list(boxes)
    had = word.casefold() in [one.casefold() for one in rows[int(place)]]
    rows = [[one for one in row if one.casefold() != word.casefold()] for row in rows]
    if not had:
        rows[int(place)].append(word)
    return [", ".join(row) for row in rows]


def pair(choice: str) -> list[str]:
    """The boxes of label words that a ready-made pair fills: `terrible|great`."""
    return choice.split("|", 1) if "|" in choice else ["", ""]


def ready(t: Text, items: Sequence[tuple[str, str, str]]) -> Markup:
    """Ready-made (kind, what is shown, what is picked) as buttons."""
    buttons = [
        pick([el("span", t(f"prompt.kind.{kind}"), cls="kind"), " ", text], value) for kind, text, value in items
    ]
    return el("div", el("span", t("prompt.ready"), cls="caption"), buttons, cls="chips ready")
