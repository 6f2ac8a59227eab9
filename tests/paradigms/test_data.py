"""Labelled texts: every way of giving them, and every way of getting them wrong, with its place."""

import dataclasses
from collections import Counter
from itertools import pairwise

import pytest

from paradigms.data import HUB, DataError, Dataset, few_shot, load, parse, read
from paradigms.errors import ParadigmError


def write(folder, content: str | bytes, name: str = "data.tsv"):
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode("utf8"))
    return file


ROWS = (("1", "A joy."), ("0", "Dull, dull."), ("good film", "很好"))


@pytest.mark.parametrize(
    "content",
    [
        "1\tA joy.\n0\tDull, dull.\ngood film\t很好\n",
        "1\tA joy.\n0\tDull, dull.\ngood film\t很好",  # no end of line at the end
        "\ufeff1\tA joy.\n0\tDull, dull.\ngood film\t很好\n",  # as Windows editors begin a file
        "1\tA joy.\r\n0\tDull, dull.\r\ngood film\t很好\r\n",
        "\n1\t A joy. \n\n  \n 0 \tDull, dull.\ngood film\t很好\n\n",
        "label\ttext\n1\tA joy.\n0\tDull, dull.\ngood film\t很好\n",
        "sentence\tlabel\nA joy.\t1\nDull, dull.\t0\n很好\tgood film\n",  # as GLUE's files have it
    ],
)
def test_tabs(content, tmp_path):
    file = write(tmp_path, content)
    data = read(file)
    assert tuple(zip(data.labels, data.texts, strict=True)) == ROWS
    assert data.name == "data.tsv"
    assert load(str(file)) == load(file, "test") == data
    assert (len(data), data.classes) == (3, ["0", "1", "good film"])


def test_a_text_may_hold_tabs_and_quotes(tmp_path):
    data = read(write(tmp_path, '1\tsaid "well"\tand left\n0\t"open\n'))
    assert data.texts == ('said "well"\tand left', '"open')


@pytest.mark.parametrize(
    "content",
    [
        'label,text\n1,A joy.\n0,"Dull, dull."\ngood film,很好\n',
        '\ufefftext,label\nA joy.,1\n"Dull, dull.",0\n很好,good film\n',
        'id, Sentence , LABEL ,more\n7,A joy.,1,x\n8,"Dull, dull.",0,x\n9,很好,good film,x\n',
        'label,text\r\n1,A joy.\r\n\r\n0,"Dull, dull."\r\ngood film,很好\r\n',
    ],
)
def test_commas(content, tmp_path):
    data = read(write(tmp_path, content, "data.CSV"))
    assert tuple(zip(data.labels, data.texts, strict=True)) == ROWS


def test_quoted_text_may_hold_line_ends(tmp_path):
    data = read(write(tmp_path, 'label,text\n1,"two\nlines ""quoted"""\n', "data.csv"))
    assert data.texts == ('two\nlines "quoted"',)


@pytest.mark.parametrize(
    ("name", "content", "kind", "line"),
    [
        ("a.tsv", "", "empty_file", None),
        ("a.tsv", "\n \n", "empty_file", None),
        ("a.csv", "label,text\n", "empty_file", None),
        ("a.tsv", "1\tfine\n\nno tab here\n", "no_tab", 3),
        ("a.tsv", "1,fine\n", "no_tab", 1),
        ("a.tsv", "1\tfine\n0\t \n", "empty_text", 2),
        ("a.tsv", "1\tfine\n\tno label\n", "empty_label", 2),
        ("a.csv", "label,text\n1,fine\n0,\n", "empty_text", 3),
        ("a.csv", "label,text\n1,fine\n0\n", "empty_text", 3),
        ("a.csv", "label,text\n,fine\n", "empty_label", 2),
        ("a.csv", "label,review\n1,fine\n", "no_columns", 1),
        ("a.csv", "1,fine\n", "no_columns", 1),
        ("a.csv", "", "no_columns", 1),
        ("a.csv", 'label,text\n1,"' + "never closed\n" * 20_000, "bad_csv", 2),
        ("a.csv", "label,text\n1,Fine\n1,A good film, but long\n", "many_cells", 3),
        ("a.csv", "label;text\n1;a, b\n", "no_columns", 1),
    ],
)
def test_errors_name_file_and_line(name, content, kind, line, tmp_path):
    file = write(tmp_path, content, name)
    with pytest.raises(DataError) as caught:
        read(file)
    error = caught.value
    assert (error.kind, error.where) == (kind, str(file))
    assert name in str(error) and "\n" not in str(error)
    if line is not None:
        assert error.position == line
    if kind in {"no_tab", "empty_text", "empty_label"}:
        assert f"line {line}" in str(error)


def test_long_line_without_a_tab_is_cut_in_the_error(tmp_path):
    with pytest.raises(DataError) as caught:
        read(write(tmp_path, "x" * 10_000))
    assert len(caught.value.offending) == 80


def test_no_file(tmp_path):
    for file in (tmp_path / "absent.tsv", tmp_path, "x" * 300):
        with pytest.raises(DataError) as caught:
            load(file)
        assert caught.value.kind == "not_found"
        assert str(file) in str(caught.value)


def test_not_utf8(tmp_path):
    with pytest.raises(DataError) as caught:
        read(write(tmp_path, b"1\tcaf\xe9\n"))
    assert (caught.value.kind, caught.value.position) == ("not_utf8", 5)


def test_error_is_one_of_the_package():
    with pytest.raises(ParadigmError, match="here, line 1"):
        parse("x", "name", where="here")


# The data set itself.

DATA = Dataset("made", tuple("abcdefghijkl"), ("1", "0", "2") * 4)


def test_dataset():
    assert DATA.majority == pytest.approx(1 / 3)
    assert Dataset("uneven", ("a", "b", "c", "d"), ("x", "y", "y", "y")).majority == 0.75
    taken = DATA.take([3, 0])
    assert (taken.texts, taken.labels, taken.name) == (("d", "a"), ("1", "1"), "made")
    with pytest.raises(dataclasses.FrozenInstanceError):
        DATA.name = "other"


def test_few_shot_is_balanced_and_keeps_labels(reviews):
    label_of = dict(zip(reviews.texts, reviews.labels, strict=True))
    drawn = few_shot(reviews, 16, seed=3)
    assert Counter(drawn.labels) == {"0": 16, "1": 16}
    assert len(set(drawn.texts)) == 32
    assert all(label_of[text] == label for text, label in zip(drawn.texts, drawn.labels, strict=True))
    assert Counter(few_shot(DATA, 2, seed=0).labels) == {"0": 2, "1": 2, "2": 2}


def test_few_shot_is_nested(reviews):
    """A larger draw with the same seed adds to the smaller one: learning curves compare like with like."""
    draws = [set(few_shot(reviews, k, seed=0).texts) for k in (1, 4, 16, 64)]
    assert all(small < large for small, large in pairwise(draws))


def test_few_shot_is_seeded(reviews):
    first = few_shot(reviews, 16, seed=0)
    assert first == few_shot(reviews, 16, seed=0)
    others = [set(few_shot(reviews, 16, seed=seed).texts) for seed in range(1, 4)]
    assert all(len(other & set(first.texts)) < 4 for other in others)


def test_too_few():
    with pytest.raises(DataError) as caught:
        few_shot(DATA, 5, seed=0)
    assert (caught.value.kind, caught.value.offending, caught.value.where) == ("too_few", "0", "made")
    assert caught.value.details == {"have": 4, "asked": 5}


# Sets by name.


@pytest.mark.parametrize("name", HUB)
def test_no_hub_is_said_and_not_waited_for(name):
    """HF_HUB_OFFLINE is set for all tests; without the extra it is the library that is missing."""
    with pytest.raises(DataError) as caught:
        load(name, "dev")
    assert (caught.value.kind, caught.value.where) == ("no_hub", name)
    assert name in str(caught.value) and "\n" not in str(caught.value)


def test_a_file_comes_before_the_hub(tmp_path, monkeypatch):
    write(tmp_path, "1\tfine\n", "sst2")
    monkeypatch.chdir(tmp_path)
    assert load("sst2").texts == ("fine",)


def test_unknown_split():
    with pytest.raises(DataError) as caught:
        load("reviews", "validation")
    assert caught.value.kind == "not_found"


def test_an_open_quotation_mark_swallows_no_rows():
    content = 'label,text\n1,fine\n0,"open\n1,good\n0,bad\n'
    with pytest.raises(DataError) as error:
        parse(content, "reviews.csv", comma=True)
    assert (error.value.kind, error.value.position) == ("bad_csv", 3)
