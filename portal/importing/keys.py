"""Making keys of what other people call their things.

A key is the raw parts in lower case, digits and hyphens, and it is the same whenever the parts are the same. Where that
would not tell two things apart, or is too long, a short hash of the raw parts stands at its end.
"""

import hashlib
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from teams.fields import KEY_LENGTH, RESERVED_KEYS

HASH_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Identity:
    """What a thing is known by: the parts that make its key, and what tells it from others with the same ones."""

    parts: tuple[str, ...]
    telling: tuple[str, ...] = ()


def slug(text: str) -> str:
    """Lower case, digits, single hyphens; accents fall off. Empty where nothing of the kind is in the text."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


def key_of(identity: Identity, *, is_ambiguous: bool = False) -> str:
    """The key of one thing; with a hash where it is too long, is no key by itself, or would not tell enough."""
    key = _joined(identity.parts)
    if not key or len(key) > KEY_LENGTH or key in RESERVED_KEYS or identity.telling or is_ambiguous:
        return _with_hash(key, (*identity.parts, *identity.telling))
    return key


def keys_of(identities: Sequence[Identity]) -> list[str]:
    """A key for each, in order: the same for the same identity, another for any other."""
    meanings: dict[str, set[Identity]] = defaultdict(set)
    for identity in identities:
        meanings[_joined(identity.parts)].add(identity)
    return [key_of(identity, is_ambiguous=len(meanings[_joined(identity.parts)]) > 1) for identity in identities]


def tell_apart(identities: Sequence[Identity]) -> list[Identity]:
    """Drop what tells apart where the parts alone already do."""
    count = Counter(identity.parts for identity in identities)
    return [identity if count[identity.parts] > 1 else Identity(identity.parts) for identity in identities]


def number_repeats(identities: Sequence[Identity]) -> list[Identity]:
    """Make equal ones differ by their number: the first stays as it is, the second is told by "2"."""
    seen: Counter[Identity] = Counter()
    numbered = []
    for identity in identities:
        seen[identity] += 1
        number = seen[identity]
        numbered.append(identity if number == 1 else Identity(identity.parts, (*identity.telling, str(number))))
    return numbered


def _joined(parts: Sequence[str]) -> str:
    """The slugs of the parts in a row; one that the next begins with is said once: DOJ, DOJ-0357 → doj-0357."""
    slugs = [slugged for part in parts if (slugged := slug(part))]
    kept = [one for one, following in pairwise(slugs) if not following.startswith(f"{one}-")]
    return "-".join([*kept, *slugs[-1:]])


def _with_hash(key: str, parts: Sequence[str]) -> str:
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:HASH_LENGTH]
    room = KEY_LENGTH - HASH_LENGTH - 1
    if len(key) > room:
        key = key[: room + 1].rpartition("-")[0] or key[:room]
    return f"{key}-{digest}".strip("-")
