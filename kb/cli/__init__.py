"""The `kb` command: parse, wire, call one use case, render."""

from kb.cli.app import main

__all__ = ["main"]
