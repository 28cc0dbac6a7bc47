"""What a person reads in a workbook; a language is one file beside this one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from xlnet import keys
from xlnet.model.layers import KINDS
from xlnet.spec import Layer, Shape, flow, indices, last_of

ENGLISH = "en"
_FOLDER = resources.files(__package__)
_FILES = sorted(file.name for file in _FOLDER.iterdir() if file.name.endswith(".toml"))
# The languages, English first.
LANGUAGES = tuple(dict.fromkeys((ENGLISH, *(name.removesuffix(".toml") for name in _FILES))))


@dataclass(frozen=True)
class Texts:
    """The texts of one language, by section and name."""

    sections: dict[str, Any]

    @property
    def tag(self) -> str:
        """What a workbook's properties call the language."""
        return self.get("language", "tag")

    @property
    def is_upright(self) -> bool:
        """Whether the language knows no italics."""
        return self.get("language", "emphasis") == "upright"

    def get(self, section: str, name: str) -> str:
        """Return a text."""
        try:
            text: str = self.sections[section][name]
        except KeyError:
            raise KeyError(
                f"no text {name!r} in section [{section}]: add it to every file of xlnet/book/texts"
            ) from None
        return text

    def of_loss(self, name: str) -> str:
        """Return the sentence on a loss, empty where the tables know one that the texts do not know yet.

        A workbook can do without; a test (tests/test_tables.py) does not let it pass.
        """
        sentence: str = self.sections["loss"].get(name, "")
        return sentence

    def of_template(self, part: str, text: str) -> str:
        """Return one of the titles, descriptions or notes of bundled templates in this language; others as they are."""
        translated: str = self.sections.get(f"template {part}", {}).get(text, text)
        return translated

    def of_schedule(self, name: str) -> Texts:
        """Return the texts of runs with a schedule of this name, which may say something else of η₀."""
        meaning = self.sections["meaning"]
        own = {keys.BASE_LEARNING_RATE: meaning[other]} if (other := f"{name} eta_0") in meaning else {}
        return Texts(self.sections | {"meaning": meaning | own})

    def meaning(self, key: str, layers: Sequence[Layer]) -> str:
        """Return what the quantity `key` is, in words, in a network of these layers."""
        belonging = keys.belonging(key)
        if belonging is not None:
            prefix, inner = belonging
            return self.get("belonging", prefix).format(meaning=self.meaning(inner, layers))
        parts = keys.parts(key)
        known = self.sections["meaning"]
        if key in known:
            return self.get("meaning", key)
        if parts.layer is None and parts.letter not in known:
            # A setting that the texts do not know yet: as with a loss.
            return key.replace("_", " ")
        if parts.layer is None:
            of_step = f"{parts.letter} step"
            name = of_step if parts.indices and of_step in known else parts.letter
            text = self.get("meaning", name).format(unit=parts.indices[0] if parts.indices else "")
        else:
            text = self._of_layer(parts, layers)
        if parts.sample is None:
            return text
        return self.get("meaning", "of_sample").format(meaning=text, sample=parts.sample)

    def _of_layer(self, parts: keys.Parts, layers: Sequence[Layer]) -> str:
        """Return what a quantity of a layer is; a text for the layer's kind, or its activation, comes before others."""
        assert parts.layer is not None
        if parts.layer == 0:
            return self.get("meaning", "drawn input").format(unit=_number(layers[0].takes, parts.indices))
        layer = layers[parts.layer - 1]
        kind = KINDS[layer.type]
        axes = dict(zip(kind.axes_of(layer, parts.letter), parts.indices, strict=False))
        filled: dict[str, int | str] = {"layer": parts.layer, "number": _number(layer.gives, parts.indices), **axes}
        source = flow(layers)[parts.layer][0]
        if "source" in axes:
            filled["source"] = self._source(layers, source, axes["source"], of_steps=len(layer.takes) > 1)
        if "source_channel" in axes:
            name = "source_channel" if source else "source_channel of the inputs"
            filled["source"] = self.get("meaning", name).format(channel=axes["source_channel"], layer=source)
        if "part_unit" in axes:
            # The parameters of several products stand one below another.
            part, of_part = divmod(axes["part_unit"] - 1, layer.gives[-1])
            filled |= {"part": self.get("meaning", f"{layer.type} part {part + 1}"), "of_part": of_part + 1}
        if "gate_unit" in axes:
            # Of a recurrent layer the rows of the gates stand one below another.
            gate, unit = divmod(axes["gate_unit"] - 1, layer.numbers["units"])
            text = self.get("meaning", f"{layer.type} gate {gate + 1}")
            filled["gate"] = text.format(unit_of_gate=unit + 1)
        if "entry" in axes:
            # Tokens count from 0.
            filled["token"] = axes["entry"] - 1
        filled["place"] = self._place(layer, tuple(axes), filled)
        is_output = parts.letter == "a" and parts.layer == last_of(layers)
        letter = "y" if is_output else parts.letter
        # Some quantities a layer has once, or once a step.
        at = f"{letter} {' '.join(axes)}"
        names = (f"{layer.type} {letter}", f"{layer.activation} {letter}", at, letter)
        name = next(name for name in names if name in self.sections["meaning"])
        return self.get("meaning", name).format(**filled)

    def _place(self, layer: Layer, own: tuple[str, ...], filled: Mapping[str, int | str]) -> str:
        """Return where in the network a unit is, or a quantity of these axes."""
        if (name := f"place {' '.join(own)}") in self.sections["meaning"]:
            return self.get("meaning", name).format(**filled)
        axes = KINDS[layer.type].axes(layer)
        return self._named("place", layer).format(**filled) if set(axes) <= set(filled) else ""

    def _named(self, word: str, layer: Layer) -> str:
        """Return the text for places of a kind, or else for such axes."""
        known, axes = self.sections["meaning"], " ".join(KINDS[layer.type].axes(layer))
        return self.get("meaning", next((n for n in (f"{word} {layer.type}",) if n in known), f"{word} {axes}"))

    def _source(self, layers: Sequence[Layer], number: int, source: int, *, of_steps: bool) -> str:
        """Return a unit of a layer, or an input, by its number; of a sequence the unit of any step."""
        if of_steps:
            name = "source step unit" if number else "source_input of steps"
            return self.get("meaning", name).format(unit=source, layer=number)
        if not number:
            return self.get("meaning", "source_input").format(unit=source)
        before = layers[number - 1]
        place = list(indices(before.gives))[source - 1]
        axes = dict(zip(KINDS[before.type].axes(before), place, strict=True))
        return self._named("source", before).format(**axes, layer=number)


def _number(shape: Shape, place: tuple[int, ...]) -> int:
    """Return the number of a place in an array, 0 where `place` is none."""
    number = 0
    for size, index in zip(shape, place, strict=False):
        number = number * size + index - 1
    return number + 1


@cache
def load(language: str = ENGLISH) -> Texts:
    """Return the texts of `language`, one of `LANGUAGES`."""
    file = _FOLDER.joinpath(f"{language}.toml")
    return Texts(tomllib.loads(file.read_text(encoding="utf-8")))
