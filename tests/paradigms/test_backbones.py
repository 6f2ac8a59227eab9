"""Which models can be the backbone, and which are refused; other architectures and other scripts, from end to end."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, RobertaForMaskedLM

from paradigms import masked_lm
from paradigms.backbone import BUILT_IN, size
from paradigms.bert_finetune import BertFineTune
from paradigms.causal_lm import CausalLM
from paradigms.masked_lm import BackboneError, MaskedLM
from paradigms.prompt.classifier import PromptClassifier

from . import tiny
from .test_masked_lm import plain_log_probabilities


def test_loaded_once():
    assert MaskedLM.load() is MaskedLM.load(BUILT_IN) is MaskedLM.load(str(BUILT_IN))


def test_built_in(lm):
    assert 22.6e6 < lm.n_parameters < 22.9e6
    assert lm.n_parameters == size()  # which is read without loading anything
    assert (lm.hidden_size, lm.max_length) == (384, 512)


def test_loading_leaves_the_random_state_alone(tiny_bert):
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    masked_lm._load.__wrapped__(str(tiny_bert), 0)
    torch.testing.assert_close(torch.rand(2), expected, rtol=0, atol=0)


def refused(source: str | Path) -> BackboneError:
    with pytest.raises(BackboneError) as caught:
        MaskedLM.load(source)
    assert caught.value.where == str(source)
    assert str(source) in str(caught.value)
    return caught.value


@pytest.mark.parametrize("name", ["no-such-model", "nobody/no-such-model", "a name with spaces", "x" * 300, "../../x"])
def test_unknown_name(name):
    assert refused(name).kind == "not_found"


def test_unknown_folder(tmp_path):
    assert refused(tmp_path / "absent").kind == "not_found"


def test_folder_written_anew(tiny_bert, tmp_path):
    """What is loaded once is kept, until the folder holds something else."""
    folder = shutil.copytree(tiny_bert, tmp_path / "mine")
    first = MaskedLM.load(folder)
    assert MaskedLM.load(folder) is first
    changed = first.copy()
    torch.nn.init.zeros_(changed.model.get_input_embeddings().weight)
    changed.model.save_pretrained(folder)
    assert not MaskedLM.load(folder).model.get_input_embeddings().weight.any()


def test_folder_without_safetensors(tmp_path):
    """Weights in a pickle can run code when they are loaded; they are not even looked at."""
    for file in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(BUILT_IN / file, tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(b"not looked at")
    assert refused(tmp_path).kind == "no_safetensors"


def test_damaged_safetensors(tiny_bert, tmp_path):
    folder = shutil.copytree(tiny_bert, tmp_path / "damaged")
    (folder / "model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0damaged!")
    assert refused(folder).kind == "not_found"


def test_causal_model(tmp_path, capfd):
    folder = tiny.causal(tmp_path / "gpt")
    capfd.readouterr()
    error = refused(folder)
    assert (error.kind, error.details) == ("not_masked_lm", {"model_type": "gpt2"})
    assert capfd.readouterr().err == ""


def test_encoder_without_head(tmp_path, capfd):
    """The error is all that is said: the library's own report would bury it."""
    folder = tiny.bert_without_head(tmp_path / "encoder")
    capfd.readouterr()
    error = refused(folder)
    assert error.kind == "no_head"
    assert "cls.predictions.transform.dense.weight" in error.details["missing"]
    assert capfd.readouterr().err == ""


def test_folder_without_tokenizer(tiny_bert, tmp_path):
    """Or every word would be said to be unknown."""
    for file in ("config.json", "model.safetensors"):
        shutil.copy(tiny_bert / file, tmp_path)
    assert refused(tmp_path).kind == "no_vocabulary"


def test_remote_code_is_not_run(tiny_bert, tmp_path):
    """A configuration that points to code of its own is loaded without it, or not at all."""
    folder = shutil.copytree(tiny_bert, tmp_path / "remote")
    config = (folder / "config.json").read_text(encoding="utf8")
    auto_map = '{"auto_map": {"AutoConfig": "evil.Config", "AutoModelForMaskedLM": "evil.Model"},'
    (folder / "config.json").write_text(auto_map + config.strip()[1:], encoding="utf8")
    ran = tmp_path / "ran"
    (folder / "evil.py").write_text(f"open({str(ran)!r}, 'w')\n", encoding="utf8")
    MaskedLM.load(folder)
    assert not ran.exists()


# Other architectures and other scripts, from end to end.


@pytest.fixture(scope="module")
def roberta(tmp_path_factory, reviews):
    said = [" It was great.", " It was terrible.", " It was great, not terrible."] * 100
    return tiny.roberta(tmp_path_factory.mktemp("backbones") / "tiny-roberta", [*reviews.texts[:300], *said])


@pytest.fixture(scope="module")
def distilbert(tmp_path_factory):
    return tiny.distilbert(tmp_path_factory.mktemp("backbones") / "tiny-distilbert")


def end_to_end(model: PromptClassifier, texts: list[str], labels: list[str]) -> None:
    """Zero-shot, training, explaining and saving all work, and training changes the answers."""
    zero_shot = model.predict_proba(texts)
    np.testing.assert_allclose(zero_shot.sum(axis=1), 1)
    model.set_params(steps=5, lr=1e-2).fit(texts, labels)
    assert not np.allclose(model.predict_proba(texts), zero_shot, atol=1e-3)
    evidence = model.explain(texts[0])
    assert evidence.tokens[evidence.mask_position] == model.lm_.tokenizer.mask_token
    assert evidence.tokens.count(model.lm_.tokenizer.mask_token) == 1
    np.testing.assert_allclose(evidence.probabilities, model.predict_proba(texts[:1])[0], atol=1e-5)


TRAIN_TEXTS = ["I liked the film.", "I hated it", "Lovely from start to end!", "So dull, so long."]


def test_roberta(roberta):
    end_to_end(PromptClassifier(backbone=str(roberta), batch_size=2), TRAIN_TEXTS, ["1", "0", "1", "0"])


@pytest.mark.parametrize("text", ["The film is a joy.", "Dull", "it's <so> long: 2 hours!"])
def test_roberta_reads_what_a_plain_call_reads(roberta, text):
    """`<mask>` for [MASK], and every word with the space before it, as byte-level BPE was trained on them."""
    model = RobertaForMaskedLM.from_pretrained(roberta, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(roberta)
    inputs = tokenizer(f"{text} It was <mask>.", return_tensors="pt")
    prompt = PromptClassifier("{text} It was [MASK].", backbone=str(roberta))
    evidence = prompt.explain(text)
    assert list(evidence.tokens) == tokenizer.convert_ids_to_tokens(inputs["input_ids"][0].tolist())
    expected = plain_log_probabilities(model, inputs, tokenizer.mask_token_id)
    np.testing.assert_allclose(evidence.distribution.log_probabilities, expected, atol=1e-4)
    great = tokenizer.convert_tokens_to_ids("Ġgreat")
    assert evidence.label_words[1].probability == pytest.approx(np.exp(expected[great]), abs=1e-4)


def test_roberta_two_segments(roberta):
    tokenizer = AutoTokenizer.from_pretrained(roberta)
    tokens = PromptClassifier("{text} [SEP] It was [MASK].", backbone=str(roberta)).explain("A joy.").tokens
    border = tokens.index("</s>")
    assert tokens[border : border + 2] == ("</s>", "</s>")
    assert tokens[:border] == tuple(tokenizer.convert_ids_to_tokens(tokenizer("A joy.")["input_ids"]))[:-1]


def test_label_words_follow_the_space(roberta):
    """Behind a space the label word is `Ġgreat`; glued to a bracket it would be another token."""
    spaced = PromptClassifier("{text} It was [MASK].", backbone=str(roberta))
    spaced.predict_proba(["a"])
    with pytest.raises(ValueError, match="not a single token"):
        PromptClassifier("{text} It was ([MASK])", backbone=str(roberta)).predict_proba(["a"])


def test_distilbert(distilbert):
    end_to_end(PromptClassifier(backbone=str(distilbert), batch_size=2), TRAIN_TEXTS, ["1", "0", "1", "0"])


def test_chinese(tmp_path):
    texts = ["我很喜欢这部电影。", "故事太差，不好看！", "演员好。", "不喜欢。"]
    folder = tiny.chinese(tmp_path / "tiny-chinese", "".join(texts) + "总之很好坏")
    model = PromptClassifier("{text}总之很[MASK]。", "差评=坏，差；好评=好", backbone=str(folder), batch_size=2)
    end_to_end(model, texts, ["好评", "差评", "好评", "差评"])
    evidence = model.explain("我喜欢")
    assert evidence.tokens == ("[CLS]", "我", "喜", "欢", "总", "之", "很", "[MASK]", "。", "[SEP]")
    assert [(word.label, word.word) for word in evidence.label_words] == [
        ("好评", "好"),
        ("差评", "坏"),
        ("差评", "差"),
    ]


@pytest.mark.parametrize("kind", ["roberta", "distilbert", "tiny_bert"])
def test_texts_longer_than_the_model(kind, request):
    """All positions are used, none is exceeded."""
    folder = request.getfixturevalue(kind)
    lm = MaskedLM.load(folder)
    assert lm.max_length == tiny.POSITIONS
    long = "I like the film. " * 100
    evidence = PromptClassifier(backbone=str(folder)).explain(long)
    assert len(evidence.tokens) == tiny.POSITIONS
    assert evidence.truncated > 0
    (encoded,) = lm.encode([long])
    assert len(encoded.input_ids) == tiny.POSITIONS and encoded.truncated > 0
    assert lm.hidden(lm.batch([encoded])).last_hidden_state.shape == (1, tiny.POSITIONS, 32)
    fitted = BertFineTune(backbone=str(folder), steps=1).fit([long, "b"], ["0", "1"])
    assert fitted.explain(long).truncated == encoded.truncated


def test_an_architecture_that_nobody_knows(tiny_bert, tmp_path):
    folder = shutil.copytree(tiny_bert, tmp_path / "other")
    (folder / "config.json").write_text('{"model_type": "foo"}', encoding="utf8")
    for load in (MaskedLM.load, CausalLM.load):
        with pytest.raises(BackboneError, match="foo") as caught:
            load(folder)
        assert (caught.value.kind, caught.value.where) == ("unreadable", str(folder))
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("make", "load"), [(tiny.bert, MaskedLM.load), (tiny.causal, CausalLM.load)])
def test_weights_of_another_size(make, load, tmp_path):
    folder = make(tmp_path / "model")
    config = (folder / "config.json").read_text(encoding="utf8")
    assert '"vocab_size": 30522' in config
    (folder / "config.json").write_text(config.replace('"vocab_size": 30522', '"vocab_size": 100'), encoding="utf8")
    with pytest.raises(BackboneError, match="do not fit") as caught:
        load(folder)
    assert (caught.value.kind, caught.value.where) == ("unreadable", str(folder))
