"""Words with marks in them, from a record: only the marks that arrange text are left."""

from __future__ import annotations

import nh3

from smartapp.fhir.plain import visible

# Nothing here loads, leads anywhere, or can pass for a part of the app: no addresses, no images,
# no names (`id`, `class`) and no styles.
_TAGS = {
    *("p", "br", "b", "i", "em", "strong", "ul", "ol", "li", "dl", "dt", "dd", "div", "span"),
    *("table", "thead", "tbody", "tr", "td", "th", "caption", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("pre", "sub", "sup", "blockquote", "hr"),
}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes={"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}},
    url_schemes=set(),
    link_rel=None,
    clean_content_tags={"script", "style", "title", "noscript", "template", "svg", "math"},
    strip_comments=True,
)


def clean_html(text: str) -> str:
    return _CLEANER.clean(visible(text))
