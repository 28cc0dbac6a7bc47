"""`xlnet templates`: lists the bundled templates by topic, or prints one."""

from __future__ import annotations

import click


@click.group(invoke_without_command=True, short_help="List the bundled templates, or print one.")
@click.pass_context
def templates(context: click.Context) -> None:
    """List the bundled templates by topic, one per line, in the order in which they are taught.

    \b
    Examples
      xlnet templates
      xlnet templates show seed > my.toml
    """
    if context.invoked_subcommand is not None:
        return
    from xlnet.template.sources import open_template
    from xlnet.template.topics import TOPICS

    width = max(len(name) for names in TOPICS.values() for name in names)
    for number, (topic, names) in enumerate(TOPICS.items()):
        click.echo(f"\n{topic}" if number else topic)
        for name in names:
            click.echo(f"  {name:<{width}}  {open_template(name).document['title']}")


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
