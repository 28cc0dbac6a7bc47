"""What an exercise says: symbols of its quantities, rules, and the words of marks and slips."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from xlnet import keys
from xlnet.book.model import Model
from xlnet.book.texts import Texts
from xlnet.exercise.exercise import before_update
from xlnet.exercise.slips import Alternative
from xlnet.exercise.subject import inner_key
from xlnet.graph.expression import Expression, Quantity, Sum
from xlnet.graph.node import Node
from xlnet.render.mathematics import Symbols

_FIRST_SAMPLE = "[1]"


@dataclass(frozen=True)
class _WithNew(Symbols):
    """Symbols that know what a parameter is called after the update."""

    texts: Texts = field(kw_only=True)

    def __call__(self, key: str) -> str:
        """Return the symbol of a quantity."""
        own = before_update(key)
        symbol = super().__call__(own or key)
        return self.texts.get("exercise", "new").format(symbol=symbol) if own else symbol


class Words:
    """The words of an exercise's workbook."""

    def __init__(self, model: Model) -> None:
        self.model, self.texts = model, model.texts

    def get(self, name: str) -> str:
        """Return a text of the exercise."""
        return self.texts.get("exercise", name)

    def title(self, student: int) -> str:
        """Return the title: that of the template, and the number of the student where there are several."""
        name = self.get("title").format(title=self.model.title)
        return f"{name} · {self.get('student').format(number=student)}" if student else name

    @cached_property
    def symbols(self) -> Symbols:
        """The symbols of the network's quantities, and of parameters after the update."""
        own = self.model.symbols
        return _WithNew(own.layers, own.outputs, own.words, texts=self.texts)

    @cached_property
    def _nodes(self) -> dict[str, Node]:
        return {node.key: node for node in self.model.graph.nodes}

    def symbol(self, key: str) -> str:
        """Return what a quantity is called: its symbol, or the header of its column."""
        if key in self.texts.sections["header"]:
            return self.texts.get("header", key)
        return self.symbols(key)

    def rule(self, key: str, rule: Expression | None) -> str:
        """Return the rule of a quantity: "= w₁₁·x₁ + w₁₂·x₂"; that of a batch's sample as it is for any."""
        node = self._nodes.get(key)
        if node is not None and node.mathematics is not None:
            text = self.symbols.right_side(node)
        elif rule is None:
            return ""
        else:
            text = self.symbols.written(rule)
        sample = keys.parts(inner_key(key)).sample
        if sample:
            return f"= {text.replace(f'[{sample}]', '')}"
        return f"= {self._over_samples(rule) or text}"

    def _over_samples(self, rule: Expression | None) -> str:
        """Return a sum over the samples of a batch as one, by what its terms have in common; "" of any other rule."""
        count = self.model.spec.batch_size
        if count == 1 or not isinstance(rule, Sum) or len(rule.terms) % count:
            return ""
        written = [self.symbols.written(term) for term in rule.terms]
        # Of each sample as many terms, sample by sample.
        each = len(written) // count
        parts = [
            " + ".join(written[number * each : (number + 1) * each]).replace(f"[{number + 1}]", "")
            for number in range(count)
        ]
        return self.get("over samples").format(rule=parts[0]) if len(set(parts)) == 1 else ""

    def name(self, key: str) -> str:
        """Return the symbol of a quantity of any sample of a batch."""
        name = keys.without_sample(key)
        return self.get("loss of sample") if name == keys.LOSS != key else self.symbol(name)

    def slip(self, alternative: Alternative) -> str:
        """Return what is said of a slip."""
        said = alternative.said
        if said is None:
            symbol = ""
        else:
            symbol = self.symbol(said.key) if isinstance(said, Quantity) else self.symbols.written(said)
        return self.texts.get("slips", alternative.slip).format(symbol=symbol)
