"""Word vectors: skip-gram with negative sampling (Mikolov et al. 2013), trained by gensim, kept in fp16.

A set of vectors is a folder of two files: `words.txt` (one word a line, most frequent first) and
`vectors.safetensors` (one tensor `vectors`, shape (n_words, size)). Nothing in it is executable.
"""

from __future__ import annotations

import gzip
import lzma
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from .errors import ParadigmError
from .hub import state_of
from .words import words

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

ASSETS = Path(__file__).resolve().parent.parent / "assets"
BUILT_IN = ASSETS / "word_vectors"
SIZE = 100


class Documents:
    """The documents of plain-text files, one a line, as lists of words; can be read again for every epoch.

    `.gz` and `.xz` files are unpacked on the way. A file named twice is read twice, which is how a corpus is given
    more weight.
    """

    def __init__(self, files: Sequence[str | Path]):
        self.files = [Path(file) for file in files]

    def __iter__(self) -> Iterator[list[str]]:
        for file in self.files:
            with opened(file) as lines:
                for line in lines:
                    if tokens := words(line):
                        yield tokens


@contextmanager
def opened(file: Path) -> Iterator[IO[str]]:
    """A text file as it is, or unpacked on the way where it is `.gz` or `.xz`.

    Raises ParadigmError("not_readable"), also while it is read: that it is no such file may show in the middle of it.
    """
    unpack: Any = {".gz": gzip.open, ".xz": lzma.open}.get(file.suffix, open)
    try:
        with unpack(file, "rt", encoding="utf8", errors="replace") as lines:
            yield lines
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise ParadigmError("not_readable", f"{file} cannot be read: {error}", where=str(file)) from error


def train_vectors(
    documents: Documents | list[list[str]],
    *,
    size: int = SIZE,
    n_words: int | None = 20_000,
    min_count: int = 2,
    sample: float = 1e-4,
    epochs: int = 5,
    seed: int = 0,
    workers: int = 1,
) -> KeyedVectors:
    """Skip-gram vectors, shape (n_words, size), of the most frequent words.

    `sample` is the share of the text from which a word is so frequent that some of its places are passed over (Mikolov
    et al. 2013, equation 5); 0 passes over none. With `workers=1` the same texts and seed give the same vectors; more
    workers are faster and not repeatable. Raises ParadigmError("no_words") where no word occurs often enough.
    """
    from gensim.models import Word2Vec

    try:
        model = Word2Vec(
            documents,
            vector_size=size,
            sg=1,
            negative=10,
            sample=sample,
            window=5,  # words on either side
            min_count=min_count,
            max_final_vocab=n_words,
            epochs=epochs,
            seed=seed,
            workers=workers,
        )
    except RuntimeError as error:  # gensim's word for an empty vocabulary
        message = f"no word occurs often enough (at least {min_count} times) to train vectors"
        raise ParadigmError("no_words", message, min_count=min_count) from error
    return model.wv


def save_vectors(vectors: KeyedVectors, folder: str | Path) -> None:
    """Write `words.txt` and `vectors.safetensors` (fp16) into `folder`."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "words.txt").write_text("\n".join(vectors.index_to_key) + "\n", encoding="utf8")
    save_file({"vectors": vectors.vectors.astype(np.float16)}, folder / "vectors.safetensors")


def load_vectors(folder: str | Path = BUILT_IN) -> KeyedVectors:
    """The vectors of `folder` as gensim `KeyedVectors` in fp32, loaded once; the built-in ones unless told otherwise.

    Raises ParadigmError("not_found") where `folder` holds no vectors.
    """
    return _load(Path(folder), state_of(folder))


@lru_cache(maxsize=2)
def _load(folder: Path, state: int) -> KeyedVectors:
    from gensim.models import KeyedVectors

    try:
        table = load_file(folder / "vectors.safetensors")["vectors"].astype(np.float32)
        vocabulary = (folder / "words.txt").read_text(encoding="utf8").splitlines()
    except (OSError, LookupError, SafetensorError) as error:
        raise ParadigmError("not_found", f"no word vectors in {folder}", where=str(folder)) from error
    vectors = KeyedVectors(table.shape[1])
    vectors.add_vectors(vocabulary, table)
    return vectors
