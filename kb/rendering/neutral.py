"""What a terminal would obey, or what hides how a text reads, made visible.

Control characters can repaint a terminal, rename its window or type into it; direction overrides
show a path or a sentence as another one (https://trojansource.codes). Line ends and the joiners
inside Hindi words are harmless.
"""

import re

_CHARACTERS = (
    "\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u206f"
    "\ufff9-\ufffb"
)
_UNSAFE = re.compile(f"[{_CHARACTERS}]")
# JSON escapes control characters itself; those that are left part its lines.
_UNSAFE_IN_JSON = re.compile(f"(?![\x00-\x1f])[{_CHARACTERS}]")


def neutral(text: str, *, line_ends: bool = False) -> str:
    """Return `text` with U+FFFD in place of what is unsafe; with `line_ends`, also of these."""
    shown = _UNSAFE.sub("\ufffd", text.replace("\t", " "))
    return shown.replace("\n", "\ufffd") if line_ends else shown


def neutral_json(text: str) -> str:
    """Return the same JSON with what is unsafe as escapes."""
    return _UNSAFE_IN_JSON.sub(_as_escape, text)


def _as_escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
