"""`python -m app.cli`: the command by this very interpreter, whatever is on the path."""

from app.cli.main import main

main()
