"""All that an audit says beside wrong gradients."""

from __future__ import annotations

from xlnet.audit.findings import Break, NotJudged
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.anchors import rate_breaks, unanchored
from xlnet.audit.remarks.contents import blanks, errors, text_numbers
from xlnet.audit.remarks.early import early
from xlnet.audit.remarks.functions import functions_of_one_program, newer_functions
from xlnet.audit.remarks.lines import Patterns
from xlnet.audit.remarks.network import Network
from xlnet.audit.remarks.stale import stale
from xlnet.audit.remarks.typed_rates import typed_rates
from xlnet.audit.remarks.unjudged import circles, data_tables, forward_only, macros, pasted, solver
from xlnet.audit.remarks.unlike import breaks_of, typed_over, unlike

KINDS = {
    "unlike": "a formula unlike its neighbours",
    "typed": "a number typed where the neighbours compute",
    "anchor": "a reference that is not anchored",
    "rate": "another learning rate than in the other updates",
    "text": "a number that is a text",
    "blank": "an empty cell taken for 0",
    "error": "an error",
    "function": "a function that one program alone has",
}


def breaks(workbook: Workbook, citations: Citations, network: Network) -> list[Break]:
    """Return the cells that are unlike their neighbours, or compute otherwise than they look; evaluates the workbook."""
    workbook.live.evaluate()
    patterns = Patterns(workbook)
    cells = network.cells or set(workbook.trees)
    by_rate, rated = rate_breaks(workbook, citations, network)
    periods = {line.period for axis in (1, 2) for line in patterns.lines(axis)}
    odds = [odd for odd in unlike(workbook, patterns, cells) if odd.place not in rated]
    places = {odd.place for odd in odds}
    odds += [odd for odd in typed_over(workbook, patterns, cells, periods) if odd.place not in places]
    by_anchor, moved = unanchored(workbook, patterns, cells, rated)
    aside = rated | moved | {odd.place for odd in odds}
    return [
        *breaks_of(workbook, odds),
        *by_anchor,
        *by_rate,
        *text_numbers(workbook, citations, cells),
        *blanks(workbook, patterns, cells, aside),
        *errors(workbook, citations, cells),
        *functions_of_one_program(workbook),
    ]


def remarks(workbook: Workbook, citations: Citations, network: Network) -> list[str]:
    """Return what is to be said of a workbook as a whole; evaluates it."""
    workbook.live.evaluate()
    return [
        *early(workbook, citations, network),
        *typed_rates(workbook, citations, network),
        *newer_functions(workbook),
        *stale(workbook, citations),
    ]


def not_judged(workbook: Workbook, citations: Citations, network: Network) -> list[NotJudged]:
    """Return what cannot be judged, and why."""
    found = [
        *circles(workbook, citations),
        *data_tables(workbook),
        *macros(workbook, network),
        *solver(workbook),
        *pasted(workbook, network),
    ]
    # Where nothing else explains that there is no update.
    return found or forward_only(workbook, network)
