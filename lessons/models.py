"""The models behind the page: the shared ones, loaded once, and each browser session's own, bounded in number."""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from paradigms import data
from paradigms.backbone import NAME, size
from paradigms.data import Dataset
from paradigms.prompt.verbalizer import VerbalizerError
from paradigms.record import Recorded, load_trained, recorded

from .state import CHINESE

if TYPE_CHECKING:
    from paradigms.base import TextClassifier
    from paradigms.tfidf_nb import TfidfNaiveBayes

SESSION_MODELS = 64  # a class's: a trained BERT takes 90 MB, and a Space has 16 GB


@lru_cache(maxsize=4)
def train_set(name: str = "reviews") -> Dataset:
    return data.load(name, "train")


@lru_cache(maxsize=4)
def held_out(name: str = "reviews") -> Dataset:
    return data.load(name, "test")


@lru_cache(maxsize=1)
def results() -> list[Recorded]:
    return recorded()


_loading = Lock()


def trained() -> dict[str, TextClassifier]:
    """The four paradigms by method name, trained on all the built-in reviews, the prompt on none."""
    with _loading:
        return _trained()


@lru_cache(maxsize=1)
def _trained() -> dict[str, TextClassifier]:
    try:
        return load_trained(backbone=Backbone.source)
    except VerbalizerError:  # the English label words are not in every vocabulary
        if not Backbone.reads_chinese:
            raise
        return load_trained(
            backbone=Backbone.source,
            template=CHINESE["t"],
            verbalizer={"negative": CHINESE["neg"], "positive": CHINESE["pos"]},
        )


class Backbone:
    """The masked language model of paradigms 3 and 4: the built-in one unless the server was started with another."""

    source: str | None = None
    name = NAME
    reads_chinese = False

    @classmethod
    def use(cls, source: str) -> None:
        """Take another one for this process; raises BackboneError where it cannot be."""
        from paradigms.masked_lm import MaskedLM
        from paradigms.tokens import reads

        lm = MaskedLM.load(source)
        cls.source, cls.name = source, lm.name
        cls.reads_chinese = reads(lm.tokenizer, train_set("reviews-zh").texts)

    @classmethod
    def size(cls) -> int:
        """Its number of parameters. The built-in one is not loaded for that: the page is laid out before the model."""
        if cls.source is None:
            return size()
        from paradigms.masked_lm import MaskedLM

        return MaskedLM.load(cls.source).n_parameters


@lru_cache(maxsize=64)
def naive_bayes(per_class: int, ngram_max: int, alpha: float, name: str = "reviews") -> TfidfNaiveBayes:
    """Naive Bayes on `per_class` training reviews of each class: fast enough to be trained while a slider moves."""
    from paradigms.tfidf_nb import TfidfNaiveBayes

    examples = data.few_shot(train_set(name), per_class, seed=0)
    return TfidfNaiveBayes(ngram_max, alpha).fit(examples.texts, examples.labels)


class SessionModels:
    """What each browser session has trained. The models used longest ago go first; a closed browser's go at once."""

    def __init__(self, capacity: int = SESSION_MODELS):
        self.capacity = capacity
        self.models: OrderedDict[tuple[str, str], Any] = OrderedDict()
        self.lock = Lock()

    def put(self, session: str, method: str, model: Any) -> None:
        with self.lock:
            self.models[session, method] = model
            self.models.move_to_end((session, method))
            while len(self.models) > self.capacity:
                self.models.popitem(last=False)

    def get(self, session: str | None, method: str) -> Any | None:
        """The session's own model, None where it has trained none or it had to go."""
        with self.lock:
            if session is None or (session, method) not in self.models:
                return None
            self.models.move_to_end((session, method))
            return self.models[session, method]

    def forget(self, session: str) -> None:
        with self.lock:
            for key in [key for key in self.models if key[0] == session]:
                del self.models[key]


SESSIONS = SessionModels()
