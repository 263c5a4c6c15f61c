"""Markdown of people: what is kept, and what never reaches a page."""

import pytest

from config.markdown import plain_text, render_markdown


def test_markdown_becomes_html() -> None:
    rendered = render_markdown("# One\n\nTwo **three** [four](https://example.org)\n\n- five\n\n| a |\n|---|\n| b |")
    assert "<h3>One</h3>" in rendered
    assert "<strong>three</strong>" in rendered
    assert '<a href="https://example.org" rel="noopener noreferrer nofollow">four</a>' in rendered
    assert "<li>five</li>" in rendered
    assert "<td>b</td>" in rendered


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<b onclick="alert(1)">x</b>',
        "<style>*{display:none}</style>",
        "<iframe src=https://example.org></iframe>",
        "![x](https://example.org/x.png)",
        "<https://example.org/><svg onload=alert(1)>",
    ],
)
def test_raw_html_and_pictures_never_become_tags(text: str) -> None:
    rendered = render_markdown(text)
    assert not any(f"<{tag}" in rendered for tag in ("script", "img", "b ", "style", "iframe", "svg"))


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "&#106;avascript:x"]
)
def test_a_link_that_would_run_something_leads_nowhere(address: str) -> None:
    for text in (f"[x]({address})", f"<{address}>", f"[x]\n\n[x]: {address}"):
        assert "href" not in render_markdown(text)


def test_plain_text_has_no_marks_and_no_tags() -> None:
    assert plain_text("# One\n\n**Two** & <b>three</b> [four](https://example.org)") == "One Two & <b>three</b> four"


@pytest.mark.parametrize("text", ["", "\x00", "[" * 2000, "> " * 500, "*" * 5000, "\u202eabc"])
def test_hostile_text_is_answered(text: str) -> None:
    assert isinstance(render_markdown(text), str)
