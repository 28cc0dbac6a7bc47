"""All that an audit says beside wrong gradients."""

from __future__ import annotations

from collections.abc import Collection

from xlnet.audit.findings import Break, NotJudged
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.anchors import unanchored
from xlnet.audit.remarks.contents import blanks, errors, text_numbers
from xlnet.audit.remarks.early import early
from xlnet.audit.remarks.functions import functions_of_one_program, newer_functions
from xlnet.audit.remarks.lines import Patterns
from xlnet.audit.remarks.network import Network
from xlnet.audit.remarks.pasted import pasted
from xlnet.audit.remarks.rates import rate_breaks, rates_of, steps_of, strange_rates
from xlnet.audit.remarks.stale import stale
from xlnet.audit.remarks.typed import typed_over
from xlnet.audit.remarks.typed_rates import typed_rates
from xlnet.audit.remarks.unjudged import circles, data_tables, forward_only, macros, solver
from xlnet.audit.remarks.unlike import Odd, has_form, unlike
from xlnet.audit.remarks.words import breaks_of
from xlnet.engines.live import Place

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
    """Return the cells that are unlike their neighbours, or compute otherwise than they look.

    Nothing may have been typed; the workbook is evaluated.
    """
    workbook.live.evaluate()
    patterns = Patterns(workbook)
    cells = network.cells or set(workbook.trees)
    rates = rates_of(workbook, citations, network)
    strange = strange_rates(workbook, citations, network, rates)
    strangers = {each.place for each in strange}
    odds = [
        odd
        for odd in unlike(workbook, patterns, cells)
        if not has_form(workbook, odd) or not (odd.place in strangers or _mends(odd, citations, rates))
    ]
    places = {odd.place for odd in odds}
    odds += [odd for odd in typed_over(workbook, patterns, cells) if odd.place not in places]
    moving, moved = unanchored(workbook, patterns, cells, strangers)
    aside = strangers | moved | {odd.place for odd in odds}
    # An update copied over another formula has a rate, but not one of its own.
    strange = [each for each in strange if each.place not in places]
    return [
        *breaks_of(workbook, odds),
        *moving,
        *rate_breaks(workbook, network, strange),
        *text_numbers(workbook, citations, cells),
        *blanks(workbook, patterns, network.cells, aside),
        *errors(workbook, citations, cells),
        *functions_of_one_program(workbook),
    ]


def _mends(odd: Odd, citations: Citations, rates: Collection[Place]) -> bool:
    """Whether it is the odd cell that has the learning rate, and its neighbours that have not."""
    of_neighbours = citations.of_tree(odd.expected, odd.place)
    return any(each in rates for each in citations.of(odd.place)) and not any(each in rates for each in of_neighbours)


def remarks(workbook: Workbook, citations: Citations, network: Network) -> list[str]:
    """Return what is to be said of a workbook as a whole. Nothing may have been typed; it is evaluated."""
    workbook.live.evaluate()
    strange = strange_rates(workbook, citations, network, rates_of(workbook, citations, network))
    return [
        *early(workbook, citations, network, {each.place for each in strange}),
        *typed_rates(workbook, steps_of(citations, network)),
        *newer_functions(workbook),
        *stale(workbook, citations, network.cells or workbook.trees),
    ]


def not_judged(workbook: Workbook, citations: Citations, network: Network) -> list[NotJudged]:
    """Return what cannot be judged, and why."""
    found = [
        *circles(workbook, citations),
        *data_tables(workbook),
        *macros(workbook, network),
        *solver(workbook, network),
        *pasted(workbook, network),
    ]
    # Where nothing else explains that there is no update.
    return found or forward_only(workbook, network)
