"""A mistake in words: what is there, what nudging the weight says, the repair, and where else it stands."""

from __future__ import annotations

from collections.abc import Sequence

from xlnet.audit.findings import Wrong
from xlnet.audit.report.mistakes import Mistake
from xlnet.audit.report.ranges import ranges
from xlnet.audit.report.words import counted, derivative, listed, local, name, plain, unlike, with_cell

_LONGEST_FORMULA = 400
_LONGEST_SENTENCE = 1_000
_MOST_WEIGHTS, _MOST_SHEETS = 6, 4


def told(mistake: Mistake, *, with_sheet: bool) -> list[str]:
    """Return the lines on a mistake; `with_sheet` tells cells by their sheet, too."""
    wrong = mistake.wrong
    repair = f" {wrong.repair}" if wrong.repair else ""
    lines = [plain(f"{_difference(mistake, with_sheet=with_sheet)}{repair}", _LONGEST_SENTENCE)]
    if wrong.repaired and wrong.repaired_in:
        cell = local(wrong.repaired_in, mistake.table.sheet)
        lines += [f"{cell} should be: {plain(wrong.repaired, _LONGEST_FORMULA)}"]
    elif wrong.repaired and wrong.formula:
        lines += [f"is:        {plain(wrong.formula, _LONGEST_FORMULA)}"]
        lines += [f"should be: {plain(wrong.repaired, _LONGEST_FORMULA)}"]
    places = _places(mistake)
    return [*lines, f"The same mistake stands in {places}."] if places else lines


def is_in_the_update(wrong: Wrong) -> bool:
    """Whether the cell is that of the update or a step, as the gradient has none of its own."""
    return wrong.is_step or wrong.cell == wrong.update


def _difference(mistake: Mistake, *, with_sheet: bool) -> str:
    """Return what the sheet says, and what the loss does."""
    wrong, sheet = mistake.wrong, mistake.table.sheet
    found, expected = unlike(wrong.found, wrong.expected)
    cell, nudged = local(wrong.cell, sheet), with_cell(mistake.table, mistake.weight, wrong)
    place = f"{plain(sheet)}!{cell}" if with_sheet and "!" not in cell else cell
    what = derivative(mistake.weight)
    by_luck = f"right by luck: with other numbers typed, {nudged} nudged says {expected}"
    match is_in_the_update(wrong), wrong.is_probe:
        case True, True:
            return f"{place} updates {nudged}, {by_luck}, and the step is as if your {what} were {found}."
        case True, False:
            return f"{place} updates {nudged} as if your {what} were {found}. Nudging {nudged} says {expected}."
        case False, True:
            return f"{place} is your {what}, {by_luck}, and {place} {found}."
    return f"{place} is your {what}: {found}. Nudging {nudged} says {expected}."


def _places(mistake: Mistake) -> str:
    """Return all cells that have the mistake; nothing where it is one."""
    own, *others = mistake.places
    if not others:
        return ranges(own.cells) if len(own.cells) > 1 else ""
    # Sheets that are alike have it in the same cells.
    sheets: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for place in mistake.places:
        sheets.setdefault((name(place.weight), place.cells), []).append(place.table.sheet)
    is_on_one = {place.table.sheet for place in others} == {own.table.sheet}
    if is_on_one and len(mistake.places) > _MOST_WEIGHTS:
        cells = [cell for place in mistake.places for cell in place.cells]
        return f"{ranges(cells)}, of {counted(len(mistake.places), 'weight')}"
    texts = [f"{ranges(cells)} ({weight}{'' if is_on_one else _on(on)})" for (weight, cells), on in sheets.items()]
    return " and ".join(texts) if len(texts) == 2 else listed(texts, _MOST_WEIGHTS)


def _on(sheets: Sequence[str]) -> str:
    return f" on {listed([plain(sheet) for sheet in dict.fromkeys(sheets)], _MOST_SHEETS)}"
