"""Run the command line: ``python -m spatialcarbon``."""

from spatialcarbon.cli.main import main

main()
