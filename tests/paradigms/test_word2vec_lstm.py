"""Paradigm 2: a running answer that ends in the answer, and three kinds of embeddings."""

import numpy as np
import pytest
import torch

from paradigms.data import few_shot, load
from paradigms.errors import ParadigmError
from paradigms.vectors import BUILT_IN, load_vectors, save_vectors, train_vectors
from paradigms.word2vec_lstm import PAD, RUNNING, UNKNOWN, Word2VecLSTM
from paradigms.words import words

TEXT = "It didn't work, but the Zorblax scenes are LOVELY!"


def small(**params) -> Word2VecLSTM:
    return Word2VecLSTM(**{"hidden": 16, "epochs": 1, **params})


@pytest.fixture(scope="module")
def trained(reviews) -> Word2VecLSTM:
    return Word2VecLSTM(hidden=32, epochs=3).fit(reviews.texts, reviews.labels)


def test_running_answer(trained):
    """After each word stands what the LSTM says of the text cut there; the last row is the answer."""
    evidence = trained.explain(TEXT)
    assert [word.word for word in evidence.words] == words(TEXT)
    for word in evidence.words:
        assert TEXT[word.start : word.end].lower() == word.word
        np.testing.assert_allclose(word.probabilities, trained.predict_proba([TEXT[: word.end]])[0], atol=1e-6)
    assert evidence.words[-1].probabilities == evidence.probabilities
    np.testing.assert_allclose(evidence.probabilities, trained.predict_proba([TEXT])[0], atol=1e-6)
    assert {word.word for word in evidence.words if not word.known} == {"zorblax"}


@pytest.mark.parametrize("text", ["", "   ", "...", "\u200b"])
def test_no_words(text, trained):
    evidence = trained.explain(text)
    assert evidence.words == ()
    assert sum(evidence.probabilities) == pytest.approx(1)
    assert evidence.probabilities == pytest.approx(trained.explain("zxqwv").probabilities)  # as one unknown word


def test_unknown_words_are_all_alike(trained):
    np.testing.assert_allclose(*trained.predict_proba(["the zxqwv film", "the grrmbl film"]), atol=1e-6)
    assert not trained.explain("zxqwv").words[0].known


def test_it_learns(trained, held_out):
    assert trained.score(held_out.texts, held_out.labels) > 0.6


# Embeddings.


def table(model: Word2VecLSTM) -> torch.Tensor:
    return model.reader_.embedding.weight.detach()


def test_frozen_leaves_the_vectors_alone(shots):
    model = small(embeddings="frozen").fit(shots.texts, shots.labels)
    vectors = load_vectors(BUILT_IN)
    np.testing.assert_array_equal(table(model)[2:], vectors.vectors)
    assert not table(model)[[PAD, UNKNOWN]].any()
    lstm, out = 2 * 4 * 16 * (100 + 16 + 2), 2 * (2 * 16 + 1)  # two directions of four gates; two classes
    assert model.trainable_parameters_ == lstm + out


def test_tuned_moves_the_vectors_of_words_it_read(shots):
    before = load_vectors(BUILT_IN).vectors.copy()
    model = small(embeddings="tuned").fit(shots.texts, shots.labels)
    moved = (table(model)[2:] - torch.from_numpy(before)).abs().max(dim=1).values
    read = {word for text in shots.texts for word in words(text)}
    rows = [model.word_ids_[word] - 2 for word in read if word in model.word_ids_]
    assert moved[rows].min() > 1e-3
    assert moved[rows].mean() > 10 * moved.mean()  # the others only shrink a little
    assert not table(model)[PAD].any()
    np.testing.assert_array_equal(load_vectors(BUILT_IN).vectors, before)  # shared, and not changed
    frozen = small(embeddings="frozen").fit(shots.texts, shots.labels)
    assert model.trainable_parameters_ == frozen.trainable_parameters_ + table(model).numel()


def test_random_knows_nothing_of_word2vec(shots):
    model = small(embeddings="random").fit(shots.texts, shots.labels)
    vectors = torch.from_numpy(load_vectors(BUILT_IN).vectors)
    assert torch.cosine_similarity(table(model)[2:], vectors).abs().mean() < 0.15
    terrible, horrible = (table(model)[model.word_ids_[word]] for word in ("terrible", "horrible"))
    assert torch.cosine_similarity(terrible, horrible, dim=0).abs() < 0.4
    again = small(embeddings="random", seed=1).fit(shots.texts, shots.labels)
    assert not torch.allclose(table(again), table(model))


@pytest.mark.parametrize("embeddings", ["frozen", "tuned", "random"])
def test_saved(embeddings, shots, tmp_path):
    model = small(embeddings=embeddings).fit(shots.texts, shots.labels)
    model.save(tmp_path)
    loaded = Word2VecLSTM.load(tmp_path)
    torch.testing.assert_close(table(loaded), table(model), rtol=0, atol=0)
    np.testing.assert_array_equal(loaded.predict_proba([TEXT]), model.predict_proba([TEXT]))
    if embeddings == "frozen":
        assert (tmp_path / "weights.safetensors").stat().st_size < 200_000  # the built-in vectors are not kept twice


def test_bad_embeddings(shots):
    with pytest.raises(ParadigmError) as caught:
        small(embeddings="thawed").fit(shots.texts, shots.labels)
    assert (caught.value.kind, caught.value.offending) == ("bad_option", "thawed")


def test_one_direction(shots):
    model = small(bidirectional=False).fit(shots.texts, shots.labels)
    assert model.trainable_parameters_ == 4 * 16 * (100 + 16 + 2) + 2 * (16 + 1)


# Vectors trained on the spot, or of a folder.


def test_vectors_of_the_training_texts(shots, tmp_path):
    model = small(vectors="train").fit(shots.texts, shots.labels)
    assert set(model.word_ids_) == {word for text in shots.texts for word in words(text)}
    model.save(tmp_path)
    loaded = Word2VecLSTM.load(tmp_path)
    np.testing.assert_array_equal(loaded.predict_proba([TEXT]), model.predict_proba([TEXT]))
    assert loaded.neighbours("the") == model.neighbours("the")
    assert loaded.word_ids_ == model.word_ids_


def test_vectors_of_a_folder(shots, tmp_path):
    save_vectors(train_vectors([words(text) for text in shots.texts], size=10, min_count=1), tmp_path / "vectors")
    model = small(vectors=str(tmp_path / "vectors")).fit(shots.texts, shots.labels)
    assert table(model).shape == (len(model.word_ids_) + 2, 10)
    model.save(tmp_path / "model")
    for file in (tmp_path / "vectors").iterdir():  # a saved classifier needs nothing but its own folder
        file.unlink()
    loaded = Word2VecLSTM.load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_proba([TEXT]), model.predict_proba([TEXT]))


def test_chinese_has_vectors_of_its_own(tmp_path):
    """The built-in vectors know none of its characters: without its own every text would get the same answer."""
    chinese = few_shot(load("reviews-zh", "train"), 40, seed=0)
    model = small().fit(chinese.texts, chinese.labels)
    assert set(model.word_ids_) == {word for text in chinese.texts for word in words(text)}
    answers = model.predict_proba(chinese.texts)
    assert np.ptp(answers[:, 0]) > 1e-3
    assert all(word.known for word in model.explain(chinese.texts[0]).words)
    assert len(model.neighbours("好", top=5)) == 5
    model.save(tmp_path)
    np.testing.assert_array_equal(Word2VecLSTM.load(tmp_path).predict_proba(chinese.texts), answers)


def test_some_foreign_words_do_not_change_the_vectors(shots):
    texts = [f"{text} 很好" for text in shots.texts]
    assert small().fit(texts, shots.labels).keyed_vectors_ is load_vectors(BUILT_IN)


def test_no_words_to_train_vectors_on():
    with pytest.raises(ParadigmError) as caught:
        small(vectors="train").fit(["...", ";"], ["0", "1"])
    assert caught.value.kind == "no_words"


def test_no_vectors_in_the_folder(shots, tmp_path):
    with pytest.raises(ParadigmError) as caught:
        small(vectors=str(tmp_path)).fit(shots.texts, shots.labels)
    assert caught.value.kind == "not_found"
    assert str(tmp_path) in str(caught.value)


# Neighbours and the map.


def test_neighbours(trained):
    near = trained.neighbours("Terrible", top=10)
    assert len(near) == 10
    assert {"horrible", "awful"} & {word for word, _ in near}
    similarities = [similarity for _, similarity in near]
    assert similarities == sorted(similarities, reverse=True)
    assert all(-1 <= similarity < 1 for similarity in similarities)
    assert trained.neighbours("zxqwv") == []


def test_map(trained):
    chosen = ["terrible", "horrible", "awful", "great", "wonderful", "Camera", "zxqwv", "great"]
    drawn = trained.word_map(chosen)
    assert drawn.words == ("terrible", "horrible", "awful", "great", "wonderful", "camera")
    assert drawn.points.shape == (6, 2)
    assert np.isfinite(drawn.points).all()
    assert drawn.explained[0] >= drawn.explained[1] > 0
    assert sum(drawn.explained) <= 1
    np.testing.assert_allclose(drawn.points.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_array_equal(trained.word_map(chosen).points, drawn.points)


@pytest.mark.parametrize("chosen", [[], ["zxqwv"], ["film"], ["film", "camera"], ["film", "Film"]])
def test_map_of_few_words(chosen, trained):
    drawn = trained.word_map(chosen)
    assert drawn.points.shape == (len(drawn.words), 2)
    assert np.isfinite(drawn.points).all() and np.isfinite(drawn.explained).all()


def test_a_long_text_has_a_running_answer_for_its_beginning(trained):
    text = " ".join(["film", "good", "dull"] * RUNNING)
    evidence = trained.explain(text)
    assert len(evidence.words) == RUNNING
    beginning = text[: evidence.words[-1].end]
    np.testing.assert_allclose(evidence.words[-1].probabilities, trained.predict_proba([beginning])[0], atol=1e-6)
    np.testing.assert_allclose(evidence.probabilities, trained.predict_proba([text])[0], atol=1e-6)
    just = trained.explain(beginning)
    assert just.words[-1].probabilities == just.probabilities


def test_a_seed_out_of_an_array(trained):
    """As a grid search over `np.arange` gives it."""
    plain, same = small(embeddings="random", seed=1), small(embeddings="random", seed=np.arange(2)[1])
    plain.keyed_vectors_ = same.keyed_vectors_ = trained.keyed_vectors_
    assert torch.equal(plain._table(), same._table())
