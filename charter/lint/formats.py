"""Findings as text, JSON, SARIF 2.1.0 and GitHub annotations."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from charter.lint.engine import Result
from charter.lint.rule import RULES, Severity

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SARIF_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_GITHUB_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


@dataclass(frozen=True, slots=True)
class Checked:
    """A result with the name it is reported under (a file, or a team) and the line of each finding, 0 = none."""

    name: str
    result: Result
    lines: Sequence[int]

    def rows(self) -> list[dict[str, Any]]:
        """The findings as the API gives them."""
        return [
            {
                "id": finding.rule_id,
                "severity": finding.severity.value,
                "pointer": finding.pointer,
                "line": line,
                "message": finding.message,
            }
            for finding, line in zip(self.result.findings, self.lines, strict=True)
        ]


def as_text(checked: Checked) -> str:
    return "".join(
        f"{checked.name}:{row['line']}: {row['severity']} {row['id']} {row['pointer']}: {row['message']}\n"
        for row in checked.rows()
    )


def as_json(checked: Checked) -> str:
    report = {"findings": checked.rows(), "skipped": list(checked.result.skipped)}
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def as_github(checked: Checked) -> str:
    """Workflow commands of GitHub Actions, one annotation a finding."""
    return "".join(
        f"::{_GITHUB_LEVELS[Severity(row['severity'])]} file={_property(checked.name)},line={max(row['line'], 1)},"
        f"title={_property(row['id'])}::{_data(row['pointer'] + ': ' + row['message'])}\n"
        for row in checked.rows()
    )


def as_sarif(checked: Checked) -> str:
    rows = checked.rows()
    used = sorted({row["id"] for row in rows})
    run = {
        "tool": {
            "driver": {
                "name": "remit charter check",
                "rules": [
                    {
                        "id": rule_id,
                        "shortDescription": {"text": str(RULES[rule_id].title)},
                        "fullDescription": {"text": str(RULES[rule_id].why)},
                        "help": {"text": str(RULES[rule_id].mend)},
                        "defaultConfiguration": {"level": _SARIF_LEVELS[RULES[rule_id].severity]},
                    }
                    for rule_id in used
                ],
            }
        },
        "results": [
            {
                "ruleId": row["id"],
                "ruleIndex": used.index(row["id"]),
                "level": _SARIF_LEVELS[Severity(row["severity"])],
                "message": {"text": row["message"]},
                "locations": [
                    {
                        "physicalLocation": {
                            "artifactLocation": {"uri": checked.name},
                            "region": {"startLine": max(row["line"], 1)},
                        },
                        "logicalLocations": [{"fullyQualifiedName": row["pointer"]}],
                    }
                ],
            }
            for row in rows
        ],
    }
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORMATS: Mapping[str, Callable[[Checked], str]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
}
