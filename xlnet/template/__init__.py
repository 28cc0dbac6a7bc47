"""Templates: TOML files that describe a network, its data and its training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xlnet.errors import UserError
from xlnet.spec import Spec
from xlnet.template.overrides import override, require_apart
from xlnet.template.parse import parse
from xlnet.template.seeds import NOTHING_DRAWN, SEED, draws
from xlnet.template.sources import source_of


def load(template: str | Path | None = None, overrides: Mapping[str, Any] | None = None) -> Spec:
    """Return the spec of a bundled template (by name) or of a .toml file (by path), with `overrides` on top.

    `overrides` are named as the options of `xlnet build`, `{"iters": 50, "lr": 0.1}`. Without a template it is the
    default one, or with the override `data` a plain network for that file. Raises UserError, which names the file, the
    key and how to fix it.
    """
    given = dict(overrides or {})
    source = source_of(template, given)
    require_apart(given, source.label)
    document, origins, notes = override(source, given)
    spec = parse(document, name=source.name, label=source.label, origins=origins, folder=source.folder, notes=notes)
    if SEED in origins and not draws(document, spec):
        raise UserError(f"{source.label}: {origins[SEED]}: {NOTHING_DRAWN}")
    return spec
