"""Whether columns can be standardised: each needs a standard deviation, and squares that a spreadsheet computes."""

from __future__ import annotations

from collections.abc import Callable

from xlnet.spec import CONSTANT_ZERO, Data, Matrix, Vector
from xlnet.template.toml_table import TomlTable

# The squares of larger numbers overflow, those of smaller ones underflow.
_LARGEST_SQUARED, _SMALLEST_SQUARED = 1e150, 1e-140
_MOST_SHOWN = 12


def require_scalable(table: TomlTable, data: Data) -> None:
    """Fail where the inputs or the targets are to be standardised and one of them cannot be. Raises UserError."""
    if data.standardize:
        _require(table, "standardize", "input", data.x, data.x_names, data.constant)
    if data.standardize_targets:
        _require(table, "standardize_targets", "target", data.t, data.t_names, data.constant)


def _require(table: TomlTable, key: str, kind: str, rows: Matrix, names: tuple[str, ...], constant: str) -> None:
    def called(number: int) -> str:
        return f"{number} ({names[number - 1]})" if names else str(number)

    if len(rows) == 1:
        table.fail(key, f"there is a single sample, so {kind}s cannot be standardised: leave {key} out")
    columns = list(enumerate(zip(*rows, strict=True), 1))
    fixed = [called(number) for number, column in columns if min(column) == max(column)]
    if fixed and constant != CONSTANT_ZERO:
        verb = "is" if len(fixed) == 1 else "are"
        others = f" and {len(fixed) - _MOST_SHOWN} more" if len(fixed) > _MOST_SHOWN else ""
        table.fail(
            key,
            f"{kind}{'s' if len(fixed) > 1 else ''} {', '.join(fixed[:_MOST_SHOWN])}{others} {verb} the same in every "
            f"sample, so {'they' if len(fixed) > 1 else 'it'} cannot be standardised: leave out what is constant, or "
            "keep it as 0 with --constant zero",
        )
    for number, column in columns:
        _require_squares(table.fail, key, f"{kind} {called(number)}", column)


def _require_squares(fail: Callable[[str, str], None], key: str, called: str, column: Vector) -> None:
    low, high = min(column), max(column)
    if max(-low, high) > _LARGEST_SQUARED:
        fail(key, f"{called} has values beyond {_LARGEST_SQUARED:g}: use another unit of measurement")
    if 0 < high - low < _SMALLEST_SQUARED:
        fail(key, f"{called} varies by less than {_SMALLEST_SQUARED:g}: use another unit of measurement")
