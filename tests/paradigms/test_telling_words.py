"""Masked-LM training that asks for the words that tell what is thought of a thing more often than for the others."""

import json

import numpy as np
import pytest
import torch

from paradigms.__main__ import main
from paradigms.corpus import TELLS, Input, corpus_of
from paradigms.data import load
from paradigms.errors import ParadigmError
from paradigms.masked_lm import MaskedLM
from paradigms.pretrain import CHOSEN, CHOSEN_OTHER, CHOSEN_TELLING, KEPT, Masking, Recipe, pretrain
from paradigms.pretrain_batches import padded

from . import tiny

CPU = torch.device("cpu")
SAID = "The overlong film was unwatchable."  # of the built-in vocabulary, "unwatchable" is several pieces


@pytest.fixture(scope="module")
def lm():
    return MaskedLM.load()


@pytest.fixture(scope="module")
def texts():
    return list(load("reviews", "train").texts)


def test_each_word_has_the_share_of_its_first_piece(lm):
    ids = lm.tokenizer(SAID, add_special_tokens=False)["input_ids"]
    masking = Masking.of(lm.tokenizer, CPU)
    starts = [place for place, piece in enumerate(ids) if not masking.continues[piece]]
    telling = np.zeros(lm.vocabulary_size, dtype=bool)
    telling[ids[starts[-2]]] = True  # where "unwatchable" begins
    assert starts[-1] - starts[-2] > 1
    batch = padded(lm, [Input(np.array(ids))] * 4000, CPU)
    nothing = torch.zeros(len(batch.input_ids), dtype=torch.long)
    _, wanted = masking.preferring(telling)(batch.input_ids, nothing, torch.Generator().manual_seed(0))
    shares = (wanted != KEPT).float().mean(dim=0)[1:-1]  # (T,) without [CLS] and [SEP]
    for place in range(len(ids)):
        of_it = starts[-2] <= place < starts[-1]
        assert shares[place] == pytest.approx(CHOSEN_TELLING if of_it else CHOSEN_OTHER, abs=0.03)


def test_about_as_many_words_are_asked_for_as_ever(lm, texts):
    """So that one training can be set beside the other, token for token."""
    corpus = corpus_of(texts, lm.tokenizer)
    masking = Masking.of(lm.tokenizer, CPU).preferring(corpus.telling >= TELLS)
    assert CHOSEN / 2 < masking.rate[torch.from_numpy(corpus.ids.astype(np.int64))].mean() < CHOSEN


def test_the_words_that_tell_are_judgements(lm, texts):
    corpus = corpus_of(texts, lm.tokenizer)
    words = set(lm.tokenizer.convert_ids_to_tokens(np.flatnonzero(corpus.telling >= TELLS).tolist()))
    assert {"dull", "funny", "boring"} <= words
    assert not words & {"the", "film", "and", "was", "."}


def test_training_asks_for_them(lm, texts, monkeypatch):
    asked = []
    of = Masking.preferring
    monkeypatch.setattr(Masking, "preferring", lambda self, telling: asked.append(telling.sum()) or of(self, telling))
    corpus = corpus_of(texts[:200], lm.tokenizer)
    for telling_words in (False, True):
        recipe = Recipe(tokens=600, tokens_per_batch=512, longest=40, telling_words=telling_words)
        for _ in pretrain(lm.copy(), corpus, corpus_of(texts[:9], lm.tokenizer), recipe, points=1):
            pass
    assert len(asked) == 1 and asked[0] > 0


def test_a_text_that_says_nothing_of_a_thing_is_refused(lm):
    corpus = corpus_of(["rain rain rain rain wind"] * 9, lm.tokenizer)
    with pytest.raises(ParadigmError) as caught:
        next(pretrain(lm.copy(), corpus, corpus, Recipe(tokens=100, telling_words=True)))
    assert caught.value.kind == "no_telling_words"


def test_the_command_and_its_card_say_so(tmp_path, texts):
    text, init, out = tmp_path / "reviews.txt", tiny.bert(tmp_path / "init"), tmp_path / "out"
    text.write_text("\n".join(texts), encoding="utf8")
    begun = ["pretrain", "--init", str(init), "--text", str(text), "--out", str(out), "--telling-words"]
    assert main([*begun, "--tokens", "6000"]) == 0
    assert json.loads((out / "curve.json").read_text())["command"].endswith("--telling-words")
    assert f"{CHOSEN_TELLING:.0%} of the words that tell" in (out / "README.md").read_text()
