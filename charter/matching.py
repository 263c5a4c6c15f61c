"""Filling places with distinct people: one person fills one place. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slot:
    """An approver place: `count` of the people named must fill it."""

    count: int
    people: frozenset[int]


def fill_slots(slots: Sequence[Slot], available: Iterable[int]) -> Mapping[int, int]:
    """The largest assignment person → index of a slot, each person once (augmenting paths, Kuhn 1955).

    People are tried in the order given, so that an earlier approval keeps counting.
    """
    seats: list[list[int]] = [[] for _ in slots]

    def seat(person: int, tried: set[int]) -> bool:
        for index, slot in enumerate(slots):
            if index in tried or person not in slot.people:
                continue
            tried.add(index)
            if len(seats[index]) < slot.count:
                seats[index].append(person)
                return True
            for position, sitting in enumerate(seats[index]):
                if seat(sitting, tried):
                    seats[index][position] = person
                    return True
        return False

    for person in available:
        seat(person, set())
    return {person: index for index, people in enumerate(seats) for person in people}


def are_filled(slots: Sequence[Slot], available: Iterable[int]) -> bool:
    """Whether every place can be filled by distinct people out of those available."""
    return len(fill_slots(slots, available)) == sum(slot.count for slot in slots)
