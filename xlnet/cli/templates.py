"""`xlnet templates`: lists the bundled templates, or prints one."""

from __future__ import annotations

import click


@click.group(invoke_without_command=True, short_help="List the bundled templates, or print one.")
@click.pass_context
def templates(context: click.Context) -> None:
    """List the bundled templates, one per line.

    \b
    Examples
      xlnet templates
      xlnet templates show seed > my.toml
    """
    if context.invoked_subcommand is not None:
        return
    from xlnet.template.sources import bundled_names, open_template

    names = bundled_names()
    width = max(map(len, names))
    for name in names:
        title = open_template(name).document.get("title", "")
        click.echo(f"{name:<{width}}  {title}")


@templates.command(short_help="Print a template, ready to edit.")
@click.argument("name")
def show(name: str) -> None:
    """Print the template NAME, ready to edit.

    \b
    Example
      xlnet templates show seed > my.toml
    """
    from xlnet.template.sources import open_template

    click.echo(open_template(name).text, nl=False)
