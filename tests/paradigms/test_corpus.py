"""Plain text becomes inputs: nothing lost, nothing cut, nothing shared between training and held-out text."""

import gzip
import lzma

import numpy as np
import pytest
from transformers import AutoTokenizer

from paradigms.corpus import BEFORE, REMARK, SHORTEST, corpus_of, documents_of, sentences_of, split_corpus, telling
from paradigms.errors import ParadigmError
from paradigms.masked_lm import MaskedLM
from tests.paradigms import tiny

DOCUMENTS = [
    "It rains in the first shot. It rains in the last one too! Was there a script? I doubt it.",
    "A quiet film about two sisters and a lighthouse. I cried. You will too, if you have a sister.",
    "No.",
    "The band plays on while the roof leaks, the cook quits and the bride elopes. Very funny. " * 6,
]


@pytest.fixture(scope="module")
def tokenizer():
    return MaskedLM.load().tokenizer


@pytest.fixture(scope="module")
def corpus(tokenizer):
    return corpus_of(DOCUMENTS, tokenizer)


@pytest.mark.parametrize(
    "document, sentences",
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ('He said "No." Then he left.', ['He said "No.', "Then he left."]),
        ("It cost 3.50 and ran 1.5 hours.", ["It cost 3.50 and ran 1.5 hours."]),
        ("Good.<br /><br />Bad.", ["Good.", "Bad."]),
        ("很好。不好！", ["很好。", "不好！"]),
        ("", []),
    ],
)
def test_sentences(document, sentences):
    assert sentences_of(document) == sentences


def test_every_piece_is_read_once_and_in_order_within_a_document(corpus, tokenizer):
    whole = [tokenizer(d, add_special_tokens=False)["input_ids"] for d in DOCUMENTS]
    read = {tuple(ids): [] for ids in whole}
    for one in corpus.inputs(40, seed=3, pairs=False):
        text = " ".join(map(str, one.ids))
        (home,) = [ids for ids in read if text in " ".join(map(str, ids)) and len(read[ids]) < len(ids)]
        read[home] += one.ids.tolist()
    assert all(list(ids) == pieces for ids, pieces in read.items())


def test_inputs_are_whole_sentences(corpus):
    borders = set(corpus.sentences.tolist())
    starts = {tuple(corpus.ids[a:b].tolist()) for a in borders for b in borders if a < b}
    lengths = []
    for one in corpus.inputs(40, seed=0, pairs=False):
        assert tuple(one.ids.tolist()) in starts
        assert not one.border or 0 < one.border < len(one.ids)
        lengths.append(len(one.ids))
    assert max(lengths) <= 40
    assert len(set(lengths)) > 2  # not all of them single sentences, not all of them full


def test_a_sentence_longer_than_an_input_is_shortened(tokenizer):
    (one,) = corpus_of(["word " * 200], tokenizer).inputs(40, seed=0, pairs=False)
    assert len(one.ids) == 40


def test_pairs_end_with_a_short_sentence_of_the_same_document(corpus, tokenizer):
    sentences = {
        tuple(tokenizer(s, add_special_tokens=False)["input_ids"]): number
        for number, document in enumerate(DOCUMENTS)
        for s in sentences_of(document)
    }
    pairs = [one for seed in range(30) for one in corpus.inputs(40, seed) if one.asked >= 0]
    assert len(pairs) > 20
    for pair in pairs:
        ids = pair.ids.tolist()
        cuts = [cut for cut in range(1, len(ids)) if tuple(ids[:cut]) in sentences and tuple(ids[cut:]) in sentences]
        assert any(sentences[tuple(ids[:cut])] == sentences[tuple(ids[cut:])] for cut in cuts)
        assert any(cut <= pair.asked and REMARK[0] <= len(ids) - cut <= REMARK[1] for cut in cuts)


def test_telling_words_are_asked_for_more_often(corpus, tokenizer):
    """Of "Very funny." it is the adjective, though every sentence has a full stop."""
    asked = [
        tokenizer.convert_ids_to_tokens(int(one.ids[one.asked]))
        for seed in range(100)
        for one in corpus.inputs(60, seed)
        if one.asked >= 0
    ]
    assert asked.count("funny") > 10 * asked.count(".")


def test_what_is_said_of_a_thing_tells_more_than_the_thing(tokenizer):
    said = ["The music was dull.", "Dull music, and very boring."] * 50
    told = corpus_of([" ".join([*said, "The music was boring. The dull music ends."])], tokenizer).telling
    vocabulary = tokenizer.get_vocab()
    music, dull, boring = (told[vocabulary[word]] for word in ("music", "dull", "boring"))
    assert min(dull, boring) > 10 * music > 0


def test_where_nothing_is_a_predicate_all_words_tell_the_same(tokenizer):
    told = corpus_of(["rain rain rain rain wind"], tokenizer).telling
    common, rare = (told[i] for i in tokenizer.convert_tokens_to_ids(["rain", "wind"]))
    assert rare == common > 0


def test_an_unknown_word_is_no_link(tmp_path):
    chinese = AutoTokenizer.from_pretrained(tiny.chinese(tmp_path / "model", "很好。"))
    unknown = chinese.unk_token_id
    assert unknown in chinese.convert_tokens_to_ids(list(BEFORE))
    ids = np.array([unknown, chinese.convert_tokens_to_ids("好")] * 9)
    told = telling(ids, chinese)
    assert told[ids[1]] == told[ids[0]] > 0, "both are equally frequent, and none is a predicate"


def test_a_sentence_without_word_pieces_is_no_half_of_a_pair(tokenizer):
    corpus = corpus_of(["It was dull.<br>And it was long.<br>\u200b"], tokenizer)
    assert np.diff(corpus.sentences).tolist()[-1] == 0
    pairs = [one for seed in range(9) for one in corpus.inputs(40, seed) if one.asked >= 0]
    assert pairs and all(len(one.ids) == 9 for one in pairs)


def test_the_seed_decides(corpus):
    def drawn(seed):
        return [one.ids.tolist() for one in corpus.inputs(40, seed)]

    assert drawn(1) == drawn(1) != drawn(2)


def test_held_out_documents_are_never_trained_on(tokenizer):
    """Also where the same file is named twice, which is how a mixture is weighed."""
    documents = [f"Film number {number} was shown at noon, and {number * 7} people came." for number in range(800)]
    train, held_out = split_corpus(documents * 2, tokenizer)

    def read(corpus):
        return {tokenizer.decode(one.ids) for one in corpus.inputs(60, seed=0, pairs=False)}

    assert not read(train) & read(held_out)
    assert len(read(train) | read(held_out)) == 800
    assert 0 < len(read(held_out)) < 20


def test_too_little_text_is_said(tokenizer):
    with pytest.raises(ParadigmError) as error:
        split_corpus(["One document."], tokenizer)
    assert error.value.kind == "too_little_text"


def test_plain_and_packed_files_and_shares(tmp_path):
    lines = "\n".join(f"line {n}" for n in range(20)) + "\n\n"
    (tmp_path / "a.txt").write_text(lines)
    with gzip.open(tmp_path / "b.txt.gz", "wt") as file:
        file.write(lines)
    with lzma.open(tmp_path / "c.txt.xz", "wt") as file:
        file.write(lines)
    plain, *packed = ([*documents_of([str(tmp_path / name)])] for name in ("a.txt", "b.txt.gz", "c.txt.xz"))
    assert plain == [f"line {n}" for n in range(20)]
    assert packed == [plain, plain]
    assert [*documents_of([f"{tmp_path}/a.txt@0.2"])] == [f"line {n}" for n in (4, 9, 14, 19)]
    assert len([*documents_of([f"{tmp_path}/a.txt", f"{tmp_path}/a.txt@0.5"])]) == 30


@pytest.mark.parametrize("share", ["0", "1.5", "-1"])
def test_a_bad_share_is_said(tmp_path, share):
    with pytest.raises(ParadigmError) as error:
        next(documents_of([f"{tmp_path}/a.txt@{share}"]))
    assert error.value.kind == "bad_share" and error.value.offending == share


def test_a_missing_file_is_said_before_any_is_read(tmp_path):
    (tmp_path / "a.txt").write_text("A line.\n")
    with pytest.raises(ParadigmError) as error:
        next(documents_of([f"{tmp_path}/a.txt", f"{tmp_path}/no.txt"]))
    assert error.value.kind == "not_found" and error.value.where.endswith("no.txt")


def test_sentences_below_the_shortest_join_the_next(tokenizer):
    corpus = corpus_of(["No. No. No. " * 10], tokenizer)
    lengths = [len(one.ids) for one in corpus.inputs(40, seed=0, pairs=False)]
    assert np.mean([length >= SHORTEST for length in lengths[:-1]]) == 1
