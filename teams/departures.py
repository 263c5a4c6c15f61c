"""What else happens when seats change hands, or people leave and come back: upper floors register it.

Called in the transaction of the change, so that what follows is undone with it.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol


class SeatChange(Protocol):
    """What follows when these people's seats, or seats in these teams, have changed."""

    def __call__(self, *, people: Collection[int], teams: Collection[int], now: datetime) -> None: ...


_followers: list[SeatChange] = []


def register_seat_change(follower: SeatChange) -> None:
    """Called in AppConfig.ready; the same one twice counts once."""
    if follower not in _followers:
        _followers.append(follower)


def tell_of_seat_change(*, people: Collection[int] = (), teams: Collection[int] = (), now: datetime) -> None:
    """Let everybody who registered know."""
    for follower in _followers:
        follower(people=people, teams=teams, now=now)
