"""What an importer refuses: the file, the line, what is wrong there."""

from collections.abc import Iterable
from dataclasses import dataclass

from charter.parsing import Problem


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that cannot be taken in. `line` is the physical line of the file, from 1; 0 = the file as a whole."""

    line: int
    detail: str

    def within(self, name: str) -> str:
        """The fault as one line of output: `inventory.csv:12: the key a-1 stands on line 9 already`."""
        return f"{name}:{self.line}: {self.detail}" if self.line else f"{name}: {self.detail}"


class BadInput(Exception):
    """A file that cannot be taken in; nothing was stored. `name` says which file the faults are in."""

    def __init__(self, name: str, faults: Iterable[Fault]) -> None:
        self.name = name
        self.faults = sorted(set(faults))
        super().__init__("; ".join(fault.within(name) for fault in self.faults))


def faults_of(problems: Iterable[Problem]) -> list[Fault]:
    """Problems of a document as faults of a file."""
    return [
        Fault(problem.line, f"{problem.pointer}: {problem.detail}" if problem.pointer else problem.detail)
        for problem in problems
    ]
