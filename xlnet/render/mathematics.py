"""Mathematics for people, in Unicode: the symbol of a quantity and the rule behind its formula."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from xlnet import keys
from xlnet.graph.expression import Expression, Quantity, Sum
from xlnet.graph.node import Node
from xlnet.graph.printing import SUM, Notation, write
from xlnet.model.layers import KINDS
from xlnet.spec import Layer, Spec, last_of

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_NAMES = {
    keys.ITERATION: "k",
    keys.LEARNING_RATE: "η",
    keys.BASE_LEARNING_RATE: "η₀",
    "momentum": "μ",
    "dampening": "τ",
    "weight_decay": "λ",
    "alpha": "α",
    "beta1": "β₁",
    "beta2": "β₂",
    "beta1_k": "β₁ᵏ",
    "beta2_k": "β₂ᵏ",
    "eps": "ε",
    "gamma": "γ",
    "eta_min": "η min",
    "t_max": "T",
    "end_lr": "η end",
    "lr_decay": "η decay",
    "initial_accumulator_value": "v₀",
    "rho": "ρ",
    "momentum_decay": "ψ",
    "mu": "μₖ",
    "mu_next": "μₖ₊₁",
    "mu_product": "Πμ",
    "rho_inf": "ρ∞",
    "rho_k": "ρₖ",
    "rect": "r",
    "etaminus": "η⁻",
    "etaplus": "η⁺",
    "step_size_min": "Δ min",
    "step_size_max": "Δ max",
    "l1": "λ₁",
    "clip_value": "c",
    "clip_norm": "c",
    "grad_norm": "‖∇E‖",
    "t_0": "T₀",
    "t_i": "T",
    "delta": "δ",
}
_SPECIAL = {
    keys.LOSS: "E",
    "zmax": "z max",
    "smax": "s max",
    "esum": "Σe",
    keys.TARGET_WEIGHT: "ω",
    keys.SMOOTHED_WEIGHT: "ω′",
    keys.STEPS_WEIGHT: "Σω",
    keys.BATCH_WEIGHT: "Σω",
}
# Letters of keys that are others in symbols.
_LETTERS = {
    "alpha": "α",
    "bhh": "bₕₕ",
    "bi": "bᵢ",
    "bih": "bᵢₕ",
    "bo": "bₒ",
    "cstart": "c₀",
    "cw": "ω",
    "dropout": "p",
    "hstart": "h₀",
    "whh": "wₕₕ",
    "wi": "wᵢ",
    "wih": "wᵢₕ",
    "wo": "wₒ",
    "xhat": "x̂",
}
# Characters for private use, which no rule has.
_MARKS = "\ue000\ue001"
# A sum of more terms is shown by its first two and its last.
_MOST_TERMS = 8


def _call(name: str) -> Callable[..., str]:
    return lambda *arguments: f"{name}({', '.join(arguments)})"


_FUNCTIONS: dict[str, Callable[..., str]] = {
    "abs": lambda x: f"|{x}|",
    "cos": _call("cos"),
    "exp": lambda x: f"e^({x})",
    "floor": lambda x: f"⌊{x}⌋",
    "ln": _call("ln"),
    "max": _call("max"),
    "min": _call("min"),
    "mod": lambda x, n: f"({x}) mod {n}",
    "normal": _call("Φ"),
    "normal_density": _call("φ"),
    "pi": lambda: "π",
    "sign": _call("sign"),
    "sqrt": lambda x: f"√({x})",
    "tanh": _call("tanh"),
}


@dataclass(frozen=True)
class Symbols:
    """The symbols of one network's quantities: w₂₁, h₁, y, ∂E/∂w⁽²⁾₁₁.

    The first layer bears no layer number, later ones do; the last layer's activation is y; a single target or output
    has no index. `words` are those of the language that symbols are mixed with.
    """

    layers: tuple[Layer, ...]
    outputs: int
    words: Mapping[str, str]

    @classmethod
    def of(cls, spec: Spec, words: Mapping[str, str]) -> Self:
        """Return the symbols of the network of `spec`."""
        return cls(spec.layers, spec.outputs, words)

    def __call__(self, key: str) -> str:
        """Return the symbol of the quantity `key`."""
        if key not in self._known:
            self._known[key] = self._found(key)
        return self._known[key]

    @cached_property
    def _last(self) -> int:
        return last_of(self.layers)

    @cached_property
    def _known(self) -> dict[str, str]:
        # A symbol is in many rules and headers.
        return {}

    def _found(self, key: str) -> str:
        belonging = keys.belonging(key)
        if belonging is not None:
            return self._belonging(*belonging)
        if key in _NAMES:
            return _NAMES[key]
        if key in self.words:
            return self.words[key]
        parts = keys.parts(key)
        # Which sample of the batch: h₁[3].
        sample = "" if parts.sample is None else f"[{parts.sample}]"
        return self._plain(parts) + sample

    def tensor(self, prefix: str, letter: str, layer: int | None) -> str:
        """Return the symbol of all quantities of a name together, without indices: w⁽²⁾, ∂E/∂w⁽²⁾."""
        name = letter if layer is None else f"{letter}{layer}"
        own = self(name)
        if prefix == keys.GRADIENT:
            return f"∂E/∂{own}"
        return f"{self.words.get(prefix, prefix)}({own})" if prefix else own

    def _belonging(self, prefix: str, key: str) -> str:
        if prefix == keys.GRADIENT:
            return f"∂E/∂{self(key)}"
        if prefix == "data":
            return self.words["all_samples"].format(symbol=self(key))
        return f"{self.words.get(prefix, prefix)}({self(key)})"

    def _plain(self, parts: keys.Parts) -> str:
        letter, layer, indices = parts.letter, 1 if parts.layer is None else parts.layer, parts.indices
        superscript = f"⁽{str(layer).translate(_SUPERSCRIPTS)}⁾" if layer > 1 else ""
        if letter in _SPECIAL:
            if parts.layer is None and indices:
                # Of a step: ω₁ is the weight of a class.
                return f"{_SPECIAL[letter]}({indices[0]})"
            # Several layers may have one at every step.
            return _SPECIAL[letter] + (superscript + _subscript(indices) if indices else "")
        letter = self.words.get(letter) or _LETTERS.get(letter, letter)
        if letter == "a":
            letter = "y" if layer == self._last else "x" if layer == 0 else "a" if self._has_hidden(layer) else "h"
        if letter in ("t", "y"):
            return letter if self.outputs == 1 else letter + _subscript(indices)
        return letter + superscript + _subscript(indices)

    def _has_hidden(self, layer: int) -> bool:
        """Return whether a layer has a hidden state h beside what it gives."""
        # A comparison writes symbols of deeper runs, too.
        return layer <= len(self.layers) and "h" in KINDS[self.layers[layer - 1].type].inner

    def rule(self, node: Node) -> str:
        """Return the rule of a node's column, `h₁ = w₁₁·x₁ + w₁₂·x₂`; an arrow where it makes the next row's value."""
        if node.formula is None:
            return ""
        next_value = node.first is not None
        return f"{self(node.key)} {'←' if next_value else '='} {self.right_side(node)}"

    def right_side(self, node: Node) -> str:
        """Return the right side of a node's rule."""
        assert node.formula is not None
        if node.mathematics is not None:
            return node.mathematics.format_map(_Lookup(self))
        return self.written(node.formula)

    def written(self, expression: Expression) -> str:
        """Return an expression as mathematics."""
        return write(expression, self._notation)

    @cached_property
    def _notation(self) -> Notation:
        return Notation(
            plus=" + ",
            minus=" − ",
            times="·",
            over=" / ",
            power=_power,
            square=lambda base: _power(base, "2"),
            number=lambda value: f"{value:g}".replace("-", "−"),
            functions=_FUNCTIONS | {name: _call(self.words[name]) for name in ("average", "deviation")},
            quantity=self._quantity,
            choice=lambda sign, left, right, then, otherwise: self.words["choice"].format(
                sign=sign, left=left, right=right, then=then, otherwise=otherwise
            ),
            lookup=lambda column, number: self.words["lookup"].format(
                column=self(column.removeprefix("data_")), number=number
            ),
            long_sum=self._long_sum,
        )

    def _long_sum(self, terms: Sum) -> tuple[str, int] | None:
        if len(terms.terms) <= _MOST_TERMS:
            return None
        first, second, last = (write(terms.terms[place], self._notation) for place in (0, 1, -1))
        return f"{first} + {second} + … + {last}".replace("+ −", "− "), SUM

    def _quantity(self, quantity: Quantity) -> str:
        return self(quantity.key)


class Marked(Symbols):
    """Writes every quantity as its key between marks, so that a rule can be filled in with something else."""

    def __call__(self, key: str) -> str:
        """Return `key` between marks."""
        return f"{_MARKS[0]}{key}{_MARKS[1]}"

    def parts(self, node: Node) -> list[str]:
        """Return the right side of a node's rule in turns: text, key, text, key, … text."""
        return re.split(f"[{_MARKS}]", self.right_side(node))


class _Lookup(dict[str, str]):
    """Lets str.format look up a key's symbol."""

    def __init__(self, symbols: Symbols) -> None:
        super().__init__()
        self._symbols = symbols

    def __missing__(self, key: str) -> str:
        return self._symbols(key)


def _power(base: str, exponent: str) -> str:
    # ∂E/∂w² would be the square of w.
    base = f"({base})" if base.startswith("∂") else base
    return base + (exponent.translate(_SUPERSCRIPTS) if exponent.isdigit() else f"^{exponent}")


def _subscript(indices: tuple[int, ...]) -> str:
    # A comma keeps w₁,₁₂ and w₁₁,₂ apart.
    comma = "," if len(indices) > 1 and max(indices) > 9 else ""
    return comma.join(str(index).translate(_SUBSCRIPTS) for index in indices)
