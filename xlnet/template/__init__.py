"""Templates: TOML files that describe a network, its data and its training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xlnet.spec import Spec
from xlnet.template.overrides import override
from xlnet.template.parse import parse
from xlnet.template.sources import open_template


def load(template: str | Path, overrides: Mapping[str, Any] | None = None) -> Spec:
    """Return the spec of a bundled template (by name) or of a .toml file (by path), with `overrides` on top.

    `overrides` are named as the options of `xlnet build`, `{"iters": 50, "lr": 0.1}`. Raises UserError, which names the
    file, the key and the mend.
    """
    source = open_template(template)
    document, origins = override(source, dict(overrides or {}))
    return parse(document, name=source.name, label=source.label, origins=origins)
