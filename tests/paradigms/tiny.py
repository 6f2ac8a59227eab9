"""Tiny masked language models with random weights, saved as folders: every kind of backbone, in milliseconds.

What they answer is arbitrary, but repeatable and far from uniform. Dropout is off, so that a training loss can be
compared with a prediction.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import AddedToken, ByteLevelBPETokenizer
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForMaskedLM,
    BertModel,
    BertTokenizer,
    DistilBertConfig,
    DistilBertForMaskedLM,
    GPT2Config,
    GPT2LMHeadModel,
    GPT2Tokenizer,
    PreTrainedModel,
    RobertaConfig,
    RobertaForMaskedLM,
    RobertaTokenizer,
)

from paradigms.masked_lm import BUILT_IN

POSITIONS = 64
SIZE = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
    "initializer_range": 0.3,
}


def bert(folder: Path) -> Path:
    """BERT with the built-in vocabulary."""
    return _save(folder, BertForMaskedLM(_bert_config()), AutoTokenizer.from_pretrained(BUILT_IN))


def bert_without_head(folder: Path) -> Path:
    """The encoder alone, as sentence encoders are published."""
    return _save(folder, BertModel(_bert_config()), AutoTokenizer.from_pretrained(BUILT_IN))


def distilbert(folder: Path) -> Path:
    config = DistilBertConfig(
        vocab_size=30_522,
        max_position_embeddings=POSITIONS,
        dim=32,
        n_layers=2,
        n_heads=2,
        hidden_dim=64,
        dropout=0.0,
        attention_dropout=0.0,
        initializer_range=0.3,
    )
    return _save(folder, DistilBertForMaskedLM(config), AutoTokenizer.from_pretrained(BUILT_IN))


def roberta(folder: Path, texts: Sequence[str]) -> Path:
    """RoBERTa with a byte-level BPE learned from `texts`: `<mask>`, and words that carry their leading space."""
    pairs = _byte_pairs(folder, texts)
    tokenizer = RobertaTokenizer(*pairs, mask_token=AddedToken("<mask>", lstrip=True, special=True))
    # RoBERTa counts positions from padding + 1: two more places than tokens that fit.
    size = {**SIZE, "vocab_size": len(tokenizer), "max_position_embeddings": POSITIONS + 2}
    config = RobertaConfig(
        **size, type_vocab_size=1, pad_token_id=tokenizer.pad_token_id, layer_norm_eps=1e-5, tie_word_embeddings=True
    )
    return _save(folder, RobertaForMaskedLM(config), tokenizer)


def chinese(folder: Path, characters: str) -> Path:
    """BERT with a vocabulary of single Chinese characters."""
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(characters)]
    tokenizer = BertTokenizer({token: row for row, token in enumerate(vocabulary)})
    return _save(folder, BertForMaskedLM(_bert_config(len(vocabulary))), tokenizer)


def causal(folder: Path) -> Path:
    """A model that predicts the next word, not a masked one."""
    config = GPT2Config(vocab_size=30_522, n_positions=POSITIONS, n_embd=32, n_layer=1, n_head=2)
    return _save(folder, GPT2LMHeadModel(config), AutoTokenizer.from_pretrained(BUILT_IN))


def gpt(folder: Path, texts: Sequence[str]) -> Path:
    """GPT-2 with a byte-level BPE learned from `texts`: no mask, no padding."""
    tokenizer = GPT2Tokenizer(*_byte_pairs(folder, texts), unk_token="<unk>", bos_token="</s>", eos_token="</s>")
    sizes = {"vocab_size": len(tokenizer), "n_positions": POSITIONS, "n_embd": 32, "n_layer": 2, "n_head": 2}
    ends = {"bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    return _save(folder, GPT2LMHeadModel(GPT2Config(**sizes, **ends)), tokenizer)


def _byte_pairs(folder: Path, texts: Sequence[str]) -> list[str]:
    """The vocabulary and the merges, two files."""
    bpe = ByteLevelBPETokenizer()
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    bpe.train_from_iterator(texts, vocab_size=600, special_tokens=special, show_progress=False)
    folder.mkdir()
    return bpe.save_model(str(folder))


def _bert_config(vocabulary: int = 30_522) -> BertConfig:
    return BertConfig(**SIZE, vocab_size=vocabulary, max_position_embeddings=POSITIONS)


def _save(folder: Path, model: PreTrainedModel, tokenizer) -> Path:
    generator = torch.Generator().manual_seed(0)
    for name, weight in model.named_parameters():
        if weight.ndim > 1:  # random matrices; the norms stay at 1 and 0
            torch.nn.init.normal_(weight, std=0.3, generator=generator)
        elif name.endswith("bias") and "norm" not in name.lower():
            torch.nn.init.normal_(weight, std=0.1, generator=generator)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
