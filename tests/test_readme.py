"""What the README shows is what happens: its examples are run, and their output compared.

`make golden` writes the outputs anew.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"

_EXAMPLE = re.compile(r"```console\n\$ kb ([^\n]*)\n(.*?)```", re.DOTALL)
_VARYING = (
    (re.compile(r"\d+\.\d+ s"), "0.00 s"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"), "2026-01-01T00:00:00+00:00"),
)

NEW_ARTICLE = """# Nočna izmena

V podjetju Burja Plus nočna izmena odgovori na prvo sporočilo v 40 minutah.
"""


def test_the_examples_print_what_the_readme_shows(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    text = README.read_text(encoding="utf-8")
    examples = _EXAMPLE.findall(text)
    assert [example[0].split()[0] for example in examples] == ["ask", "build", "export"]

    _run("build", tmp_path)
    shown, printed = [], []
    for command, output in examples:
        if command == "build":
            (tmp_path / "corpus" / "nocna-izmena.md").write_text(NEW_ARTICLE, encoding="utf-8")
        shown.append(output)
        printed.append(_run(command, tmp_path))

    if os.environ.get("KB_WRITE_GOLDEN"):
        for (command, output), new in zip(examples, printed, strict=True):
            text = text.replace(f"$ kb {command}\n{output}```", f"$ kb {command}\n{new}```")
        README.write_text(text, encoding="utf-8", newline="\n")
        return
    assert [_steady(output) for output in printed] == [_steady(output) for output in shown]


def test_the_commands_named_are_targets_of_the_makefile() -> None:
    named = set(re.findall(r"`make (\w+)", README.read_text(encoding="utf-8")))
    targets = set(
        re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )

    assert {"ask", "test"} <= named <= targets


def _run(command: str, folder: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("KB_")}
    process = subprocess.run(
        [sys.executable, "-m", "kb", *shlex.split(command)],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,  # What a terminal shows.
        encoding="utf-8",
        check=False,
    )
    assert process.returncode == 0, process.stdout
    return process.stdout


def _steady(output: str) -> str:
    for pattern, replacement in _VARYING:
        output = pattern.sub(replacement, output)
    return output
