"""What it costs to check a FAISS file before a question: digests of the standard library.

    .venv-dev/bin/python -m benchmarks.digests

Medians of seven runs over files of 256 numbers and an id for each passage.
"""

import hashlib
import os
import statistics
import time
import zlib
from collections.abc import Callable

DIGESTS: dict[str, Callable[[bytes], object]] = {
    "SHA-256": lambda content: hashlib.sha256(content).digest(),
    "BLAKE2b": lambda content: hashlib.blake2b(content).digest(),
    "CRC-32": zlib.crc32,
}
_BYTES_PER_PASSAGE = 256 * 4 + 8
_RUNS = 7


def milliseconds(digest: Callable[[bytes], object], content: bytes) -> float:
    times = []
    for _ in range(_RUNS):
        started = time.perf_counter()
        digest(content)
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)


if __name__ == "__main__":
    print(f"| passages | {' | '.join(DIGESTS)} |")
    print("|---|" + "---|" * len(DIGESTS))
    for passages in (12_000, 100_000):
        content = os.urandom(passages * _BYTES_PER_PASSAGE)
        cells = (f"{milliseconds(digest, content):.0f} ms" for digest in DIGESTS.values())
        print(f"| {passages:,} | {' | '.join(cells)} |")
