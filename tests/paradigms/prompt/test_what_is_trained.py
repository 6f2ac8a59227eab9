"""The switch: which weights have gradients, how many, and what of a training is kept. PEFT counts LoRA for itself."""

import warnings

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model

from paradigms.base import SavedModelError
from paradigms.data import Dataset
from paradigms.errors import ParadigmError
from paradigms.evaluate import evaluate
from paradigms.masked_lm import MaskedLM
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.what_is_trained import (
    LORA_ALPHA,
    LORA_RANK,
    TRAIN,
    choose_trained,
    counts,
    fingerprint,
    learned,
    relearn,
)
from paradigms.training import n_trainable
from tests.paradigms import tiny

TEXTS, LABELS = ("a fine film", "a dull film", "great fun", "no fun"), ("1", "0", "1", "0")


def trained(lm: MaskedLM, train: str) -> tuple[MaskedLM, set[str]]:
    own = lm.copy()
    choose_trained(own, train)
    return own, {name for name, weight in own.model.named_parameters() if weight.requires_grad}


def test_what_has_gradients(lm: MaskedLM) -> None:
    every = {name for name, _ in lm.model.named_parameters()}
    assert trained(lm, "all")[1] == every
    assert trained(lm, "nothing")[1] == set()
    assert trained(lm, "head")[1] == {name for name in every if name.startswith("cls.")}
    assert trained(lm, "bias")[1] == {name for name in every if name.endswith("bias")}
    lora = trained(lm, "lora")[1]
    assert lora
    assert all(".lora_" in name and (".query." in name or ".value." in name) for name in lora)


def test_exact_counts(lm: MaskedLM) -> None:
    """By arithmetic from the model's shape."""
    size, layers, vocabulary = lm.hidden_size, lm.model.config.num_hidden_layers, lm.model.config.vocab_size
    wide = lm.model.config.intermediate_size
    of = {train: n_trainable(trained(lm, train)[0].model) for train in TRAIN}
    head = size * size + size + 2 * size + vocabulary
    assert of["all"] == lm.n_parameters
    assert of["head"] == head
    assert of["bias"] == layers * (4 * size + wide + size + 2 * size) + size + (2 * size + vocabulary)
    assert of["lora"] == layers * 2 * LORA_RANK * 2 * size
    assert of["nothing"] == 0
    parts = counts(trained(lm, "lora")[0])
    assert parts["head"].total == head
    assert parts["model"].total + head == lm.n_parameters
    assert (parts["lora"].total, parts["lora"].trained) == (of["lora"], of["lora"])


def test_peft_counts_the_same_and_answers_the_same(lm: MaskedLM) -> None:
    own, _ = trained(lm, "lora")
    config = LoraConfig(r=LORA_RANK, lora_alpha=LORA_ALPHA, target_modules=["query", "value"])
    torch.manual_seed(0)
    with warnings.catch_warnings():  # PEFT asks transformers for a name that has changed there
        warnings.simplefilter("ignore", FutureWarning)
        peft = get_peft_model(lm.copy().model, config).eval()
    assert n_trainable(own.model) == peft.get_nb_trainable_parameters()[0]
    mine = {name: weight for name, weight in own.model.named_parameters() if weight.requires_grad}
    with torch.no_grad():
        for name, weight in peft.named_parameters():
            if weight.requires_grad:
                weight.normal_(std=0.02)
                mine[name.removeprefix("base_model.model.")].copy_(weight)
    batch = own.batch(own.encode(["a fine film"]))
    with torch.inference_mode():
        ours = own.model(batch.input_ids, batch.attention_mask).logits
        theirs = peft(input_ids=batch.input_ids, attention_mask=batch.attention_mask).logits
        before = lm.model(batch.input_ids, batch.attention_mask).logits
    torch.testing.assert_close(ours, theirs)
    assert (ours - before).abs().max() > 0.1


def test_lora_starts_where_the_model_is(lm: MaskedLM) -> None:
    zero_shot = PromptClassifier(train="nothing").fit(TEXTS, LABELS).predict_proba(TEXTS)
    first = PromptClassifier(train="lora", steps=1, lr=1e-12).fit(TEXTS, LABELS)
    np.testing.assert_allclose(first.predict_proba(TEXTS), zero_shot, atol=1e-5)
    assert lm.n_parameters == sum(weight.numel() for weight in lm.model.parameters()), "the shared model was changed"


def test_another_seed_is_another_lora(lm: MaskedLM) -> None:
    first, second = (lm.copy() for _ in range(2))
    state = torch.get_rng_state()
    choose_trained(first, "lora", seed=0)
    choose_trained(second, "lora", seed=1)
    assert torch.equal(torch.get_rng_state(), state)
    pairs = zip(learned(first, lm).items(), learned(second, lm).values(), strict=True)
    for (name, one), other in pairs:
        assert np.array_equal(one, other) == ("lora_B" in name)


@pytest.mark.parametrize("train", ["all", "head", "bias", "lora"])
def test_only_that_is_changed_and_saving_keeps_it(train: str, tmp_path, tiny_bert) -> None:
    model = PromptClassifier(backbone=str(tiny_bert), train=train, steps=3, lr=1e-2).fit(TEXTS, LABELS)
    before = dict(MaskedLM.load(str(tiny_bert)).model.named_parameters())
    after = dict(model.lm_.model.named_parameters())
    names = trained(MaskedLM.load(str(tiny_bert)), train)[1]
    for name, weight in after.items():
        old = before.get(name.replace(".base_layer", ""))
        if old is not None and name not in names:
            assert torch.equal(weight, old), name
    model.save(tmp_path)
    loaded = PromptClassifier.load(tmp_path)
    assert loaded.trainable_parameters_ == model.trainable_parameters_ == sum(after[name].numel() for name in names)
    np.testing.assert_allclose(loaded.predict_proba(TEXTS), model.predict_proba(TEXTS), atol=1e-4)


def test_a_small_step_is_not_rounded_away(lm: MaskedLM, tmp_path) -> None:
    """One step at a small rate moves weights by less than fp16 tells apart around 0.05."""
    model = PromptClassifier(steps=1, lr=1e-6).fit(TEXTS, LABELS)
    model.save(tmp_path)
    loaded = PromptClassifier.load(tmp_path)
    moved = {name: np.abs(change).astype(float) for name, change in learned(model.lm_, lm).items()}
    kept = {name: np.abs(change).astype(float) for name, change in learned(loaded.lm_, lm).items()}
    name = "bert.encoder.layer.0.output.dense.weight"
    assert 0 < moved[name].max() < 2e-6
    np.testing.assert_allclose(kept[name].mean(), moved[name].mean(), rtol=0.05)
    as_fp16 = dict(model.lm_.model.named_parameters())[name].detach().half().float()
    old = dict(lm.model.named_parameters())[name].detach()
    assert float((as_fp16 - old).abs().mean()) < 0.5 * moved[name].mean()


def test_a_change_belongs_to_one_backbone(tmp_path, tiny_bert, tmp_path_factory) -> None:
    PromptClassifier(backbone=str(tiny_bert), steps=1).fit(TEXTS, LABELS).save(tmp_path)
    other = tiny.bert(tmp_path_factory.mktemp("other") / "bert")
    with torch.no_grad():
        weights = MaskedLM.load(str(other)).model.get_input_embeddings().weight
        weights[0, 0] += 1
    with pytest.raises(SavedModelError) as caught:
        PromptClassifier.load(tmp_path, backbone=str(other))
    assert caught.value.kind == "other_backbone"


def test_relearn_is_the_inverse_of_learned(lm: MaskedLM) -> None:
    one, other = trained(lm, "bias")[0], trained(lm, "bias")[0]
    with torch.no_grad():
        for weight in one.model.parameters():
            if weight.requires_grad:
                weight += 0.01
    relearn(other, learned(one, lm))
    for (name, a), b in zip(one.model.named_parameters(), other.model.parameters(), strict=True):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=0, msg=name)
    assert fingerprint(one) == fingerprint(lm)


def test_an_unknown_part(shots: Dataset) -> None:
    with pytest.raises(ParadigmError) as caught:
        PromptClassifier(train="embeddings").fit(shots.texts, shots.labels)
    assert (caught.value.kind, caught.value.offending) == ("bad_option", "embeddings")


def test_evaluate_takes_the_switch(shots: Dataset, tiny_bert) -> None:
    result, model = evaluate("prompt", shots, shots, tune="bias", backbone=str(tiny_bert))
    biases = [weight.numel() for name, weight in model.lm_.model.named_parameters() if name.endswith("bias")]
    assert result.trainable_parameters == sum(biases)
    with pytest.raises(ParadigmError) as caught:
        evaluate("bert-finetune", shots, shots, tune="bias")
    assert (caught.value.kind, caught.value.offending) == ("unused_option", "tune")
