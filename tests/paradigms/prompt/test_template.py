"""Templates: what is written is what is read, whatever anybody types."""

import dataclasses

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.template import Literal, Mask, Sentence, Soft, Template, TemplateError

HOSTILE = (
    "[MASK]",
    "It was [MASK]. [SEP] [CLS] [PAD] [UNK]",
    "{text}",
    "{text.__class__.__mro__} {0} {{}} %s %(text)s",
    "${7*6} #{7*6} <%= 7*6 %>",
    "<script>alert(1)</script>",
    "[soft:3] \\N{BULLET} \\x41 \\",
    "a\u202eb\u0000c\u200bd",
)
without_signs = st.text(st.characters(exclude_characters="{}[", exclude_categories=("Cs",)), max_size=30)
any_text = st.text(max_size=60) | st.sampled_from(HOSTILE)


@given(before=without_signs, between=without_signs, after=without_signs, text=any_text)
def test_filled_as_written(before, between, after, text):
    template = Template.parse(f"{before}{{text}}{between}[MASK]{after}")
    assert template.fill(text) == f"{before}{text}{between}[MASK]{after}"
    assert Template.parse(template.source) == template


@given(source=st.text(max_size=40) | st.text("{}[]textMASKSEPsoft:1 \"'", max_size=40))
@example("{text} [MASK")
@example("[[MASK]] {text}")
def test_parsed_or_refused(source):
    """No source crashes the reader, and an error points into the source at what it is about."""
    try:
        template = Template.parse(source)
    except TemplateError as error:
        assert error.where == source
        assert error.position is not None and 0 <= error.position <= len(source)
        assert source[error.position :].startswith(error.offending)
    else:
        kinds = [type(part) for part in template.parts]
        assert (kinds.count(Sentence), kinds.count(Mask)) == (1, 1)


@given(before=without_signs, between=without_signs, after=without_signs, text=without_signs)
def test_encoded_as_the_tokenizer_does(lm, before, between, after, text):
    template = Template.parse(f"{before} {{text}} {between} [MASK] {after}")
    (encoded,) = template.encode([text], lm.tokenizer, lm.max_length)
    assert list(encoded.input_ids) == lm.tokenizer(f"{before} {text} {between} [MASK] {after}")["input_ids"]
    assert encoded.truncated == 0


@given(n_words=st.integers(0, 80), limit=st.integers(9, 40), first=st.booleans())
def test_truncation_shortens_the_sentence(lm, n_words, limit, first):
    """However little room there is, the template is whole and the beginning of the sentence is kept."""
    template = Template.parse("{text} It was [MASK]." if first else "It was [MASK]: {text}")
    (encoded,) = template.encode(["film " * n_words], lm.tokenizer, limit)
    kept = min(n_words, limit - 6)  # [CLS] it was [MASK] . [SEP]
    assert encoded.truncated == n_words - kept
    tokens = lm.tokenizer.convert_ids_to_tokens(list(encoded.input_ids))
    film, cloze = ["film"] * kept, ["it", "was", "[MASK]"]
    assert tokens == ["[CLS]", *(film + cloze + ["."] if first else [*cloze, ":", *film]), "[SEP]"]
    assert tokens.index("[MASK]") == encoded.mask_position
    assert len(encoded.token_type_ids) == len(tokens)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_sentence_stays_text(text, lm):
    """Signs in a sentence are neither read as signs nor evaluated."""
    template = Template.parse("{text} It was [MASK].")
    assert template.fill(text) == f"{text} It was [MASK]."
    (encoded,) = template.encode([text], lm.tokenizer, lm.max_length)
    special = [token for token in encoded.input_ids if token in {101, 102, 103, 0, 100}]
    assert special == [101, 103, 102]  # [CLS], the slot, [SEP]
    assert encoded.input_ids[encoded.mask_position] == lm.tokenizer.mask_token_id
    assert "42" not in lm.tokenizer.convert_ids_to_tokens(list(encoded.input_ids))


@pytest.mark.parametrize("text", ["<script>", "$(7*6)", "%s 50% off", "[CLS] [PAD] [UNK] [mask]", "a\\nb"])
def test_a_template_stays_text(text, lm):
    template = Template.parse(f"{text} {{text}} [MASK]")
    (encoded,) = template.encode(["x"], lm.tokenizer, lm.max_length)
    assert sum(token in {101, 102, 103, 0, 100} for token in encoded.input_ids) == 3


ERRORS = [
    # source, kind, position, offending
    ("", "no_mask", 0, ""),
    ("{text} It was.", "no_mask", 14, ""),
    ("{text} It was [mask].", "no_mask", 21, ""),
    ("{text} It was [MASK", "no_mask", 19, ""),
    ("It was [MASK].", "no_text", 0, ""),
    ("{text} [MASK] or [MASK]", "many_masks", 17, "[MASK]"),
    ("{text} or {text}: [MASK]", "many_texts", 10, "{text}"),
    ("[MASK] {text.__class__}", "unknown_field", 7, "{text.__class__}"),
    ("{0} It was [MASK].", "unknown_field", 0, "{0}"),
    ("{} [MASK]", "unknown_field", 0, "{}"),
    ("a {text!r} [MASK]", "unknown_field", 2, "{text!r}"),
    ("${7*6} {text} [MASK]", "unknown_field", 1, "{7*6}"),
    ("so {text It was [MASK].", "unclosed_brace", 3, "{"),
    ("{{text}} It was [MASK].", "unclosed_brace", 0, "{"),
    ("text} It was [MASK].", "unopened_brace", 4, "}"),
    ("{text}} It was [MASK].", "unopened_brace", 6, "}"),
    ("{text} [soft:0] [MASK]", "bad_soft", 7, "[soft:0]"),
    ("{text} [soft:] [MASK]", "bad_soft", 7, "[soft:]"),
    ("{text} [soft:-1] [MASK]", "bad_soft", 7, "[soft:-1]"),
    ("{text} [soft:2.5] [MASK]", "bad_soft", 7, "[soft:2.5]"),
    ("{text} [soft:1000] [MASK]", "bad_soft", 7, "[soft:1000]"),
    ("{text} [soft:it was] [MASK]", "bad_soft", 7, "[soft:it was]"),
    ('{text} [soft:" "] [MASK]', "bad_soft", 7, '[soft:" "]'),
]


@pytest.mark.parametrize(("source", "kind", "position", "offending"), ERRORS)
def test_errors(source, kind, position, offending):
    with pytest.raises(TemplateError) as caught:
        Template.parse(source)
    error = caught.value
    assert (error.kind, error.position, error.offending, error.where) == (kind, position, offending, source)
    assert "\n" not in str(error)


def test_errors_that_count():
    with pytest.raises(TemplateError, match=r"3 .*0.*14.*21") as caught:
        Template.parse("[MASK] {text} [MASK] [MASK]")
    assert caught.value.details == {"count": 3, "positions": [0, 14, 21]}
    with pytest.raises(TemplateError, match=r"2 .*0.*7") as caught:
        Template.parse("{text} { text } [MASK]")
    assert caught.value.details == {"count": 2, "positions": [0, 7]}


@pytest.mark.parametrize("limit", [6, 3, 0])
def test_too_long(limit, lm):
    template = Template.parse("{text} It was [MASK].")
    with pytest.raises(TemplateError) as caught:
        template.encode(["a"], lm.tokenizer, limit)
    assert caught.value.kind == "too_long"
    assert caught.value.details == {"length": 6, "limit": limit}
    (encoded,) = template.encode(["a b"], lm.tokenizer, 7)
    assert (len(encoded.input_ids), encoded.truncated) == (7, 1)


def test_too_long_for_the_backbone():
    with pytest.raises(TemplateError) as caught:
        PromptClassifier("{text} " + "very " * 600 + "[MASK]").predict_proba(["a"])
    assert caught.value.kind == "too_long"
    assert caught.value.details == {"length": 603, "limit": 512}


def test_soft_parts():
    template = Template.parse('{text} [soft:3][MASK][soft: "it was" ]')
    assert template.parts == (Sentence(), Literal(" "), Soft(3), Mask(), Soft(2, "it was"))
    assert template.n_soft == 5
    assert Template.parse("{text} [MASK]").n_soft == 0


def test_soft_is_refused_where_nothing_is_trained_for_it():
    with pytest.raises(TemplateError) as caught:
        PromptClassifier("{text} It [soft:2] [MASK]").predict_proba(["a"])
    assert (caught.value.kind, caught.value.position) == ("soft_unsupported", 10)


def test_segments(lm):
    """Segment 0 ends with the first [SEP]; everything after it is segment 1."""
    template = Template.parse("{text} [SEP] It was [MASK]. [SEP] So")
    (encoded,) = template.encode(["I like it"], lm.tokenizer, lm.max_length)
    tokens = lm.tokenizer.convert_ids_to_tokens(list(encoded.input_ids))
    assert tokens == ["[CLS]", "i", "like", "it", "[SEP]", "it", "was", "[MASK]", ".", "[SEP]", "so", "[SEP]"]
    assert encoded.token_type_ids == (0,) * 5 + (1,) * 7
    assert template.fill("I like it") == "I like it  [SEP]  It was [MASK].  [SEP]  So"


@pytest.mark.parametrize(
    ("source", "spaced"),
    [
        ("{text} It was [MASK].", True),
        ("{text}\t[MASK].", True),
        ("{text} ([MASK])", False),
        ("{text}[MASK]", False),
        ("总之很[MASK]。{text}", False),
    ],
)
def test_whether_the_slot_follows_a_space(source, spaced):
    assert Template.parse(source).spaced_mask() is spaced


def test_frozen():
    template = Template.parse("{text} [MASK]")
    with pytest.raises(dataclasses.FrozenInstanceError):
        template.source = "other"
    assert {template: 1}[Template.parse("{text} [MASK]")] == 1


def test_no_texts(lm):
    assert Template.parse("{text} [MASK]").encode([], lm.tokenizer, lm.max_length) == []
