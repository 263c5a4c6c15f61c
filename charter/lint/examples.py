"""For rules that a file shows: the smallest piece of a charter that has the finding, and the same mended."""

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import dedent


@dataclass(frozen=True)
class Example:
    """Two pieces of a charter as YAML: whole sections, so that each can stand in a charter."""

    before: str
    after: str


def _example(before: str, after: str) -> Example:
    return Example(dedent(before).strip() + "\n", dedent(after).strip() + "\n")


_STAGE = "stages:\n  - {key: monitoring, name: Monitoring}\nresponsibilities:\n"


def _row(letters: str) -> str:
    return f"{_STAGE}  monitoring: {{{letters}}}\n"


EXAMPLES: Mapping[str, Example] = {
    "RESP001": _example(_row("ml-engineer: R"), _row("ml-engineer: AR")),
    "RESP002": _example(_row("ml-engineer: AR, product-owner: A"), _row("ml-engineer: AR, product-owner: C")),
    "RESP003": _example(_row("ml-engineer: A"), _row("ml-engineer: AR")),
    "RESP005": _example(
        """
        stages:
          - {key: deployment, name: Deployment}
        responsibilities:
          deployment: {ml-engineer: AR}
        """,
        """
        stages:
          - {key: deployment, name: Deployment}
          - {key: monitoring, name: Monitoring}
          - {key: retraining, name: Retraining}
          - {key: retirement, name: Retirement}
        responsibilities:
          deployment: {ml-engineer: AR}
          monitoring: {ml-engineer: AR}
          retraining: {ml-engineer: AR}
          retirement: {ml-engineer: AR}
        """,
    ),
    "RESP006": _example(
        """
        stages:
          - {key: experimentation, name: Experimentation}
          - {key: monitoring, name: Monitoring}
        responsibilities:
          experimentation: {data-scientist: AR}
          monitoring: {ml-engineer: AR}
        """,
        """
        stages:
          - {key: experimentation, name: Experimentation}
          - {key: monitoring, name: Monitoring}
        responsibilities:
          experimentation: {data-scientist: AR, ml-engineer: C}
          monitoring: {ml-engineer: AR}
        """,
    ),
    "DEC001": _example(
        "decisions:\n  - {key: all-changes, driver: ml-engineer}\n",
        "decisions:\n  - {key: all-changes, driver: ml-engineer, approvers: [{role: product-owner}]}\n",
    ),
    "DEC003": _example(
        """
        decisions:
          - key: all-changes
            driver: ml-engineer
            approvers: [{role: product-owner}, {role: data-scientist, count: 5}]
        """,
        """
        decisions:
          - key: all-changes
            driver: ml-engineer
            approvers: [{role: product-owner}, {role: data-scientist}]
        """,
    ),
    "DEC005": _example(
        """
        decisions:
          - key: all-changes
            driver: ml-engineer
            approvers: [{role: product-owner}]
        """,
        """
        decisions:
          - key: all-changes
            driver: ml-engineer
            approvers: [{role: product-owner}]
            contributors: [data-scientist]
        """,
    ),
    "DEC006": _example(
        """
        decisions:
          - {key: high-risk, tiers: [1], driver: ml-engineer, approvers: [{role: product-owner}]}
        """,
        """
        decisions:
          - {key: high-risk, tiers: [1], driver: ml-engineer, approvers: [{role: product-owner}]}
          - {key: everything-else, driver: ml-engineer, approvers: [{role: product-owner}]}
        """,
    ),
    "DEC007": _example(
        """
        decisions:
          - {key: all-changes, driver: ml-engineer, approvers: [{role: product-owner}]}
          - {key: rollbacks, kinds: [rollback], driver: ml-engineer, approvers: [{role: data-scientist}]}
        """,
        """
        decisions:
          - {key: rollbacks, kinds: [rollback], driver: ml-engineer, approvers: [{role: data-scientist}]}
          - {key: all-changes, driver: ml-engineer, approvers: [{role: product-owner}]}
        """,
    ),
    "DEC008": _example(
        """
        stages:
          - {key: monitoring, name: Monitoring}
        responsibilities:
          monitoring: {ml-engineer: AR}
        decisions:
          - {key: all-changes, driver: data-scientist, approvers: [{role: product-owner}]}
        """,
        """
        stages:
          - {key: monitoring, name: Monitoring}
        responsibilities:
          monitoring: {ml-engineer: AR}
        decisions:
          - {key: all-changes, driver: data-scientist, approvers: [{role: product-owner}, {role: ml-engineer}]}
        """,
    ),
    "ESC001": _example(
        """
        escalation:
          - key: incidents
            severities: [SEV1, SEV2]
            levels: [{to: {role: ml-engineer}, acknowledge_within: 15m}]
        """,
        """
        escalation:
          - key: incidents          # no severities named: it answers all of them
            levels: [{to: {role: ml-engineer}, acknowledge_within: 15m}]
        """,
    ),
    "ESC006": _example(
        "escalation:\n  - {key: incidents, levels: [{to: {role: ml-engineer}}]}\n",
        "escalation:\n  - {key: incidents, levels: [{to: {role: ml-engineer}, acknowledge_within: 15m}]}\n",
    ),
    "THR001": _example(
        "thresholds:\n  - {key: drift, metric: our-drift, above: 0.2, then: notify}\n",
        "thresholds:\n  - {key: drift, metric: psi, above: 0.2, then: notify}\n",
    ),
    "THR002": _example(
        "thresholds:\n  - {key: drift, metric: psi, above: 0.2, clears_below: 0.3, then: notify}\n",
        "thresholds:\n  - {key: drift, metric: psi, above: 0.2, clears_below: 0.15, then: notify}\n",
    ),
    "RIT001": _example(
        """
        rituals:
          - key: review
            kind: charter-review
            cadence: FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1
            from: 2026-01-01
            at: "10:00"
            timezone: Europe/Berlin
        """,
        """
        rituals:
          - key: review
            kind: charter-review
            cadence: FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1
            from: 2026-01-01
            at: "10:00"
            timezone: Europe/Berlin
          - key: retrospective
            kind: retrospective
            cadence: FREQ=WEEKLY;INTERVAL=2;BYDAY=TH
            from: 2026-01-08
            at: "15:00"
            timezone: Europe/Berlin
        """,
    ),
    "RIT002": _example(
        """
        rituals:
          - key: retrospective
            kind: retrospective
            cadence: FREQ=WEEKLY;INTERVAL=2;BYDAY=TH
            from: 2026-01-08
            at: "15:00"
            timezone: Europe/Berlin
        """,
        """
        rituals:
          - key: retrospective
            kind: retrospective
            cadence: FREQ=WEEKLY;INTERVAL=2;BYDAY=TH
            from: 2026-01-08
            at: "15:00"
            timezone: Europe/Berlin
          - key: review
            kind: charter-review
            cadence: FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1
            from: 2026-01-01
            at: "10:00"
            timezone: Europe/Berlin
        """,
    ),
}
