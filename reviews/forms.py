"""Forms of this package. They turn input into values; what is allowed the acts decide, and say beside the field."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from charter.words import EvidenceKind, Kind
from ledger.errors import Invalid
from reviews.drafting import (
    COMMENT_LENGTH,
    METRIC_LENGTH,
    MOST_EXPECTATIONS,
    REASON_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    VERSION_LENGTH,
    ExpectationFields,
)
from reviews.evidence import SUMMARY_LENGTH
from reviews.expectations import expected_in_words
from reviews.models import Expectation, Review
from reviews.words import Direction, ReviewState, Rollout, Topic, Verdict, VoteWord
from teams.forms import LineInput, LinesInput
from teams.models import MLModel, Team

SPARE_ROWS = 1


def chosen(words: Any, empty: Any = None) -> list[tuple[str, Any]]:
    """Choices of a list of words, in sentence case, with an empty one where nothing needs to be chosen."""
    rows = [(value, capfirst(label)) for value, label in words.choices]
    return rows if empty is None else [("", empty), *rows]


class ModelChoice(forms.ModelChoiceField):
    """A model by name, with its tier."""

    def label_from_instance(self, obj: MLModel) -> str:
        return _("%(name)s (tier %(tier)s)") % {"name": obj.name, "tier": obj.tier}


class ReviewForm(forms.Form):
    """What changes, and why."""

    model = ModelChoice(
        queryset=MLModel.objects.none(), label=_("Model"), to_field_name="key", empty_label=_("Choose a model")
    )
    version = LineInput(label=_("Version"), max_length=VERSION_LENGTH, help_text=_("As it stands in the registry"))
    kind = forms.ChoiceField(label=_("Kind of change"), choices=chosen(Kind, _("Choose a kind")))
    title = LineInput(label=_("Title"), max_length=TITLE_LENGTH, help_text=_("What a reviewer reads first"))
    what = forms.CharField(label=_("What changes"), max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 4}))
    why = forms.CharField(
        label=_("Why"), max_length=TEXT_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    rollout = forms.ChoiceField(label=_("Rollout"), required=False, choices=chosen(Rollout, _("Not said")))
    rollback_plan = forms.CharField(
        label=_("Rollback plan"), max_length=TEXT_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    links = LinesInput(label=_("Links"), help_text=_("Pull request, training run, registry entry: one address a line"))

    def __init__(self, *args: Any, models: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["model"].queryset = models  # type: ignore[attr-defined]
        self.fields["links"].widget.attrs["rows"] = 2


class ExpectationForm(forms.Form):
    """What the change should do to a metric; a row without a metric and without numbers says nothing."""

    metric = forms.CharField(label=_("Metric"), max_length=METRIC_LENGTH, required=False)
    direction = forms.ChoiceField(label=_("Direction"), choices=chosen(Direction), required=False)
    expected = forms.FloatField(
        label=_("Expected"), required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    low = forms.FloatField(label=_("From"), required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    high = forms.FloatField(label=_("To"), required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    by = forms.DateField(
        label=_("By"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    @property
    def is_said(self) -> bool:
        """Whether the row holds anything but a direction."""
        return any(value not in (None, "") for name, value in self.cleaned_data.items() if name != "direction")

    @property
    def is_upside_down(self) -> bool:
        """Whether the ends of its range were given the wrong way round."""
        if not self.is_bound:
            return False
        try:
            low, high = (self.fields[name].clean(self[name].value()) for name in ("low", "high"))
        except forms.ValidationError:
            return False
        return low is not None and high is not None and low > high


class ExpectationRows(forms.BaseFormSet):
    """The rows of the expected effect; empty rows are left out."""

    def said(self) -> list[ExpectationFields]:
        return [cast("ExpectationFields", form.cleaned_data) for form in self.rows_said()]

    def rows_said(self) -> Sequence[ExpectationForm]:
        return [form for form in self.forms if form.is_said]


ExpectationFormSet = forms.formset_factory(
    ExpectationForm,
    formset=ExpectationRows,
    extra=SPARE_ROWS,
    max_num=MOST_EXPECTATIONS,
    absolute_max=MOST_EXPECTATIONS,
)


def add_refusals(form: forms.Form, rows: ExpectationRows, refusal: Invalid) -> None:
    """Put what an act refused beside the fields of the form or of the row it concerns."""
    said = rows.rows_said()
    for pointer, detail in refusal.errors:
        name, _slash, rest = pointer.removeprefix("/").partition("/")
        index, _slash, inner = rest.partition("/")
        if name == "expectations" and index.isdigit():
            said[int(index)].add_error(inner, detail)
        else:
            form.add_error(name if name in form.fields else None, detail)


class EvidenceForm(forms.Form):
    """A piece of evidence."""

    kind = forms.ChoiceField(label=_("Kind"), choices=chosen(EvidenceKind))
    summary = forms.CharField(
        label=_("What it shows"), max_length=SUMMARY_LENGTH, widget=forms.Textarea(attrs={"rows": 2})
    )
    link = forms.CharField(label=_("Link"), required=False, help_text=_("Where it can be read"))
    sha256 = forms.CharField(
        label=_("SHA-256"), required=False, help_text=_("Of what the link shows, so that nobody can exchange it")
    )
    file = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput,
        help_text=_("A PDF, a PNG or JPEG picture, JSON or plain text of at most 4 MB; link to all else"),
    )


class WaiverForm(forms.Form):
    """Evidence that is missing, and why it is not needed."""

    kind = forms.ChoiceField(label=_("Kind"))
    reason = forms.CharField(
        label=_("Why it is not needed"), max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, missing: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "waiver_%s", **kwargs})
        choices = [(kind, capfirst(EvidenceKind(kind).label)) for kind in missing]
        self.fields["kind"].choices = choices  # type: ignore[attr-defined]


class VoteForm(forms.Form):
    vote = forms.ChoiceField(label=_("My vote"), choices=VoteWord.choices, widget=forms.RadioSelect, required=False)
    comment = forms.CharField(
        label=_("Comment, required to reject or request changes"), max_length=COMMENT_LENGTH, required=False
    )
    digest = forms.CharField(widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class CommentForm(forms.Form):
    body = forms.CharField(
        label=_("Comment"),
        max_length=COMMENT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Name somebody as @ada.brandt, and they are told"),
    )
    answers = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class PirForm(forms.Form):
    """What came of it: a field for each expectation, a verdict, lessons."""

    verdict = forms.ChoiceField(label=_("Verdict"), choices=chosen(Verdict), widget=forms.RadioSelect)
    lessons = forms.CharField(
        label=_("Lessons"), max_length=TEXT_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What is about one part of the work has a place of its own below"),
    )  # fmt: skip

    def __init__(self, *args: Any, expectations: Sequence[Expectation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expectations = list(expectations)
        for topic in Topic:
            self.fields[f"lesson-{topic.value}"] = forms.CharField(
                label=translated("About %(topic)s") % {"topic": topic.label},
                max_length=TEXT_LENGTH,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        for expectation in self.expectations:
            self.fields[f"actual-{expectation.pk}"] = forms.FloatField(
                label=expectation.metric,
                required=False,
                help_text=translated("Expected: %(expected)s") % {"expected": expected_in_words(expectation)},
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            )

    def rows(self) -> list[tuple[Expectation, forms.BoundField]]:
        """Each expectation with its field."""
        return [(expectation, self[f"actual-{expectation.pk}"]) for expectation in self.expectations]

    def topics(self) -> list[forms.BoundField]:
        """A field for the lessons about each part of the work."""
        return [self[f"lesson-{topic.value}"] for topic in Topic]

    def sorted_lessons(self) -> dict[str, str]:
        """What was learnt about each part, as the act takes it."""
        return {topic.value: self.cleaned_data[f"lesson-{topic.value}"] for topic in Topic}

    def actuals(self) -> list[tuple[str, float]]:
        """What was measured, as the act takes it."""
        values = [
            (expectation.metric, self.cleaned_data[f"actual-{expectation.pk}"]) for expectation in self.expectations
        ]
        return [(metric, value) for metric, value in values if value is not None]


class QueueFilter(forms.Form):
    """What the list of reviews is narrowed by; it stands in the address."""

    q = forms.CharField(label=_("Title or model"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False, choices=chosen(ReviewState, _("Any")))
    team = forms.ModelChoiceField(
        queryset=Team.objects.filter(closed_at=None),
        label=_("Team"),
        required=False,
        to_field_name="key",
        empty_label=_("Any"),
    )
    tier = forms.ChoiceField(
        label=_("Tier"), required=False, choices=[("", _("Any")), ("1", "1"), ("2", "2"), ("3", "3")]
    )


def initial_of(review: Review) -> dict[str, Any]:
    """What the form shows of a review that is there."""
    names = ("version", "kind", "title", "what", "why", "rollout", "rollback_plan", "links")
    return {"model": review.model.key, **{name: getattr(review, name) for name in names}}
