"""Centres, indicators, profiles and coupling beside NumPy, pandas, PROJ and scikit-learn."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyproj import Geod
from scipy.stats import gmean
from sklearn.preprocessing import MaxAbsScaler, normalize

import spatialcarbon as sc
from tests.oracles.draws import Rng, positive, voronoi
from tests.oracles.oracle import Oracle, relative


def centre(rng: Rng) -> dict[str, float]:
    units = voronoi(rng)
    values = pd.DataFrame(
        {year: positive(rng, len(units)) for year in (2005, 2010)}, index=units.index
    )
    ours = sc.centre_track(values, units).table.set_index("year")
    xy = np.column_stack([units.geometry.centroid.x, units.geometry.centroid.y])
    found: dict[str, float] = dict.fromkeys(("centre", "axes", "rotation (degrees)"), 0.0)
    for year in values:
        v = values[year].to_numpy()
        row = ours.loc[year]
        middle = np.average(xy, axis=0, weights=v)
        lengths, ways = np.linalg.eigh(np.cov(xy.T, aweights=v, ddof=0))
        angle = np.degrees(np.arctan2(ways[0, 1], ways[1, 1]))  # clockwise from the y axis
        turn = abs((row["rotation_grid"] - angle + 90) % 180 - 90)
        found["centre"] = max(found["centre"], relative(row[["x", "y"]].astype(float), middle))
        axes = row[["semi_minor_km", "semi_major_km"]].astype(float)
        found["axes"] = max(found["axes"], relative(axes, np.sqrt(lengths) / 1000))
        found["rotation (degrees)"] = max(found["rotation (degrees)"], turn)
    before, now = (ours.loc[year, ["lon", "lat"]].astype(float) for year in (2005, 2010))
    azimuth, _, metres = Geod(ellps="GRS80").inv(*before, *now)
    found["way between years"] = relative(
        [ours.loc[2010, "displacement_km"], ours.loc[2010, "bearing"]],
        [metres / 1000, azimuth % 360],
    )
    return found


def table(rng: Rng) -> pd.DataFrame:
    n = int(rng.integers(3, 20))
    columns = ["co2", "people", "gdp", "built", "sink"]
    frames = [
        pd.DataFrame(rng.lognormal(2, 1, (n, 5)), columns=columns).assign(
            unit=[f"u{i}" for i in range(n)], year=year
        )
        for year in (2005, 2010)
    ]
    return pd.concat(frames, ignore_index=True).sample(frac=1, random_state=int(rng.integers(99)))


MEASURES = {
    "co2": "Mt CO2",
    "people": "10^4 persons",
    "gdp": "10^8 CNY",
    "built": "km2",
    "sink": "10^4 t CO2",
}


def ratios(rng: Rng) -> dict[str, float]:
    frame = table(rng)
    panel = sc.Panel.from_frame(frame, unit="unit", year="year", units=MEASURES)
    groups = pd.Series(rng.choice(["G1", "G2"], panel.units.size), panel.units)
    area = pd.Series(rng.uniform(10, 1000, panel.units.size), panel.units)
    ours = sc.indicators(
        panel, population="people", gdp="gdp", area=area, built_area="built", sink="sink",
        groups=groups,
    )  # fmt: skip
    tonnes = frame.assign(
        co2=frame["co2"] * 1e6, people=frame["people"] * 1e4, gdp=frame["gdp"] * 1e8,
        sink=frame["sink"] * 1e4, area=frame["unit"].map(area), group=frame["unit"].map(groups),
    )  # fmt: skip
    columns = ["co2", "people", "gdp", "built", "sink", "area"]
    sums = tonnes.groupby(["group", "year"])[columns].sum()
    theirs = {
        "per_capita": sums["co2"] / sums["people"],
        "per_gdp": sums["co2"] / sums["gdp"] * 1e4,
        "per_built_area": sums["co2"] / sums["built"],
        "per_area": sums["co2"] / sums["area"],
        "neutrality": sums["sink"] / sums["co2"],
    }
    found = {}
    for name, expected in theirs.items():
        rows = ours.pivot(name)
        mine = [float(rows.loc[group, year]) for group, year in expected.index]  # type: ignore[arg-type]
        found[name] = relative(mine, expected)
    return found


def grown(rng: Rng) -> dict[str, float]:
    frame = table(rng)[["unit", "year", "co2"]]
    panel = sc.Panel.from_frame(frame, unit="unit", year="year", units={"co2": "Mt CO2"})
    ours = sc.growth(panel, start=2005, end=2010)
    ours = ours[ours["level"] == "unit"].set_index("place")
    wide = frame.pivot(index="unit", columns="year", values="co2").loc[ours.index]
    return {
        "in all": relative(ours["growth"], wide.pct_change(axis=1)[2010]),
        "a year": relative(ours["annual_growth"], np.expm1(np.log(wide[2010] / wide[2005]) / 5)),
    }


def profiles(rng: Rng) -> dict[str, float]:
    n = int(rng.integers(2, 20))
    frame = pd.DataFrame(rng.lognormal(0, 2, (n, 4)), columns=list("abcd")).rename("u{}".format)
    return {"shares": relative(sc.composition(frame).table, normalize(frame, norm="l1"))}


def largest(rng: Rng) -> dict[str, float]:
    n = int(rng.integers(2, 20))
    frame = pd.DataFrame(rng.lognormal(0, 2, (n, 4)), columns=list("abcd")).rename("u{}".format)
    return {
        "over the largest": relative(
            sc.max_normalise(frame).table, MaxAbsScaler().fit_transform(frame)
        )
    }


def coupling(rng: Rng) -> dict[str, float]:
    n, k = int(rng.integers(2, 20)), int(rng.integers(2, 5))
    frame = pd.DataFrame(rng.beta(1, 2, (n, k)), columns=[f"s{j}" for j in range(k)])
    frame.index = pd.Index([f"u{i}" for i in range(n)])
    if rng.random() < 0.3:
        frame.iloc[0, 0] = 0.0
    alpha = pd.Series(rng.dirichlet(np.ones(k)), frame.columns)
    ours = sc.coupling_coordination(frame, weights=alpha)
    c = gmean(frame, axis=1) / frame.mean(axis=1)
    t = frame @ alpha
    return {
        "C": relative(ours.coupling, c),
        "T": relative(ours.development, t),
        "D": relative(ours.coordination, np.sqrt(c * t)),
    }


ORACLES = (
    Oracle(
        "centre_track",
        "centre, axes, rotation, way",
        "numpy",
        "numpy.average, cov, linalg.eigh; pyproj.Geod",
        centre,
        1e-6,
        quick=5,
        note="Rotation is compared absolutely, in degrees; a nearly round ellipse has hardly "
        "any direction.",
    ),
    Oracle(
        "indicators", "five ratios of sums", "pandas", "DataFrame.groupby", ratios, 1e-12, quick=5
    ),
    Oracle(
        "growth", "growth in all, a year", "pandas", "DataFrame.pct_change", grown, 1e-10, quick=5
    ),
    Oracle(
        "composition",
        "shares",
        "scikit-learn",
        "sklearn.preprocessing.normalize",
        profiles,
        1e-14,
        quick=10,
    ),
    Oracle(
        "max_normalise",
        "values over the largest",
        "scikit-learn",
        "sklearn.preprocessing.MaxAbsScaler",
        largest,
        1e-14,
        quick=10,
    ),
    Oracle(
        "coupling_coordination", "C, T, D", "scipy", "scipy.stats.gmean", coupling, 1e-12, quick=10
    ),
)
