"""The components of the interface, as native template tags with declared parameters.

Every template has them without `{% load %}` (TEMPLATES builtins: `config.components`). Each is declared once, here, and
shown once in all its states on /dev/components/. A name that nobody has drawn raises instead of rendering silently.
Small signs are also plain functions, for the tables that are built as strings and for the answers of pages.
"""

from config.components import blocks, forms, plots, shell, sprite
from config.components.library import UnknownNameError, register
from config.components.signs import (
    LETTERS,
    SEVERITIES,
    STATES,
    initials,
    person_address,
    person_name,
    raci_letter,
    severity_mark,
    state_mark,
    tier_mark,
)
from config.components.sprite import glyph, icon

__all__ = [
    "LETTERS",
    "SEVERITIES",
    "STATES",
    "UnknownNameError",
    "blocks",
    "forms",
    "glyph",
    "icon",
    "initials",
    "person_address",
    "person_name",
    "plots",
    "raci_letter",
    "register",
    "severity_mark",
    "shell",
    "sprite",
    "state_mark",
    "tier_mark",
]
