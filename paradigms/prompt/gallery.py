"""A gallery of templates and verbalizers to compare: what a wording is worth shows only beside other wordings.

Written down before anything was measured, and none was chosen or changed for its accuracy. The tags:

    plain        a statement about the film, or words for its quality
    question     a question and its answer
    prefix       the slot stands before the sentence
    null         no words at all (Logan IV et al. 2022, "null prompts")
    irrelevant   about something else
    reversed     a wording, or label words, that turn the answer over
"""

from __future__ import annotations

from dataclasses import dataclass

TAGS = ("plain", "question", "prefix", "null", "irrelevant", "reversed")


@dataclass(frozen=True)
class Entry:
    """A template or a verbalizer as its source text, with one of TAGS."""

    source: str
    tag: str


def _tagged(**sources: tuple[str, ...]) -> tuple[Entry, ...]:
    return tuple(Entry(source, tag) for tag, group in sources.items() for source in group)


TEMPLATES = _tagged(
    plain=(
        "{text} It was [MASK].",
        "{text} All in all, it was [MASK].",
        "{text} In short, a [MASK] film.",
        "{text} The film is [MASK].",
        "{text} What a [MASK] movie!",
        "{text} I found it [MASK].",
        "{text} The acting is [MASK].",
        "{text} The verdict: [MASK].",
    ),
    question=(
        "{text} Did I like it? [MASK].",
        "{text} How was it? [MASK].",
        "{text} Would I watch it again? [MASK].",
        "{text} Was it worth the ticket? [MASK].",
        "How was the film? [MASK]. {text}",
        "Question: is the film good or bad? {text} Answer: [MASK].",
    ),
    prefix=(
        "[MASK]: {text}",
        "A [MASK] film. {text}",
        "It was [MASK]. {text}",
        "My opinion is [MASK]: {text}",
        "Here is a [MASK] review: {text}",
    ),
    null=(
        "{text} [MASK]",
        "{text} [MASK].",
        "[MASK] {text}",
        "{text} [SEP] [MASK]",
    ),
    irrelevant=(
        "{text} The weather today is [MASK].",
        "{text} The cat next door is called [MASK].",
        "{text} She put the [MASK] on the table.",
        "{text} The train leaves at [MASK].",
        "{text} Paris is the capital of [MASK].",
    ),
    reversed=(
        "{text} It was not [MASK].",
        "{text} It was anything but [MASK].",
        "{text} Nobody could call it [MASK].",
        "{text} The opposite of [MASK].",
    ),
)

VERBALIZERS = _tagged(
    plain=(
        "negative=terrible;positive=great",
        "negative=bad;positive=good",
        "negative=awful;positive=wonderful",
        "negative=boring;positive=fun",
        "negative=worst;positive=best",
        "negative=dull;positive=exciting",
        "negative=poor;positive=excellent",
        "negative=negative;positive=positive",
        "negative=terrible,awful,bad,boring;positive=great,wonderful,good,fun",
    ),
    question=(
        "negative=no;positive=yes",
        "negative=never;positive=always",
        "negative=false;positive=true",
    ),
    irrelevant=(
        "negative=dog;positive=cat",
        "negative=cat;positive=dog",
        "negative=table;positive=chair",
        "negative=monday;positive=friday",
    ),
    reversed=(
        "negative=great;positive=terrible",
        "negative=good;positive=bad",
        "negative=best;positive=worst",
        "negative=yes;positive=no",
    ),
)
