"""What the tests of the lessons share."""

import asyncio
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def event_loop_is_closed() -> Iterator[None]:
    """`gr.Blocks` leaves an open event loop behind where there is none; here it finds one, and it is closed after."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()
