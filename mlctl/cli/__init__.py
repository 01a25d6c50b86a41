"""The command line: parse, call one action, show the result. The only place with typer and rich."""
