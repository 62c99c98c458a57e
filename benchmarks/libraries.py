"""What each library that `kb` depends on costs: import time and size on disk.

    .venv-dev/bin/python benchmarks/libraries.py

Import time is the median of seven fresh interpreters, less that of an empty one.
"""

import statistics
import subprocess
import sys
import time
from importlib.metadata import distribution

IMPORTS = {
    "typer": "typer",
    "numpy": "numpy",
    "faiss-cpu": "faiss",
    "filelock": "filelock",
    "langdetect": "langdetect",
    "sentencex": "sentencex",
    "PyYAML": "yaml",
    "rich": "rich.progress",
    "trafilatura": "trafilatura",
    "sentence-transformers": "sentence_transformers",
    "torch": "torch",
}
_RUNS = 7


def import_ms(module: str) -> float:
    """Return the milliseconds that `import module` adds to starting Python."""
    return 1000 * (_median_seconds(f"import {module}") - _median_seconds("pass"))


def size_mb(name: str) -> float:
    """Return the megabytes of a distribution's files, without what it depends on."""
    files = distribution(name).files or ()
    paths = (file.locate() for file in files)
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6  # type: ignore[attr-defined]


def _median_seconds(code: str) -> float:
    times = []
    for _ in range(_RUNS):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603
        times.append(time.perf_counter() - started)
    return statistics.median(times)


if __name__ == "__main__":
    print("| library | version | import ms | MB |")
    print("|---|---|---|---|")
    for name, module in IMPORTS.items():
        version = distribution(name).version
        print(f"| {name} | {version} | {import_ms(module):.0f} | {size_mb(name):.0f} |")
