"""A BERT small enough to be pre-trained from nothing while a class watches: its own vocabulary, random weights."""

from __future__ import annotations

from collections.abc import Sequence

from .masked_lm import MaskedLM
from .training import seeded

VOCABULARY, HIDDEN, LAYERS, HEADS, POSITIONS = 2_000, 128, 1, 4, 64
SPREAD = 0.05  # of the first weights: with BERT's own 0.02 a minute is over before attention has found anything


def tiny_bert(texts: Sequence[str], seed: int = 0) -> MaskedLM:
    """One layer of width 128 over the 2,000 most useful word pieces of `texts`: half a million random weights."""
    from transformers import BertConfig, BertForMaskedLM

    tokenizer = MaskedLM.load().tokenizer.train_new_from_iterator([texts], VOCABULARY, show_progress=False)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=HIDDEN,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=4 * HIDDEN,
        max_position_embeddings=POSITIONS,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        initializer_range=SPREAD,
        pad_token_id=tokenizer.pad_token_id,
    )
    config._attn_implementation = "eager"
    with seeded(seed):
        model = BertForMaskedLM(config).eval()
    return MaskedLM(model, tokenizer, "tiny-bert")
