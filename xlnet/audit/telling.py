"""The findings of an audit, made of the verdicts: cells by their addresses, headers, repairs."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from xlnet.audit.finding.differences import Difference
from xlnet.audit.finding.network import Found
from xlnet.audit.findings import Break, Loss, NotJudged, Table, Weight, Wrong
from xlnet.audit.formula.parse import parse
from xlnet.audit.formula.printing import printed
from xlnet.audit.formula.tree import moved
from xlnet.audit.judging.choosing import BINARY_CROSS_ENTROPY, CROSS_ENTROPY, HALF_SQUARES
from xlnet.audit.judging.judgement import Judgement
from xlnet.audit.judging.repairs import FoundRepair, Repairs
from xlnet.audit.judging.verdict import JUDGED, Ruling, Verdict
from xlnet.audit.reading.headers import header
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.ranges import in_words, with_sheet
from xlnet.audit.repairing.problem import Repair
from xlnet.engines.live import Place

_SAME_FACTOR = 1e-5


def table_of(workbook: Workbook, network: Found, judgement: Judgement, repairs: Repairs) -> Table:
    """Return what is told of a table; `repairs` are those found, by the cell to be named and the weight."""
    subjects = judgement.candidates.subjects
    sheet = subjects[0].shown[0]
    rows = []
    for every in judgement.chains:
        # What no update uses is judged, but not counted.
        chain = [verdict for verdict in every if network.is_told or verdict.subject.update is not None]
        unused = [] if network.is_told else [verdict for verdict in every if verdict.subject.update is None]
        judged = [verdict for verdict in chain if verdict.ruling in JUDGED]
        gradients = [verdict.subject.place for verdict in chain]
        rows.append(
            Weight(
                first=workbook.show(chain[0].subject.shown, sheet),
                last=workbook.show(chain[-1].subject.shown, sheet),
                header=header(workbook, chain[0].subject.shown),
                judged=len(judged),
                right=sum(verdict.ruling is not Ruling.WRONG for verdict in judged),
                wrong=tuple(_wrong(workbook, judgement, each, repairs) for each in _wrong_ones(chain)),
                unused=tuple(_wrong(workbook, judgement, each, repairs) for each in _wrong_ones(unused)),
                gradients=_from_to(workbook, gradients, sheet),
            )
        )
    family = judgement.chosen.family
    first = min(family.weights) if family else None
    own = {subject.weight for subject in subjects}
    if family:
        first = min((place for place, on in family.weights.items() if on & own), default=first)
    rates = list(dict.fromkeys(cell for subject in subjects for cell in subject.rate.cells))
    return Table(
        sheet=workbook.sheets[sheet],
        weights=tuple(rows),
        rate=tuple(workbook.show(cell, sheet) for cell in sorted(rates)),
        loss=Loss(
            workbook.show(first, sheet) if first else None,
            header(workbook, first) if first else judgement.chosen.implied,
            "cell" if first else "implied",
        ),
        factor=judgement.chosen.factor,
        judged=sum(row.judged for row in rows),
        right=sum(row.right for row in rows),
        steps=len({network.steps[each.weight] for each in subjects if network.is_told or each.update is not None}),
    )


def _wrong_ones(verdicts: Sequence[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict.ruling is Ruling.WRONG]


def _wrong(workbook: Workbook, judgement: Judgement, verdict: Verdict, repairs: Repairs) -> Wrong:
    subject, sheet = verdict.subject, judgement.candidates.subjects[0].shown[0]
    of_first = repairs.get((subject.place, subject.weight))
    found = _in_own_step(workbook, of_first, subject.place) if of_first else None
    # As the cell has it, were it the negative of the gradient.
    sign = subject.sign if subject.cell is not None else 1
    is_elsewhere = found is not None and found.cell != subject.place
    return Wrong(
        cell=workbook.show(subject.place, sheet),
        found=sign * verdict.found,
        expected=sign * verdict.expected,
        repair=found.sentence if found else None,
        repaired=found.formula if found else None,
        repaired_in=workbook.show(found.cell, sheet) if found and is_elsewhere else "",
        weight=workbook.show(subject.shown, sheet),
        update=workbook.show(subject.update, sheet) if subject.update else "",
        formula=workbook.formula(subject.place) if subject.place in workbook.trees else "",
        loss=_loss_formula(workbook, judgement, verdict),
        is_probe=verdict.state > 0,
        fault=found.fault if found else "",
        is_step=subject.cell is None,
    )


def _in_own_step(workbook: Workbook, of_first: FoundRepair, place: Place) -> Repair:
    """Return a repair as it is to be made in the step of another cell with the same mistake."""
    repair, first = of_first.repair, of_first.first
    if place == first:
        return repair
    sheet, row, column = repair.cell
    cell = (sheet + place[0] - first[0], row + place[1] - first[1], column + place[2] - first[2])
    tree = parse(repair.formula, repair.cell, workbook.sheets)
    sentence = f"As in {workbook.show(first, place[0])}: {repair.sentence}"
    return replace(repair, sentence=sentence, formula=f"={printed(tree, cell, workbook.sheets)}", cell=cell)


def _from_to(workbook: Workbook, places: Sequence[Place], sheet: int) -> str:
    first, last = places[0], places[-1]
    return (
        workbook.show(first, sheet)
        if first == last
        else f"{workbook.show(first, sheet)}:{workbook.show(last, last[0])}"
    )


def _loss_formula(workbook: Workbook, judgement: Judgement, verdict: Verdict) -> str:
    """Return the loss of a weight's step as a formula with sheets; "" where it would be too long."""
    chosen, subject = judgement.chosen, verdict.subject
    if chosen.family is not None:
        members = sorted(chosen.family.losses.get(subject.weight, ()))
        return "=" + "+".join(workbook.show(place) for place in members) if 0 < len(members) <= 200 else ""
    differences = sorted(judgement.differences(verdict), key=repr)
    if not 0 < len(differences) <= 50:
        return ""
    return "=" + "+".join(_implied_term(workbook, chosen.implied, each) for each in differences)


def _implied_term(workbook: Workbook, name: str, difference: Difference) -> str:
    # Seen from a sheet that is none of the workbook's, so that each cell has its sheet's title.
    elsewhere = (len(workbook.sheets), 1, 1)
    y, t = (
        f"({printed(moved(tree, difference.canon, elsewhere), elsewhere, workbook.live.sheets)})"
        for tree in (difference.output, difference.target)
    )
    return {
        HALF_SQUARES: f"0.5*({y}-{t})^2",
        BINARY_CROSS_ENTROPY: f"-({t}*LN({y})+(1-{t})*LN(1-{y}))",
        CROSS_ENTROPY: f"-{t}*LN({y})",
    }[name]


def lucky(workbook: Workbook, judgements: Sequence[Judgement]) -> list[Break]:
    """Return the gradients that are right as the numbers are, but not with others: each formula once."""
    found = []
    for judgement in judgements:
        groups: dict[int, list[Verdict]] = defaultdict(list)
        for verdict in judgement.verdicts():
            if verdict.ruling is Ruling.LUCKY:
                groups[id(workbook.trees.get(verdict.subject.place))].append(verdict)
        for verdicts in groups.values():
            first = verdicts[0]
            cells = [verdict.subject.place for verdict in verdicts]
            place = with_sheet(cells, workbook.sheets)
            name = header(workbook, first.subject.shown) or workbook.show(first.subject.shown)
            one = in_words(cells[:1])
            sentence = (
                f"{in_words(cells)} {'is' if len(cells) == 1 else 'are'} right by luck, as an input is 0 or two values "
                f"are equal: with other inputs and weights typed, {one} gives {first.found + 0.0:.6g} for the gradient "
                f"of {name}, and nudging says {first.expected:.6g}."
            )
            found.append(Break(place, "luck", "a formula that is right with any inputs and weights", sentence))
    return found


def said(judgements: Sequence[Judgement], tables: Sequence[Table]) -> list[str]:
    """Return remarks on tables: a common factor of all gradients, a logarithm of base 10, a penalty."""
    found: dict[str, None] = {}
    for judgement, table in zip(judgements, tables, strict=True):
        for sentence in (judgement.remark, _on_factor(judgement, table)):
            if sentence and table.judged:
                found[f"{table.sheet}: {sentence}."] = None
    return list(found)


def _on_factor(judgement: Judgement, table: Table) -> str:
    if table.factor == 1:
        return ""
    if not judgement.candidates.has_rate:
        return (
            f"the steps are judged up to a common factor, {table.factor:.6g}: if that is not the learning rate, name "
            "its cell with --rate"
        )
    loss = f"the loss in {table.loss.cell}" if table.loss.cell else table.loss.header
    if abs(table.factor / math.log(10) - 1) < _SAME_FACTOR:
        return (
            f"your gradients are ln 10 = 2.30259 times those of {loss}: it takes LOG, which is to base 10, and the "
            "gradient is that of LN. Take LN in the loss"
        )
    times = {2.0: "twice", 0.5: "half"}.get(table.factor, f"{table.factor:.6g} times")
    return f"your gradients are {times} those of {loss}. This is a matter of scale alone"


def of_repeated(workbook: Workbook, network: Found) -> tuple[list[str], list[NotJudged]]:
    """Return what is to be said of the steps whose weights were not nudged: remarks, and what was not judged."""
    remarks, unjudged = [], []
    for each in network.repeated:
        cells = sorted(min(update.shown for update in step) for step in each.steps)
        if each.like is None:
            why = "there are too many steps whose formulas differ: only some could be judged in the time"
            unjudged.append(NotJudged(_from_to(workbook, [cells[0], cells[-1]], -1), why))
            continue
        like, first = (workbook.show(place) for place in (min(update.shown for update in each.like), cells[0]))
        count = "one step" if len(cells) == 1 else f"{len(cells):,} steps"
        remarks.append(
            f"{count}, from the weight in {first} on, repeat the formulas of the step of {like}, cell for cell: their "
            "weights were not nudged, and what is said of that step is true of them."
        )
    return remarks, unjudged


def without_verdict(workbook: Workbook, network: Found, judgements: Sequence[Judgement]) -> list[NotJudged]:
    """Return the updates of which nothing could be said, and why."""
    found = []
    for judgement in judgements:
        if judgement.is_threshold:
            cells = sorted(subject.place for subject in judgement.candidates.subjects)
            why = "a threshold unit: its output jumps, so that there is no gradient to compare with"
            found.append(NotJudged(_from_to(workbook, [cells[0], cells[-1]], -1), why))
            continue
        reasons: dict[Ruling, list[Place]] = defaultdict(list)
        for verdict in judgement.verdicts():
            if network.is_told or verdict.subject.update is not None:
                reasons[verdict.ruling].append(verdict.subject.place)
        for ruling, why in (
            (Ruling.INDEPENDENT, "the loss does not depend on the weight there: is something typed over on the way?"),
            (Ruling.UNKNOWN, "the values are errors, or too large or too small to tell"),
        ):
            if reasons[ruling]:
                cells = sorted(reasons[ruling])
                found.append(NotJudged(_from_to(workbook, [cells[0], cells[-1]], -1), why))
    return found
