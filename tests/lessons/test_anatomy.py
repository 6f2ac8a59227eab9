"""The diagram of a method's parts: what it says is what the model's own weights say."""

import re

import pytest

from lessons.anatomy import PLACES, Part, anatomy, language_model, summary
from lessons.text import LANGUAGES, Text
from lessons.text.anatomy import WORDS
from paradigms.masked_lm import MaskedLM
from paradigms.prompt.what_is_trained import choose_trained, counts


@pytest.fixture(params=LANGUAGES)
def t(request: pytest.FixtureRequest) -> Text:
    return Text(request.param)


@pytest.fixture(scope="module")
def lm() -> MaskedLM:
    return MaskedLM.load()


def boxes(html: object) -> dict[str, str]:
    """The words of every place."""
    found = re.findall(r'<li class="(?:[^"]* )?at-(\w+)">(.*?)</li>', str(html))
    return {place: " ".join(re.sub(r"<[^>]*>", " ", inside).split()) for place, inside in found}


def test_every_place_is_drawn_whether_or_not_something_stands_there(t: Text) -> None:
    drawn = boxes(anatomy(t, [Part("model", "bert", 10)], hue="prompt"))
    assert tuple(drawn) == PLACES
    assert t("anatomy.none.prompt") in drawn["prompt"]
    assert t("anatomy.state.frozen") in drawn["model"]


@pytest.mark.parametrize("train", ["all", "head", "bias", "lora", "nothing"])
def test_the_numbers_are_the_models(t: Text, lm: MaskedLM, train: str) -> None:
    own = lm.copy()
    choose_trained(own, train)
    html = anatomy(t, language_model(counts(own)), hue="prompt")
    drawn = boxes(html)
    encoder = list(own.model.base_model.parameters())
    inside = {id(weight) for weight in encoder}
    head = [weight for weight in own.model.parameters() if id(weight) not in inside]
    for place, weights in (("model", encoder), ("head", head)):
        total = sum(weight.numel() for weight in weights)
        changed = sum(weight.numel() for weight in weights if weight.requires_grad)
        state = "frozen" if not changed else "trained" if changed == total else "partly"
        assert f"{total:,}" in drawn[place]
        assert t(f"anatomy.state.{state}") in drawn[place]
        assert f"{changed:,}" in drawn[place] or state == "frozen"
    assert (t("anatomy.after.merged") in drawn["model"]) == (train == "lora")


def test_the_sum_knows_copies_and_what_is_thrown_away() -> None:
    t = Text("en")
    parts = [Part("encoder", "mlp", 70, 70, "dropped"), Part("prompt", "vectors", 20, 20), Part("model", "bert", 910)]
    said = summary(t, parts)
    assert "90 of 1,000 parameters (9.00%)" in said
    assert "70 are thrown away" in said
    assert "needs 20 of its own" in said
    three = summary(t, [Part("model", "bert", 1000, 1000, "dropped", copies=3)])
    assert "3,000 of 3,000" in three
    assert "of its own" not in three
    assert "all 910" in summary(t, parts[2:])


def test_a_share_is_never_rounded_to_nothing_or_to_everything() -> None:
    t = Text("en")
    assert "< 0.01%" in summary(t, [Part("model", "bert", 10**6, 1)])
    assert "> 99.99%" in summary(t, [Part("model", "bert", 10**6, 10**6 - 1)])


def test_every_state_has_its_words() -> None:
    states = {Part("model", "bert", total, trained).state for total, trained in ((0, 0), (2, 0), (2, 1), (2, 2))}
    assert states == {"none", "frozen", "partly", "trained"}
    assert {f"anatomy.state.{state}" for state in states - {"none"}} <= set(WORDS)
