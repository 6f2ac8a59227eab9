"""Backbones and trained classifiers, made once for all tests."""

from pathlib import Path

import pytest

from paradigms.bert_finetune import BertFineTune
from paradigms.data import Dataset
from paradigms.masked_lm import MaskedLM
from paradigms.prompt.classifier import PromptClassifier

from . import tiny


@pytest.fixture(scope="session")
def lm() -> MaskedLM:
    """The built-in backbone."""
    return MaskedLM.load()


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.bert(tmp_path_factory.mktemp("backbones") / "tiny-bert")


@pytest.fixture(scope="session")
def tuned(shots: Dataset) -> BertFineTune:
    """The built-in backbone fine-tuned for a few steps."""
    return BertFineTune(steps=10, lr=3e-4).fit(shots.texts, shots.labels)


@pytest.fixture(scope="session")
def prompted(shots: Dataset) -> PromptClassifier:
    """The built-in backbone after a few steps of prompt-oriented fine-tuning."""
    return PromptClassifier(steps=10).fit(shots.texts, shots.labels)
