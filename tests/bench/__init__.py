"""Benches: not tests. A module `bench_<name>.py` has a `main()` that prints ratios."""
