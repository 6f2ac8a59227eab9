"""What is kept of the texts read lately."""

import pickle

import numpy as np

from paradigms.seen import Seen
from paradigms.tokens import Encoded


def key(number: int, bf16: bool = False) -> tuple[Encoded, bool]:
    return Encoded((number,), (0,), 0, 0), bf16


def test_the_oldest_makes_room():
    seen = Seen(2)
    for number in range(2):
        seen.put(key(number), np.full(3, float(number)))
    assert seen.get(key(0)).tolist() == [0, 0, 0]  # now the newest
    seen.put(key(2), np.full(3, 2.0))
    assert [seen.get(key(number)) is None for number in range(3)] == [False, True, False]
    assert seen.get(key(0)).tolist() == [0, 0, 0] and seen.get(key(2)).tolist() == [2, 2, 2]


def test_what_was_handed_out_stays_when_its_place_is_taken():
    seen = Seen(1)
    seen.put(key(0), np.zeros(3))
    mine = seen.get(key(0))
    seen.put(key(1), np.ones(3))
    assert mine.tolist() == [0, 0, 0]


def test_the_same_text_again_takes_no_other_place_and_precisions_are_apart():
    seen = Seen(2)
    seen.put(key(0), np.zeros(3))
    seen.put(key(0, bf16=True), np.ones(3))
    seen.put(key(0), np.full(3, 5.0))
    assert seen.get(key(0)).tolist() == [5, 5, 5]
    assert seen.get(key(0, bf16=True)).tolist() == [1, 1, 1]


def test_it_says_what_it_has_without_making_it_newer():
    seen = Seen(2)
    for number in range(2):
        seen.put(key(number), np.zeros(3))
    assert key(0) in seen and key(2) not in seen
    seen.put(key(2), np.zeros(3))
    assert key(0) not in seen


def test_nothing_is_kept_without_room_or_after_clearing_or_in_a_copy():
    nothing, seen = Seen(0), Seen(2)
    for kept in (nothing, seen):
        kept.put(key(0), np.zeros(3))
    assert nothing.get(key(0)) is None
    assert pickle.loads(pickle.dumps(seen)).get(key(0)) is None
    seen.clear()
    assert seen.get(key(0)) is None
    seen.put(key(1), np.ones(3))
    assert seen.get(key(1)).tolist() == [1, 1, 1]
