"""Lines that show each command at work: every one of them runs, and a test sees to it."""

from __future__ import annotations

from collections.abc import Sequence

from spatialcarbon.cli.shared import say

PROGRAM = "spatialcarbon"
VARIABLE = "_SPATIALCARBON_COMPLETE"
"""Set by a shell that asks what may follow on a line."""

EXAMPLES = {
    # command: (what the line is for, the words after the program's name)
    "demo": (
        ("The study of the five city clusters, into the folder demo", "demo"),
        ("In Chinese, somewhere else", "demo --lang zh --out five_clusters"),
    ),
    "init": (
        ("From a table of your own", "init emissions.xlsx --out study.toml"),
        ("A template to fill in, in Chinese", "init --lang zh --out study.toml"),
    ),
    "check": (("What would go wrong, and what looks odd", "check study.toml"),),
    "run": (
        ("A study of your own", "run study.toml --out results"),
        ("Once more, in place of the earlier results", "run study.toml --out results --overwrite"),
        ("Continue after an interruption", "run study.toml --out results --resume"),
        ("For another program: which files were written", "run study.toml --out results --json"),
    ),
    "verify": (
        ("Does the same come out again?", "verify results"),
        ("The study file was moved", "verify results --study elsewhere/study.toml"),
    ),
    "tables": (
        ("Which tables ship", "tables"),
        ("One of them, as a file", "tables city_co2 --out co2.csv"),
        ("For another program", "tables study002_moran --json"),
    ),
    "units": (
        ("Cities of one cluster", "units --clusters PRD"),
        ("A map for QGIS", "units provinces --out provinces.gpkg"),
    ),
    "replicate": (
        ("One study", "replicate 001"),
        ("What a study's own tables contradict", "replicate 004 --verdict inconsistent"),
        ("A page with filters", "replicate --out ledger.html"),
    ),
    "cite": (
        ("The package", "cite"),
        ("A paragraph on methods for a folder of results", "cite results --format methods"),
        ("A shipped table", "cite city_co2 --format text"),
    ),
    "weights": (
        ("Who neighbours whom, in short", "weights --clusters plan --weights queen"),
        ("Links for places without neighbours", "weights --clusters plan --bridges"),
        ("To a file", "weights --clusters plan --weights knn:4 --out knn.parquet"),
    ),
    "landcover": (
        ("Invented rasters and a study file, to try with", "landcover --synthetic trial"),
        (
            "Rasters of your own",
            "landcover clcd_2000.tif clcd_2020.tif --scheme CLCD --clusters PRD",
        ),
        (
            "The raster of changes",
            "landcover clcd_2000.tif clcd_2020.tif --scheme CLCD --out change.tif",
        ),
    ),
    "scenario": (
        ("Peak years", "scenario --base 1184.2 --rates study003_rates --horizon 2030"),
        (
            "With chances",
            "scenario --base 1184.2 --rates study003_rates --horizon 2030 --draws 1000",
        ),
        (
            "A picture of the paths",
            "scenario --base 1184.2 --rates study003_rates --horizon 2030 --out paths.png",
        ),
    ),
    "transfers": (
        ("An invented table that ships", "transfers illustrative_eight_regions"),
        (
            "A table of your own, as a map",
            "transfers mrio.xlsx --money 万元 --mapping study001_regions --out transfers.gpkg",
        ),
    ),
    "qgis": (
        ("Into the profile that QGIS starts with", "qgis install"),
        ("Into another one", "qgis install --profile work"),
        ("Out again", "qgis uninstall"),
    ),
    "doctor": (
        ("Is everything there?", "doctor"),
        ("For a bug report", "doctor --json"),
    ),
    "completion": (
        ("Bash: for this session", 'eval "$(spatialcarbon completion bash)"'),
        ("Zsh: for good", "completion zsh > ~/.zfunc/_spatialcarbon"),
        ("Fish: for good", "completion fish > ~/.config/fish/completions/spatialcarbon.fish"),
    ),
}

_CITIES = "--clusters plan --table city_co2"
_PEOPLE = "--table city_population"
_SHARED_OUT = (
    f"--clusters BTH --table city_co2 {_PEOPLE} --year 2010 --emission co2_mt"
    " --population population --cut 0.2"
)
_PROVINCES = "--units provinces --clusters EAST,CENTRAL --table province_co2 --table province_gdp"

SHIPPED = {
    # method: words of a line that runs on what ships
    "allocate": f"{_SHARED_OUT} --principles equality,grandfathering",
    "allocation_sensitivity": f"{_SHARED_OUT} --criterion co2_mt --draws 200",
    "bivariate": f"{_CITIES} {_PEOPLE} --x co2_mt --y population --year 2010",
    "centre": f"{_CITIES} --column co2_mt",
    "compensate": (
        f"{_CITIES} --table illustrative_sinks_gdp --emission co2_mt --sink sink --gdp gdp"
        " --year 2017 --price 60"
    ),
    "dea": (
        f"--clusters BTH --table city_co2 {_PEOPLE} --year 2010 --inputs co2_mt"
        " --outputs population --draws 0"
    ),
    "decompose": (
        f"{_PROVINCES} --identity"
        ' "co2_10kt = gdp_100m_cny * (co2_10kt/gdp_100m_cny)"'
        " --stages 2006-2016 --prices current"
    ),
    "decoupling": (
        f"{_PROVINCES} --outcome co2_10kt --driver gdp_100m_cny --stages 2006-2016 --prices current"
    ),
    "density": f"{_CITIES} --column co2_mt --year 2017 --groups plan",
    "evaluate": (
        f"{_CITIES} --groups cluster --outcome co2_mt --covariates co2_mt --treated-group YRD"
        " --treated-from 2010 --permutations 99"
    ),
    "geary": f"{_CITIES} --column co2_mt --year 2017",
    "govern": (
        "--clusters CDMA --table city_co2 --emission co2_mt --year 2017 --licensor 510100 --sweep 0"
    ),
    "grey": (
        f"{_CITIES} {_PEOPLE} --reference co2_mt --factors population,urban_population --year 2010"
    ),
    "growth": "--clusters PRD --table city_co2 --column co2_mt --start 2005 --horizon 2030",
    "hotspots": f"{_CITIES} --column co2_mt --year 2017",
    "indicators": "--clusters PRD --table city_co2 --column co2_mt --year 2017",
    "industry": (
        "--clusters plan --table illustrative_industry_shares"
        " --shares energy,heavy,light,hightech --gap-samples 20"
    ),
    "inequality": f"{_CITIES} --variable co2_mt --year 2017 --groups plan",
    "judgement": f"{_SHARED_OUT} --principles equality,grandfathering --permutations 999",
    "lisa": f"{_CITIES} --column co2_mt --year 2017 --out lisa.gpkg",
    "moran": f"{_CITIES} --column co2_mt --year 2017 --groups plan",
    "rates": (
        f"--clusters plan {_PEOPLE} --events urban_population --population population --year 2010"
    ),
    "regression": (
        f"{_CITIES} {_PEOPLE} --outcome co2_mt --covariates population --year 2010 --models ols,lag"
    ),
    "sensitivity": f"{_CITIES} --column co2_mt --year 2017",
    "simulation": (
        '--clusters YRD --table city_co2 --column co2_mt --measure "Mt CO2"'
        " --rates study003_rates --horizon 2030 --draws 500"
    ),
    "smoothing": f"{_SHARED_OUT} --max-contrast 0.2",
    "trading": (
        "--units provinces --covered --table study004_criteria"
        " --table illustrative_abatement_prices --emission co2_2030_10kt --population population"
        " --principles equality --cut 0.2 --cap 0.6 --price price_at_half"
    ),
    "transitions": f"{_CITIES} --column co2_mt --start 2005 --end 2017",
}


def examples_of(name: str, own: str | None) -> Sequence[tuple[str, str]]:
    """Return the example lines of a command, each with what it is for.

    Parameters
    ----------
    name : str
        Of the command.
    own : str or None
        For a method: the words of a line on a map and a table of the user's own.
    """
    lines = []
    if name in EXAMPLES:
        lines = [(say(caption), words) for caption, words in EXAMPLES[name]]
    if name in SHIPPED:
        lines.append((say("On data that ships"), f"{name} {SHIPPED[name]}"))
    if own is not None:
        lines.append((say("On your own map and table"), f"{name} {own}"))
    return [
        (caption, words if words.startswith("eval ") else f"{PROGRAM} {words}")
        for caption, words in lines
    ]
