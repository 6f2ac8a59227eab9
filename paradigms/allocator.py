"""Memory that is freed stays with the process.

glibc hands large freed blocks back to the system and takes them anew for every layer's activations, each time as fresh
pages to be cleared; a forward pass spends a quarter of its time there. Telling it to keep them is worth that quarter.
"""

import ctypes
import sys
from functools import lru_cache

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # malloc.h
LARGEST = 1 << 25  # bytes of a block that is kept; larger ones of ever new sizes would tear the heap to pieces


@lru_cache(maxsize=1)
def keep_freed_memory() -> None:
    """Set once per process; does nothing where the C library is not glibc."""
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGEST)
        mallopt(M_TRIM_THRESHOLD, (1 << 31) - 1)
        mallopt(M_ARENA_MAX, 1)  # else every thread keeps freed memory of its own
