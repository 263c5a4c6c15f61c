"""The components of the interface: what they say, what they refuse, and that all of them are on the specimen sheet."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import get_template
from django.test import RequestFactory

from config.components import (
    LETTERS,
    STATES,
    UnknownNameError,
    initials,
    person_name,
    raci_letter,
    register,
    severity_mark,
    state_mark,
    tier_mark,
)
from config.components.plots import scale_for
from config.components.shell import STYLESHEETS
from config.components.sprite import GLYPHS, icon_symbols

TEMPLATES = Path(__file__).parents[2] / "templates"
# Mails carry their style with them; the policy of the pages does not reach them.
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "emails" not in path.parts)


@dataclass(frozen=True)
class Somebody:
    id: int
    name: str


ADA = Somebody(1, "Ada Brandt")
JONAS = Somebody(2, "Jonas <Weidner>")


class ChangeForm(forms.Form):
    version = forms.CharField(help_text="As in the registry")
    why = forms.CharField(widget=forms.Textarea, required=False)
    due = forms.DateField(required=False)
    vote = forms.ChoiceField(widget=forms.RadioSelect, choices=[("approve", "Approve"), ("reject", "Reject")])
    days = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, choices=[("1", "Monday")], required=False)
    tell_me = forms.BooleanField(required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> None:
        if self.data.get("version") == "0":
            raise forms.ValidationError("The model has no version 0.")


def request_for(path: str) -> HttpRequest:
    return RequestFactory().get(path)


def shown(source: str, **context: Any) -> str:
    return Template(source).render(Context(context))


# Signs


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in STATES.items() for name in names])
def test_state_is_a_known_glyph_and_a_word(kind: str, name: str) -> None:
    drawing, word, tone = STATES[kind][name]

    assert drawing in GLYPHS
    assert tone in {"", "bad", "weak", "good", "past"}
    assert f"#g-{drawing}" in state_mark(kind, name)
    assert str(word) in state_mark(kind, name)


def test_state_takes_a_label_instead_of_its_word_and_escapes_it() -> None:
    mark = state_mark("charter", "interim", "version 7, <interim>")

    assert "version 7, &lt;interim&gt;" in mark


@pytest.mark.parametrize(
    "source", ['{% state "charter" "burnt" %}', '{% state "weather" "fine" %}', '{% state "charter" "" %}']
)
def test_state_that_nobody_drew_raises(source: str) -> None:
    with pytest.raises(UnknownNameError):
        shown(source)


@pytest.mark.parametrize(
    "source",
    [
        '{% tier "4" %}',
        '{% severity "SEV5" %}',
        '{% raci "X" %}',
        '{% glyph "smile" %}',
        '{% icon "smile" %}',
        '{% button "Go" kind="huge" %}',
        '{% caution tone="loud" %}{% endcaution %}',
        '{% saved "perhaps" "?" %}',
        '{% plot label="x" value=1 limit=2 direction="sideways" %}',
        '{% plot label="x" %}',
        "{% person None %}",
    ],
)
def test_name_that_nobody_drew_raises(source: str) -> None:
    with pytest.raises(UnknownNameError):
        shown(source)


def test_parameter_that_nobody_declared_raises() -> None:
    with pytest.raises(TemplateSyntaxError, match="unexpected keyword argument"):
        Template('{% button "Go" colour="red" %}')


def test_severity_fills_as_many_bars_as_it_is_grave() -> None:
    assert [severity_mark(name).count('class="on"') for name in ("SEV1", "SEV2", "SEV3", "SEV4")] == [4, 3, 2, 1]


def test_tier_one_is_drawn_heavier() -> None:
    assert 'class="tier tier-1"' in tier_mark(1)
    assert 'class="tier"' in tier_mark(3)


@pytest.mark.parametrize("letter", LETTERS)
def test_raci_letter_is_drawn_for_the_eye_and_said_for_the_ear(letter: str) -> None:
    mark = raci_letter(letter)

    assert f'data-raci="{letter}"' in mark
    assert f'<span class="vh">{LETTERS[letter]}</span>' in mark


def test_raci_letter_says_that_nobody_holds_it() -> None:
    assert raci_letter("A", held=False) == (
        '<span class="raci" data-raci="A" data-held="no"><b aria-hidden="true"><i>A</i></b>'
        '<span class="vh">accountable, held by nobody</span></span>'
    )


def test_raci_letter_is_silent_inside_a_control_with_a_name() -> None:
    assert raci_letter("R", mine=True, spoken=False) == (
        '<span class="raci is-mine" data-raci="R"><b aria-hidden="true"><i>R</i></b></span>'
    )


def test_person_is_a_link_with_the_name_escaped() -> None:
    assert person_name(JONAS, reader=ADA) == '<a class="person" href="/people/2/">Jonas &lt;Weidner&gt;</a>'


def test_person_is_you_on_screen_and_a_name_on_paper_for_the_reader() -> None:
    mark = shown("{% person ada start=True %}", ada=ADA, user=ADA)

    assert '<span class="noprint">You</span><span class="printonly">Ada Brandt</span>' in mark


def test_person_who_is_nobody_is_a_hole_in_the_given_words() -> None:
    assert "state-bad" in person_name(None, nobody="no seat")
    assert "no seat" in person_name(None, nobody="no seat")


@pytest.mark.parametrize(
    ("name", "letters"), [("Ada Brandt", "AB"), ("Mei-Ling van der Zhou", "MZ"), ("Plato", "P"), ("", "")]
)
def test_initials_are_those_of_first_and_last_name(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_digest_shows_its_ends_and_keeps_the_whole() -> None:
    mark = shown("{% digest value %}", value="sha256:" + "9c41" + "0" * 56 + "e07b")

    assert ">sha256:9c41…e07b<" in mark
    assert f'title="sha256:9c41{"0" * 56}e07b"' in mark


# Forms


def test_button_that_cannot_be_pressed_gives_its_reason() -> None:
    mark = shown('{% button "Propose" because="Two errors must be mended first." %}')

    assert '<span class="reason" id="why-not-propose">Two errors must be mended first.</span>' in mark
    assert 'type="button"' in mark
    assert 'aria-disabled="true" aria-describedby="why-not-propose"' in mark


def test_button_with_an_address_is_a_link() -> None:
    assert shown('{% button "Read" href=to %}', to="/r/?a=1&b=2") == '<a class="button" href="/r/?a=1&amp;b=2">Read</a>'


def test_button_opens_a_dialog_without_script() -> None:
    mark = shown('{% button "Withdraw" opens="withdraw" kind="danger" %}')

    assert 'type="button"' in mark
    assert 'popovertarget="withdraw" popovertargetaction="show"' in mark


def test_field_joins_label_help_and_error_to_its_control() -> None:
    form = ChangeForm({"version": "", "vote": "approve"})

    mark = shown("{% field form.version %}", form=form)

    assert '<label for="id_version">Version</label>' in mark
    assert 'aria-invalid="true"' in mark
    assert 'aria-describedby="id_version_helptext id_version_error"' in mark
    assert 'id="id_version_helptext">As in the registry<' in mark
    assert 'id="id_version_error"' in mark
    assert "This field is required." in mark
    assert "errorlist" not in mark


def test_field_with_help_of_the_page_names_it() -> None:
    mark = shown('{% field form.why help="In a sentence" %}', form=ChangeForm())

    assert 'aria-describedby="id_why_helptext"' in mark
    assert 'id="id_why_helptext">In a sentence<' in mark


def test_field_marks_what_may_stay_empty() -> None:
    assert "(optional)" in shown("{% field form.why %}", form=ChangeForm())
    assert "(optional)" not in shown("{% field form.version %}", form=ChangeForm())
    assert "(optional)" not in shown("{% field form.why optional=False %}", form=ChangeForm())


def test_field_of_a_date_speaks_iso_to_the_browser() -> None:
    mark = shown("{% field form.due %}", form=ChangeForm(initial={"due": date(2026, 11, 24)}))

    assert 'type="date"' in mark
    assert 'value="2026-11-24"' in mark


def test_field_of_radios_is_a_group_with_a_legend() -> None:
    mark = shown("{% field form.vote %}", form=ChangeForm({"version": "1"}))

    assert '<fieldset class="field" id="id_vote" aria-describedby="id_vote_error">' in mark
    assert "<legend>Vote</legend>" in mark
    assert mark.count('class="choice"') == 2


def test_field_of_check_boxes_is_a_list() -> None:
    assert '<label class="check" for="id_days_0">' in shown("{% field form.days %}", form=ChangeForm())


def test_field_of_one_check_box_has_its_label_behind_it() -> None:
    mark = shown("{% field form.tell_me %}", form=ChangeForm())

    assert re.search(r'<input type="checkbox"[^>]*><label for="id_tell_me">Tell me</label>', mark)


def test_fields_show_all_and_hide_the_hidden() -> None:
    mark = shown("{% fields form %}", form=ChangeForm())

    assert mark.count('class="field"') == 6
    assert '<input type="hidden" name="token" id="id_token">' in mark


def test_form_errors_link_each_to_its_field() -> None:
    mark = shown("{% form_errors form %}", form=ChangeForm({"version": "0"}))

    assert "Two things to mend" in mark
    assert '<a href="#id_vote">Vote: This field is required.</a>' in mark
    assert "<li>The model has no version 0.</li>" in mark


def test_form_errors_are_silent_when_nothing_is_wrong() -> None:
    assert shown("{% form_errors form %}", form=ChangeForm()).strip() == ""


# Blocks


def test_section_is_labelled_by_its_head() -> None:
    mark = shown('{% section "Waits for me" note="Overdue first" %}<p>x</p>{% endsection %}')

    assert '<section class="section" aria-labelledby="s-waits-for-me">' in mark
    assert '<h2 id="s-waits-for-me">Waits for me</h2>' in mark


def test_docket_item_posts_its_act_with_the_token() -> None:
    mark = shown(
        '{% docket_item what="Promise" act="Mark as done" act_post="/actions/3/done/" %}why{% enddocket_item %}',
        csrf_token="secret",
    )

    assert '<form class="act" method="post" action="/actions/3/done/">' in mark
    assert 'value="secret"' in mark


def test_place_of_the_reader_carries_the_pen() -> None:
    source = '{% place person=somebody role="product owner" state="open" %}'

    assert 'class="mine-place"' in shown(source, somebody=ADA, user=ADA)
    assert "mine-place" not in shown(source, somebody=JONAS, user=ADA)


@pytest.mark.parametrize(
    ("asked", "next_link", "order"),
    [
        ("/?team=fraud&page=3", "?team=fraud&amp;sort=due", None),
        ("/?sort=due", "?sort=-due", "ascending"),
        ("/?sort=-due", "?sort=due", "descending"),
    ],
)
def test_sort_head_offers_the_other_order_and_keeps_the_filters(asked: str, next_link: str, order: str | None) -> None:
    mark = shown('{% sort_head "Due" "due" %}', request=request_for(asked))

    assert f'href="{next_link}"' in mark
    assert ("aria-sort" in mark) == (order is not None)
    assert order is None or f'aria-sort="{order}"' in mark


def test_sort_head_gives_the_wanted_order_first() -> None:
    mark = shown('{% sort_head "Errors" "errors" first="descending" %}', request=request_for("/"))

    assert 'href="?sort=-errors"' in mark


def test_pagination_says_where_we_are_and_keeps_the_filters() -> None:
    page = Paginator(range(45), 20).page(2)

    mark = shown("{% pagination page %}", page=page, request=request_for("/?q=x&page=2"))

    assert "21 to 40 of 45" in mark
    assert 'rel="prev" href="?q=x&amp;page=1"' in mark
    assert 'rel="next" href="?q=x&amp;page=3"' in mark


def test_pagination_is_silent_on_a_single_page() -> None:
    page = Paginator(range(3), 20).page(1)

    assert shown("{% pagination page %}", page=page, request=request_for("/")).strip() == ""


@pytest.mark.parametrize(
    ("path", "room"), [("/", "My remit"), ("/charters/fraud-detection/edit/", "Charters"), ("/inbox/", None)]
)
def test_navigation_marks_the_room_that_we_are_in(path: str, room: str | None) -> None:
    mark = shown("{% navigation %}", request=request_for(path))

    assert re.findall(r'aria-current="page">([^<]+)<', mark) == ([room] if room else [])


# Plots


def test_plot_at_most_hatches_above_the_limit_and_starts_at_zero() -> None:
    scale = scale_for([0.038, 0.061], 0.05, "at-most")

    assert scale.low == 0
    assert scale.x(0.038) < scale.x(0.05) < scale.x(0.061) <= 170


def test_plot_at_least_keeps_room_on_both_sides_of_the_limit() -> None:
    scale = scale_for([0.947], 0.93, "at-least")

    assert 6 < scale.x(0.93) < scale.x(0.947) < 170


@pytest.mark.parametrize("values", [[5.0], [0.0], [-3.0, 4.0]])
def test_plot_without_limit_has_a_scale_for_any_values(values: list[float]) -> None:
    scale = scale_for(values, None, "at-most")

    assert all(6 < scale.x(value) < 170 for value in values)


def test_plot_that_lies_on_its_limit_has_a_scale() -> None:
    assert 6 < scale_for([0.0], 0.0, "at-most").x(0.0) < 170


def test_plot_says_in_words_what_it_shows() -> None:
    mark = shown('{% plot label="PSI 0.31, limit at most 0.20" value=0.31 limit=0.2 verdict="fails" %}')

    assert 'role="img" aria-label="PSI 0.31, limit at most 0.20"' in mark
    assert 'class="dot dot-bad"' in mark


# The whole


def test_sprite_draws_every_glyph() -> None:
    drawn = set(re.findall(r'id="g-([a-z-]+)"', shown("{% sprite %}")))

    assert drawn == GLYPHS


def test_icons_that_are_not_installed_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finders, "find", lambda path: None)

    assert icon_symbols.__wrapped__() == ""


def test_icons_are_built_from_the_installed_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "plus.svg"
    file.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
        '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>\n  <path d="M12 5l0 14" /></svg>'
    )
    monkeypatch.setattr(finders, "find", lambda path: str(file) if path.endswith("plus.svg") else None)

    assert icon_symbols.__wrapped__() == '<symbol id="i-plus" viewBox="0 0 24 24"><path d="M12 5l0 14" /></symbol>'


@pytest.mark.parametrize("name", [*STYLESHEETS, "print", "signin", "specimen"])
def test_stylesheet_exists(name: str) -> None:
    assert finders.find(f"css/{name}.css")


def test_every_component_is_on_the_specimen_sheet() -> None:
    sheet = get_template("dev/components.html").template.source
    frame = {"address", "navigation", "sprite", "stylesheet", "stylesheets"}

    missing = {name for name in register.tags if not re.search(rf"{{% {name} ", sheet)} - frame

    assert missing == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_template_has_no_inline_style_or_script(path: Path) -> None:
    source = path.read_text(encoding="utf-8")

    assert not re.search(r"\sstyle=|<style\b|\son[a-z]+=|javascript:", source)
    assert all("src=" in tag for tag in re.findall(r"<script\b[^>]*>", source))
