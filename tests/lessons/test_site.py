"""What only the whole site shows."""

from lessons.page import LIVE
from lessons.site import build


def test_callers_of_the_live_event_wait_together():
    """Gradio takes the lowest limit of the events that share an id: one without a limit would make all wait in turn."""
    demo = build().queue()
    for event in demo.fns.values():
        demo._queue.create_event_queue_for_fn(event)
    assert demo._queue.event_queue_per_concurrency_id["live"].concurrency_limit == LIVE["concurrency_limit"] > 1
