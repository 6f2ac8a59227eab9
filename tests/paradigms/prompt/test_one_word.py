"""One word of a template at a time: found, replaced, and asked of the model."""

import pytest
import torch

from paradigms.errors import ParadigmError
from paradigms.prompt.one_word import own_words, places, put
from paradigms.prompt.template import Template

TEMPLATE = Template.parse("Well, {text} isn't it [MASK]? [SEP] Yes.")


def test_places_are_the_words_of_the_template():
    assert [place.word for place in places(TEMPLATE)] == ["Well", "isn't", "it", "Yes"]
    for place in places(TEMPLATE):
        assert TEMPLATE.parts[place.part].text[place.start : place.end] == place.word
    assert places(Template.parse("{text} [MASK]")) == []
    assert [place.word for place in places(Template.parse("{text}真好[MASK]"))] == ["真好"]


def test_put_changes_that_word_only():
    sources = [put(TEMPLATE, place, "so").source for place in places(TEMPLATE)]
    assert sources == [
        "so, {text} isn't it [MASK]? [SEP] Yes.",
        "Well, {text} so it [MASK]? [SEP] Yes.",
        "Well, {text} isn't so [MASK]? [SEP] Yes.",
        "Well, {text} isn't it [MASK]? [SEP] so.",
    ]
    place = places(TEMPLATE)[0]
    assert put(TEMPLATE, place, place.word) == TEMPLATE
    soft = Template.parse('[soft:2] {text} it [soft:"so so"] [MASK]')
    assert put(soft, places(soft)[0], "they").source == '[soft:2] {text} they [soft:"so so"] [MASK]'


@pytest.mark.parametrize("word", ["{text}", "[MASK]", "{x"])
def test_a_word_is_no_sign(word):
    with pytest.raises(ParadigmError) as caught:
        put(TEMPLATE, places(TEMPLATE)[0], word)
    assert (caught.value.kind, caught.value.offending) == ("bad_word", word)


@pytest.mark.parametrize("index", range(4))
def test_own_words_are_those_the_model_expects_there(index, lm):
    """Against the plain way: the sentence written out with two mask tokens, through the whole model."""
    text = "A slow start."
    place = places(TEMPLATE)[index]
    found = own_words(TEMPLATE, place, lm, [text], top=5)
    written = put(TEMPLATE, place, "XX").fill(text).replace("XX", "[MASK]")
    first, second = written.split(" [SEP] ")
    inputs = lm.tokenizer(first, second, return_tensors="pt")
    with torch.inference_mode():
        logits = lm.model(**inputs).logits[0]
    masks = (inputs["input_ids"][0] == lm.tokenizer.mask_token_id).nonzero()[:, 0].tolist()
    at = masks[0] if index < 3 else masks[1]
    top = logits[at].softmax(dim=0)
    words = [word for word, _ in found]
    assert words == [w for w in lm.tokenizer.convert_ids_to_tokens(top.topk(50).indices.tolist()) if w.isalpha()][:5]
    for word, probability in found:
        assert probability == pytest.approx(float(top[lm.tokenizer.convert_tokens_to_ids(word)]), rel=1e-3)


def test_own_words_are_averaged_over_sentences(lm):
    template = Template.parse("{text} It was [MASK].")
    texts = ["Ten out of ten.", "The plot has more holes than cheese."]
    place = places(template)[1]
    each = [dict(own_words(template, place, lm, [text], top=400)) for text in texts]
    for word, probability in own_words(template, place, lm, texts, top=3):
        assert probability == pytest.approx(sum(words[word] for words in each) / 2, rel=1e-3)
