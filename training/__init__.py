"""How the embedded model is made, from public parallel text to the file that kb reads.

Each stage is a module that runs alone; `python -m training DATA BENCH` runs all of them.
"""
