"""Where measured tables are kept: between two marks in benchmarks/README.md."""

from pathlib import Path

_README = Path(__file__).parent / "README.md"


def keep(section: str, text: str) -> None:
    """Replace what stands between the marks of `section` by `text`."""
    mark = f"<!-- {section} -->"
    before, _, after = _README.read_text(encoding="utf-8").split(mark)
    _README.write_text(f"{before}{mark}\n\n{text.rstrip()}\n\n{mark}{after}", encoding="utf-8")
