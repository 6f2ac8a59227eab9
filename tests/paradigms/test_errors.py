"""The one kind of error: it can be handed from one process to another."""

import pickle

import pytest

from paradigms.errors import ParadigmError
from paradigms.prompt.template import Template, TemplateError


def test_what_went_wrong_survives_pickling():
    error = ParadigmError("too_few", "only 2", where="f.tsv", position=3, offending="x", have=2, asked=[4])
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy), vars(copy)) == (ParadigmError, "only 2", vars(error))


def test_a_subclass_too():
    with pytest.raises(TemplateError) as caught:
        Template.parse("[MASK] {text} [MASK]")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert type(copy) is TemplateError
    assert (str(copy), vars(copy)) == (str(caught.value), vars(caught.value))
    assert copy.details == {"count": 2, "positions": [0, 14]}
