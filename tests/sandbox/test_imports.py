"""The sandbox can be read from the bottom up: no two of its modules need each other."""

from __future__ import annotations

import grimp


def test_no_module_imports_what_imports_it() -> None:
    graph = grimp.build_graph("sandbox")
    circles = [
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if graph.find_shortest_chain(imported, importer)
    ]

    assert circles == []
