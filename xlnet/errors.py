"""What can go wrong, each kind with the exit status that the command line reports."""


class XlnetError(Exception):
    """An error whose message is written for the person at the keyboard."""

    exit_status = 70


class UserError(XlnetError):
    """The user's input is at fault: the message names the file, the key and how to fix it."""

    exit_status = 2


class EngineError(XlnetError):
    """A recalculation engine is missing, failed or ran out of time."""

    exit_status = 3


class EngineStartError(EngineError):
    """A recalculation engine is installed but cannot be started; another one may work."""
