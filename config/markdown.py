"""Markdown as people write it in texts, made safe: the one function through which their words become HTML."""

from html import unescape

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

TAGS = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
HIGHEST_HEADING = 3  # pages have the levels above for themselves

_reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def render_markdown(text: str) -> SafeString:
    """Markdown as HTML that holds no script, no style, no picture and no link but http, https and mailto."""
    tokens = _reader.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + HIGHEST_HEADING - 1, 6)}"
    raw = _reader.renderer.render(tokens, _reader.options, {})
    return SafeString(
        nh3.clean(raw, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer nofollow")
    )


def plain_text(text: str) -> str:
    """The words of a Markdown text without its marks, for an excerpt on one line."""
    return " ".join(unescape(nh3.clean(_reader.render(text), tags=set())).split())
