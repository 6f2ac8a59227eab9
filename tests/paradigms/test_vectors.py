"""Word vectors: read from texts, trained repeatably, kept without pickle."""

import gzip
import lzma
import subprocess
import sys

import numpy as np
import pytest
from gensim.models import KeyedVectors

from paradigms.errors import ParadigmError
from paradigms.vectors import BUILT_IN, Documents, load_vectors, save_vectors, train_vectors

LINES = "A lovely film.\n\n  \nIt didn't work!\nNaïve café 好电影\n"
READ = [["a", "lovely", "film"], ["it", "did", "n't", "work", "!"], ["naïve", "café", "好", "电", "影"]]


def test_documents(tmp_path):
    plain, zipped, squeezed = tmp_path / "a.txt", tmp_path / "a.txt.gz", tmp_path / "a.txt.xz"
    plain.write_text(LINES, encoding="utf8")
    with gzip.open(zipped, "wt", encoding="utf8") as file:
        file.write(LINES)
    with lzma.open(squeezed, "wt", encoding="utf8") as file:
        file.write(LINES)
    for file in (plain, zipped, squeezed):
        assert list(Documents([file])) == READ
    documents = Documents([plain, str(zipped), plain])  # named twice, read twice
    assert list(documents) == READ * 3
    assert list(documents) == READ * 3  # as often as there are epochs


def test_documents_in_another_encoding(tmp_path):
    file = tmp_path / "latin1.txt"
    file.write_bytes("a café\n".encode("latin1"))
    assert next(iter(Documents([file])))[:2] == ["a", "caf"]


TEXTS = [["the", "plot", "is", "dull"], ["the", "songs", "are", "lovely"], ["the", "plot", "is", "lovely"]] * 20
AGAIN = """
import sys
from paradigms.vectors import train_vectors
from tests.paradigms.test_vectors import TEXTS
vectors = train_vectors(TEXTS, size=8, epochs=2)
sys.stdout.buffer.write(vectors.vectors.tobytes())
"""


def test_one_worker_is_repeatable():
    first, again, other = (train_vectors(TEXTS, size=8, epochs=2, seed=seed) for seed in (0, 0, 1))
    assert first.index_to_key == again.index_to_key
    np.testing.assert_array_equal(first.vectors, again.vectors)
    assert not np.array_equal(first.vectors, other.vectors)


def test_repeatable_in_another_process(pytestconfig):
    """Also where Python hashes strings with another seed."""
    done = subprocess.run(
        [sys.executable, "-c", AGAIN],
        cwd=pytestconfig.rootpath,
        env={"PYTHONHASHSEED": "12345", "PYTHONPATH": "."},
        stdout=subprocess.PIPE,
        check=True,
    )
    assert done.stdout == train_vectors(TEXTS, size=8, epochs=2).vectors.tobytes()


def test_most_frequent_words():
    assert len(train_vectors(TEXTS, size=8, n_words=3, epochs=1)) <= 3
    assert set(train_vectors([*TEXTS, ["once"]], size=8, epochs=1).index_to_key) == {w for text in TEXTS for w in text}


@pytest.mark.parametrize("documents", [[], [[]], [["once"]]])
def test_no_words(documents):
    with pytest.raises(ParadigmError) as caught:
        train_vectors(documents, size=8)
    assert (caught.value.kind, caught.value.details) == ("no_words", {"min_count": 2})


def test_saved_and_loaded(tmp_path):
    vectors = train_vectors(TEXTS, size=8, epochs=1)
    save_vectors(vectors, tmp_path / "new" / "folder")
    assert {file.name for file in (tmp_path / "new" / "folder").iterdir()} == {"words.txt", "vectors.safetensors"}
    loaded = load_vectors(tmp_path / "new" / "folder")
    assert isinstance(loaded, KeyedVectors)
    assert loaded.index_to_key == vectors.index_to_key
    assert loaded.vectors.dtype == np.float32
    np.testing.assert_allclose(loaded.vectors, vectors.vectors, rtol=1e-3, atol=1e-5)  # fp16


@pytest.fixture(scope="module")
def built_in() -> KeyedVectors:
    return load_vectors()


def test_built_in(built_in):
    assert built_in.vector_size == 100
    assert 15_000 <= len(built_in) <= 25_000
    assert len(set(built_in.index_to_key)) == len(built_in)
    assert np.isfinite(built_in.vectors).all()
    assert sum(file.stat().st_size for file in BUILT_IN.iterdir()) <= 6_000_000


def test_built_in_vectors_know_english(built_in):
    for word, near, far in (("terrible", "awful", "camera"), ("actor", "actress", "boring"), ("n't", "not", "music")):
        assert built_in.similarity(word, near) > built_in.similarity(word, far) + 0.1


def test_a_folder_written_anew_is_read_anew(tmp_path):
    for size in (4, 8):
        save_vectors(train_vectors([["good", "film"]] * 3, size=size, min_count=1), tmp_path)
        assert load_vectors(tmp_path).vector_size == size
