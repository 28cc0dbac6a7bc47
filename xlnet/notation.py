"""Mathematics for people, in Unicode: the symbol of a quantity and the rule behind its formula."""

from __future__ import annotations

from dataclasses import dataclass

from xlnet import keys
from xlnet.graph.expression import Quantity, Sum
from xlnet.graph.node import Node
from xlnet.graph.printing import Notation, write
from xlnet.spec import Spec

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_NAMES = {keys.ITERATION: "k", keys.LEARNING_RATE: "η", keys.LOSS: "E"}
# A sum of more terms is shown by its first two and its last.
_MOST_TERMS = 8
_FUNCTIONS = {"exp": lambda x: f"e^({x})", "max": lambda *xs: f"max({', '.join(xs)})"}


@dataclass(frozen=True)
class Symbols:
    """The symbols of one network's quantities: w₂₁, h₁, y, ∂E/∂w⁽²⁾₁₁.

    The first layer bears no layer number, later ones do; the last layer's activation is y; a single target or output
    has no index.
    """

    layers: int
    outputs: int

    @classmethod
    def of(cls, spec: Spec) -> Symbols:
        """Return the symbols of the network of `spec`."""
        return cls(len(spec.layers), spec.outputs)

    def __call__(self, key: str) -> str:
        """Return the symbol of the quantity `key`."""
        inner = keys.differentiated(key)
        if inner is not None:
            return f"∂E/∂{self(inner)}"
        if key in _NAMES:
            return _NAMES[key]
        parts = keys.parts(key)
        letter, layer, indices = parts.letter, parts.layer or 1, parts.indices
        if letter == "a":
            letter = "y" if layer == self.layers else "h"
        if letter in ("t", "y"):
            return letter if self.outputs == 1 else letter + _subscript(indices)
        superscript = f"⁽{str(layer).translate(_SUPERSCRIPTS)}⁾" if layer > 1 else ""
        return letter + superscript + _subscript(indices)

    def rule(self, node: Node) -> str:
        """Return the rule of a node's column, `h₁ = w₁₁·x₁ + w₁₂·x₂`; an arrow where it makes the next row's value."""
        if node.mathematics is not None:
            right = node.mathematics.format_map(_Lookup(self))
        else:
            right = write(node.formula, self._notation())
        next_value = isinstance(node.first, float)
        return f"{self(node.key)} {'←' if next_value else '='} {right}"

    def _notation(self) -> Notation:
        return Notation(
            plus=" + ",
            minus=" − ",
            times="·",
            over=" / ",
            power=_power,
            number=lambda value: f"{value:g}".replace("-", "−"),
            functions=_FUNCTIONS,
            quantity=self._quantity,
            long_sum=self._long_sum,
        )

    def _long_sum(self, terms: Sum) -> str | None:
        if len(terms.terms) <= _MOST_TERMS:
            return None
        first, second, *_, last = (write(term, self._notation()) for term in terms.terms)
        return f"{first} + {second} + … + {last}"

    def _quantity(self, quantity: Quantity) -> str:
        return self(quantity.key)


class _Lookup(dict[str, str]):
    """Lets str.format look up a key's symbol."""

    def __init__(self, symbols: Symbols) -> None:
        super().__init__()
        self._symbols = symbols

    def __missing__(self, key: str) -> str:
        return self._symbols(key)


def _power(base: str, exponent: str) -> str:
    return base + (exponent.translate(_SUPERSCRIPTS) if exponent.isdigit() else f"^{exponent}")


def _subscript(indices: tuple[int, ...]) -> str:
    # A comma keeps w₁,₁₂ and w₁₁,₂ apart.
    comma = "," if len(indices) > 1 and max(indices) > 9 else ""
    return comma.join(str(index).translate(_SUBSCRIPTS) for index in indices)
