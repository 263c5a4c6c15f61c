"""Forms of reminders. They turn input into values; what is allowed the acts decide, and say beside the field."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reminders.kinds import Group, OccasionKind, all_kinds
from reminders.ladder_words import UnreadableStep, duration_in_words, in_words, read_steps
from reminders.ladders import Ladders
from reminders.models import Preferences
from teams.forms import WEEKDAYS

HOURS = [(time(hour).isoformat("minutes"), time(hour).isoformat("minutes")) for hour in range(24)]


class StepsInput(forms.CharField):
    """A ladder on one line; empty where it is to be as further up."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=300, **kwargs)

    def to_python(self, value: Any) -> list[str] | None:  # type: ignore[override]
        text = super().to_python(value) or ""
        try:
            return read_steps(text) or None
        except UnreadableStep as error:
            raise forms.ValidationError(
                _("“%(step)s” is no step. Write, for example: 7 days before, on the day, 2 hours after.")
                % {"step": error}
            ) from None


class LaddersForm(forms.Form):
    """One line for each kind of occasion; its help says what holds where the line is empty."""

    def __init__(self, *args: Any, own: Ladders, beneath: Ladders, team_id: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in all_kinds():
            if not kind.ladder:
                continue
            steps = own.steps.get((kind.key, team_id))
            below = beneath.kind_for(kind.key, None)
            self.fields[kind.key] = StepsInput(
                label=kind.title,
                initial=in_words(steps) if steps else "",
                help_text=self._help(below),
            )

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The lines under the group of their kinds."""
        groups = {
            group: [self[kind.key] for kind in all_kinds() if kind.group == group and kind.key in self.fields]
            for group in Group
        }
        return [(str(group.label), lines) for group, lines in groups.items() if lines]

    @staticmethod
    def _help(kind: OccasionKind) -> str:
        said = [_("Empty means: %(steps)s.") % {"steps": in_words(kind.ladder)}]
        if kind.announce:
            said.append(_("In any case at once when it opens."))
        if kind.then:
            words = {"then": kind.then, "length": duration_in_words(kind.overdue_after)}
            said.append(
                _("%(length)s after it is due, %(then)s.") % words
                if kind.overdue_after
                else _("Once it is due, %(then)s.") % words
            )
        return " ".join(str(part) for part in said)


class PreferencesForm(forms.Form):
    """How a person hears of each group of kinds, and when not."""

    def __init__(self, *args: Any, preferences: Preferences, **kwargs: Any) -> None:
        person = preferences.person
        kwargs["initial"] = {
            **{f"way_{group}": preferences.ways.get(group, Preferences.Way.AT_ONCE) for group in Group.values},
            "digest_at": preferences.digest_at.isoformat("minutes"),
            "quiet_from": preferences.quiet_from,
            "quiet_until": preferences.quiet_until,
            "working_days": person.working_days,
            "waits_on_free_days": preferences.waits_on_free_days,
        }
        super().__init__(*args, **kwargs)
        ways = {
            f"way_{group.value}": forms.ChoiceField(
                label=group.label, choices=Preferences.Way.choices, widget=forms.RadioSelect
            )
            for group in Group
        }
        self.fields = {**ways, **self.fields}

    digest_at = forms.TypedChoiceField(
        label=gettext_lazy("Daily digest at"),
        choices=HOURS,
        coerce=time.fromisoformat,
        help_text=gettext_lazy("Reminders of a day come at nine; a digest at ten takes those of the same day along."),
    )
    quiet_from = forms.TimeField(label=gettext_lazy("Quiet from"), required=False, widget=forms.TimeInput)
    quiet_until = forms.TimeField(
        label=gettext_lazy("Quiet until"),
        required=False,
        widget=forms.TimeInput,
        help_text=gettext_lazy("E-mails wait until then. Leave both empty for none."),
    )
    working_days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Working days"),
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    waits_on_free_days = forms.BooleanField(
        label=gettext_lazy("On other days, and on holidays of my team, e-mails wait"),
        required=False,
        help_text=gettext_lazy("What falls due on such a day is told all the same."),
    )

    def chosen(self) -> dict[str, Any]:
        """What `set_preferences` takes."""
        values = dict(self.cleaned_data)
        values["ways"] = {group: values.pop(f"way_{group}") for group in Group.values}
        return values
