"""The contract every paradigm shares: a scikit-learn classifier over raw strings that can be trained step by step."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import NotFittedError

from .errors import ParadigmError

LARGEST_SEED = 2**32 - 1  # of numpy's older generator, which gensim has; torch takes larger ones


class SavedModelError(ParadigmError):
    """A folder that is not a saved classifier of the class asked for."""


@dataclass(frozen=True)
class TrainStep:
    """One step of training, for progress bars, live charts and cancelling."""

    step: int  # 1, 2, ..., total
    total: int
    loss: float  # of this step's batch, in nats
    accuracy: float  # on the training examples seen so far, 0 to 1
    seconds: float  # since training began


def training_set(texts: Sequence[str], labels: Sequence[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The texts, the classes in sorted order, and the class of each text as an index into them.

    Raises ParadigmError where a text is not a string, where there are not as many labels as texts, or fewer than two
    classes; what labels may be, see `classes_of`.
    """
    texts = texts_of(texts)
    classes, gold = classes_of(labels)
    if len(texts) != len(gold):
        message = f"{len(texts)} texts but {len(gold)} labels"
        raise ParadigmError("length_mismatch", message, texts=len(texts), labels=len(gold))
    if len(classes) < 2:
        raise ParadigmError("one_class", "training needs examples of at least two classes", classes=len(classes))
    return texts, classes, gold


def classes_of(labels: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The classes in sorted order, strings, and each label as an index into them.

    Integer labels, as scikit-learn's helpers make them, become strings in the order of the numbers: with more than ten
    it is another than that of the strings. Raises ParadigmError("label_type") where a label is neither.
    """
    labels = list(labels)
    for label in labels:
        if isinstance(label, bool) or not isinstance(label, str | int | np.integer):
            message = f"labels have to be strings, as '1', not {type(label).__name__}, as {label!r}"
            raise ParadigmError("label_type", message, offending=str(label))
    numbers = not any(isinstance(label, str) for label in labels)
    classes, gold = np.unique([int(label) if numbers else str(label) for label in labels], return_inverse=True)
    return np.array([str(label) for label in classes], dtype=object), gold


def given(classes: Iterable[str]) -> list[Any]:
    """Labels of which `classes_of` makes these classes in this order: integers, where they are sorted as such."""
    names = [str(label) for label in classes]
    return names if names == sorted(names) else [int(name) for name in names]


def texts_of(texts: Sequence[str]) -> list[str]:
    """`texts` as a list. Raises ParadigmError("text_type") for a single string or a table, of which Python would read
    the characters or the column names, and where one of them is no string: a gap would be the word "nan"."""
    if isinstance(texts, str | Mapping) or hasattr(texts, "columns"):
        what = "one string" if isinstance(texts, str) else "a table"
        raise ParadigmError("text_type", f"wanted is a list of strings, not {what}", offending=str(texts)[:80])
    texts = list(texts)
    for text in texts:
        if not isinstance(text, str):
            message = f"wanted is a list of strings, not {type(text).__name__} among them"
            raise ParadigmError("text_type", message, offending=str(text)[:80])
    return [str(text) for text in texts]


class TextClassifier(ClassifierMixin, BaseEstimator, ABC):
    """Base of the four paradigms. Subclasses give `fit_steps`, `predict_proba`, `explain`, `_state`, `_restore`.

    Labels may be any strings and any number of classes; `classes_` holds them sorted, the column order of
    `predict_proba`. `trainable_parameters_` counts the numbers that `fit` estimated.
    """

    classes_: np.ndarray
    trainable_parameters_: int

    @abstractmethod
    def fit_steps(self, texts: Sequence[str], labels: Sequence[str]) -> Iterator[TrainStep]:
        """Train on `texts` with their `labels`, one `TrainStep` at a time. Between steps the classifier can predict."""

    @abstractmethod
    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        """Probabilities, shape (n_texts, n_classes); rows sum to 1, columns in the order of `classes_`."""

    @abstractmethod
    def explain(self, text: str) -> Any:
        """The method's own evidence for its answer to one text, as a small frozen dataclass."""

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> Self:
        """Train to the end; returns self."""
        for _ in self.fit_steps(texts, labels):
            pass
        return self

    def predict(self, texts: Sequence[str]) -> np.ndarray:
        """The most probable label of each text, shape (n_texts,)."""
        probabilities = self.predict_proba(texts)  # first: it says so where there is no `classes_` yet
        return self.classes_[probabilities.argmax(axis=1)]

    def score(self, texts: Sequence[str], labels: Sequence[str], sample_weight: Any = None) -> float:
        """Accuracy; labels that are whole numbers as in `classes_of`. Raises ParadigmError("labels_mismatch") where
        none of them is one of `classes_`: 0% would look like a method that has learned nothing."""
        self._require_fitted()
        names = [str(label) for label in labels]
        if names and not set(names) & set(map(str, self.classes_)):
            known, asked = ", ".join(map(str, self.classes_)), ", ".join(sorted(set(names)))
            message = f"the labels are {asked}, but the classifier answers with {known}"
            raise ParadigmError("labels_mismatch", message, offending=asked, known=known)
        return super().score(texts, np.array(names, dtype=object), sample_weight)

    @contextmanager
    def _unchanged_if_refused(self) -> Iterator[None]:
        """Bad input leaves a fitted classifier as it was: with what it had learned, and what it says of that."""
        before = dict(self.__dict__)
        try:
            yield
        except ParadigmError:
            self.__dict__ = before
            raise

    def _require_fitted(self) -> None:
        if not hasattr(self, "classes_"):
            raise NotFittedError(f"{type(self).__name__} has to be fitted before it can predict.")

    def _asked(self, texts: Sequence[str]) -> list[str]:
        """`texts` for a fitted classifier."""
        self._require_fitted()
        return texts_of(texts)

    # Saving: parameters and text as JSON, numbers as safetensors. Nothing that is loaded can run code.

    @abstractmethod
    def _state(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """What `fit` learned: named arrays, and whatever else as JSON."""

    @abstractmethod
    def _restore(self, arrays: dict[str, np.ndarray], extra: dict[str, Any]) -> None:
        """The inverse of `_state`."""

    def save(self, folder: str | Path) -> None:
        """Write `classifier.json` and `weights.safetensors` into `folder`."""
        from safetensors.numpy import save_file

        self._require_fitted()
        arrays, extra = self._state()
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        description = {
            "class": type(self).__name__,
            "params": {name: plain(value) for name, value in self.get_params(deep=False).items()},
            "classes": [str(label) for label in self.classes_],
            "trainable_parameters": self.trainable_parameters_,
            "extra": extra,
        }
        text = json.dumps(description, ensure_ascii=False, indent=1)
        (folder / "classifier.json").write_text(text + "\n", encoding="utf8")
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, folder / "weights.safetensors")

    @classmethod
    def load(cls, folder: str | Path, **params: Any) -> Self:
        """The classifier that `save` wrote into `folder`; `params` replace constructor parameters (a backbone, say)."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        folder = Path(folder)
        try:
            description = json.loads((folder / "classifier.json").read_text(encoding="utf8"))
            arrays = load_file(folder / "weights.safetensors")
            kind, own, extra = (description[key] for key in ("class", "params", "extra"))
            classes, n_trained = np.asarray(description["classes"], dtype=object), description["trainable_parameters"]
        except (OSError, ValueError, LookupError, TypeError, SafetensorError) as error:
            raise SavedModelError("not_a_saved_model", f"no saved classifier in {folder}", where=str(folder)) from error
        if kind != cls.__name__:
            raise SavedModelError("other_class", f"{folder} holds a {kind}, not a {cls.__name__}", where=str(folder))
        model = cls(**{**own, **params})
        model.classes_ = classes
        model.trainable_parameters_ = n_trained
        model._restore(arrays, extra)
        return model


def plain(value: Any) -> Any:
    """A constructor parameter as JSON can hold it: a template becomes its source text; a verbalizer its label words,
    because its source cannot be read back where a word has one of the signs , ; = in it."""
    if hasattr(value, "label_words"):
        return {label: list(words) for label, words in value.label_words}
    if hasattr(value, "source"):
        return value.source
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if hasattr(value, "tolist"):  # an array, a number of numpy's, a column of a table
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    return value
