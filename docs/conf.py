"""Settings of the documentation. Build it with ``make docs``; nothing is fetched from a network."""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "_ext"), str(HERE.parent)]
# The pages are in English wherever they are built; those in Chinese say so themselves.
os.environ["SPATIALCARBON_LANG"] = "en"

from spatialcarbon import __version__  # noqa: E402

project = "spatialcarbon"
author = "The spatialcarbon developers"
copyright = "The spatialcarbon developers, BSD-3-Clause"
release = version = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinxcontrib.bibtex",
    "mathtext",
    "examples",
    "generated",
    "bilingual_search",
]
exclude_patterns = ["_build", "_ext"]
nitpicky = True

myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
html_math_renderer = "mathtext"

bibtex_bibfiles = ["../spatialcarbon/core/references.bib"]
bibtex_default_style = "plain"
bibtex_reference_style = "author_year"

autosummary_generate = True
autosummary_ignore_module_all = False
autodoc_typehints = "none"  # the docstrings say more about a parameter than its type does
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
templates_path = ["_templates"]

html_theme = "furo"
html_title = f"spatialcarbon {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
pygments_style = "friendly"
pygments_dark_style = "native"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#9c4a12", "color-brand-content": "#9c4a12"},
    "dark_css_variables": {"color-brand-primary": "#f0a56b", "color-brand-content": "#f0a56b"},
}
