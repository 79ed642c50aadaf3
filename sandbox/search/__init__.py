"""Search: what can be asked of each type, how a question is read, and what answers it."""

from sandbox.search.matching import SearchProblem
from sandbox.search.query import Query, parse
from sandbox.search.results import find, included, matches

__all__ = ["Query", "SearchProblem", "find", "included", "matches", "parse"]
