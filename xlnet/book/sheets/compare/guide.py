"""The Guide sheet of a comparison: its sheets, what each run shows, what to look for, and how it was made."""

from __future__ import annotations

from collections.abc import Iterator

from xlnet.book.sheets.compare import NAME
from xlnet.book.sheets.compare.plan import ComparePlan
from xlnet.book.sheets.guide_lines import GuideLine, draw_lines
from xlnet.book.sheets.questions import NAME as QUESTIONS
from xlnet.render.excel import quoted_sheet
from xlnet.template.overrides import short_name
from xlnet.version import VERSION
from xlnet.xlsx.page import Page


def draw(page: Page, plan: ComparePlan) -> None:
    """Draw the sheet."""
    draw_lines(page, plan.title, plan.models[0].description, list(_lines(plan)))


def _lines(plan: ComparePlan) -> Iterator[GuideLine]:
    texts = plan.texts
    yield GuideLine("heading", texts.get("guide", "sheets"))
    if plan.comparison.questions:
        yield GuideLine("text", texts.get("questions", "sheet"), QUESTIONS, f"{QUESTIONS}!A1")
    first = plan.comparison.runs[0].name
    yield GuideLine("text", texts.get("compare", "sheet Compare"), NAME, f"{NAME}!A1")
    yield GuideLine("text", texts.get("compare", "sheet run"), f"{first} …", f"{quoted_sheet(first)}A1")
    if plan.models[0].graph.data:
        title = plan.models[0].data_sheet
        yield GuideLine("text", texts.get("guide", "sheet Data"), title, f"{quoted_sheet(title)}A1")
    for name in ("Formulas", "Template"):
        yield GuideLine("text", texts.get("guide", f"sheet {name}"), name, f"{name}!A1")
    yield GuideLine("heading", texts.get("compare", "runs"))
    for run in plan.comparison.runs:
        settings = ", ".join(f"{plan.called(short_name(name))} = {value}" for name, value in run.settings.items())
        text = texts.of_template("notes", run.note) or texts.get("compare", "sheet run set").format(
            settings=settings or run.name
        )
        yield GuideLine("text", text, run.name, f"{quoted_sheet(run.name)}A1")
    yield GuideLine("heading", texts.get("compare", "look"))
    for number, name in enumerate(("look loss", "look weights", "look change"), 1):
        yield GuideLine("text", texts.get("compare", name), f"{number}.")
    yield GuideLine("heading", texts.get("guide", "making"))
    yield GuideLine("text", texts.get("compare", "made").format(version=VERSION))
    yield GuideLine("text", texts.get("guide", "verified"))
