"""Form fields that a charter needs: a role, several roles, approver places, a duration.

Each works without script: a list shows what it holds and one empty line more.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from charter.durations import NotADuration, parse_duration

Choice = tuple[str, str]
Groups = Sequence[tuple[str, Sequence[Choice]]]

_SELECTED = SafeString(" selected")
_UNITS = (
    ("m", gettext_lazy("minutes")),
    ("h", gettext_lazy("hours")),
    ("d", gettext_lazy("days")),
    (" business days", gettext_lazy("business days")),
)


def options(groups: Groups, chosen: str, empty: str = "") -> SafeString:
    """The options of a select in groups, the empty one first where it has words."""
    first = format_html('<option value="">{}</option>', empty) if empty else SafeString("")
    known = {value for _label, choices in groups for value, _name in choices}
    stray = [("", [(chosen, chosen)])] if chosen and chosen not in known else []
    return format_html(
        "{}{}",
        first,
        format_html_join(
            "",
            '<optgroup label="{}">{}</optgroup>',
            (
                (
                    label or _("As it stands"),
                    format_html_join(
                        "",
                        '<option value="{}"{}>{}</option>',
                        ((value, _SELECTED if value == chosen else "", name) for value, name in choices),
                    ),
                )
                for label, choices in [*stray, *groups]
                if choices
            ),
        ),
    )


class GroupedSelect(forms.Widget):
    """One select whose options stand in groups; `groups` is set by the form that knows them."""

    empty = ""
    groups: Groups = ()

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return _select(
            name, self.groups, str(value or ""), self.empty, _attributes(self.build_attrs(self.attrs, attrs))
        )


class SelectList(GroupedSelect):
    """Several selects under one name: one for each chosen value and an empty one."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        return _values(data, name)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        attrs = self.build_attrs(self.attrs, attrs)
        chosen = [*(value or []), ""]
        selects = [
            _select(name, self.groups, each, self.empty, _attributes(_numbered(attrs, number)))
            for number, each in enumerate(chosen)
        ]
        return format_html('<span class="lines">{}</span>', _concat(selects))


class PlaceList(GroupedSelect):
    """Approver places: how many of which role, a line each and an empty one."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[tuple[str, str]]:
        return list(zip(_values(data, f"{name}_count"), _values(data, f"{name}_role"), strict=False))

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        attrs = self.build_attrs(self.attrs, attrs)
        lines = [
            format_html(
                '<span class="line"><input class="input input-count" type="number" min="1" max="20" '
                'name="{}_count" value="{}" aria-label="{}">{}</span>',
                name,
                count,
                _("How many, line %(line)d") % {"line": number + 1},
                _select(f"{name}_role", self.groups, role, self.empty, _attributes(_numbered(attrs, number))),
            )
            for number, (count, role) in enumerate([*(value or []), (1, "")])
        ]
        return format_html('<span class="lines">{}</span>', _concat(lines))


class DurationInput(forms.Widget):
    """A number and a unit; also reads a duration as the document writes it, under the field's own name."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str:
        amount = str(data.get(name, "")).strip()
        unit = str(data.get(f"{name}_unit", ""))
        return amount + unit if amount.isdecimal() and unit else amount

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        amount, unit = _split_duration(str(value or ""))
        attrs = self.build_attrs(self.attrs, attrs)
        attrs["class"] = f"{attrs.get('class', '')} input-count".strip()
        return format_html(
            '<span class="line"><input type="text" inputmode="numeric" name="{}" value="{}"{}>'
            '<select class="input" name="{}_unit" aria-label="{}">{}</select></span>',
            name,
            amount,
            _attributes(attrs),
            name,
            _("Unit"),
            format_html_join(
                "",
                '<option value="{}"{}>{}</option>',
                ((code, _SELECTED if code == unit else "", label) for code, label in _UNITS),
            ),
        )


class RoleField(forms.CharField):
    """A role as the charter writes it. Whether there is such a role, the act checks."""

    widget = GroupedSelect

    def offer(self, groups: Groups, empty: str = "") -> None:
        self.widget.groups = groups
        self.widget.empty = empty or _("choose a role")


class RolesField(forms.Field):
    """Several roles, each once."""

    widget = SelectList

    def offer(self, groups: Groups) -> None:
        self.widget.groups = groups
        self.widget.empty = _("choose a role")

    def clean(self, value: Any) -> list[str]:
        return list(dict.fromkeys(each for each in value or [] if each))


class KeysField(forms.MultipleChoiceField):
    """Several keys. The choices are what is offered; whether there is such a thing, the act checks."""

    def valid_value(self, value: Any) -> bool:
        return bool(value)


class PlacesField(forms.Field):
    """Approver places as (count, role); a line without role is left out."""

    widget = PlaceList

    def offer(self, groups: Groups) -> None:
        self.widget.groups = groups
        self.widget.empty = _("choose a role")

    def clean(self, value: Any) -> list[tuple[int, str]]:
        places = []
        for count, role in value or []:
            if not role:
                continue
            if not str(count).isdecimal() or not 1 <= int(count) <= 20:
                raise ValidationError(_("Say for each role how many must approve, from 1 to 20."))
            places.append((int(count), role))
        return places


class DurationField(forms.CharField):
    """A duration: 15m, 4h, 2d, 3 business days."""

    widget = DurationInput

    def clean(self, value: Any) -> str:
        text = str(super().clean(value) or "")
        if not text:
            return ""
        if text == "1 business days":
            text = "1 business day"
        try:
            parse_duration(text)
        except NotADuration:
            raise ValidationError(_("Write a whole number from 1 to 9999, and choose its unit.")) from None
        return text


def _split_duration(text: str) -> tuple[str, str]:
    try:
        duration = parse_duration(text)
    except NotADuration:
        unit = next((code for code, _label in reversed(_UNITS) if text.endswith(code)), "m")
        return text.removesuffix(unit), unit
    return str(duration.amount), " business days" if duration.unit == "b" else duration.unit


def _select(name: str, groups: Groups, chosen: str, empty: str, attributes: SafeString) -> SafeString:
    return format_html('<select name="{}"{}>{}</select>', name, attributes, options(groups, chosen, empty))


def _numbered(attrs: dict[str, Any], number: int) -> dict[str, Any]:
    """Attributes of a line: the label belongs to the first; the others say which line they are."""
    if number == 0:
        return attrs
    return {"class": attrs.get("class", ""), "aria-label": _("Role, line %(line)d") % {"line": number + 1}}


def _attributes(attrs: Mapping[str, Any]) -> SafeString:
    return format_html_join(
        "", ' {}="{}"', ((name, value) for name, value in attrs.items() if value not in (False, None))
    )


def _values(data: Mapping[str, Any], name: str) -> list[str]:
    if isinstance(data, MultiValueDict):
        return [str(each) for each in data.getlist(name)]
    value = data.get(name, [])
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _concat(parts: Sequence[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
