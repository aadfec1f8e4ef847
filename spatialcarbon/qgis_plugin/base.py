"""An algorithm that runs a command, passes on what it says, and loads what it writes."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingException, QgsProcessingFeedback
from qgis.PyQt.QtGui import QIcon

from .layers import EXPORTED, Result, load_later, results_in
from .parameters import SharedParameters
from .runner import PROGRAM_SETTING, Ended, Program, find_program, run, shown
from .words import language, said

GROUPS = {
    "autocorrelation": "Spatial autocorrelation",
    "land": "Land",
    "targets": "Targets and payments",
}


class CommandAlgorithm(SharedParameters):
    """An algorithm that runs one of the commands; those below say which and with what."""

    COMMAND = ""
    GROUP = ""
    TITLE = ""
    TAGS = ""
    QUESTION = ""
    HELP = ""

    def createInstance(self) -> CommandAlgorithm:  # noqa: N802
        """Return a fresh algorithm of the same kind."""
        return type(self)()

    def name(self) -> str:
        """Return what stands behind the colon: that of the command."""
        return self.COMMAND

    def group(self) -> str:
        """Return the heading in the toolbox."""
        return said(GROUPS[self.GROUP])

    def groupId(self) -> str:  # noqa: N802
        """Return its name for settings."""
        return self.GROUP

    def displayName(self) -> str:  # noqa: N802
        """Return the name in the toolbox."""
        return said(self.TITLE)

    def tags(self) -> list[str]:
        """Return words to search by."""
        return said(self.TAGS).split(",")

    def shortDescription(self) -> str:  # noqa: N802
        """Return the question it answers."""
        return said(self.QUESTION)

    def shortHelpString(self) -> str:  # noqa: N802
        """Return how to read it, after the question."""
        return f"{said(self.QUESTION)}\n\n{said(self.HELP)}"

    def icon(self) -> QIcon:
        """Return the sign of the provider."""
        return self.provider().icon() if self.provider() else QIcon()

    def helpUrl(self) -> str:  # noqa: N802
        """Return nothing: the help is beside the parameters."""
        return ""

    def canExecute(self) -> tuple[bool, str]:  # noqa: N802
        """Say before the dialog is filled in that the program is missing."""
        program = self.program()
        return (True, "") if program.exists else (False, missing(program))

    def program(self) -> Program:
        """Return the program of the settings, or the one that installed this."""
        try:
            from processing.core.ProcessingConfig import ProcessingConfig
        except ImportError:
            return find_program("")
        return find_program(ProcessingConfig.getSetting(PROGRAM_SETTING) or "")

    def command(self, words: list[str], feedback: QgsProcessingFeedback) -> Ended:
        """Run the command, show it, pass on its remarks; raise what it complains of."""
        program = self.program()
        if not program.exists:
            raise QgsProcessingException(missing(program))
        words = [self.COMMAND, *words, "--lang", language()]
        feedback.pushCommandInfo(shown([*program.words, *words]))
        ended = run(program, words, cancelled=feedback.isCanceled)
        if ended.cancelled:
            raise QgsProcessingException(said("Cancelled: nothing was written."))
        lines = [line for line in ended.err.splitlines() if line.strip()]
        if ended.status:
            reason = "; ".join(line.strip() for line in lines) or said("It said nothing.")
            raise QgsProcessingException(
                said("spatialcarbon ended with status {n}. {reason}", n=ended.status, reason=reason)
            )
        for line in lines:
            feedback.pushInfo(line)
        feedback.setProgress(95)
        return ended

    def geopackage(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        """Return the file the layers go to."""
        path = str(self.parameterAsOutputLayer(parameters, "OUTPUT", context))
        if not path.lower().endswith(".gpkg"):
            raise QgsProcessingException(
                said(
                    "The result must be a GeoPackage: a file that ends in .gpkg, not {path}",
                    path=path,
                )
            )
        return path

    def loaded(
        self, output: str, path: str, context: QgsProcessingContext, only: tuple[str, ...] = ()
    ) -> list[Result]:
        """Have the layers of the written file loaded with their styles; return them.

        With ``only`` the layers of those names; the first named is the output.
        """
        written = {result.name: result for result in results_in(path)}
        results = [written[name] for name in only if name in written] or list(written.values())
        load_later(context, output, path, results)
        return results


def missing(program: Program) -> str:
    """Return what to do where the program is not there."""
    if not program.words:
        return said(
            "This plugin does not know where spatialcarbon is. Run “spatialcarbon qgis install” once "
            "more, or name the program under Settings › Options › Processing › Providers › "
            "spatialcarbon."
        )
    return said(
        "spatialcarbon is not at {path} any more. Install it in Python 3.11 or newer (pip install "
        "spatialcarbon) and run “spatialcarbon qgis install”, or name the program under Settings › "
        "Options › Processing › Providers › spatialcarbon.",
        path=program.words[0],
    )


def findings(ended: Ended) -> str:
    """Return what the command found and remarked, without where it wrote."""
    lines = [line.strip() for line in ended.err.splitlines() if line.startswith("  ")]
    # What is said of our own temporary file is of no use to anybody.
    return "\n".join(line for line in lines if line and not line.startswith(EXPORTED))
