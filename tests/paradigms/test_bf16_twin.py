"""The twin in bf16: it reads, the fp32 weights learn."""

import numpy as np
import pytest
import torch

from paradigms.bf16_twin import Bf16Twin
from paradigms.corpus import Input
from paradigms.data import load
from paradigms.masked_lm import MaskedLM
from paradigms.pretrain import Masking, masked_lm_loss, padded

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def batch():
    lm = MaskedLM.load()
    texts = list(load("reviews", "train").texts[:16])
    inputs = [Input(np.array(ids)) for ids in lm.tokenizer(texts, add_special_tokens=False)["input_ids"]]
    return padded(lm, inputs, CPU)


def loss_of(lm, batch):
    loss, _ = masked_lm_loss(lm, batch, Masking.of(lm.tokenizer, CPU), torch.Generator().manual_seed(0))
    return loss


def test_its_gradients_are_those_of_the_fp32_weights(batch, monkeypatch):
    monkeypatch.setattr("paradigms.pretrain.has_bf16", lambda: False)  # the other side in fp32 throughout
    exact, lm = MaskedLM.load().copy(), MaskedLM.load().copy()
    twin = Bf16Twin(lm)
    for model in (exact, twin.lm):
        loss_of(model, batch).backward()
    twin.hand_over_gradients()
    for ours, theirs in zip(lm.model.parameters(), exact.model.parameters(), strict=True):
        if theirs.grad is not None:  # not the pooler's
            assert ours.grad.dtype == torch.float32
            likeness = torch.cosine_similarity(ours.grad.flatten(), theirs.grad.flatten(), dim=0)
            assert likeness > 0.95 or theirs.grad.norm() < 1e-6
    assert all(weight.grad is None for weight in twin.lm.model.parameters())


def test_steps_too_small_for_it_are_not_lost():
    lm = MaskedLM.load().copy()
    twin = Bf16Twin(lm)
    weight, rounded = next(lm.model.parameters()), next(twin.lm.model.parameters())
    before, step = rounded.detach().clone(), 1 + 2**-12
    assert (before * step).equal(before)  # in bf16 alone nothing would ever move
    with torch.no_grad():
        for _ in range(64):
            weight.mul_(step)
            twin.follow()
    moved = rounded.detach().float() / before.float()
    assert moved[before != 0].mean().item() == pytest.approx(step**64, rel=1e-3)


def test_both_decoder_and_embeddings_stay_one_matrix(batch):
    twin = Bf16Twin(MaskedLM.load().copy())
    assert twin.lm.model.get_output_embeddings().weight is twin.lm.model.get_input_embeddings().weight
    assert twin.lm.model.dtype == torch.bfloat16
    assert loss_of(twin.lm, batch).item() == pytest.approx(loss_of(MaskedLM.load(), batch).item(), rel=0.03)
