"""Text with looks, as a form may bring it: only what is harmless of it is left."""

from __future__ import annotations

from functools import lru_cache

import nh3
from markupsafe import Markup

# No images, styles, classes or ids: nothing is loaded, and nothing can look like the page.
TAGS = {
    *("p", "br", "b", "strong", "i", "em", "u", "sub", "sup", "ul", "ol", "li", "dl", "dt", "dd"),
    *("span", "div", "table", "thead", "tbody", "tr", "th", "td", "caption", "blockquote", "a"),
}
ATTRIBUTES = {"a": {"href"}, "th": {"scope", "colspan", "rowspan"}, "td": {"colspan", "rowspan"}}
SCHEMES = {"https", "mailto", "tel"}
LONGEST = 20_000


@lru_cache(maxsize=512)
def safe_html(text: str) -> Markup:
    """Empty for nothing, and for what is too long to be a question."""
    if not text or len(text) > LONGEST:
        return Markup()
    cleaned: str = nh3.clean(
        text,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
        strip_comments=True,
    )
    return Markup(cleaned.strip())  # noqa: S704  (it has just been cleaned)
