"""The sheets beside Training where iterations are blocks of matrices, and for any kind of layer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import kept
import pytest
from recalculated import recalculated

import xlnet
from xlnet.book.model import model_of
from xlnet.book.sheets import guide
from xlnet.book.sheets.dashboard.diagnosis.signs import signs
from xlnet.book.sheets.explore.faces import cells as picture
from xlnet.book.sheets.explore.plan import ExplorePlan
from xlnet.book.sheets.predict.plan import PredictPlan
from xlnet.book.sheets.proof.plan import plan as proof_of
from xlnet.render.excel import cell
from xlnet.sheet_size import LAST_SHEET_COLUMN
from xlnet.spec import Spec

BUNDLED: dict[str, dict[str, object]] = {
    "xor": {"iters": 12, "batch": 2},
    "mazur": {"iters": 12},
    "regression": {"iters": 12, "standardize": True, "standardize_targets": True},
    "overfit": {"iters": 6},
}
# Two samples of four steps of two features, or of a picture of 3 × 4.
_DATA = "[data]\nx = [[1, 0, 2, -1, 0, 1, 1, 3{more}], [0, 1, 1, 2, 2, 0, 1, -1{more}]]\nt = {targets}\n"
_TRAINING = '[training]\niters = 4\nloss = "{loss}"\n'
_CLASSES = "[[1, 0], [0, 1]]"


def _text(inputs: str, layers: str, targets: str = _CLASSES, loss: str = "cross_entropy", more: str = "") -> str:
    return (
        f"[network]\ninputs = {inputs}\n{layers}{_DATA.format(targets=targets, more=more)}{_TRAINING.format(loss=loss)}"
    )


def _layer(**entries: object) -> str:
    lines = (
        f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}" for key, value in entries.items()
    )
    return "[[network.layers]]\n" + "\n".join(lines) + "\n"


_TWO_CLASSES = _layer(units=2, activation="softmax")
KINDS = {
    "a picture": _text(
        "[1, 3, 4]",
        _layer(type="conv2d", channels=2, kernel=2, activation="relu")
        + _layer(type="max_pool2d", kernel=2)
        + _layer(type="flatten")
        + _TWO_CLASSES,
        more=", 1, 2, 0, 1",
    ),
    "recurrent": _text("[4, 2]", _layer(type="gru", units=2) + _TWO_CLASSES),
    "attention": _text(
        "[4, 2]",
        "[[network.layers]]\ntype = 'residual'\n[[network.layers.layers]]\ntype = 'attention'\nheads = 1\n"
        + _layer(type="layer_norm")
        + _TWO_CLASSES,
        targets="[[1, 0, 0, 1, 1, 0, 0, 1], [0, 1, 0, 1, 1, 0, 1, 0]]",
    ),
    "a shared weight": _text(
        "8",
        _layer(units=2, activation="tanh", name="code")
        + _layer(units=8, share="code", transpose=True)
        + _layer(units=2),
        loss="mse",
    ),
}


def _spec(case: str, folder: Path) -> Spec:
    if case in BUNDLED:
        return xlnet.load(case, layout="matrix", **BUNDLED[case])
    path = folder / f"{case}.toml"
    path.write_text(KINDS[case], encoding="utf-8")
    return xlnet.load(path)


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Spec]:
    """The networks of all cases."""
    folder = tmp_path_factory.mktemp("templates")
    return {case: _spec(case, folder) for case in (*BUNDLED, *KINDS)}


def test_every_sheet_agrees_with_numpy(specs: dict[str, Spec], tmp_path: Path, require: Callable[[str], str]) -> None:
    paths = [tmp_path / f"{number}.xlsx" for number in range(len(specs))]
    for path, spec in zip(paths, specs.values(), strict=True):
        kept.build(spec, path)
    for case, report in zip(specs, kept.check_all(paths, engine=require("ironcalc")), strict=True):
        assert report.agrees, f"{case}: {report.to_text()}"
        assert {"dashboard", "explore", "proof", "predict", "guide"} <= {group.group for group in report.groups}


def test_the_losses_have_a_column_for_themselves(specs: dict[str, Spec]) -> None:
    for case, spec in specs.items():
        layout = model_of(spec).layout
        column = layout.column("E")
        assert [key for key, spot in layout.spots.items() if spot.column == column] == ["E"], case


def test_a_painted_picture_is_what_the_network_sees(
    specs: dict[str, Spec], tmp_path: Path, require: Callable[[str], str]
) -> None:
    """Painted like the second sample, the picture has that sample's outputs and its class."""
    spec, path = specs["a picture"], tmp_path / "painted.xlsx"
    kept.build(spec, path)
    plan = model_of(spec).once(PredictPlan)
    painting = plan.painting
    assert painting is not None
    assert painting.size == (3, 4)
    places = [f"Predict!{_address(*place)}" for place in painting.cells.values()]
    _, cells = recalculated(path, require("ironcalc"), dict(zip(places, spec.data.x[1], strict=True)))
    second = plan.sample_row + 1
    for key, place in painting.output_cells.items():
        assert cells(f"Predict!{_address(*place)}") == cells(
            f"Predict!{_address(second, plan.columns[f'shown {key}'])}"
        )
    named = cells(f"Predict!{_address(painting.class_row, painting.output_column)}")
    assert named == cells(f"Predict!{_address(second, plan.columns['class'])}")


def test_the_most_likely_class_is_named_at_every_step(
    specs: dict[str, Spec], tmp_path: Path, require: Callable[[str], str]
) -> None:
    spec, path = specs["attention"], tmp_path / "steps.xlsx"
    kept.build(spec, path)
    painting = model_of(spec).once(PredictPlan).painting
    assert painting is not None
    (cells,) = recalculated(path, require("ironcalc"))
    for row in painting.steps:
        first, second = (float(cells(f"Predict!{_address(row, painting.output_column + i)}")) for i in (0, 1))
        assert cells(f"Predict!{_address(row, painting.step_class_column)}") == (1 if first >= second else 2)


def test_explore_shows_gradients_in_the_places_of_their_tensors(
    specs: dict[str, Spec], tmp_path: Path, require: Callable[[str], str]
) -> None:
    spec, path = specs["recurrent"], tmp_path / "explore.xlsx"
    kept.build(spec, path)
    model = model_of(spec)
    assert not model.once(ExplorePlan).is_drawn
    places = {each.key: f"Explore!{_address(each.row, each.column)}" for each in picture(model.once(ExplorePlan))}
    _, forward, backward = recalculated(
        path, require("ironcalc"), {"Explore!D4": 3.0}, {"Explore!D4": 3.0, "Explore!D5": "backward"}
    )
    for key in (key for key in model.parameters if f"d_{key}" in model.layout.spots):
        weight, slope = (model.layout.cell(name, 3) for name in (key, f"d_{key}"))
        assert forward(places[key]) == forward(f"Training!{_address(weight.row, weight.column)}")
        assert backward(places[key]) == backward(f"Training!{_address(slope.row, slope.column)}")


def test_the_passes_of_the_proof_fit_a_sheet_whatever_the_batch() -> None:
    """40 samples of 400 sums and activations would be wider than a sheet if they stood side by side."""
    spec = xlnet.load("circle", layout="matrix", layers="2-200-1", seed=1, iters=2, batch=40)
    made = proof_of(model_of(spec))
    assert made.last_column <= LAST_SHEET_COLUMN


def test_sheets_that_would_be_too_wide_are_an_error_of_one_line(tmp_path: Path) -> None:
    spec = xlnet.load("circle", layout="matrix", layers="2-150-120-1", seed=1, iters=2, batch=1)
    with pytest.raises(xlnet.UserError, match=r"sheets beside Training need .* --plain"):
        xlnet.build(spec, tmp_path / "wide.xlsx")


def test_the_guide_stays_short(specs: dict[str, Spec]) -> None:
    for case, spec in specs.items():
        rules = [line for line in guide.lines(model_of(spec)) if line.kind in ("rule", "backward", "update")]
        assert len(rules) <= 120, case


def test_nothing_is_said_of_single_steps_as_units(specs: dict[str, Spec]) -> None:
    """A unit of a layer that works at every step is dead only where it is at none above 0."""
    found = model_of(specs["recurrent"]).once(signs)
    assert found.relus == []
    assert found.bounded == []
    (channel, other) = model_of(specs["a picture"]).once(signs).relus
    assert len(channel.activations) == len(other.activations) == 2 * 2 * 3


def _address(row: int, column: int) -> str:
    return cell(row, column)
