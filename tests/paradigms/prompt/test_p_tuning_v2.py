"""P-tuning v2: keys and values in every layer, seen by every token, at no position."""

import numpy as np
import pytest
import torch
from peft import PrefixTuningConfig, get_peft_model

from paradigms.errors import ParadigmError
from paradigms.masked_lm import BackboneError, MaskedLM
from paradigms.prompt.p_tuning_v2 import Before, Prefix, PrefixedLM, PTuningV2
from paradigms.prompt.template import TemplateError

from .. import tiny

# PEFT asks transformers by an old name.
pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.:FutureWarning")

TEXTS = ["A warm, funny film that I would gladly see again.", "dull"]


@pytest.fixture(scope="module")
def peft(tiny_bert):
    config = PrefixTuningConfig(task_type="FEATURE_EXTRACTION", num_virtual_tokens=3)
    return get_peft_model(MaskedLM.load(tiny_bert).copy().model.base_model, config).eval()


@pytest.mark.parametrize(("head", "more"), [("words", 0), ("linear", 32 * 2 + 2)])
def test_what_is_trained(head, more, shots, tiny_bert, peft):
    backbone = MaskedLM.load(tiny_bert)
    before = {name: weight.detach().clone() for name, weight in backbone.model.named_parameters()}
    model = PTuningV2(backbone=str(tiny_bert), length=3, head=head, steps=2)
    for _ in model.fit_steps(shots.texts, shots.labels):
        assert model.prompt_.vectors.grad.abs().amax(dim=(1, 2, 3)).min() > 0, "a layer without gradient"
        assert all(weight.grad is None for weight in model.lm_.model.parameters())
    assert model.trainable_parameters_ == 2 * 2 * 3 * 32 + more == peft.get_nb_trainable_parameters()[0] + more
    assert all(torch.equal(weight, before[name]) for name, weight in backbone.model.named_parameters())
    layers = model.pseudo_tokens()
    assert [layer.name for layer in layers] == ["[L1]", "[L2]"]
    assert all(layer.drift > 0 and not layer.nearest for layer in layers)


def test_the_same_states_as_peft(tiny_bert, peft):
    """With the same vectors, and the positions that PEFT gives the words: behind the prefix."""
    vectors = peft.prompt_encoder.default.embedding.weight.detach()  # (n, L * 2 * H)
    before = Before(vectors.view(3, 2, 2, 32).permute(1, 2, 0, 3))  # (L, 2, n, H)
    lm = MaskedLM.load(tiny_bert)
    ids = torch.tensor([lm.encode(TEXTS[:1])[0].input_ids])
    theirs = peft(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
    positions = 3 + torch.arange(ids.shape[1])[None]
    ours = lm.model.base_model(input_ids=ids, position_ids=positions, cache=before).last_hidden_state
    torch.testing.assert_close(ours, theirs)


def test_a_prefix_that_nobody_looks_at_changes_nothing(tiny_bert):
    """Keys so far from every query that attention gives them nothing: the plain model is left, positions included."""
    lm = MaskedLM.load(tiny_bert)
    batch = lm.batch(lm.encode(TEXTS))
    nothing = torch.zeros(2, 2, 0, 32)
    prefixed = PrefixedLM(lm.model, lm.tokenizer, lm.name, lm.seen, prefix=Prefix(nothing))
    expected = lm.hidden(batch).last_hidden_state
    seen = batch.attention_mask.bool()
    torch.testing.assert_close(prefixed.hidden(batch).last_hidden_state[seen], expected[seen])


def test_padding_is_not_attended_to(tiny_bert):
    lm = MaskedLM.load(tiny_bert)
    prefix = Prefix(torch.randn(2, 2, 3, 32, generator=torch.Generator().manual_seed(0)))
    prefixed = PrefixedLM(lm.model, lm.tokenizer, lm.name, lm.seen, prefix=prefix)
    long, short = lm.encode(TEXTS)
    alone = prefixed.hidden(prefixed.batch([short])).last_hidden_state[0]
    padded = prefixed.hidden(prefixed.batch([long, short])).last_hidden_state[1, : len(short.input_ids)]
    torch.testing.assert_close(alone, padded, rtol=1e-4, atol=1e-5)


def test_starts_from_keys_and_values_of_words(shots, tiny_bert):
    """In the first layer these are simple: the projections of the words' embeddings at their positions."""
    model = PTuningV2(backbone=str(tiny_bert), length=4, steps=1, lr=1e-12).fit(shots.texts, shots.labels)
    lm = MaskedLM.load(tiny_bert)
    terrible, great = lm.tokenizer.convert_tokens_to_ids(["terrible", "great"])
    embedded = lm.model.bert.embeddings(torch.tensor([[terrible, great]]))[0]  # (2, H)
    attention = lm.model.bert.encoder.layer[0].attention.self
    torch.testing.assert_close(model.prompt_.vectors[0, 0, :2], attention.key(embedded), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(model.prompt_.vectors[0, 1, :2], attention.value(embedded), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("head", ["words", "linear"])
def test_saved(head, shots, tiny_bert, tmp_path):
    model = PTuningV2(backbone=str(tiny_bert), head=head, steps=2).fit(shots.texts, shots.labels)
    model.save(tmp_path)
    np.testing.assert_array_equal(PTuningV2.load(tmp_path).predict_proba(TEXTS), model.predict_proba(TEXTS))


def test_roberta(shots, tmp_path):
    folder = tiny.roberta(tmp_path / "roberta", shots.texts)
    model = PTuningV2(backbone=str(folder), head="linear", init="normal", steps=2).fit(shots.texts, shots.labels)
    assert model.predict_proba(TEXTS).shape == (2, 2)


def test_what_it_cannot_do(shots, tmp_path):
    with pytest.raises(BackboneError) as caught:
        PTuningV2(backbone=str(tiny.distilbert(tmp_path / "distilbert"))).fit(shots.texts, shots.labels)
    assert caught.value.kind == "no_prefix"
    with pytest.raises(TemplateError) as soft:
        PTuningV2("{text} [soft:2] [MASK]").fit(shots.texts, shots.labels)
    assert soft.value.kind == "soft_unsupported"
    for option in ("head", "init"):
        with pytest.raises(ParadigmError) as bad:
            PTuningV2(**{option: "other"}).fit(shots.texts, shots.labels)
        assert (bad.value.kind, bad.value.where) == ("bad_option", option)


def test_a_new_layer_draws_nothing_from_the_callers_randomness(shots, tiny_bert):
    before = torch.get_rng_state()
    PTuningV2(backbone=str(tiny_bert), length=2, head="linear", steps=1).fit(shots.texts, shots.labels)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_seed_out_of_an_array(tiny_bert):
    """As a grid search over `np.arange` gives it."""
    plain, same = (
        PTuningV2(backbone=str(tiny_bert), init="normal", seed=seed).begin(["0", "1"]) for seed in (1, np.arange(2)[1])
    )
    assert torch.equal(plain.start_, same.start_)
