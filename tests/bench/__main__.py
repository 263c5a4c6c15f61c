"""`make bench`: runs each bench_*.py of this folder, or those named; each prints what it measured."""

import importlib
import os
import sys
import time
from pathlib import Path


def main(names: list[str]) -> None:
    """Run the benches in a process that is set up as the tests are."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    found = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
    if unknown := set(names) - set(found):
        sys.exit(f"No bench called {', '.join(sorted(unknown))}. There are: {', '.join(found) or 'none yet'}.")
    for name in names or found:
        print(f"== {name}", flush=True)
        started = time.perf_counter()
        importlib.import_module(f"tests.bench.bench_{name}").main()
        print(f"   ({time.perf_counter() - started:.1f} s)\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
