"""The four paradigms of NLP on one task, each a scikit-learn classifier over raw strings.

Names are loaded when they are first used: importing `paradigms` does not import torch. `evaluate` is not among them,
because a module has that name: `from paradigms.evaluate import evaluate`.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "AutoTemplate": ".prompt.auto_template",
    "AutoVerbalizer": ".prompt.auto_verbalizer",
    "BertFineTune": ".bert_finetune",
    "CausalLM": ".causal_lm",
    "Dataset": ".data",
    "Demonstrations": ".prompt.demonstrations",
    "MaskedLM": ".masked_lm",
    "PPT": ".prompt.ppt",
    "PTuning": ".prompt.p_tuning",
    "PTuningV2": ".prompt.p_tuning_v2",
    "ParadigmError": ".errors",
    "Pet": ".prompt.pet",
    "Plan": ".plan",
    "PromptClassifier": ".prompt.classifier",
    "PromptTuning": ".prompt.prompt_tuning",
    "Seq2SeqPromptTuning": ".prompt.seq2seq_prompt_tuning",
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
