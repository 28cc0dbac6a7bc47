"""Sums and means of samples: what is computed from them looks like a weight and its update, and is none."""

from __future__ import annotations

from xlnet.audit.formula.terms import Term, product
from xlnet.audit.formula.tree import Area, Call, Ref, Word, bare, nodes
from xlnet.audit.reading.citations import Citations
from xlnet.engines.live import Place

_OF_SAMPLES = frozenset(("AVERAGE", "AVERAGEA", "MEDIAN", "MIN", "MAX", "SUM"))
_DEEPEST = 2
_NOTHING = Word("")


def is_deviation(sample: Place, rest: tuple[Term, ...], host: Place, citations: Citations) -> bool:
    """Whether what is added to a cell in `host` is the mean of a line of which it is one, as in x − x̄."""
    tree = bare(rest[0].of)
    if isinstance(tree, Ref):
        host = tree.at(host)
        tree = citations.tree_or_none(host) or _NOTHING
    return len(rest) == 1 and any(
        isinstance(node, Call) and node.function in _OF_SAMPLES and sample in citations.of_tree(node, host)
        for node in nodes(tree)
    )


def is_total(place: Place, citations: Citations, deep: int = 0) -> bool:
    """Whether a cell is a sum or a mean of typed samples, as ȳ is, from which a line has its intercept ȳ − b x̄."""
    for factor in product(bare(citations.tree_or_none(place) or _NOTHING)).above:
        of = bare(factor)
        if isinstance(of, Call) and of.function in _OF_SAMPLES and any(isinstance(each, Area) for each in of.arguments):
            return all(citations.tree_or_none(each) is None for each in citations.of_tree(of, place))
        if isinstance(of, Ref) and deep < _DEEPEST and is_total(of.at(place), citations, deep + 1):
            return True
    return False
