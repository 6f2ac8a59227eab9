"""From text to ids: what people type stays ordinary text."""

import pytest
from transformers import AutoTokenizer

from paradigms.backbone import BUILT_IN
from paradigms.data import load
from paradigms.prompt.classifier import PromptClassifier
from paradigms.tokens import LONG, _known_pieces, piece_ids, reads, special_frame

from . import tiny
from .test_masked_lm import TEXTS


@pytest.mark.parametrize("text", ["[MASK]", "a [SEP] b", "[CLS][PAD]", "x[UNK]"])
def test_signs_in_a_text_stay_text(text, lm):
    ids = piece_ids(lm.tokenizer, [text])[0]
    assert not set(ids) & set(lm.tokenizer.all_special_ids)
    assert lm.tokenizer.decode(ids).replace(" ", "") == text.lower().replace(" ", "")


def test_the_tokenizer_is_never_set_to_read_signs(lm, monkeypatch):
    """`split_special_tokens` is a setting of the tokenizer that all threads share: a call without it would let another
    thread's `[MASK]` through as the slot."""
    settings: list[bool | None] = []
    kind = type(lm.tokenizer)
    original = kind._encode_plus

    def noting(self, *arguments, **options):
        settings.append(options.get("split_special_tokens"))
        return original(self, *arguments, **options)

    monkeypatch.setattr(kind, "_encode_plus", noting)
    model = PromptClassifier("{text} [SEP] It was [MASK].")
    model.explain("a")
    lm.encode(["a"])
    lm.encode_hidden([("a ", " b")])
    assert settings and all(settings)


def test_reads_what_its_vocabulary_has(lm, tmp_path):
    english, chinese = TEXTS[:1], load("reviews-zh", "train").texts
    characters = "".join(chinese).replace(" ", "")
    of_chinese = AutoTokenizer.from_pretrained(tiny.chinese(tmp_path / "chinese", characters))
    assert reads(of_chinese, chinese) and reads(lm.tokenizer, english)
    assert not reads(lm.tokenizer, chinese) and not reads(of_chinese, english)
    # Bytes have no unknown piece, and yet no Chinese character is read.
    assert not reads(AutoTokenizer.from_pretrained(tiny.roberta(tmp_path / "bytes", english)), chinese)


def test_special_frame(lm):
    opening, border, closing = special_frame(lm.tokenizer)
    assert lm.tokenizer.convert_ids_to_tokens([*opening, *border, *closing]) == ["[CLS]", "[SEP]", "[SEP]"]


def test_encode_is_the_tokenizer_itself(lm):
    tokenizer = AutoTokenizer.from_pretrained(BUILT_IN)
    for text, encoded in zip(TEXTS, lm.encode(TEXTS), strict=True):
        assert list(encoded.input_ids) == tokenizer(text)["input_ids"]


def test_long_texts_are_not_kept(lm):
    short, long = "an ordinary text of this test", "word " * LONG
    piece_ids(lm.tokenizer, [short])
    kept = _known_pieces.cache_info().currsize
    assert piece_ids(lm.tokenizer, [long, short]) == [
        lm.tokenizer.encode("word", add_special_tokens=False) * LONG,
        piece_ids(lm.tokenizer, [short])[0],
    ]
    assert _known_pieces.cache_info().currsize == kept
