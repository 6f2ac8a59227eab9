"""Masked-LM training against the definition, against `BertForMaskedLM`'s own loss, and against a kill."""

import json
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from transformers import BertForMaskedLM

from paradigms.__main__ import main
from paradigms.corpus import Input, corpus_of
from paradigms.data import load
from paradigms.masked_lm import MaskedLM, evaluating
from paradigms.pretrain import CHOSEN, KEPT, Masking, Recipe, held_out_loss, masked_lm_loss, pretrain
from paradigms.pretrain_batches import padded
from paradigms.pretrain_checkpoint import Checkpoint, Position
from paradigms.pretrain_run import flops_per_token
from paradigms.tiny_bert import tiny_bert

from . import tiny

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def lm():
    return MaskedLM.load()


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return MaskedLM.load(tiny.bert(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="module")
def reviews():
    return load("reviews", "train").texts[:300]


def masked(lm, texts, seed=0, asked=0):
    inputs = [Input(np.array(ids)) for ids in lm.tokenizer(texts, add_special_tokens=False)["input_ids"]]
    batch = padded(lm, inputs, CPU)
    certain = torch.full((len(texts),), asked)
    read, wanted = Masking.of(lm.tokenizer, CPU)(batch.input_ids, certain, torch.Generator().manual_seed(seed))
    return batch, read, wanted


def test_a_batch_is_what_the_tokenizer_makes(lm):
    first, second = "A fine film.", "Dull, though, at the end."
    (a,), (b,) = (lm.tokenizer([text], add_special_tokens=False)["input_ids"] for text in (first, second))
    batch = padded(lm, [Input(np.array(a + b), border=len(a)), Input(np.array(a))], CPU)
    expected = lm.tokenizer([(first, second)], return_tensors="pt")
    assert batch.input_ids[0].equal(expected["input_ids"][0])
    assert batch.token_type_ids[0].equal(expected["token_type_ids"][0])
    assert batch.input_ids[1, : len(a) + 2].tolist() == lm.tokenizer(first)["input_ids"]
    assert batch.attention_mask.sum(dim=1).tolist() == [len(a) + len(b) + 3, len(a) + 2]


def test_fifteen_per_cent_eighty_ten_ten(lm, reviews):
    batch, read, wanted = masked(lm, list(reviews) * 4)
    real = batch.attention_mask.bool() & ~torch.isin(batch.input_ids, torch.tensor(lm.tokenizer.all_special_ids))
    chosen = wanted != KEPT
    assert not (chosen & ~real).any()  # [CLS], [SEP] and padding are never asked for
    assert chosen.sum() / real.sum() == pytest.approx(0.15, abs=0.01)
    assert wanted[chosen].equal(batch.input_ids[chosen])
    assert read[~chosen].equal(batch.input_ids[~chosen])
    hidden = read[chosen] == lm.tokenizer.mask_token_id
    same = read[chosen] == wanted[chosen]
    assert hidden.float().mean() == pytest.approx(0.8, abs=0.03)
    assert same.float().mean() == pytest.approx(0.1, abs=0.025)
    assert (~hidden & ~same).float().mean() == pytest.approx(0.1, abs=0.025)


def test_words_are_chosen_whole(lm):
    _, read, wanted = masked(lm, ["unwatchable gobbledygook, hamfistedly photographed"] * 400)
    continues = Masking.of(lm.tokenizer, CPU).continues[
        lm.tokenizer("unwatchable gobbledygook, hamfistedly photographed")["input_ids"]
    ]
    assert continues.any()
    chosen, hidden = wanted != KEPT, read == lm.tokenizer.mask_token_id
    for column in torch.nonzero(continues).flatten().tolist():
        assert chosen[:, column].equal(chosen[:, column - 1])
        assert hidden[:, column].equal(hidden[:, column - 1])


def test_masks_are_drawn_anew(lm, reviews):
    assert not masked(lm, list(reviews), seed=0)[2].equal(masked(lm, list(reviews), seed=1)[2])


def test_a_word_can_be_certain_to_be_asked_for(lm):
    _, _, wanted = masked(lm, ["It was great."] * 50, asked=3)
    assert (wanted[:, 3] != KEPT).all()
    assert (masked(lm, ["It was great."] * 50, asked=0)[2][:, 0] == KEPT).all()


def test_the_loss_is_that_of_transformers(lm, reviews):
    inputs = [Input(np.array(ids)) for ids in lm.tokenizer(list(reviews[:8]), add_special_tokens=False)["input_ids"]]
    batch, masking = padded(lm, inputs, CPU), Masking.of(lm.tokenizer, CPU)
    read, wanted = masking(batch.input_ids, batch.mask_position, torch.Generator().manual_seed(5))
    with evaluating(lm.model):
        ours, n = masked_lm_loss(lm, batch, masking, torch.Generator().manual_seed(5))
        theirs = lm.model(input_ids=read, attention_mask=batch.attention_mask, labels=wanted).loss
    assert ours.item() == pytest.approx(theirs.item(), rel=0.02)  # ours rounds to bf16 where the processor has it
    assert n == (wanted != KEPT).sum()


def test_the_rate_rises_and_falls_to_nothing():
    recipe = Recipe(tokens=1000, lr=1.0, warmup=0.1)
    rates = [recipe.rate(recipe.done(tokens, 0)) for tokens in (0, 50, 100, 550, 1000)]
    assert rates == pytest.approx([0, 0.5, 1, 0.5, 0])
    assert Recipe(minutes=2).done(10**9, 60) == 0.5


def test_what_is_short_or_has_few_words_is_not_compiled():
    assert Recipe(tokens=2_000_000).compiled(30_522) and Recipe(minutes=60).compiled(30_522)
    assert not Recipe(tokens=2_000_000).compiled(2_000)
    assert not Recipe(tokens=60_000).compiled(30_522) and not Recipe(minutes=1).compiled(30_522)


def test_a_tiny_bert_learns_from_nothing(reviews):
    lm = tiny_bert(reviews)
    train, held_out = corpus_of(reviews, lm.tokenizer), corpus_of(load("reviews", "dev").texts, lm.tokenizer)
    steps = list(
        pretrain(lm, train, held_out, Recipe(tokens=60_000, tokens_per_batch=1024, longest=60, lr=3e-3), points=4)
    )
    measured = [step.held_out for step in steps if step.held_out is not None]
    assert len(measured) == 5 and steps[-1].done == 1
    assert measured[0] == pytest.approx(np.log(len(lm.tokenizer)), abs=0.3)  # every word as likely as any other
    assert measured[-1] < measured[0] - 1


def test_a_training_by_minutes_is_for_training(small, reviews, monkeypatch):
    """Where asking takes ten times as long as a step, forty points would take as long as the training itself."""
    now = 0.0

    def takes(seconds, function):
        def slow(*args):
            nonlocal now
            now += seconds
            return function(*args)

        return slow

    monkeypatch.setattr("paradigms.pretrain.time", SimpleNamespace(perf_counter=lambda: now))
    monkeypatch.setattr("paradigms.pretrain.masked_lm_loss", takes(1, masked_lm_loss))
    monkeypatch.setattr("paradigms.pretrain.held_out_loss", takes(10, lambda lm, asked, masking: 1.0))
    corpus = corpus_of(reviews[:60], small.tokenizer)
    steps = list(pretrain(small.copy(), corpus, corpus, Recipe(minutes=4, tokens_per_batch=128, longest=40), points=40))
    asked = [step.step for step in steps if step.held_out is not None]
    assert asked[0] == 1 and asked[-1] == steps[-1].step
    assert len(asked) >= 3 and len(steps) > 0.85 * 240


def test_a_killed_training_goes_on_as_if_nothing_had_happened(small, reviews, tmp_path, monkeypatch):
    train, held_out = corpus_of(reviews[:60], small.tokenizer), corpus_of(reviews[60:80], small.tokenizer)
    recipe = Recipe(tokens=6_000, tokens_per_batch=512, longest=40)
    monkeypatch.setattr("paradigms.pretrain_checkpoint.EVERY", 0)

    whole, killed, resumed = small.copy(), small.copy(), small.copy()
    expected = list(pretrain(whole, train, held_out, recipe, points=3))
    checkpoint = Checkpoint(tmp_path / "checkpoint.safetensors")
    for step in pretrain(killed, train, held_out, recipe, points=3, checkpoint=checkpoint):
        if step.step == 7:
            break
    rest = list(pretrain(resumed, train, held_out, recipe, points=3, checkpoint=checkpoint))
    assert [step.loss for step in rest] == [step.loss for step in expected[7:]]
    assert [step.held_out for step in rest] == [step.held_out for step in expected[7:]]
    for ours, theirs in zip(resumed.model.parameters(), whole.model.parameters(), strict=True):
        assert ours.equal(theirs)


def test_half_a_checkpoint_is_never_left(small, tmp_path, monkeypatch):
    optimizer = torch.optim.AdamW(small.copy().model.parameters())
    checkpoint = Checkpoint(tmp_path / "checkpoint.safetensors")
    checkpoint.file.write_bytes(b"the old one")

    def killed(tensors, file, metadata):
        file.write_bytes(b"hal")
        raise KeyboardInterrupt

    monkeypatch.setattr("paradigms.pretrain_checkpoint.save_file", killed)
    with pytest.raises(KeyboardInterrupt):
        checkpoint.save(small.copy().model, optimizer, Position())
    assert checkpoint.file.read_bytes() == b"the old one"


def test_held_out_words_are_the_same_every_time(small, reviews):
    masking = Masking.of(small.tokenizer, CPU)
    inputs = [
        Input(np.array(ids)) for ids in small.tokenizer(list(reviews[:20]), add_special_tokens=False)["input_ids"]
    ]
    batches = [padded(small, inputs, CPU)]
    assert held_out_loss(small, batches, masking) == held_out_loss(small, batches, masking)


def test_the_command_makes_a_backbone(tmp_path, reviews, capsys):
    text, init, out = tmp_path / "reviews.txt", tiny.bert(tmp_path / "init"), tmp_path / "out"
    text.write_text("\n".join(load("reviews", "train").texts), encoding="utf8")
    command = ["pretrain", "--init", str(init), "--text", str(text), "--out", str(out), "--tokens"]
    assert main([*command, "20000"]) == 0
    points = json.loads((out / "curve.json").read_text())["points"]
    assert points[0]["tokens"] < points[-1]["tokens"] >= 20_000
    assert all(0 <= point["zero_shot"] <= 1 for point in points)
    assert "20000" in (out / "README.md").read_text()
    weights = BertForMaskedLM.from_pretrained(out)
    assert weights.dtype == torch.float16
    assert MaskedLM.load(out).n_parameters == MaskedLM.load(init).n_parameters

    capsys.readouterr()
    assert main([*command, "30000"]) == 2
    assert "--resume" in capsys.readouterr().err
    assert main([*command, "30000", "--resume"]) == 0
    longer = json.loads((out / "curve.json").read_text())["points"]
    assert longer[: len(points) - 1] == points[:-1]
    assert longer[-1]["tokens"] >= 30_000


def test_models_on_the_way_are_kept_and_can_be_averaged(tmp_path):
    text, init, out = tmp_path / "reviews.txt", tiny.bert(tmp_path / "init"), tmp_path / "out"
    text.write_text("\n".join(load("reviews", "train").texts), encoding="utf8")
    command = ["pretrain", "--init", str(init), "--text", str(text), "--out", str(out), "--keep", "4", "--tokens"]
    assert main([*command, "70000"]) == 0
    kept = [MaskedLM.load(out / str(part)) for part in range(1, 5)]
    for one, other in pairwise(kept):
        assert not _word_embeddings(one).equal(_word_embeddings(other))
    assert _word_embeddings(kept[-1]).equal(_word_embeddings(MaskedLM.load(out)))
    assert main(["average", str(out / "3"), str(out / "4"), "--out", str(tmp_path / "mean")]) == 0
    mean = torch.stack([_word_embeddings(one) for one in kept[2:]]).mean(dim=0)
    assert torch.allclose(_word_embeddings(MaskedLM.load(tmp_path / "mean")), mean, atol=1e-3)  # fp16 on disk


def _word_embeddings(lm):
    return lm.model.get_input_embeddings().weight


@pytest.mark.parametrize("kind", ["distilbert", "chinese"])
def test_the_command_takes_backbones_of_other_kinds(kind, tmp_path):
    """One whose layers have other names, and one whose vocabulary lacks the label words; begun anew in a new folder."""
    text, out = tmp_path / "text.txt", tmp_path / "out"
    if kind == "distilbert":
        lines, init = load("reviews", "train").texts[:300], tiny.distilbert(tmp_path / "init")
    else:
        lines = [f"这部电影第{number}次看也很好。" for number in range(300)]
        init = tiny.chinese(tmp_path / "init", "".join(lines))
    text.write_text("\n".join(lines), encoding="utf8")
    command = ["pretrain", "--init", str(init), "--text", str(text), "--out", str(out), "--tokens", "3000"]
    assert main([*command, "--seed", "7", "--resume"]) == 0
    curve = json.loads((out / "curve.json").read_text())
    assert curve["command"].endswith("--tokens 3000 --lr 0.0005 --seed 7")
    asked = [point["zero_shot"] for point in curve["points"]]
    card = (out / "README.md").read_text()
    if kind == "chinese":
        assert asked == [None] * len(asked) and "built-in dev reviews | – | – |" in card
    else:
        assert all(0 <= accuracy <= 1 for accuracy in asked) and "–" not in card
    assert MaskedLM.load(out).n_parameters == MaskedLM.load(init).n_parameters


def test_the_model_is_written_before_its_rate_is_measured(tmp_path, monkeypatch):
    def broken(device):
        raise MemoryError

    monkeypatch.setattr("paradigms.pretrain_run.matmul_rate", broken)
    text, out = tmp_path / "text.txt", tmp_path / "out"
    text.write_text("\n".join(load("reviews", "train").texts[:300]), encoding="utf8")
    init = tiny.bert(tmp_path / "init")
    with pytest.raises(MemoryError):
        main(["pretrain", "--init", str(init), "--text", str(text), "--out", str(out), "--tokens", "1000"])
    assert MaskedLM.load(out).n_parameters == MaskedLM.load(init).n_parameters


@pytest.mark.parametrize("kind", [tiny.bert, tiny.distilbert])
def test_operations_are_counted_from_the_matrices(kind, tmp_path):
    per_layer = 4 * 32**2 + 2 * 32 * 64
    expected = 6 * (2 * per_layer + CHOSEN * (30_522 * 32 + 32**2))
    assert flops_per_token(MaskedLM.load(kind(tmp_path / "init"))) == pytest.approx(expected)


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    assert main(["pretrain", "--text", str(tmp_path / "no.txt"), "--out", str(tmp_path / "out")]) == 2
    assert "no.txt" in capsys.readouterr().err
