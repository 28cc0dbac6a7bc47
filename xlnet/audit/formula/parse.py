"""From the text of a formula to its tree, by openpyxl's tokenizer and the precedence of spreadsheets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError

from xlnet.audit.formula.addresses import read_reference
from xlnet.audit.formula.tree import (
    Area,
    Brackets,
    Call,
    Listed,
    Name,
    Number,
    Operation,
    Ref,
    Sign,
    Text,
    Tree,
    Word,
)
from xlnet.engines.live import Place

# A minus binds closer than a power: -2^2 is 4.
PRECEDENCE = {"=": 1, "<>": 1, "<": 1, ">": 1, "<=": 1, ">=": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5}
DEEPEST = 200
_PREFIXES = ("_XLFN.", "_XLWS.", "_XLUDF.")


class FormulaError(ValueError):
    """A formula that cannot be read."""


# What a name stands for in a formula at a cell; None where that is not known.
Names = Callable[[str, Place], Tree | None]


def parse(text: str, host: Place, sheets: Sequence[str], names: Names = lambda name, host: None) -> Tree:
    """Return the tree of a formula, with "=", in the cell `host`. Raises FormulaError."""
    try:
        tokens = [token for token in Tokenizer(text).items if token.type != Token.WSPACE]
    except (TokenizerError, IndexError) as error:
        raise FormulaError(str(error)) from None
    reader = _Reader(tokens, host, sheets, names)
    tree = reader.expression(0)
    if reader.next is not None:
        raise FormulaError(f"{reader.next.value!r} is not expected there")
    return tree


class _Reader:
    def __init__(self, tokens: list[Token], host: Place, sheets: Sequence[str], names: Names) -> None:
        self._tokens, self._position, self._depth = tokens, 0, 0
        self._host, self._sheets, self._names = host, sheets, names

    @property
    def next(self) -> Token | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def _take(self) -> Token:
        token = self.next
        if token is None:
            raise FormulaError("it ends too early")
        self._position += 1
        return token

    def expression(self, lowest: int) -> Tree:
        self._depth += 1
        if self._depth > DEEPEST:
            raise FormulaError("it is nested too deeply")
        left = self._operand()
        while (token := self.next) is not None:
            if token.type == Token.OP_POST:
                self._position += 1
                left = Sign(token.value, left)
                continue
            strength = PRECEDENCE.get(token.value, 0) if token.type == Token.OP_IN else 0
            if strength <= lowest:
                break
            self._position += 1
            left = Operation(token.value, left, self.expression(strength))
        self._depth -= 1
        return left

    def _operand(self) -> Tree:
        token = self._take()
        if token.type == Token.OP_PRE:
            # Closer than any operator, but not than a percent sign.
            return Sign(token.value, self.expression(PRECEDENCE["^"]))
        if token.type == Token.PAREN and token.subtype == Token.OPEN:
            inner = self.expression(0)
            self._close(Token.PAREN)
            return Brackets(inner)
        if token.type == Token.FUNC and token.subtype == Token.OPEN:
            # The engine writes @INDEX(…): one cell of what INDEX returns.
            call = self._call(token.value[:-1].removeprefix("@"))
            return Sign("@", call) if token.value.startswith("@") else call
        if token.type == Token.ARRAY and token.subtype == Token.OPEN:
            return self._listed()
        if token.type == Token.OPERAND:
            return self._plain(token)
        raise FormulaError(f"{token.value!r} is not expected there")

    def _call(self, name: str) -> Tree:
        function = name.upper()
        for prefix in _PREFIXES:
            function = function.removeprefix(prefix)
        arguments: list[Tree] = []
        if self.next is not None and self.next.type == Token.FUNC and self.next.subtype == Token.CLOSE:
            self._position += 1
            return Call(function, ())
        while True:
            token = self.next
            is_blank = token is not None and (
                token.type == Token.SEP or (token.type == Token.FUNC and token.subtype == Token.CLOSE)
            )
            arguments.append(Word("") if is_blank else self.expression(0))
            token = self._take()
            if token.type == Token.FUNC and token.subtype == Token.CLOSE:
                return Call(function, tuple(arguments))
            if token.type != Token.SEP:
                raise FormulaError(f"{token.value!r} is not expected in {function}")

    def _listed(self) -> Tree:
        text, depth = "{", 1
        while depth:
            token = self._take()
            depth += (token.subtype == Token.OPEN) - (token.subtype == Token.CLOSE) if token.type == Token.ARRAY else 0
            text += token.value
        return Listed(text)

    def _close(self, kind: str) -> None:
        token = self._take()
        if token.type != kind or token.subtype != Token.CLOSE:
            raise FormulaError(f"{token.value!r} stands where a bracket closes")

    def _plain(self, token: Token) -> Tree:
        text = token.value
        if token.subtype == Token.NUMBER:
            return Number(float(text), text)
        if token.subtype == Token.TEXT:
            return Text(text[1:-1].replace('""', '"'))
        if token.subtype in (Token.LOGICAL, Token.ERROR):
            return Word(text.upper())
        reference = read_reference(text, self._host, self._sheets)
        if reference is not None:
            return reference
        known = self._names(text, self._host)
        if isinstance(known, Ref | Area | Number):
            return known
        return Name(text)
