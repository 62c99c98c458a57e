"""Judged questions, what a run over them found, and the figures that follow from both.

Pure: no file, no clock, no model. `kb.judging` asks the questions, `kb.cli.eval` prints.
"""
