"""Blocks: what a page is laid out with. A block tag takes what stands between its start and end tag as its content.

Their markup is in templates/components/, one file each.
"""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

from config.components.library import one_of, register
from config.components.signs import STATES, Named, Words, person_name
from config.components.sprite import GLYPHS


@register.simple_block_tag
def section(
    content: SafeString,
    title: Words,
    *,
    id: str = "",  # noqa: A002  the attribute's own name
    note: Words = "",
    lead: Words = "",
    level: int = 2,
) -> SafeString:
    """A section that hangs from an ink rule: `{% section "Waits for me" note="Overdue first" %}…{% endsection %}`.

    The id is made of the title unless it is given. lead: a quiet sentence under the head.
    """
    return _render("section", content=content, title=title, id=id or _id_of(title), note=note, lead=lead, level=level)


@register.simple_block_tag
def section_head(content: SafeString, title: Words, *, id: str = "") -> SafeString:  # noqa: A002
    """Only the head of a section; its content is the note at the right, which may hold links.

    `{% section_head "Responsibilities" id="s2" %}<a href="…">Add a stage</a>{% endsection_head %}`.
    """
    return _render("section_head", content=content, title=title, id=id or _id_of(title))


@register.simple_block_tag
def docket(content: SafeString, *, plain: bool = False, label: Words = "") -> SafeString:
    """Things that wait, sorted by due: `{% docket %}{% docket_item … %}…{% enddocket %}`; plain: term and text only."""
    return _render("docket", content=content, plain=plain, label=label)


@register.simple_block_tag(takes_context=True)
def docket_item(
    context: Context,
    content: SafeString,
    *,
    what: Words = "",
    href: str = "",
    kind: Words = "",
    when: Words = "",
    when_note: Words = "",
    overdue: bool = False,
    act: Words = "",
    act_href: str = "",
    act_post: str = "",
    main: bool = False,
) -> SafeString:
    """One thing that waits; its content is why it waits for me.

    `{% docket_item when="Today, 17:00" when_note="in 2 h" kind="Vote" what=title href=url act="Read and vote"
    act_href=url main=True %}You are asked as product owner.{% enddocket_item %}`.
    act_post: an address that the act is posted to, instead of act_href. In a plain docket only `when` and the content.
    """
    return _render(
        "docket_item",
        content=content,
        what=what,
        href=href,
        kind=kind,
        when=when,
        when_note=when_note,
        overdue=overdue,
        act=act,
        act_href=act_href,
        act_post=act_post,
        main=main,
        csrf_token=context.get("csrf_token"),
    )


@register.inclusion_tag("components/finding.html", takes_context=True)
def finding(
    context: Context,
    *,
    severity: str,
    rule: str,
    message: Words,
    href: str = "",
    go: Words = "",
    here: bool = False,
    fix: Words = "",
    fix_post: str = "",
    pointer: str = "",
) -> dict[str, Any]:
    """A finding of lint as a list item: severity word, rule, sentence, link to the cell.

    `<ul>{% finding severity="error" rule="RESP001" message=text href="#st-4" go="Go to the cell" %}</ul>`.
    fix: what one click mends; it posts the rule and the pointer to fix_post.
    """
    drawing, word, _tone = STATES["finding"][one_of("finding state", severity, STATES["finding"])]
    return {
        "severity": str(severity),
        "glyph": drawing,
        "word": word,
        "rule": rule,
        "message": message,
        "href": href,
        "go": go,
        "here": here,
        "fix": fix,
        "fix_post": fix_post,
        "pointer": pointer,
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_block_tag
def banner(
    content: SafeString, title: Words, *, glyph: str = "info", act: Words = "", act_href: str = ""
) -> SafeString:
    """A fact about the whole document, between double rules, one a page.

    `{% banner "An interim charter is in force until 11 December." glyph="interim" act="What differs" act_href=url %}
    <p>If it is not ratified by then, …</p>{% endbanner %}`.
    """
    drawing = one_of("glyph", glyph, GLYPHS)
    return _render("banner", content=content, title=title, glyph=drawing, act=act, act_href=act_href)


CAUTIONS = {"bad": "error", "weak": "warning", "plain": "info"}


@register.simple_block_tag
def caution(content: SafeString, *, tone: str = "bad", title: Words = "") -> SafeString:
    """Something to mend now: `{% caution tone="weak" title="…" %}<p>…</p>{% endcaution %}`; tones bad, weak, plain."""
    drawing = CAUTIONS[one_of("tone", tone, CAUTIONS)]
    return _render("caution", content=content, tone=str(tone), glyph=drawing, title=title)


@register.simple_block_tag
def toast(content: SafeString) -> SafeString:
    """An act that succeeded; its content may hold the button that undoes it: `{% toast %}Saved.{% endtoast %}`."""
    return format_html('<p class="toast-line" role="status"><span>{}</span></p>', content)


@register.simple_block_tag
def blank(content: SafeString, title: Words) -> SafeString:
    """An empty list: what to do first and what holds until then; content is paragraphs and a `<p class="buttons">`."""
    return _render("blank", content=content, title=title)


@register.simple_block_tag
def dialog(content: SafeString, title: Words, *, id: str) -> SafeString:  # noqa: A002  the attribute's own name
    """A dialog that `{% button "Withdraw" opens="withdraw" %}` opens, without script (popover).

    `{% dialog "Withdraw the draft?" id="withdraw" %}<p>…</p><div class="buttons">{% button "Keep it"
    closes="withdraw" %}…</div>{% enddialog %}`.
    """
    return _render("dialog", content=content, title=title, id=id)


@register.simple_block_tag
def places(content: SafeString, *, label: Words = "") -> SafeString:
    """Who is asked and what they did: `{% places %}{% place … %}{% endplaces %}`."""
    return format_html('<ul class="places"{}>{}</ul>', format_html(' aria-label="{}"', label) if label else "", content)


@register.inclusion_tag("components/place.html", takes_context=True)
def place(
    context: Context,
    *,
    person: Named | None,
    role: Words,
    state: str = "open",
    note: Words = "",
    said: Words = "",
    nobody: Words = "",
) -> dict[str, Any]:
    """One place to fill; the reader's own line carries the pen. state: as of the kind "vote".

    `{% place person=p role="data scientist" state=vote.kind note="19 Nov, 16:40" said=vote.comment %}`.
    """
    reader = context.get("user")
    drawing, word, _tone = STATES["vote"][one_of("vote state", state, STATES["vote"])]
    return {
        "name": person_name(person, reader=reader, start=True, nobody=nobody),
        "is_mine": person is not None and reader is not None and reader.id == person.id,
        "glyph": drawing,
        "word": word if person is not None else "",
        "role": role,
        "note": note,
        "said": said,
    }


@register.simple_block_tag
def track(content: SafeString, *, narrow: bool = False) -> SafeString:
    """What happened, in time; narrow: in a margin.

    `{% track %}{% track_item … %}…{% endtrack_item %}{% endtrack %}`.
    """
    return format_html('<ol class="track{}">{}</ol>', " track-narrow" if narrow else "", content)


@register.simple_block_tag
def track_item(content: SafeString, *, glyph: str, when: Words = "", note: Words = "") -> SafeString:
    """One event: `{% track_item glyph="approved" when="02:19" note="by e-mail" %}Acknowledged{% endtrack_item %}`.

    In a narrow track the moment stands in the note.
    """
    return _render("track_item", content=content, glyph=one_of("glyph", glyph, GLYPHS), when=when, note=note)


@register.simple_block_tag
def path_levels(content: SafeString) -> SafeString:
    """Who is called one after the other.

    `{% path_levels %}{% path_level … %}…{% endpath_level %}{% endpath_levels %}`.
    """
    return format_html('<ol class="path-levels">{}</ol>', content)


@register.simple_block_tag
def path_level(content: SafeString, *, number: int, at: Words, today: Iterable[tuple[Words, Words]] = ()) -> SafeString:
    """One level; its content is the clause. today: pairs of term and words for the margin, ("Now", person name) …"""
    return _render("path_level", content=content, number=number, at=at, today=today)


@register.inclusion_tag("components/progress.html")
def progress(label: Words, value: int, of: int) -> dict[str, Any]:
    """How far something is: `{% progress "Signatures" 4 6 %}`."""
    return {"label": label, "value": value, "of": of}


@register.inclusion_tag("components/sort_head.html", takes_context=True)
def sort_head(
    context: Context, label: Words, name: str, *, num: bool = False, first: str = "ascending"
) -> dict[str, Any]:
    """The head of a column that sorts by `?sort=name` or `?sort=-name`: `<tr>{% sort_head "Due" "due" %}</tr>`.

    first: the order that the first press gives.
    """
    one_of("order", first, ("ascending", "descending"))
    asked = context["request"].GET.get("sort", "")
    order = {name: "ascending", f"-{name}": "descending"}.get(asked, "")
    up_next = order == "descending" or (not order and first == "ascending")
    query = context["request"].GET.copy()
    query["sort"] = name if up_next else f"-{name}"
    query.pop("page", None)
    return {"label": label, "num": num, "order": order, "query": query.urlencode()}


@register.simple_block_tag
def tabs(content: SafeString, label: Words) -> SafeString:
    """A row of tabs: `{% tabs "Reviews" %}{% tab "Mine" href=url count=2 current=True %}{% endtabs %}`."""
    return format_html('<nav class="tabs" aria-label="{}">{}</nav>', label, content)


@register.simple_tag
def tab(label: Words, *, href: str, count: int | None = None, current: bool = False) -> SafeString:
    """One tab: a page or a filter of its own address."""
    return format_html(
        '<a href="{}"{}>{}{}</a>',
        href,
        format_html(' aria-current="{}"', "page") if current else "",
        label,
        format_html(" <b>{}</b>", count) if count is not None else "",
    )


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page: Page) -> dict[str, Any]:
    """Where in a long list we are, keeping the filters: `{% pagination page_obj %}`; nothing when it is one page."""
    query = context["request"].GET.copy()

    def address_of(number: int) -> str:
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {
        "page": page,
        "previous": address_of(page.previous_page_number()) if page.has_previous() else "",
        "next": address_of(page.next_page_number()) if page.has_next() else "",
    }


@register.simple_block_tag(takes_context=True)
def signature(
    context: Context, content: SafeString, *, person: Named, role: Words, state: str, note: Words = "", digest: str = ""
) -> SafeString:
    """A signature under a charter, inside `<div class="signatures">`. state: signed, open or objected.

    The content is what the reader can do on the line of their own: the buttons to sign or to object.
    """
    reader = context.get("user")
    return _render(
        "signature",
        content=content,
        person=person,
        name=person_name(person, reader=reader, start=True),
        role=role,
        state=one_of("signature state", state, ("signed", "open", "objected")),
        is_yours=reader is not None and reader.id == person.id,
        note=note,
        digest=digest,
    )


def _render(component: str, **context: Any) -> SafeString:
    return render_to_string(f"components/{component}.html", context)


def _id_of(title: Words) -> str:
    return f"s-{slugify(str(title)) or 'section'}"
