"""Templates and verbalizers from elsewhere: read where they can be, refused with a place where not, never evaluated."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paradigms.prompt.openprompt import (
    FileError,
    parse_template,
    parse_templates,
    parse_verbalizer,
    parse_verbalizers,
    read_templates,
    read_verbalizers,
)
from paradigms.prompt.template import Template, TemplateError
from paradigms.prompt.verbalizer import VerbalizerError


@pytest.mark.parametrize(
    ("source", "ours"),
    [
        ('{"placeholder":"text_a"} It was {"mask"}.', "{text} It was [MASK]."),
        ("{'placeholder': 'text_a'} It was {'mask'}.", "{text} It was [MASK]."),
        ('{"mask"} news: {"placeholder": "text_a", "shortenable": True}', "[MASK] news: {text}"),
        ('{"placeholder":"text_a"}{"special": "<sep>"}{"mask"}', "{text}[SEP][MASK]"),
        ('{"soft"} {"placeholder":"text_a"} {"mask"}', "[soft:1] {text} [MASK]"),
        ('{"soft": None, "duplicate": 12} {"placeholder":"text_a"} {"mask"}', "[soft:12] {text} [MASK]"),
        ('{"soft": "it was"} {"placeholder":"text_a"} {"mask"}', '[soft:"it was"] {text} [MASK]'),
        ('{"placeholder":"text_a"} {"text": "It\'s"} {"mask"}', "{text} It's [MASK]"),
        ("{text} It was [MASK].", "{text} It was [MASK]."),
    ],
)
def test_both_writings(source, ours):
    assert parse_template(source) == Template.parse(ours)


@pytest.mark.parametrize(
    ("source", "kind", "position", "offending"),
    [
        ('{"placeholder":"text_b"} {"mask"}', "unknown_field", 0, '{"placeholder":"text_b"}'),
        ('so {"meta":"subject"} {"mask"}', "unknown_field", 3, '{"meta":"subject"}'),
        ('so {"mask": "x"}', "unknown_field", 3, '{"mask": "x"}'),
        ('{"placeholder":"text_a", "post_processing": lambda x: x} {"mask"}', "unknown_field", 0, None),
        ('{"placeholder":"text_a"} {"mask"', "unclosed_brace", 25, "{"),
        ('{"placeholder":"text_a"} so', "no_mask", 27, ""),
        ('{"placeholder":"text_a"} {"mask"} {"mask"}', "many_masks", 34, "[MASK]"),
        ('{"mask"} {"placeholder":"text_a"}, or {"placeholder":"text_a"}', "many_texts", 38, "{text}"),
        ('{"mask"} {"soft": None, "duplicate": 0} {"placeholder":"text_a"}', "bad_soft", 9, "[soft:0]"),
        ('{"mask"} {__import__("os").system("true")}', "unknown_field", 9, None),
        ("{text} {so} [MASK]", "unknown_field", 7, "{so}"),
    ],
)
def test_refused_with_its_place(source, kind, position, offending):
    with pytest.raises(TemplateError) as caught:
        parse_template(source)
    assert (caught.value.kind, caught.value.position) == (kind, position)
    assert offending is None or caught.value.offending == offending


@given(st.text(st.sampled_from('{}[]":, atextMASKmaskplaceholder_softNone0'), max_size=60))
def test_any_text_is_a_template_or_a_typed_error(source):
    try:
        parse_template('{"mask"}' + source)
    except TemplateError as error:
        assert error.position is not None and 0 <= error.position <= len(source) + 8


def test_a_file_may_mix_both_writings(tmp_path):
    file = tmp_path / "templates.txt"
    file.write_text('[MASK] {text}\n\n{"placeholder":"text_a"} {"mask"}\n[MASK] {text}\n', encoding="utf8")
    assert [template.source for template in read_templates(file)] == ["[MASK] {text}", "{text} [MASK]"]
    listed = json.dumps(["[MASK] {text}", '{"placeholder":"text_a"} {"mask"}'])
    assert parse_templates(listed) == read_templates(file)


def test_verbalizers_in_every_form():
    lines = 'negative=bad,awful;positive=good\n{"negative": ["bad", "awful"], "positive": "good"}\na=no;b=yes;c=so'
    first, last = parse_verbalizers(lines)
    assert first.source == "negative=bad,awful;positive=good"
    assert last.labels == ["a", "b", "c"]
    assert parse_verbalizers('[{"negative": ["bad", "awful"], "positive": ["good"]}, "a=no;b=yes;c=so"]') == (
        first,
        last,
    )
    assert parse_verbalizer('{"a": ["no"], "b": ["yes"], "c": ["so"]}') == last


def test_a_verbalizer_over_many_lines_is_one():
    """As OpenPrompt's own files have it."""
    assert parse_verbalizers('{\n  "a": ["no", "never"],\n  "b": ["yes"]\n}\n') == parse_verbalizers("a=no,never;b=yes")


def test_a_line_in_square_brackets_is_no_list():
    for line in ('[{"mask"}] {"placeholder":"text_a"}', '["{text}"] It was [MASK].', "[MASK] {text}"):
        (template,) = parse_templates(line)
        assert template == parse_template(line)


def test_places_are_those_of_what_was_written():
    source = '{"placeholder":"text_a"} {"mask"} {"mask"}'
    with pytest.raises(TemplateError) as caught:
        parse_template(source)
    assert caught.value.kind == "many_masks" and source[caught.value.position :] == '{"mask"}'
    assert "[7, 14]" not in str(caught.value) and f"at {caught.value.position}" in str(caught.value)


@pytest.mark.parametrize(
    ("read", "content", "error", "kind", "says"),
    [
        (read_templates, "{text} [MASK]\n\n{text}\n", TemplateError, "no_mask", "line 3"),
        (read_templates, '["{text} [MASK]", "[MASK]"]', TemplateError, "no_text", "item 2"),
        (read_templates, '["{text} [MASK]",', FileError, "bad_json", "line 1"),
        (read_templates, " \n", FileError, "empty_file", "no rows"),
        (read_verbalizers, "a=b;c=d\na=b;c=b", VerbalizerError, "same_word", "line 2"),
        (read_verbalizers, '{"a": {"b": 1}}', VerbalizerError, "no_equals", "line 1"),
        (read_verbalizers, 'a=b;c=d\n{"a": "b", "a": "c", "d": "e"}', VerbalizerError, "same_label", "line 2"),
        (read_verbalizers, '{\n  "a": ["no",],\n  "b": ["yes"]\n}', FileError, "bad_json", "line 2"),
        (read_templates, '{"placeholder":"text_a"}', TemplateError, "no_mask", "line 1"),
        (read_templates, "[" * 5000, TemplateError, "no_mask", "line 1"),
        (read_verbalizers, "[{", FileError, "bad_json", "line 1"),
    ],
)
def test_a_files_mistake_has_its_line(read, content, error, kind, says, tmp_path):
    file = tmp_path / "list.txt"
    file.write_text(content, encoding="utf8")
    with pytest.raises(error) as caught:
        read(file)
    assert caught.value.kind == kind
    assert "list.txt" in str(caught.value) and says in str(caught.value)


@pytest.mark.parametrize("read", [read_templates, read_verbalizers])
def test_files_that_cannot_be_read(read, tmp_path):
    with pytest.raises(FileError) as absent:
        read(tmp_path / "absent")
    assert absent.value.kind == "not_found"
    (tmp_path / "latin").write_bytes("é".encode("latin1"))
    with pytest.raises(FileError) as latin:
        read(tmp_path / "latin")
    assert latin.value.kind == "not_utf8"


@pytest.mark.parametrize(
    ("content", "line", "shown"), [('[{"a": 1}]', 1, '{"a": 1}'), ('["{text} [MASK]", 5]', 2, "5")]
)
def test_a_list_of_other_things_than_templates(content, line, shown):
    with pytest.raises(FileError) as caught:
        parse_templates(content, "t.json")
    error = caught.value
    assert (error.kind, error.offending, error.details) == ("not_a_template", shown, {"line": line})
