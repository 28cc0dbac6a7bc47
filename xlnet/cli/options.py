"""Options that several commands have: the overrides of a template, and how a workbook is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import click

Command = Callable[..., Any]


class NameChoice(click.Choice[str]):
    """The choice among the names of a table, which `load` returns: read when they are used, as tables import a lot.

    A name is taken in any case, and by the names that it has elsewhere (see `xlnet.names`). What is none of them is
    refused, but for the names in `left`: the template says more of these.
    """

    def __init__(self, load: Callable[[], Collection[str]], left: Collection[str] = ()) -> None:
        self._load = load
        self._left = left
        self.case_sensitive = False

    @property
    def choices(self) -> tuple[str, ...]:  # type: ignore[override]
        """The names."""
        return tuple(self._load())

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return a name by the table's spelling."""
        from xlnet.names import is_of_one_output, known, refusal

        name = known(value, (*self.choices, *self._left))
        if name is None:
            option = param.opts[0] if param is not None else "a name"
            raise click.UsageError(f"{option}: {refusal(value, self.choices, repr(value))}", ctx)
        # Whether such a name means the same is seen where the outputs are counted.
        return value if is_of_one_output(value) else name


class _NamesOption(click.Option):
    """An option whose help ends with the names that it takes."""

    def __init__(self, *args: Any, names: NameChoice, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._names = names

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the two columns of the help."""
        record = super().get_help_record(ctx)
        return record and (record[0], f"{record[1]}: {', '.join(self._names.choices)}.")


class _OneOption(click.Option):
    """An option that takes one value, of which `xlnet compare` takes several."""

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        """Return the value."""
        if isinstance(value, str) and "," in value:
            from xlnet.template.lists import of_several

            raise click.UsageError(of_several(self.opts[0], value), ctx)
        return super().type_cast_value(ctx, value)


class _OneNameOption(_OneOption, _NamesOption):
    """An option that takes one name."""


def _names(override: str, left: Collection[str] = ()) -> NameChoice:
    """Return the choice among the names that an override takes."""

    def load() -> Collection[str]:
        from xlnet.names import NAMES

        return NAMES[override]

    return NameChoice(load, left)


def _languages() -> Collection[str]:
    from xlnet.book.texts import LANGUAGES

    return LANGUAGES


def _named(option: str, help: str) -> Callable[[Command], Command]:
    """Return an option that takes one of some names, of a single value in `compare`, too."""
    names = _names(option.removeprefix("--"))
    return click.option(option, cls=_NamesOption, names=names, type=names, metavar="NAME", help=help)


@dataclass(frozen=True)
class _Override:
    """An option that overrides a setting of the template: its name, type, what stands for its value, and its help."""

    name: str
    type: type | NameChoice
    metavar: str
    help: str

    def option(self, *, listed: bool) -> Callable[[Command], Command]:
        """Return the option, of one value or of a list of values that `lists` reads."""
        metavar = f"{self.metavar},…" if listed else self.metavar
        settings: dict[str, Any] = {"type": str if listed else self.type, "metavar": metavar, "help": self.help}
        if isinstance(self.type, NameChoice):
            cls = _NamesOption if listed else _OneNameOption
            return click.option(self.name, cls=cls, names=self.type, **settings)
        return click.option(self.name, cls=click.Option if listed else _OneOption, **settings)


_OVERRIDES = (
    _Override("--iters", int, "N", "Number of rows: one forward and backward pass each."),
    _Override("--lr", float, "F", "Learning rate η."),
    _Override("--layers", str, "N-N-…", "Inputs and units of each layer, like 2-3-1; draws new weights."),
    _Override("--activation", _names("activation", left=("softmax",)), "NAME", "Activation of the hidden layers"),
    _Override("--output-activation", _names("output_activation"), "NAME", "Activation of the last layer"),
    _Override("--loss", _names("loss"), "NAME", "Loss function"),
    _Override("--optimizer", _names("optimizer"), "NAME", "Optimiser"),
    _Override("--batch", str, "full|N", "Samples per row: all of them, or N; 1 is online learning."),
    _Override("--order", _names("order"), "NAME", "Order of the samples"),
    _Override("--layout", _names("layout"), "NAME", "How an iteration is laid out, a row or a block of matrices"),
    _Override("--init", _names("init"), "NAME", "Draw new weights with this initialiser"),
    _Override(
        "--validation",
        str,
        "F|N|CSV",
        "Hold samples out from training, to validate by: a share, a number, or those of a second CSV file.",
    ),
    _Override("--seed", int, "N", "Seed for whatever is drawn: weights, a shuffled order, samples that are held out."),
)
_SINGLE = (
    click.option("--bias/--no-bias", default=None, help="Give every layer a bias, or no layer."),
    click.option("--data", metavar="CSV", help="Take the samples from a CSV file."),
    click.option(
        "--inputs",
        metavar="A,B,…",
        help="Columns of the CSV file to use as inputs: names, patterns like 'pixel_*', all, or all-but:A,B.",
    ),
    click.option(
        "--targets", metavar="Y,…", help="Columns to use as targets; a text column becomes one class per name."
    ),
    click.option("--classes", metavar="Y,…", help="Targets whose numbers are classes."),
    click.option("--categorical", metavar="A,…", help="Inputs that are categories: each becomes an input of 0 and 1."),
    _named("--missing", "What becomes of rows that miss a value: refused, left out, or numbers filled in"),
    click.option("--split", metavar="COLUMN", help="Hold out the samples of which this column says validation."),
    click.option("--standardize/--no-standardize", default=None, help="Standardise the inputs."),
    click.option(
        "--standardize-targets/--no-standardize-targets",
        default=None,
        help="Standardise the targets; sheet Predict undoes it.",
    ),
    _named("--constant", "What becomes of a constant column when standardised: refused, or 0"),
    click.option(
        "--header/--no-header", default=None, help="The file's first line has names, or columns are called c1, c2, …"
    ),
    click.option(
        "--separator", metavar="S", help="What separates cells: , ; | tab, space or else; found out by itself."
    ),
    click.option("--decimal", metavar="D", help="Decimal sign of the file, . or , (found out by itself)."),
    click.option("--encoding", metavar="NAME", help="Encoding of the file, like cp1252.  [default: UTF-8]"),
)


def overrides(command: Command) -> Command:
    """Give a command an option for each override, of one value."""
    return _with(command, (*(o.option(listed=False) for o in _OVERRIDES), *_SINGLE))


def listed_overrides(command: Command) -> Command:
    """Give a command an option for each override, of a list of values."""
    return _with(command, (*(o.option(listed=True) for o in _OVERRIDES), *_SINGLE))


def workbook(command: Command) -> Command:
    """Give a command the options of how a workbook is written."""
    small = click.option(
        "--small",
        is_flag=True,
        help="Write a smaller file, for long runs; slower to write, and to open outside Excel.",
    )
    language = click.option(
        "--lang",
        "language",
        type=NameChoice(_languages),
        default="en",
        show_default=True,
        help="Language of the workbook: English or Simplified Chinese.",
    )
    return _with(command, (small, language))


def quiet(command: Command) -> Command:
    """Give a command the option to say little."""
    return click.option("-q", "--quiet", is_flag=True, help="Print only results and errors.")(command)


def _with(command: Command, options: Sequence[Callable[[Command], Command]]) -> Command:
    # The last option to be applied is the first one in the help.
    for option in reversed(options):
        command = option(command)
    return command
