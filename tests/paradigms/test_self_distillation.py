"""What the sentences of a document teach each other: against `BertForMaskedLM`'s own logits, and by effect."""

import json
from itertools import islice

import numpy as np
import pytest
import torch

from paradigms.__main__ import main
from paradigms.corpus import Input, corpus_of
from paradigms.data import load
from paradigms.errors import ParadigmError
from paradigms.masked_lm import MaskedLM
from paradigms.pretrain import Recipe, pretrain
from paradigms.pretrain_checkpoint import Checkpoint
from paradigms.prompt.template import Template
from paradigms.self_distillation import NEUTRAL, STRENGTH, SelfDistillation, _neutral, agreed

from . import tiny


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return MaskedLM.load(tiny.bert(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="module")
def documents():
    """What people write who have one opinion: eight reviews of one label each, with a remark at the end."""
    data = load("reviews", "train")
    written = []
    for label, word in (("1", "great"), ("0", "awful")):
        texts = [text for text, given in zip(data.texts, data.labels, strict=True) if given == label][:480]
        written += [" ".join([*texts[i : i + 8], f"It was {word}."]) for i in range(0, len(texts), 8)]
    return written


def test_a_document_moves_its_sentences_by_what_sets_it_apart():
    states = torch.tensor([[1.0], [3.0], [8.0], [100.0]])
    moved = agreed(states, np.array([0, 0, 1, 2]), np.array([0, 0, 1]))
    # Means of documents 2, 8 and 100; of groups 5 and 100: the last document is alone and stays where it is.
    assert moved.flatten().tolist() == [1 - 3 * STRENGTH, 3 - 3 * STRENGTH, 8 + 3 * STRENGTH, 100]


def test_all_sentences_of_a_document_are_moved_alike(small, documents):
    taught = next(SelfDistillation(small, corpus_of(documents, small.tokenizer), 4096, 0, bf16=False).batches())
    batch = taught.batch
    assert (batch.input_ids == small.tokenizer.mask_token_id).sum(dim=1).eq(1).all()
    rows = torch.arange(len(batch.input_ids))
    assert (batch.input_ids[rows, batch.mask_position] == small.tokenizer.mask_token_id).all()
    with torch.no_grad():
        plain = small.model(input_ids=batch.input_ids, attention_mask=batch.attention_mask).logits
        own = plain[rows, batch.mask_position]  # (B, V)
        expected = small.model.get_output_embeddings()(taught.states)
        shifts = expected - own
    # s* is s and a shift that all sentences of one document share; shifts of two documents are far apart.
    near = torch.cdist(shifts, shifts) < 0.01 * shifts.norm(dim=1)
    assert near.sum() > len(rows)
    assert not near.all()


def test_half_of_the_remarks_are_neutral(small, documents):
    distillation = SelfDistillation(small, corpus_of(documents, small.tokenizer), 2048, 0, bf16=False)
    of_the_corpus = small.tokenizer("the bees were [MASK] there", add_special_tokens=False)["input_ids"]
    distillation._remarks = [Input(np.array(of_the_corpus), asked=3)]
    inputs, document, _ = distillation._pool([[row] for row in range(len(documents))] * 3, np.random.default_rng(0))
    last = [inputs[row].ids[-1] for row in np.flatnonzero(np.diff(document, prepend=-1))]  # one a document
    assert 0.4 < np.mean([row != of_the_corpus[-1] for row in last]) < 0.6


def test_remarks_in_english_are_left_out_where_no_word_of_theirs_is_known(tmp_path, small):
    chinese = MaskedLM.load(tiny.chinese(tmp_path / "chinese", "很好看"))
    assert len(_neutral(small.tokenizer)) == len(NEUTRAL)
    assert not _neutral(chinese.tokenizer)


def test_batches_can_be_left_out(small, documents):
    distillation = SelfDistillation(small, corpus_of(documents, small.tokenizer), 256, 3, bf16=False)
    every = list(islice(distillation.batches(), 400))  # more than one pass
    later = next(distillation.batches(drawn=399))
    assert later.batch.input_ids.equal(every[399].batch.input_ids)
    assert later.states.equal(every[399].states)


def test_whoever_learns_comes_nearer(small, documents):
    distillation = SelfDistillation(small, corpus_of(documents, small.tokenizer), 512, 0, bf16=False)
    pupil = small.copy()
    taught = next(distillation.batches())
    optimizer = torch.optim.Adam(pupil.model.parameters(), lr=1e-3)
    losses = []
    for _ in range(8):
        loss = distillation.loss(pupil, taught)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    assert all(weight.grad is None for weight in distillation.teacher.model.parameters())


def test_a_killed_training_has_the_teacher_it_had(small, documents, tmp_path, monkeypatch):
    train, held_out = corpus_of(documents, small.tokenizer), corpus_of(documents[:10], small.tokenizer)
    recipe = Recipe(tokens=9_000, tokens_per_batch=512, longest=40, self_distillation=True)
    monkeypatch.setattr("paradigms.pretrain_checkpoint.EVERY", 0)
    whole, killed, resumed = small.copy(), small.copy(), small.copy()
    expected = list(pretrain(whole, train, held_out, recipe, points=2))
    checkpoint = Checkpoint(tmp_path / "checkpoint.safetensors")
    for step in pretrain(killed, train, held_out, recipe, points=2, checkpoint=checkpoint):
        if step.step == 4:
            break
    rest = list(pretrain(resumed, train, held_out, recipe, points=2, checkpoint=checkpoint))
    assert [step.loss for step in rest] == [step.loss for step in expected[4:]]
    for ours, theirs in zip(resumed.model.parameters(), whole.model.parameters(), strict=True):
        assert ours.equal(theirs)


def test_reviews_teach_which_word_a_sentence_calls_for(documents):
    """Without a label, the gap between good and bad reviews in the log-odds of label words becomes wider."""
    lm = MaskedLM.load()
    held_out = load("reviews", "dev")
    words = lm.tokenizer.convert_tokens_to_ids(["awful", "great"])
    positive = np.array([label == "1" for label in held_out.labels])

    def gap(of: MaskedLM) -> float:
        encoded = Template.parse("{text} It was [MASK].").encode(held_out.texts, of.tokenizer, of.max_length)
        bad, good = of.logits_at_mask(encoded, words).double().numpy().T
        return (good - bad)[positive].mean() - (good - bad)[~positive].mean()

    def trained(self_distillation: bool) -> MaskedLM:
        pupil, train = lm.copy(), corpus_of(documents, lm.tokenizer)
        recipe = Recipe(tokens=12_000, tokens_per_batch=1024, lr=1e-4, self_distillation=self_distillation)
        for _ in pretrain(pupil, train, corpus_of(documents[:2], lm.tokenizer), recipe, points=1):
            pass
        return pupil

    assert gap(trained(True)) > max(gap(lm), gap(trained(False)))


def test_the_command_says_what_it_did(tmp_path, documents):
    text, init, out = tmp_path / "reviews.txt", tiny.bert(tmp_path / "init"), tmp_path / "out"
    text.write_text("\n".join(documents * 4), encoding="utf8")
    begun = ["pretrain", "--init", str(init), "--text", str(text), "--out", str(out), "--self-distillation"]
    assert main([*begun, "--tokens", "6000"]) == 0
    assert main([*begun, "--tokens", "12000", "--resume"]) == 0
    curve = json.loads((out / "curve.json").read_text())
    assert curve["command"].endswith("--self-distillation") and curve["points"][-1]["tokens"] >= 12_000
    assert "self-distillation:" in (out / "README.md").read_text()


def test_documents_of_one_sentence_agree_on_nothing(small):
    with pytest.raises(ParadigmError) as caught:
        SelfDistillation(small, corpus_of(["It was great."] * 300, small.tokenizer), 512, 0, bf16=False)
    assert caught.value.kind == "no_remarks"
