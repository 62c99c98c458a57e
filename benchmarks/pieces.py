"""What the embedded model's tokenizer costs, beside the library whose pieces it gives.

    .venv-dev/bin/python -m benchmarks.pieces

Loading is the median of seven fresh interpreters, imports included, numpy's left out. Speed is
that of one thread over the paragraphs of 2,000 generated articles, nothing remembered before.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.corpus import generate
from kb.embedding.embedded import MODEL_FILE
from kb.embedding.model_file import read_model_file
from kb.embedding.tokenizer import Tokenizer
from training.wordpieces import tokenizer_of

_RUNS = 7
_BATCH = 256

OURS = "from kb.embedding.embedded import EmbeddedModel; EmbeddedModel()"
LIBRARY = "import tokenizers; tokenizers.Tokenizer.from_file({path!r})"


def loading_ms(code: str) -> float:
    """Return the milliseconds that `code` takes in a new process that has numpy."""
    timed = f"import numpy, time; t = time.perf_counter(); {code}; print(time.perf_counter() - t)"
    runs = (
        subprocess.run([sys.executable, "-c", timed], check=True, capture_output=True)  # noqa: S603
        for _ in range(_RUNS)
    )
    return 1000 * statistics.median(float(run.stdout) for run in runs)


def pieces_per_second(cut: Callable[[Sequence[str]], list[list[int]]]) -> float:
    articles = generate(2000, seed=7, languages=("sl", "pl", "hi", "ro"))
    texts = [paragraph for article in articles for paragraph in article.text.split("\n\n")]
    started = time.perf_counter()
    pieces = sum(
        len(text_pieces)
        for start in range(0, len(texts), _BATCH)
        for text_pieces in cut(texts[start : start + _BATCH])
    )
    return pieces / (time.perf_counter() - started)


def main() -> None:
    os.environ["RAYON_NUM_THREADS"] = "1"
    file = read_model_file(MODEL_FILE)
    ours = Tokenizer(file.pieces, file.scores.tolist(), file.punctuation)
    library = tokenizer_of(list(zip(file.pieces, file.scores.tolist(), strict=True)))
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "tokenizer.json")
        library.save(path)
        loading = loading_ms(OURS), loading_ms(LIBRARY.format(path=path))
    speed = (
        pieces_per_second(lambda texts: [ours.pieces(text) for text in texts]),
        pieces_per_second(
            lambda texts: [
                encoding.ids for encoding in library.encode_batch(texts, add_special_tokens=False)
            ]
        ),
    )
    print("| | ours | tokenizers |")
    print("|---|---|---|")
    print(f"| import and load, ms | {loading[0]:.0f} (weights too) | {loading[1]:.0f} |")
    print(f"| pieces a second | {speed[0]:,.0f} | {speed[1]:,.0f} |")


if __name__ == "__main__":
    main()
