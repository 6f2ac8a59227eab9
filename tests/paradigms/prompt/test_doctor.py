"""The token doctor against the tokenizer, the verbalizer and the classifier's own prior."""

import pytest

from paradigms.masked_lm import MaskedLM
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.doctor import examine
from paradigms.prompt.template import Template, TemplateError

TEMPLATE = Template.parse("{text} It was [MASK].")


def test_a_sound_question(lm: MaskedLM) -> None:
    found = examine(lm, TEMPLATE, (("bad", "awful"), ("great",)), ["0", "1"], "A great film.")
    assert [[one.in_sentence for one in row] for row in found.words] == [[False, False], [True]]
    model = PromptClassifier(TEMPLATE, {"0": ["bad", "awful"], "1": ["great"]})
    assert found.prior == pytest.approx(tuple(model.prior("average")))
    assert found.truncated == 0
    priors = [one.prior for row in found.words for one in row]
    ranks = [one.rank for row in found.words for one in row]
    assert sorted(range(3), key=lambda i: -priors[i]) == sorted(range(3), key=ranks.__getitem__)
    assert all(0 < prior < 1 for prior in priors)


def test_what_is_wrong_with_each_word(lm: MaskedLM) -> None:
    found = examine(lm, TEMPLATE, (("unwatchable", "☃", "fun"), ("Fun", "good", "good")), ["n", "p"], "")
    kinds = [[one.checked.error and one.checked.error.kind for one in row] for row in found.words]
    assert kinds == [["not_one_token", "unknown_word", "same_word"], ["same_word", None, "repeated_word"]]
    assert found.words[0][0].pieces == ("un", "##watch", "##able")
    assert found.words[0][0].rank is None
    assert found.prior is None


def test_three_classes_and_a_class_without_a_word(lm: MaskedLM) -> None:
    found = examine(lm, TEMPLATE, (("bad",), ("good",), ("okay",)), ["a", "b", "c"], "")
    assert found.prior is not None and sum(found.prior) == pytest.approx(1)
    assert examine(lm, TEMPLATE, (("bad",), ()), ["a", "b"], "").prior is None


def test_truncation_and_a_template_without_room(lm: MaskedLM) -> None:
    assert examine(lm, TEMPLATE, (("bad",), ("good",)), ["0", "1"], "!" * 600).truncated == 600 - 512 + 6
    with pytest.raises(TemplateError):
        examine(lm, Template.parse("{text} [MASK]" + " no" * 510), (("bad",), ("good",)), ["0", "1"], "")
