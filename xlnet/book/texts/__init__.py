"""What a person reads in a workbook; a language is one file beside this one."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from xlnet import keys

ENGLISH = "en"
# The languages, and what a workbook's properties call them.
LANGUAGES = {ENGLISH: "en", "zh": "zh-CN"}


@dataclass(frozen=True)
class Texts:
    """The texts of one language, by section and name."""

    sections: dict[str, Any]

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

    def meaning(self, key: str, layers: int) -> str:
        """Return what the quantity `key` is, in words, in a network of so many layers."""
        belonging = keys.belonging(key)
        if belonging is not None:
            prefix, inner = belonging
            return self.get("belonging", prefix).format(meaning=self.meaning(inner, layers))
        parts = keys.parts(key)
        last = parts.letter == "a" and parts.layer == layers
        known = self.sections["meaning"]
        name = key if key in known else "y" if last else parts.letter
        if name not in known:
            # A setting that the texts do not know yet: as with a loss.
            return key.replace("_", " ")
        text = self.get("meaning", name).format(
            layer=parts.layer,
            unit=parts.indices[0] if parts.indices else "",
            source=self._source(parts.layer, parts.indices[1]) if len(parts.indices) > 1 else "",
        )
        if parts.sample is None:
            return text
        return self.get("meaning", "of_sample").format(meaning=text, sample=parts.sample)

    def _source(self, layer: int | None, source: int) -> str:
        if layer in (None, 1):
            return self.get("meaning", "source_input").format(unit=source)
        assert layer is not None
        return self.get("meaning", "source_unit").format(unit=source, layer=layer - 1)


@cache
def load(language: str = ENGLISH) -> Texts:
    """Return the texts of `language`, one of `LANGUAGES`."""
    file = resources.files(__package__).joinpath(f"{language}.toml")
    return Texts(tomllib.loads(file.read_text(encoding="utf-8")))
