"""The gallery: enough of every kind, each usable as it stands."""

from collections import Counter

from paradigms.prompt.gallery import TAGS, TEMPLATES, VERBALIZERS
from paradigms.prompt.template import Template
from paradigms.prompt.verbalizer import Verbalizer


def test_enough_of_every_kind():
    assert len(TEMPLATES) >= 25 and len(VERBALIZERS) >= 15
    assert {entry.tag for entry in TEMPLATES} == set(TAGS)
    assert {entry.tag for entry in VERBALIZERS} <= set(TAGS)
    assert min(Counter(entry.tag for entry in (*TEMPLATES, *VERBALIZERS)).values()) >= 4
    for entries in (TEMPLATES, VERBALIZERS):
        assert len({entry.source for entry in entries}) == len(entries)


def test_templates_fit_the_model(lm):
    for entry in TEMPLATES:
        (encoded,) = Template.parse(entry.source).encode(["A fine film."], lm.tokenizer, lm.max_length)
        assert encoded.input_ids[encoded.mask_position] == lm.tokenizer.mask_token_id
        assert entry.tag != "null" or not any(character.isalpha() for character in literal(entry.source))
        assert entry.tag != "prefix" or entry.source.index("[MASK]") < entry.source.index("{text}")


def literal(source: str) -> str:
    for sign in ("{text}", "[MASK]", "[SEP]"):
        source = source.replace(sign, "")
    return source


def test_label_words_are_single_tokens(lm):
    for entry in VERBALIZERS:
        verbalizer = Verbalizer.parse(entry.source)
        assert verbalizer.labels == ["negative", "positive"]
        assert len(verbalizer.token_ids(lm.tokenizer)) == len(verbalizer.words)


def test_reversed_label_words_are_plain_ones_turned_over():
    straight = {entry.source for entry in VERBALIZERS if entry.tag in {"plain", "question"}}
    for entry in VERBALIZERS:
        if entry.tag == "reversed":
            (_, negative), (_, positive) = Verbalizer.parse(entry.source).label_words
            assert Verbalizer((("negative", positive), ("positive", negative))).source in straight
