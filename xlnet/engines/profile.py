"""The profile of a LibreOffice of our own: it fetches nothing, runs no macro and follows no link."""

from __future__ import annotations

from pathlib import Path

_TEMPLATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
{items}</oor:items>
"""
_ITEM = (
    '<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
    "<value>{value}</value></prop></item>\n"
)
# A port that nothing listens on.
_NOWHERE = ("127.0.0.1", "9")
_CLOSED = [
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    # 2 is never.
    ("Office.Calc/Content/Update", "Link", "2"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetNoProxy", ""),
    *(
        ("Inet/Settings", f"ooInet{kind}Proxy{what}", value)
        for kind in ("HTTP", "HTTPS", "FTP")
        for what, value in zip(("Name", "Port"), _NOWHERE, strict=True)
    ),
]
# A conversion takes the values that are in the file for granted, unless the profile says: recalculate always.
_RECALCULATING = [("Office.Calc/Formula/Load", "OOXMLRecalcMode", "0")]


def make_profile(folder: Path, *, recalculates: bool = False) -> Path:
    """Make a profile in `folder` and return its path; with `recalculates` every formula is computed on loading."""
    profile = folder / "profile"
    settings = profile / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    every = [*_CLOSED, *(_RECALCULATING if recalculates else [])]
    items = "".join(_ITEM.format(path=path, name=name, value=value) for path, name, value in every)
    settings.write_text(_TEMPLATE.format(items=items), encoding="utf-8")
    return profile
