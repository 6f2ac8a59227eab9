"""AutoPrompt (Shin et al. 2020, section 2.2): trigger words found by gradient, one swap at a time.

Swapping trigger word w for w' moves its embedding from e_w to e_w'. To first order the loss L then changes by
(e_w' - e_w) . dL/de_w (HotFlip: Ebrahimi et al. 2018, equation 4). The words with the largest expected fall,

    V_cand = top-k over w' of  -e_w' . dL/de_w,

are tried for real on the examples, and the best of them is taken if the loss does fall. Nothing keeps the triggers
readable.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import torch
from torch import Tensor, nn

from ..masked_lm import HEADS, length_sorted, use_bf16
from .candidates import Candidate, Examples, SearchStep, allowed_words, before_mask, writable_words
from .classifier import class_logits
from .template import Template
from .verbalizer import Verbalizer

N_TRIGGERS = 3


def autoprompt(
    examples: Examples, frame: Template, verbalizer: Verbalizer, swaps: int, candidates: int, seed: int
) -> Iterator[SearchStep]:
    """Start from N_TRIGGERS random words (the paper: [MASK]s) before the slot of `frame`; at each of `swaps` steps try
    `candidates` words in one place, the places taking turns, or those that are left of a small vocabulary."""
    words = writable_words(examples.lm.tokenizer)
    allowed = torch.tensor(allowed_words(verbalizer, examples.lm.tokenizer))
    triggers = np.random.default_rng(seed).choice(allowed.numpy(), N_TRIGGERS, replace=False).tolist()
    embeddings = examples.lm.model.get_input_embeddings().weight.detach()[allowed]  # (n_allowed, H)

    def scored(ids: Sequence[int]) -> Candidate:
        return examples.score(before_mask(frame, [words[token] for token in ids]), verbalizer)

    best = scored(triggers)
    tried = {tuple(triggers)}
    for step in range(1, swaps + 1):
        place = (step - 1) % N_TRIGGERS
        gradient = trigger_gradient(examples, best.template, verbalizer, N_TRIGGERS)[place]  # (H,)
        promising = allowed[(-embeddings @ gradient).argsort(descending=True)].tolist()
        swapped = ((*triggers[:place], token, *triggers[place + 1 :]) for token in promising)
        fresh = list(islice((ids for ids in swapped if ids not in tried), candidates))
        tried.update(fresh)
        outcomes = [(scored(ids), ids) for ids in fresh]
        for outcome, ids in outcomes:
            if outcome.order < best.order:
                best, triggers = outcome, list(ids)
        yield SearchStep(step, swaps, tuple(outcome for outcome, _ in outcomes), best)


def trigger_gradient(examples: Examples, template: Template, verbalizer: Verbalizer, n_triggers: int) -> Tensor:
    """dL/de of the `n_triggers` words right before the slot, shape (n_triggers, H), mean over the examples.

    No parameter of the model gets a gradient: it is shared, and it is not what is searched.
    """
    lm, gold = examples.lm, torch.from_numpy(examples.gold)
    word_ids = verbalizer.token_ids(lm.tokenizer, spaced=template.spaced_mask())
    class_of_word = torch.tensor(verbalizer.class_of_word)
    encoded = template.encode(examples.texts, lm.tokenizer, lm.max_length)
    total = torch.zeros(n_triggers, lm.hidden_size)
    for rows in length_sorted([len(item.input_ids) for item in encoded]):
        batch = lm.batch([encoded[row] for row in rows])
        with torch.no_grad():
            embedded = lm.model.get_input_embeddings()(batch.input_ids)  # (B, T, H)
        embedded.requires_grad_()
        inputs = {"inputs_embeds": embedded, "attention_mask": batch.attention_mask}
        if getattr(lm.model.config, "type_vocab_size", 0) > 1:
            inputs["token_type_ids"] = batch.token_type_ids
        with torch.autocast("cpu", torch.bfloat16, enabled=use_bf16(len(encoded))):
            hidden = lm.model.base_model(**inputs).last_hidden_state  # (B, T, H)
        at_mask = hidden[torch.arange(len(rows)), batch.mask_position]  # (B, H)
        states = HEADS[lm.model.config.model_type](lm.model)(at_mask.float())
        logits = class_logits(lm.decode(states, word_ids), class_of_word, "sum")  # (B, C)
        loss = nn.functional.cross_entropy(logits, gold[rows], reduction="sum")
        (gradient,) = torch.autograd.grad(loss, embedded)  # (B, T, H)
        places = batch.mask_position[:, None] + torch.arange(-n_triggers, 0)  # (B, n_triggers)
        total += gradient[torch.arange(len(rows))[:, None], places].sum(dim=0)
    return total / len(encoded)
