"""Linting a charter (DESIGN.md §6). Each rule is one small function in a module of this package; adding one touches
that one place."""

import importlib
import pkgutil

from charter.lint.engine import Finding, Result, json_pointer, lint_document
from charter.lint.rule import RULES, Rule, Severity

__all__ = ["RULES", "Finding", "Result", "Rule", "Severity", "json_pointer", "lint_document"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
