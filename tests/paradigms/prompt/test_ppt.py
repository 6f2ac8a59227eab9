"""PPT: what unlabelled text can ask, and a prompt that starts from its answers."""

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from paradigms.__main__ import main
from paradigms.errors import ParadigmError
from paradigms.masked_lm import MaskedLM
from paradigms.prompt.classifier import PromptClassifier
from paradigms.prompt.ppt import BUILT_IN, CONFIDENT, PPT, confident, load_prompt, pairs, pretrain, usable
from paradigms.prompt.what_is_trained import fingerprint

NAMES = ("red", "green", "blue", "old", "new", "tall", "small", "quick")
DOCUMENTS = [[f"The {name} door of house number {place} is open." for place in range(6)] for name in NAMES]


@pytest.fixture(scope="module")
def made(tiny_bert, tmp_path_factory):
    """A prompt of 3 pseudo-tokens for the tiny backbone."""
    folder = tmp_path_factory.mktemp("ppt")
    steps = list(pretrain(DOCUMENTS, folder, "made here", backbone=str(tiny_bert), length=3, steps=2, lr=0.01))
    assert [(question, step.step) for question, step in steps] == [
        ("pairs", 1),
        ("pairs", 2),
        ("single", 1),
        ("single", 2),
    ]
    return folder


def test_pairs_are_what_they_are_called():
    examples = pairs(DOCUMENTS, 30, seed=0)
    assert [label for _, label in examples] == ["next", "same", "other"] * 10
    for text, label in examples:
        first, second = ((sentence.split()[1], int(sentence.split()[6])) for sentence in text.split(". "))
        if label == "next":
            assert first[0] == second[0] and second[1] == first[1] + 1
        elif label == "same":
            assert first[0] == second[0] and abs(second[1] - first[1]) > 1
        else:
            assert first[0] != second[0]
    # Nor does a sentence's place say it, as the opening of a document would.
    later = [int(text.split(". ")[1].split()[6]) for text, label in pairs(DOCUMENTS, 300, seed=1) if label == "other"]
    assert set(later) == set(range(6))


def test_sentences_with_something_unusable_between_them_do_not_follow_each_other():
    gap = [[*document[:2], "Too short.", *document[2:]] for document in DOCUMENTS]
    joined = {f"{document[1]} {document[2]}" for document in DOCUMENTS}
    assert not joined & {text for text, label in pairs(gap, 300, seed=0) if label == "next"}


def test_confident_sentences_are_the_ends_of_the_ranking(tiny_bert):
    """As many of each class, also where the model leans to one of them."""
    examples = confident(DOCUMENTS, str(tiny_bert))
    texts = [text for document in DOCUMENTS for text in document]
    kept = round(CONFIDENT * len(texts))
    assert [label for _, label in examples] == ["negative"] * kept + ["positive"] * kept
    positive = dict(zip(texts, PromptClassifier(backbone=str(tiny_bert)).predict_proba(texts)[:, 1], strict=True))
    chosen = {text for text, _ in examples}
    low, high = ([positive[text] for text, label in examples if label == name] for name in ("negative", "positive"))
    between = [positive[text] for text in texts if text not in chosen]
    assert max(low) <= min(between) and max(between) <= min(high)


def test_usable_sentences():
    ordinary = "This is a sentence of ordinary length."
    assert usable([ordinary, "Too short.", "word " * 40, "The title is <b>bold</b> on this page."]) == [ordinary]


def test_starts_exactly_at_the_pretrained_prompt(made, shots, tiny_bert):
    model = PPT(backbone=str(tiny_bert), prompt=str(made), steps=2).fit(shots.texts, shots.labels)
    rows = load_prompt(str(made), "single")
    torch.testing.assert_close(model.start_, rows, rtol=0, atol=0)
    assert not torch.equal(model.prompt_(), rows)
    assert model.trainable_parameters_ == 3 * 32
    trained = [name for name, weight in model.lm_.model.named_parameters() if weight.requires_grad]
    assert len(trained) == 1 and trained[0].endswith("prompt.rows")
    assert model.explain("fine").tokens[:4] == ("[CLS]", "[P1]", "[P2]", "[P3]")


def test_two_questions_two_prompts(made, shots, tiny_bert):
    single, both = (load_prompt(str(made), question) for question in ("single", "pairs"))
    assert not torch.allclose(single, both)
    model = PPT(backbone=str(tiny_bert), prompt=str(made), question="pairs", steps=1, lr=1e-12)
    torch.testing.assert_close(model.fit(shots.texts, shots.labels).prompt_(), both)


def test_saved_prompt_needs_no_pretrained_one(made, shots, tiny_bert, tmp_path):
    folder = shutil.copytree(made, tmp_path / "made")
    model = PPT(backbone=str(tiny_bert), prompt=str(folder), steps=1).fit(shots.texts, shots.labels)
    model.save(tmp_path / "saved")
    shutil.rmtree(folder)
    loaded = PPT.load(tmp_path / "saved")
    np.testing.assert_array_equal(loaded.predict_proba(["fine"]), model.predict_proba(["fine"]))


def test_a_folder_written_anew_is_read_anew(made, tmp_path):
    folder = shutil.copytree(made, tmp_path / "made")
    before = load_prompt(folder, "single")
    save_file({"single": before + 1}, folder / "prompt.safetensors")
    torch.testing.assert_close(load_prompt(folder, "single"), before + 1)


def test_belongs_to_its_backbone(made, shots):
    with pytest.raises(ParadigmError, match="python -m paradigms ppt") as caught:
        PPT(prompt=str(made)).fit(shots.texts, shots.labels)
    assert caught.value.kind == "other_backbone"


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ({"question": "which"}, "bad_option"),
        ({"prompt": "nowhere"}, "not_found"),
        ({"template": "{text} [soft:9] [MASK]"}, "other_shape"),
    ],
)
def test_bad_input(options, kind, made, shots, tiny_bert):
    with pytest.raises(ParadigmError) as caught:
        PPT(**{"backbone": str(tiny_bert), "prompt": str(made), **options}).fit(shots.texts, shots.labels)
    assert caught.value.kind == kind


def test_command_line(tmp_path, tiny_bert, capsys, monkeypatch):
    monkeypatch.setattr("paradigms.prompt.ppt.STEPS", 1)
    text = tmp_path / "plain.txt"
    text.write_text("\n".join(" ".join(document) for document in DOCUMENTS), encoding="utf8")
    out = tmp_path / "out"
    assert main(["ppt", "--text", str(text), "--out", str(out), "--backbone", str(tiny_bert)]) == 0
    assert capsys.readouterr().out.startswith("pairs: ")
    described = json.loads((out / "prompt.json").read_text(encoding="utf8"))
    assert described["command"] == "python -m paradigms ppt --text plain.txt --out out --seed 0 --backbone tiny-bert"
    assert described["fingerprint"] == fingerprint(MaskedLM.load(tiny_bert))
    assert main(["ppt", "--text", str(tmp_path / "none.txt"), "--out", str(out)]) == 2
    assert "none.txt" in capsys.readouterr().err


def test_the_built_in_prompt(lm):
    """A few kB, made for the built-in backbone, with the command that made it."""
    made = json.loads((BUILT_IN / "prompt.json").read_text(encoding="utf8"))
    assert made["command"].startswith("python -m paradigms ppt --text ")
    assert made["fingerprint"] == fingerprint(lm), "the backbone is another one: make the prompt again"
    assert (BUILT_IN / "prompt.safetensors").stat().st_size < 32_000
    for question in ("single", "pairs"):
        assert load_prompt(BUILT_IN, question).shape == (made["length"], lm.hidden_size)


@pytest.mark.parametrize("documents", [[], DOCUMENTS[:1], [document[:3] for document in DOCUMENTS]])
def test_too_little_text(documents):
    with pytest.raises(ParadigmError) as caught:
        pairs(documents, 3, seed=0)
    assert caught.value.kind == "too_little_text"
