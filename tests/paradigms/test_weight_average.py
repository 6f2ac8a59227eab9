"""The mean of backbones' weights, against the weights themselves and `BertForMaskedLM`."""

import pytest
import torch
from transformers import BertForMaskedLM

from paradigms.__main__ import main
from paradigms.errors import ParadigmError
from paradigms.masked_lm import MaskedLM
from paradigms.weight_average import average

from . import tiny


@pytest.fixture
def three(tmp_path):
    """The folders of one model and of two others that differ in every weight."""
    first = tiny.bert(tmp_path / "first")
    folders = [first]
    for name in ("second", "third"):
        lm = MaskedLM.load(first).copy()
        with torch.no_grad():
            for weight in lm.model.parameters():
                weight.add_(torch.randn(weight.shape, generator=torch.Generator().manual_seed(len(folders))))
        lm.model.save_pretrained(tmp_path / name)
        lm.tokenizer.save_pretrained(tmp_path / name)
        folders.append(tmp_path / name)
    return folders


def test_every_weight_is_the_mean(three):
    found = average(three).model.state_dict()
    given = [BertForMaskedLM.from_pretrained(folder).state_dict() for folder in three]
    assert found.keys() == given[0].keys()
    for name, weight in found.items():
        torch.testing.assert_close(weight, sum(one[name] for one in given) / 3)


def test_one_that_is_named_twice_weighs_twice(three):
    first, second, _ = (MaskedLM.load(folder).model.state_dict() for folder in three)
    for name, weight in average([three[0], three[0], three[1]]).model.state_dict().items():
        torch.testing.assert_close(weight, (2 * first[name] + second[name]) / 3)


def test_the_backbones_themselves_stay_as_they_are(three):
    before = {name: weight.clone() for name, weight in MaskedLM.load(three[0]).model.state_dict().items()}
    average(three)
    for name, weight in MaskedLM.load(three[0]).model.state_dict().items():
        assert weight.equal(before[name])


def test_another_architecture_or_vocabulary_is_refused(three, tmp_path):
    for other in (tiny.distilbert(tmp_path / "distilbert"), tiny.chinese(tmp_path / "chinese", "很好看")):
        with pytest.raises(ParadigmError) as caught:
            average([three[0], other])
        assert caught.value.kind == "other_shape" and caught.value.where == str(other)


def test_the_command_writes_a_backbone(three, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["average", *map(str, three[:2]), "--out", str(out)]) == 0
    assert "2 backbones" in capsys.readouterr().out
    written, expected = MaskedLM.load(out), average(three[:2])
    for ours, theirs in zip(written.model.parameters(), expected.model.parameters(), strict=True):
        torch.testing.assert_close(ours.float(), theirs.float(), atol=2e-3, rtol=2e-3)  # kept in fp16
    assert main(["average", str(three[0]), str(tmp_path / "nowhere"), "--out", str(out)]) == 2
