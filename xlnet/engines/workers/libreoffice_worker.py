"""Recalculates a workbook with LibreOffice over UNO; run by a Python that has `uno`, which may be LibreOffice's own."""

from __future__ import annotations

import subprocess
import sys
import time
from array import array
from pathlib import Path
from typing import Any

import handover
import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.document.MacroExecMode import NEVER_EXECUTE
from com.sun.star.document.UpdateDocMode import NO_UPDATE

ROWS_PER_READ = 2000
LONGEST_START = 120


def main() -> None:
    """Do the jobs of task after task."""
    details = handover.read_start()
    tasks = handover.tasks(details)
    office = start(details)
    try:
        context = connect(office, details["pipe"])
        desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        for task in tasks:
            for job in task["jobs"]:
                results = handover.Results(job["results"])
                recalculate(desktop, job, results)
                results.finish(version(context))
    finally:
        office.kill()


def start(details: dict[str, Any]) -> subprocess.Popen[bytes]:
    """Start LibreOffice with a profile of its own, so that it neither joins nor disturbs one that is open."""
    command = [
        details["soffice"],
        "-env:UserInstallation=" + Path(details["profile"]).as_uri(),
        "--headless",
        "--norestore",
        "--nologo",
        "--nodefault",
        "--accept=pipe,name={};urp;".format(details["pipe"]),
    ]
    nothing = subprocess.DEVNULL
    try:
        return subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing)
    except OSError as error:
        handover.cannot_start(str(error.strerror))
        raise


def connect(office: subprocess.Popen[bytes], pipe: str) -> Any:
    """Return LibreOffice's component context, once it answers."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    url = f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext"
    deadline = time.monotonic() + LONGEST_START
    while time.monotonic() < deadline:
        try:
            return resolver.resolve(url)
        except NoConnectException:
            # The first start on a new profile ends with 81 and asks to be started again.
            if office.poll() not in (None, 81):
                handover.cannot_start(f"it ended with status {office.returncode}")
            time.sleep(0.05)
    sys.exit("LibreOffice did not answer")


def recalculate(desktop: Any, job: dict[str, Any], results: handover.Results) -> None:
    """Take a workbook from point to point and hand over its sheets at each."""
    document: Any = None
    for number, point in enumerate(job["points"]):
        if document is None or point["reopened"]:
            if document is not None:
                document.close(False)
            document = load(desktop, job["workbook"])
        # Otherwise every edit recalculates all that depends on it, and lays the rows out again.
        document.enableAutomaticCalculation(False)
        document.lockControllers()
        for edit in point["edits"]:
            sheet = document.Sheets.getByName(edit["sheet"])
            # Of a protected sheet only the inputs could be typed over.
            sheet.unprotect("")
            column, row, values = edit["column"] - 1, edit["row"] - 1, edit["values"]
            cells = sheet.getCellRangeByPosition(column, row, column + len(values[0]) - 1, row + len(values) - 1)
            cells.setDataArray(tuple(map(tuple, values)))
        # Neither loading nor calculate() recomputes a cell that came with a value.
        document.calculateAll()
        for index, sheet in enumerate(job["sheets"]):
            read(document.Sheets.getByName(sheet["name"]), sheet, (number, index), results)
    document.close(False)


def load(desktop: Any, workbook: str) -> Any:
    """Open the workbook; no macro of it runs, and nothing that it links to is fetched."""
    settings = {"Hidden": True, "MacroExecutionMode": NEVER_EXECUTE, "UpdateDocMode": NO_UPDATE}
    properties = tuple(PropertyValue(Name=name, Value=value) for name, value in settings.items())
    document = desktop.loadComponentFromURL(Path(workbook).as_uri(), "_blank", 0, properties)
    if document is None:
        sys.exit("LibreOffice could not open the workbook")
    return document


def version(context: Any) -> Any:
    """Return what LibreOffice says of itself: 7.4.7.2."""
    provider = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.configuration.ConfigurationProvider", context
    )
    node = PropertyValue(Name="nodepath", Value="/org.openoffice.Setup/Product")
    product = provider.createInstanceWithArguments("com.sun.star.configuration.ConfigurationAccess", (node,))
    return product.getByName("ooSetupVersionAboutBox")


def read(sheet: Any, extent: dict[str, Any], place: tuple[int, int], results: handover.Results) -> None:
    """Hand over the cells of a sheet, block by block."""
    values, kinds = array("d"), bytearray()
    for first in range(0, extent["rows"], ROWS_PER_READ):
        last = min(first + ROWS_PER_READ, extent["rows"]) - 1
        block = sheet.getCellRangeByPosition(0, first, extent["columns"] - 1, last)
        for row, cells in enumerate(block.getDataArray(), first):
            for column, value in enumerate(cells):
                if type(value) is float:
                    values.append(value)
                    kinds.append(handover.NUMBER)
                    continue
                values.append(handover.NOT_A_NUMBER)
                kind = kind_of(value)
                kinds.append(kind)
                if kind == handover.TEXT:
                    results.text(place, row + 1, column + 1, value)
                elif kind == handover.ERROR:
                    # Asked for only while there is room: a question to LibreOffice takes a millisecond.
                    results.error(
                        place,
                        row + 1,
                        column + 1,
                        lambda at=(column, row): sheet.getCellByPosition(*at).getString(),
                    )
    results.write(place, values, kinds)


def kind_of(value: Any) -> int:
    """Return what a cell holds whose value is no number; None is an error."""
    if value is None:
        return handover.ERROR
    return handover.TEXT if value else handover.BLANK


if __name__ == "__main__":
    main()
