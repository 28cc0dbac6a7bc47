"""The charts of the Start sheet: the network, the loss with a dot at the iteration, and the curve of one input."""

from __future__ import annotations

from itertools import cycle

from xlnet import keys
from xlnet.book import style
from xlnet.book.drawing.scatter import Axis, Label, Points, Scatter
from xlnet.book.sheets.dashboard import NAME as DASHBOARD
from xlnet.book.sheets.dashboard import plan as dashboard
from xlnet.book.sheets.predict import NAME as PREDICT
from xlnet.book.sheets.predict.words import input_name, undone_names
from xlnet.book.sheets.start import NAME
from xlnet.book.sheets.start.plan import CHART_ROWS, MIDDLE, MIDDLE_END, RIGHT, RIGHT_END, StartPlan
from xlnet.book.sheets.start.plane import Plane
from xlnet.book.sheets.start.tables import CLASSES, Table
from xlnet.cell import Area, Cell

# How wide edges are, in points, by their size.
_WIDTHS = {1: 1.0, 2: 2.75, 3: 5.0}
_PATH, _INK, _LINE, _DOT, _TARGET = ("FDE047", 11.0), "334155", style.LINES[0], "D32689", style.LINES[1]


def network(plan: StartPlan) -> Scatter:
    """Return the network: the path below the edges, these below the units."""
    edges, units, labels = plan.edges, plan.units, plan.labels
    network, texts = plan.network, plan.model.texts
    is_crowded = not network.has_room
    # Excel draws the last series on top, LibreOffice the first one.
    circles = Points(units.area("x"), units.area("y"), "", mark=(_INK, 14 if is_crowded else 26))
    series = [circles]
    looks = {size: (style.POSITIVE if size > 0 else style.NEGATIVE, _WIDTHS[abs(size)]) for size in CLASSES}
    names = ("lit", *CLASSES) if plan.chosen else CLASSES
    for name in names:
        line = _PATH if name == "lit" else looks[int(name)]
        place = edges.area(f"x {name}"), edges.area(f"y {name}")
        series.append(Points(*place, str(name), line=line, clear=name == "lit"))
    series.append(circles)
    size = 8 if is_crowded else 9
    for number, unit in enumerate(network.units, 1):
        side = "ctr" if not is_crowded else "r" if unit.layer else "l"
        symbol = Label("ctr", "FFFFFF", size, bold=True)
        series.append(_named(units, number, ("x", "y", "symbol"), symbol))
        value = Label(side, _INK, size, bold=True, fill="FFFFFF" if side == "r" else None)
        series.append(_named(units, number, ("text x", "text y", "shown"), value))
    weight = Label("ctr", _INK, 8, fill="FFFFFF")
    series += [_named(labels, number, ("x", "y", "text"), weight) for number in range(1, labels.count + 1)]
    # Below the lowest unit stands its number.
    margin = 0.05 * network.height if network.has_room else 0.0
    return Scatter(
        title="",
        description=texts.get("start", "description of the network"),
        series=series,
        x=Axis(first=0.65, last=network.last + 1.35, shown=False),
        y=Axis(first=1 - margin, last=1 + network.height - margin, shown=False),
        size=(MIDDLE_END - MIDDLE + 1, CHART_ROWS),
    )


def _named(table: Table, number: int, names: tuple[str, str, str], label: Label) -> Points:
    """Return a point whose name stands there; x, y and the name are in these columns of a table."""
    x, y, name = (table.cell(column, number) for column in names)
    return Points(x, y, name, label=label)


def loss(plan: StartPlan, rows: int) -> Scatter:
    """Return the loss over the run, with a dot at the iteration."""
    model = plan.model
    shown = model.once(dashboard.points)
    first, last = dashboard.FIRST_POINT_ROW, dashboard.FIRST_POINT_ROW + shown.count - 1

    def over(column: int) -> Area:
        return Area(DASHBOARD, first, column, last, column)

    line = Points(over(dashboard.POINTS_COLUMN), over(shown.column(keys.LOSS)), "E", line=(_LINE, 2.0))
    dot = Points(plan.iteration.cell, plan.readout("loss"), model.texts.get("start", "iteration"), mark=(_DOT, 10))
    texts = model.texts
    name = "loss of a batch chart" if model.spec.draws_samples else "loss chart"
    return Scatter(
        title=texts.get("start", name),
        description=texts.get("start", "description of the loss"),
        series=[line, dot],
        x=Axis(first=0, last=model.spec.training.iters),
        y=Axis(first=0),
        size=(RIGHT_END - RIGHT + 1, rows),
    )


def weights(plan: StartPlan, rows: int) -> Scatter:
    """Return the weights over the run, some of many."""
    model, texts = plan.model, plan.model.texts
    shown = model.once(dashboard.points)
    first, last = dashboard.FIRST_POINT_ROW, dashboard.FIRST_POINT_ROW + shown.count - 1

    def over(column: int) -> Area:
        return Area(DASHBOARD, first, column, last, column)

    every = dashboard.weights(model)
    x = over(dashboard.POINTS_COLUMN)
    lines = [
        Points(x, over(shown.column(key)), model.symbols(key), line=(colour, 1.5))
        for key, colour in zip(every, cycle(style.LINES[:6]), strict=False)
    ]
    title = texts.get("dashboard", "weight chart")
    if len(every) < len(model.parameters):
        title = texts.get("dashboard", "some weights chart").format(count=len(every), all=len(model.parameters))
    return Scatter(
        title=title,
        description=texts.get("start", "description of the weights"),
        series=lines,
        x=Axis(first=0, last=model.spec.training.iters),
        y=Axis(),
        size=(RIGHT_END - RIGHT + 1, rows),
        has_legend=True,
    )


def curve(plan: StartPlan, plane: Plane, rows: int) -> Scatter:
    """Return the output over the only input, with the samples as points."""
    predict = plane.predict

    def of_points(column: int) -> Area:
        return Area(NAME, plane.rows[0], column, plane.rows[-1], column)

    def of_samples(key: str) -> Area:
        column = predict.columns[key]
        first = Cell(PREDICT, predict.sample_row, column)
        return Area.between(first, first.down(predict.samples - 1))

    called = {key: plan.model.symbols(key) for key in (plane.output, predict.targets[0])} | undone_names(predict)
    x, target = predict.inputs[0], predict.targets[0]
    line = Points(of_points(plane.columns[x]), of_points(plane.output_column), called[plane.output], line=(_LINE, 2.25))
    samples = Points(of_samples(x), of_samples(target), called[target], mark=(_TARGET, 6))
    return Scatter(
        title=plan.model.texts.get("start", "curve"),
        description=plan.model.texts.get("start", "description of the curve"),
        series=[samples, line],
        x=Axis(title=input_name(predict, 0)),
        y=Axis(),
        size=(RIGHT_END - RIGHT + 1, rows),
    )
