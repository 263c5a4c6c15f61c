"""Form components: the field component owns label, help, errors and ARIA of a bound field.

Django's own form and error list templates are never used, so there is no form renderer to configure: a page writes
`{% form_errors form %}`, then `{% field form.name %}` for each field or `{% fields form %}` for all in their order.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import BaseForm, BoundField
from django.forms.widgets import DateTimeBaseInput
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.components.library import one_of, register
from config.components.signs import Words
from config.components.sprite import icon as icon_picture

BUTTON_KINDS = {"ordinary": "", "main": " button-main", "danger": " button-danger", "plain": " button-plain"}

# Browsers' own pickers speak ISO 8601 only; Django would write these values in the format of the locale.
_NATIVE_PICKERS: tuple[tuple[type[DateTimeBaseInput], str, str], ...] = (
    (forms.DateTimeInput, "datetime-local", "%Y-%m-%dT%H:%M"),
    (forms.DateInput, "date", "%Y-%m-%d"),
    (forms.TimeInput, "time", "%H:%M"),
)


@register.simple_tag
def button(
    label: Words,
    *,
    kind: str = "ordinary",
    href: str = "",
    type: str = "submit",  # noqa: A002  the attribute's own name
    name: str = "",
    value: str = "",
    form: str = "",
    icon: str = "",
    small: bool = False,
    busy: bool = False,
    opens: str = "",
    closes: str = "",
    because: Words = "",
) -> SafeString:
    """A button, or a link that looks like one when it has an address: `{% button "Read and vote" href=url %}`.

    kind: ordinary, main (one a page), danger (ends something), plain. because: why it cannot be pressed; it is then
    shown disabled with the reason beside it, and does nothing. opens, closes: the id of a dialog.
    """
    look = BUTTON_KINDS[one_of("kind of button", kind, BUTTON_KINDS)] + (" button-small" if small else "")
    face = format_html("{}{}", icon_picture(icon) if icon else "", label)
    if because:
        reason = f"why-not-{slugify(str(label))}"
        return format_html(
            '<span class="reason" id="{0}">{1}</span>'
            '<button type="button" class="button{2}" aria-disabled="true" aria-describedby="{0}">{3}</button>',
            reason,
            because,
            look,
            face,
        )
    if href:
        return format_html('<a class="button{}" href="{}">{}</a>', look, href, face)
    target, action = (opens, "show") if opens else (closes, "hide")
    attributes = {
        "type": "button" if target else one_of("type of button", type, ("submit", "button", "reset")),
        "name": name,
        "value": value,
        "form": form,
        "popovertarget": target,
        "popovertargetaction": action if target else "",
        "aria-busy": "true" if busy else "",
    }
    return format_html(
        '<button class="button{}"{}>{}</button>',
        look,
        format_html_join("", ' {}="{}"', ((key, text) for key, text in attributes.items() if text)),
        face,
    )


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField,
    *,
    label: Words = "",
    help: Words = "",  # noqa: A002  the attribute's own name
    short: bool = False,
    choices: str = "",
    optional: bool = True,
) -> dict[str, Any]:
    """A field of a form with its label, help and errors: `{% field form.version %}`.

    short: a short input, as in filters. choices: how a group of radios looks: "row" (default up to five), "tight" (a
    row without rings) or "list" (one below the other). optional: mark a field that may stay empty.
    """
    widget = bound.field.widget
    group = _group_of(widget, choices)
    if not group and not bound.is_hidden:
        _use_native_picker(widget)
    return {
        "bound": bound,
        "id": bound.auto_id or bound.html_name,
        "label": label or bound.label,
        "help": help or bound.help_text,
        "is_optional": optional and not bound.field.required,
        "is_check": isinstance(widget, forms.CheckboxInput),
        "group": group,
        "described_by": bound.aria_describedby if hasattr(bound, "aria_describedby") else "",
        "control": "" if group or bound.is_hidden else _control(bound, short=short, has_extra_help=bool(help)),
    }


@register.inclusion_tag("components/fields.html")
def fields(form: BaseForm) -> dict[str, Any]:
    """All fields of a form in their order, the hidden ones first: `{% fields form %}`."""
    return {"form": form}


@register.inclusion_tag("components/form_errors.html")
def form_errors(*forms_of_page: BaseForm, focus: bool = True) -> dict[str, Any]:
    """What is to be mended, each with a link to its field: `{% form_errors form %}`; nothing when nothing is wrong.

    Takes several forms, when a page submits them together. focus: it takes the focus when the page appears.
    """
    errors = [error for form in forms_of_page for error in _errors_of(form)]
    return {"errors": errors, "title": _title_of(len(errors)), "focus": focus}


def _control(bound: BoundField, *, short: bool, has_extra_help: bool) -> SafeString:
    """The widget with our classes; Django itself adds aria-invalid and aria-describedby (ids as in field.html)."""
    widget = bound.field.widget
    attrs: dict[str, Any] = {"placeholder": False}  # no label and no help: it goes when one types
    if not isinstance(widget, forms.CheckboxInput):
        own = widget.attrs.get("class", "")
        attrs["class"] = " ".join(filter(None, ("input", "input-short" if short else "", own)))
    if has_extra_help and not bound.help_text:
        attrs["aria-describedby"] = " ".join(
            filter(None, (f"{bound.auto_id}_helptext", f"{bound.auto_id}_error" if bound.errors else ""))
        )
    return bound.as_widget(attrs=attrs)


def _group_of(widget: forms.Widget, choices: str) -> str:
    """Radios and check boxes come as a group with a legend; everything else is one control with a label."""
    wanted = one_of("look of choices", choices, ("", "row", "tight", "list"))
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return "list"
    if isinstance(widget, forms.RadioSelect):
        return wanted or ("row" if len(list(widget.choices)) <= 5 else "list")
    return ""


def _use_native_picker(widget: forms.Widget) -> None:
    for kind, input_type, iso in _NATIVE_PICKERS:
        if isinstance(widget, kind):
            widget.input_type = input_type
            widget.format = widget.format or iso
            return


def _errors_of(form: BaseForm) -> Iterable[dict[str, Any]]:
    for name, messages in form.errors.items():
        bound = form[name] if name in form.fields else None
        for message in messages:
            yield {
                "label": bound.label if bound else "",
                "target": (bound.auto_id or bound.html_name) if bound and not bound.is_hidden else "",
                "message": message,
            }


def _title_of(count: int) -> str:
    words = (_("One"), _("Two"), _("Three"), _("Four"), _("Five"), _("Six"), _("Seven"), _("Eight"), _("Nine"))
    number = words[count - 1] if 0 < count <= len(words) else str(count)
    return ngettext("%(number)s thing to mend", "%(number)s things to mend", count) % {"number": number}
