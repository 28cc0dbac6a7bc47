"""How fast xlnet builds, beside other writers in the same run: `python -m benchmarks --help`."""
