"""Benchmarks, run by `make bench`: see `tests.benchmarks.run`."""
