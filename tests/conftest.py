"""For all tests: what makes thousands of them cheaper, and changes nothing that they see.

Garbage is looked for less often, which saves a tenth. And of each route of each of the thousand
apps of these tests Werkzeug makes a matcher and two functions that write addresses: once is enough.
"""

from __future__ import annotations

import gc
from typing import Any

from werkzeug.routing import Rule

gc.set_threshold(200_000, 20, 100)

_compile = Rule.compile
_made: dict[tuple[object, ...], dict[str, Any]] = {}


def _compiled_once(rule: Rule) -> None:
    assert rule.map is not None
    what = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, rule.map.host_matching)
    if rule.defaults:
        _compile(rule)
    elif what in _made:
        vars(rule).update(_made[what])
        rule._build = rule._build.__func__.__get__(rule)  # type: ignore[attr-defined]
        rule._build_unknown = rule._build_unknown.__func__.__get__(rule)  # type: ignore[attr-defined]
    else:
        _compile(rule)
        names = ("_parts", "_trace", "_converters", "arguments", "_build", "_build_unknown")
        _made[what] = {each: vars(rule)[each] for each in names}


Rule.compile = _compiled_once  # type: ignore[method-assign,assignment]
