"""The questions of a comparison, tables [[compare.questions]]: which of some runs will end with the lowest loss?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlnet.comparison import LOSS, MEASURES, VALIDATION_LOSS, Question, Run
from xlnet.template.toml_table import TomlTable

# What stands in the cell of a prediction that is not made yet.
OPEN = "?"
KEYS = ("title", "text", "runs", "choices", "measure", "why")
_MOST_QUESTIONS, _FEWEST_RUNS, _MOST_RUNS = 10, 2, 3
# The words of a list of choices may have 255 characters.
_LONGEST_LIST = 255


def questions_of(compare: TomlTable, runs: Sequence[Run]) -> tuple[Question, ...]:
    """Return the questions of a template about these runs. Raises UserError."""
    if "questions" not in compare.content:
        return ()
    tables = compare.tables("questions")
    if len(tables) > _MOST_QUESTIONS:
        compare.fail("questions", f"a sheet has room for {_MOST_QUESTIONS}, not {len(tables)}: remove some")
    return tuple(_question(table, runs) for table in tables)


def documents_of(questions: Sequence[Question], runs: Sequence[Run]) -> list[dict[str, Any]]:
    """Return the tables that `questions_of` reads as these questions."""
    return [
        {
            "title": each.title,
            "text": each.text,
            "runs": [runs[index].name for index in each.runs],
            "choices": list(each.choices),
            "measure": each.measure,
            "why": each.why,
        }
        for each in questions
    ]


def _question(table: TomlTable, runs: Sequence[Run]) -> Question:
    table.require_known(*KEYS)
    names = [run.name for run in runs]
    asked = table.column_names("runs")
    if not _FEWEST_RUNS <= len(asked) <= _MOST_RUNS or len(set(asked)) < len(asked):
        table.fail("runs", f"must be {_FEWEST_RUNS} to {_MOST_RUNS} different names of runs")
    for name in asked:
        if name not in names:
            table.fail("runs", f"{name!r} is no run of this comparison: use {', '.join(names)}")
    choices = table.names("choices", len(asked)) or asked
    _require_words(table, choices)
    measure = table.choice("measure", MEASURES, LOSS)
    every = tuple(map(names.index, asked))
    if measure == VALIDATION_LOSS and not all(runs[index].spec.held_out for index in every):
        table.fail("measure", f"{VALIDATION_LOSS} needs samples that are held out: add validation to [data]")
    return Question(table.text("title", ""), table.text("text", ""), every, choices, measure, table.text("why", ""))


def _require_words(table: TomlTable, words: Sequence[str]) -> None:
    """Raise UserError where a list in a cell would offer other words, or could not tell two of them apart."""
    for word in words:
        try:
            is_number = float(word) == float(word)
        except ValueError:
            is_number = False
        if is_number or "," in word or '"' in word or word != word.strip() or word[0] in "=+-@" or word == OPEN:
            table.fail("choices", f"{word!r} cannot stand in a list of words: use words without commas or quotes")
    if len({word.casefold() for word in words}) < len(words):
        table.fail("choices", "two of them differ by case alone: use other words")
    if len(",".join((OPEN, *words))) > _LONGEST_LIST:
        table.fail("choices", f"together they may have {_LONGEST_LIST - 2} characters: use shorter ones")
