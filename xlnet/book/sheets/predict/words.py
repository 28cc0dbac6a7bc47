"""What inputs, outputs and samples are called on the Predict sheet."""

from __future__ import annotations

from xlnet.book.sheets.predict.plan import (
    PredictPlan,
)
from xlnet.model.network import targets


def of_part(plan: PredictPlan, name: str) -> str:
    """Return a text on the samples, which says so where only the first ones are shown."""
    every = plan.model.spec.samples
    if plan.samples == every:
        return plan.model.texts.get("predict", name)
    return plan.model.texts.get("predict", f"{name} of the first").format(count=plan.samples, all=f"{every:,}")


def input_name(plan: PredictPlan, index: int) -> str:
    """Return the symbol of an input, and what it is called."""
    called = plan.model.spec.data.x_names
    symbol = plan.model.symbols(plan.seen[index])
    if plan.is_standardized and called:
        return called[index]
    return f"{symbol} {called[index]}" if called else symbol


def undone_names(plan: PredictPlan) -> dict[str, str]:
    """Return what targets and outputs are called that are shown in the units of the targets; none where none are."""
    if not plan.is_undone:
        return {}
    spec, text = plan.model.spec, plan.model.texts.get("predict", "undone")
    own = spec.data.t_names or [plan.model.symbols(key) for key in targets(spec)]
    names = dict(zip(plan.targets, own, strict=True))
    return names | {key: text.format(name=name) for key, name in zip(plan.outputs, own, strict=True)}
