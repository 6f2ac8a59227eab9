"""The map of words: labels that can be read."""

from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.figures_lstm import Place, _box, _overlap, _pixels, place_labels, word_plane

coordinate = st.floats(-5, 5, allow_nan=False).map(lambda x: round(x, 3))
words = st.text("abcdefghij", min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(words, coordinate, coordinate), max_size=25, unique_by=lambda place: place[0]))
def test_labels_keep_clear_of_each_other(drawn):
    roles = ("chosen", "sentence", "neighbour")
    places = [Place(word, x, y, roles[min(i, 1 + i % 2)]) for i, (word, x, y) in enumerate(drawn)]
    sides = place_labels(places)
    assert len(sides) == len(places)
    if places:
        assert sides[0]  # the chosen word always has its label
    points = _pixels(places)
    boxes = [_box(points[i], places[i].word, side) for i, side in enumerate(sides) if side]
    for i, box in enumerate(boxes):
        area = (box[2] - box[0]) * (box[3] - box[1])
        for other in boxes[:i]:
            assert _overlap(box, other) <= 0.12 * max(area, (other[2] - other[0]) * (other[3] - other[1])) + 1e-6


def test_words_far_apart_all_have_labels():
    places = [Place(word, x, y, "sentence") for word, x, y in (("north", 0, 1), ("east", 1, 0), ("south", 0, -1))]
    assert all(place_labels(places))


def test_map_without_words():
    figure = word_plane([], x="x", y="y", names=dict.fromkeys(("sentence", "neighbour", "chosen"), ""))
    assert [len(trace.x) for trace in figure.data] == [0, 0, 0]
