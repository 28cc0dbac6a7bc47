"""xlnet writes Excel workbooks in which a neural network learns by live formulas, and verifies each cell against numpy.

>>> import xlnet
>>> spec = xlnet.load("seed", iters=50, lr=0.1)
>>> xlnet.build(spec, "output/seed.xlsx")
>>> xlnet.check("output/seed.xlsx").agrees
True
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlnet.errors import EngineError, UserError, XlnetError
from xlnet.version import VERSION

if TYPE_CHECKING:
    from xlnet.builder import Built, BuiltComparison
    from xlnet.checking.report.report import Report
    from xlnet.checking.returned import Returned
    from xlnet.comparison import Comparison
    from xlnet.exercise.exercise import Exercise
    from xlnet.spec import Spec

__version__ = VERSION
__all__ = [
    "EngineError",
    "UserError",
    "XlnetError",
    "__version__",
    "build",
    "build_comparison",
    "build_exercise",
    "check",
    "load",
    "load_comparison",
    "load_exercise",
    "mark",
]

# Each function imports what it needs when it is called, so that `import xlnet` and `xlnet --help` are quick.


def load(template: str | Path | None = None, **overrides: Any) -> Spec:
    """Return the spec of a bundled template (by name; default: seed) or of a .toml file (by path).

    `overrides` are named as the options of `xlnet build`: `load("seed", iters=50, lr=0.1)`. Raises UserError.
    """
    from xlnet.template import load as load_template

    return load_template(template, overrides)


def build(spec: Spec, path: str | Path, *, small: bool = False, plain: bool = False, language: str = "en") -> Built:
    """Write the workbook of `spec` to `path`, whole or not at all.

    A `small` file takes longer to write, and to open outside Excel; a `plain` workbook has only the sheets
    Training, Data, Formulas and Template; `language` is "en" or "zh". Raises UserError.
    """
    from xlnet.builder import build as build_workbook

    return build_workbook(spec, path, small=small, plain=plain, language=language)


def load_comparison(
    template: str | Path | None = None,
    bound: float | None = None,
    settings: Mapping[str, Any] | None = None,
    **overrides: Any,
) -> Comparison:
    """Return the runs that `overrides` and `settings` ask for, or those of the template's tables [[compare.runs]].

    `overrides` are those of `load`, `settings` are named by any dotted key of the template; a list of several values
    makes a run of each: `load_comparison("xor", lr=[0.1, 1], settings={"training.optimizer.name": ["sgd", "adam"]})`.
    A loss below `bound` counts as small. Raises UserError.
    """
    from xlnet.template.runs import load_comparison as load_runs

    return load_runs(template, {**overrides, **(settings or {})}, bound)


def build_comparison(
    comparison: Comparison, path: str | Path, *, small: bool = False, language: str = "en"
) -> BuiltComparison:
    """Write the workbook of `comparison` to `path`, whole or not at all; `small` and `language` are those of `build`.

    Raises UserError.
    """
    from xlnet.builder import build_comparison as build_runs

    return build_runs(comparison, path, small=small, language=language)


def load_exercise(
    template: str | Path | None = None,
    practised: Sequence[str] = ("forward", "backward", "update"),
    share: float = 0.5,
    seed: int | None = None,
    student: int = 0,
    **overrides: Any,
) -> Exercise:
    """Return an exercise of a template: a `share` of what is `practised` is blank.

    Without a `seed` it has the template's own numbers; with one each `student` has others. `overrides` are those of
    `load`. Raises UserError.
    """
    from xlnet.exercise.making import make

    return make(load(template, **overrides), practised=practised, share=share, seed=seed, student=student)


def build_exercise(exercise: Exercise, path: str | Path, *, small: bool = False, language: str = "en") -> Path:
    """Write the workbook of `exercise` to `path`, whole or not at all; `small` and `language` are those of `build`.

    Raises UserError.
    """
    from xlnet.exercise_builder import build_exercise as build_workbook

    return build_workbook(exercise, path, small=small, language=language)


def mark(path: str | Path, tolerance: float | None = None, decimals: int | None = None) -> Returned:
    """Return the marks of an exercise that a student has filled in, by the reference.

    A number is right within a share of the true one or half a unit of its last decimal, those of the file's cells
    where they are not given. Raises UserError when the file is no exercise.
    """
    from xlnet.checking.returned import read_returned

    return read_returned(Path(path), tolerance, decimals)


def check(path: str | Path, **settings: Any) -> Report:
    """Recalculate the workbook and compare every cell with numpy.

    `settings` are engine ("auto", "libreoffice", "ironcalc"), rtol, atol, timeout (seconds), and strict: whether a
    rewritten formula is a difference even if it agrees. Raises UserError when the file is not an xlnet workbook,
    EngineError when no engine can recalculate it.
    """
    from xlnet.checking import check as check_workbook

    return check_workbook(path, **settings)
