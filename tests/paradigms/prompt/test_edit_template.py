"""Neighbours of a template: one edit away, signs untouched."""

import pytest

from paradigms.prompt.edit_template import edit_template, items_of, neighbours
from paradigms.prompt.template import Mask, Sentence, Template
from paradigms.prompt.verbalizer import Verbalizer

VERBALIZER = Verbalizer.parse("0=terrible;1=great")


@pytest.mark.parametrize(
    "source",
    [
        "{text} All in all, it was [MASK].",
        "[MASK] news: {text}",
        "{text} [SEP]  It's [MASK] , no?",
        "{text}真是[MASK]。",
    ],
)
def test_items_make_the_template_again(source):
    items, places = items_of(Template.parse(source))
    assert "".join(items) == source
    assert not {"{text}", "[MASK]", "[SEP]"} & {items[at].strip() for at in places}


def test_words_of_a_template():
    items, places = items_of(Template.parse("{text} All in all, it was [MASK]."))
    assert [items[at] for at in places] == [" All", " in", " all", ",", " it", " was", "."]
    assert items_of(Template.parse("{text}真是[MASK]。"))[0] == ["{text}", "真", "是", "[MASK]", "。"]


def test_neighbours(examples):
    around = neighbours(examples, Template.parse("{text} It was [MASK]."), VERBALIZER, 1)
    sources = [one.source for one in around]
    assert {"{text} was [MASK].", "{text} It [MASK].", "{text} It was [MASK]", "{text} was It [MASK]."} <= set(sources)
    assert len(sources) == len(set(sources))
    assert any(len(source.split()) == 5 for source in sources)  # a word put in
    assert "{text} It was [MASK]." not in sources
    for one in around:
        assert sum(isinstance(part, Mask) for part in one.parts) == 1
        assert sum(isinstance(part, Sentence) for part in one.parts) == 1
        assert not {"terrible", "great"} & set(one.source.split())


def test_the_search_moves_to_the_best_neighbour(examples):
    start = Template.parse("{text} [MASK].")
    steps = list(edit_template(examples, start, VERBALIZER, 2, 1))
    assert [step.step for step in steps] == list(range(1, steps[0].total + 1))
    scored = [one for step in steps for one in step.candidates]
    assert steps[-1].best == min([examples.score(start, VERBALIZER), *scored], key=lambda one: one.loss)
    read = [one.template.encode([""], examples.lm.tokenizer, 64)[0].input_ids for one in scored]
    assert len(read) == len(set(read))  # what the model reads alike is asked once
