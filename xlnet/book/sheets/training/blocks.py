"""The iterations as blocks of rows: each tensor a matrix with its name above it, the first two drawn for all others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.worksheet.pagebreak import Break

from xlnet import keys
from xlnet.book import style
from xlnet.book.drawing.cells import put, put_text
from xlnet.book.drawing.notes import MOST_NOTES, put_note
from xlnet.book.drawing.page import print_landscape
from xlnet.book.drawing.protection import whole_numbers
from xlnet.book.drawing.rules import add_to_areas
from xlnet.book.model import Model
from xlnet.book.sheets.training import jump
from xlnet.book.sheets.training.rows import note_of
from xlnet.cell import Area, Cell
from xlnet.graph.node import Group, Node
from xlnet.model.layers.kind import MASK
from xlnet.render.excel import area, cell
from xlnet.render.lines import Placed
from xlnet.render.matrices import Block, block_of
from xlnet.sheet_size import HEADER_ROW, NAME_ROW, VALUE_ROW
from xlnet.xlsx.page import Page

# Columns and rows are as small as numbers of four digits allow: the screen of `render.matrices` is counted in them.
_WIDTH, _ITERATION_WIDTH, _HEIGHT, _SIZE = 6.0, 8.0, 12.75, 9
# A block that is larger than a screen is shown smaller, as long as it can be read.
_LEAST_ZOOM = 65
# What a landscape page of A4 has room for at full size, below the rows that each repeats; and how many columns one has,
# if need be smaller.
_PAGE_ROWS, _PAGE_COLUMNS, _MOST_COLUMNS_OF_PAGE = 33, 20, 42
# Excel takes no more breaks.
_MOST_BREAKS = 1_000
# So many blocks have their masks checked as they are typed, and so many their pictures coloured: each is an area of its
# own. No rule can do without: one over all rows of a tensor's columns would have other tensors' cells, too.
_MOST_AREAS, _MOST_COLOURED = 300, 2_000
# The group that names what stands in a panel.
_PANELS = {"": Group.FORWARD, keys.GRADIENT: Group.GRADIENTS, keys.NEXT: Group.NEXT}
# From so many numbers on a matrix is looked at as a picture.
_LEAST_PICTURE = 9
_WHOLE = (keys.ITERATION, keys.EPOCH, keys.SAMPLE, MASK)


def draw_table(page: Page, model: Model) -> None:
    """Draw row 3, widths, and the captions and styles of the first two iterations."""
    block = model.once(_block)
    nodes = {node.key: node for node in model.graph.nodes}
    for iteration in (1, 2):
        top = model.layout.row(iteration)
        for column in range(1, model.layout.last_column + 1):
            put(page, top, column, style.varied(style.TEXT, fill=style.GROUPS[Group.ITERATION].tint))
        for placed in block.placed:
            _draw_tensor(page, placed, nodes, model, iteration)
    _draw_panels(page, block, model)
    _add_notes(page, block, nodes, model)
    _colour(page, block, model)
    masks = [area for placed in block.placed if placed.tensor.group == Group.MASKS for area in _areas(placed, model)]
    if masks:
        page.add_data_validation(whole_numbers(masks, range(2), model.texts))
    page.widths |= dict.fromkeys(range(2, model.last_column + 1), _WIDTH)
    page.widths[1] = _ITERATION_WIDTH
    page.sheet_format.defaultRowHeight, page.sheet_format.customHeight = _HEIGHT, True
    page.heights |= {NAME_ROW: 16.5, VALUE_ROW: 16.5, HEADER_ROW: 18.0}
    # Between the tensors nothing stands.
    page.sheet_view.showGridLines = False
    page.sheet_view.zoomScale = max(_LEAST_ZOOM, min(100, int(100 / block.screens)))


def weights(model: Model) -> Iterator[str]:
    """Yield the ranges that hold the initial weights."""
    for placed in model.once(_block).placed:
        if placed.tensor.group == Group.PARAMETERS:
            yield _area(placed, model.layout.row(1))


def _block(model: Model) -> Block:
    return block_of(model.graph)


def _draw_tensor(page: Page, placed: Placed, nodes: dict[str, Node], model: Model, iteration: int) -> None:
    tensor, top = placed.tensor, model.layout.row(iteration)
    palette = style.GROUPS[tensor.group]
    is_whole = tensor.letter in _WHOLE
    look = style.varied(
        style.TEXT,
        fill=palette.tint,
        border="box",
        number_format=style.WHOLE_NUMBER if is_whole else style.GENERAL,
        horizontal="center" if is_whole else "right",
        size=_SIZE,
    )
    if tensor.letter == keys.ITERATION:
        look = style.varied(style.HEADER, fill=palette.strong, number_format=style.WHOLE_NUMBER)
    elif iteration == 1 and tensor.group == Group.PARAMETERS:
        look = style.varied(style.INPUT, border="box", horizontal="right", size=_SIZE)
    for key, (row, column) in tensor.places.items():
        own = look
        if nodes[key].typed is not None:
            is_open = tensor.group == Group.MASKS
            own = style.varied(look, colour=style.INPUT.colour or "", bold=True, locked=not is_open)
        put(page, top + placed.row + row, placed.column + column, own)
    if tensor.letter != keys.ITERATION:
        # What stands to the right of a caption is empty, and the text runs on over it.
        caption = style.varied(style.TEXT, colour=palette.strong, bold=True, horizontal="left", size=_SIZE)
        if placed.row == 1:
            caption = style.varied(caption, fill=style.GROUPS[Group.ITERATION].tint)
        put_text(page, top + placed.row - 1, placed.column, caption_of(placed, model), caption)


def caption_of(placed: Placed, model: Model) -> str:
    """Return the name of a tensor and its shape: "w⁽¹⁾ 3 × 4"."""
    tensor = placed.tensor
    name = model.symbols.tensor(tensor.prefix, tensor.letter, tensor.layer)
    shape = " × ".join(map(str, tensor.shape))
    return f"{name}  {shape}" if shape else name


def _draw_panels(page: Page, block: Block, model: Model) -> None:
    """Name the passes in row 3, above their columns."""
    look = style.varied(style.HEADER, fill=style.GROUPS[Group.ITERATION].strong)
    put_text(page, HEADER_ROW, 1, model.texts.get("header", keys.ITERATION), look)
    explained = model.texts.get("blocks", "blocks").format(stride=model.layout.stride)
    put_text(page, VALUE_ROW, len(model.graph.settings) + 2, explained, replace(style.QUIET, horizontal="left"))
    starts = [*block.panels.items()]
    ends = [start - 2 for _, start in starts[1:]] + [model.layout.last_column]
    for (prefix, start), end in zip(starts, ends, strict=True):
        name = _PANELS.get(prefix, Group.STATE)
        first = max(start, jump.LAST_COLUMN + 2) if not prefix else start
        band = style.varied(style.BAND, fill=style.GROUPS[name].strong, size=_SIZE)
        for column in range(first, max(end, first + 1) + 1):
            put(page, HEADER_ROW, column, band)
        text = model.texts.get("blocks", name).format(state=prefix)
        put_text(page, HEADER_ROW, first, text, band)
        # A band may be too narrow for what it says, and there may be no screen as wide as the constants.
        put_note(page, HEADER_ROW, first, [text, *([] if prefix else [explained])])


def print_blocks(page: Page, model: Model) -> None:
    """Print whole blocks on a page: so small that the rows of one fit, and its columns, on two pages if they are many.

    Excel and LibreOffice break a page inside a block where a size is found by the columns alone.
    """
    block = model.once(_block)
    # The last name of a tensor may be wider than its column.
    columns = model.last_column + 1
    page.print_area = f"A1:{cell(model.layout.last_row, columns)}"
    size, together = on_a_page(block.stride, columns)
    print_landscape(page, f"{NAME_ROW}:{HEADER_ROW}", size=size)
    ends = range(together, model.layout.iterations, together)
    for iteration in ends[:_MOST_BREAKS]:
        page.row_breaks.append(Break(id=model.layout.row(iteration + 1) - 1))


def on_a_page(stride: int, columns: int) -> tuple[float, int]:
    """Return the size at which blocks of so many rows and columns are printed, and how many one below another."""
    across = -(-columns // _MOST_COLUMNS_OF_PAGE)
    size = min(1.0, _PAGE_COLUMNS * across / columns, _PAGE_ROWS / stride)
    # One fits, if not quite by rounding.
    return size, max(1, int(_PAGE_ROWS / size / stride))


def _add_notes(page: Page, block: Block, nodes: dict[str, Node], model: Model) -> None:
    for placed in block.placed[1 : MOST_NOTES + 1]:
        first = nodes[next(iter(placed.tensor.places))]
        put_note(page, model.layout.row(1) + placed.row - 1, placed.column, note_of(first, model))


def _colour(page: Page, block: Block, model: Model) -> None:
    """Colour gradients by sign and size, and what is looked at as a picture by how large its numbers are."""
    low, middle, high = style.SIGNED_SCALE
    for placed in block.placed:
        tensor = placed.tensor
        is_gradient = tensor.prefix == keys.GRADIENT and len(tensor.places) > 1
        if is_gradient or (not tensor.prefix and is_picture(placed)):
            least, most = _largest(placed, model)
            scale = ColorScaleRule("formula", least, low, "num", 0, middle, "formula", most, high)  # type: ignore[no-untyped-call]
            # Initial weights keep the yellow of what a person may change.
            areas = list(_areas(placed, model, _MOST_COLOURED))[tensor.group == Group.PARAMETERS :]
            if areas:
                add_to_areas(page, areas, scale)


def _largest(placed: Placed, model: Model) -> tuple[str, str]:
    """Return formulas of the ends of a tensor's colours: its largest number in the first, middle and last block."""
    iterations = model.layout.iterations
    areas = [
        area(Area.between(Cell(model.name, *place), Cell(model.name, *last)))
        for iteration in dict.fromkeys((1, (iterations + 1) // 2, iterations))
        for place, last in [_corners(placed, model.layout.row(iteration))]
    ]
    every = ",".join(areas)
    return f"-MAX(MAX({every}),-MIN({every}))", f"MAX(MAX({every}),-MIN({every}))"


def is_picture(placed: Placed) -> bool:
    """Return whether a tensor of the forward pass is looked at as a picture: of two axes at least, without samples."""
    tensor = placed.tensor
    axes = len(tensor.shape) - tensor.is_sampled
    is_seen = tensor.group in (Group.FORWARD, Group.PARAMETERS, Group.SAMPLES)
    return is_seen and axes >= 2 and len(tensor.places) >= _LEAST_PICTURE and tensor.letter not in _WHOLE


def _areas(placed: Placed, model: Model, most: int = _MOST_AREAS) -> Iterator[str]:
    """Yield the area of a tensor in the blocks, but in no more than `most` of them."""
    for iteration in range(1, min(model.layout.iterations, most) + 1):
        yield _area(placed, model.layout.row(iteration))


def _area(placed: Placed, top: int) -> str:
    first, last = _corners(placed, top)
    return f"{cell(*first)}:{cell(*last)}"


def _corners(placed: Placed, top: int) -> tuple[tuple[int, int], tuple[int, int]]:
    first, tensor = (top + placed.row, placed.column), placed.tensor
    return first, (first[0] + tensor.height - 1, first[1] + tensor.width - 1)
