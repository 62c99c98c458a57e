"""Measured tables: printed, and kept between two marks in benchmarks/README.md."""

from pathlib import Path

_README = Path(__file__).parent / "README.md"


def show(section: str, text: str, *, write: bool) -> None:
    """Print `text`; to `write` it is to replace what stands between the marks of `section`."""
    print(text)
    if write:
        mark = f"<!-- {section} -->"
        before, _, after = _README.read_text(encoding="utf-8").split(mark)
        _README.write_text(f"{before}{mark}\n\n{text.rstrip()}\n\n{mark}{after}", encoding="utf-8")
