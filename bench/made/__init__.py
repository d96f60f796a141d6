"""Documents made up by a seed, with their truth: `python -m bench.made DIR` prints them, one named case a file."""
