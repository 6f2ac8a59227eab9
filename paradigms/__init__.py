"""The four paradigms of NLP on one task, each a scikit-learn classifier over raw strings.

Names are loaded when they are first used: importing `paradigms` does not import torch. `evaluate` is not among them,
because a module has that name: `from paradigms.evaluate import evaluate`.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "BertFineTune": ".bert_finetune",
    "Dataset": ".data",
    "MaskedLM": ".masked_lm",
    "ParadigmError": ".errors",
    "PromptClassifier": ".prompt.classifier",
    "Template": ".prompt.template",
    "TextClassifier": ".base",
    "TfidfNaiveBayes": ".tfidf_nb",
    "TrainStep": ".base",
    "Verbalizer": ".prompt.verbalizer",
    "Word2VecLSTM": ".word2vec_lstm",
    "few_shot": ".data",
    "learning_curve": ".evaluate",
    "load": ".data",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name], __name__), name)


def __dir__() -> list[str]:
    return __all__
