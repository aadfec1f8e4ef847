"""The bibliography is read strictly, and said as lists of references and BibTeX want it."""

from __future__ import annotations

import re

import pytest

from spatialcarbon.core.bibliography import Work, parse, plain, sentence
from spatialcarbon.core.references import cite_keys, references

SHIPPED = {
    "moran1950": "Moran, P. A. P. (1950). Notes on continuous stochastic phenomena. "
    "Biometrika 37(1/2): 17–23.",
    "cliff1981": "Cliff, A. D., & Ord, J. K. (1981). Spatial Processes: Models and Applications. "
    "London: Pion.",
    "anselin1996": "Anselin, L. (1996). The Moran scatterplot as an ESDA tool to assess local "
    "instability in spatial association. In M. Fischer, H. Scholten & D. Unwin (eds), Spatial "
    "Analytical Perspectives on GIS. London: Taylor & Francis, 111–125.",
    "chen2020": "Chen, J., Gao, M., Cheng, S., et al. (2020). County-level CO2 emissions and "
    "sequestration in China during 1997–2017. Scientific Data 7: 391.",
    "herfindahl1950": "Herfindahl, O. C. (1950). Concentration in the steel industry. "
    "Dissertation, New York: Columbia University.",
    "macqueen1967": "MacQueen, J. (1967). Some methods for classification and analysis of "
    "multivariate observations. In Proceedings of the Fifth Berkeley Symposium on Mathematical "
    "Statistics and Probability 1. Berkeley: University of California Press, 281–297.",
    "study004": "Zhang & Li. Provincial carbon quota allocation under the 1.5 °C target. "
    "Study 004 of the five studies this package covers.",
    "miller2009": "Miller, R. E., & Blair, P. D. (2009). Input-Output Analysis: Foundations and "
    "Extensions, 2nd ed. Cambridge University Press.",
}


@pytest.mark.parametrize("key", SHIPPED)
def test_a_work_as_a_sentence(key: str) -> None:
    assert references()[key].text == SHIPPED[key]


def test_nothing_of_latex_is_left() -> None:
    for item in references().values():
        assert not re.search(r"[{}\\]|--|\$", item.text), item.text
        assert item.text.endswith((".", "?"))
        assert "  " not in item.text
        assert " ," not in item.text
        strings = [value for value in item.work.csl.values() if isinstance(value, str)]
        assert not re.search(r"[{}\\]", " ".join(strings))


def test_bibtex_is_read_back_as_itself() -> None:
    for key, item in references().items():
        again = parse(item.work.bibtex + "\n")
        assert list(again) == [key]
        assert again[key].fields == item.work.fields


def test_what_is_not_bibtex() -> None:
    good = "@book{a,\n  title = {T},\n}\n"
    assert parse(good)["a"].fields == {"title": "T"}
    with pytest.raises(ValueError, match="twice"):
        parse(good * 2)
    with pytest.raises(ValueError, match="unreadable"):
        parse(good + "stray")
    with pytest.raises(ValueError, match="not closed"):
        parse("@book{a,\n  title = {T,\n}\n")


def test_accents_and_dashes() -> None:
    assert plain(r"M{\"a}ler, Nash{\'e}, {\v S}id{\'a}k 3--4 \& {\textdegree}C") == (
        "Mäler, Nashé, Šidák 3–4 & °C"
    )


def test_csl_of_an_article() -> None:
    work = references()["moran1950"].work
    assert work.csl == {
        "id": "moran1950",
        "type": "article-journal",
        "title": "Notes on continuous stochastic phenomena",
        "author": [{"family": "Moran", "given": "P. A. P."}],
        "issued": {"date-parts": [[1950]]},
        "container-title": "Biometrika",
        "volume": "37",
        "issue": "1/2",
        "page": "17–23",
        "DOI": "10.1093/biomet/37.1-2.17",
    }


def test_an_undated_work_with_a_question() -> None:
    work = Work("k", "misc", {"author": "Li", "title": "Why?", "howpublished": "Web"}, "")
    assert sentence(work) == "Li. Why? Web."


def test_keys_are_sorted_by_what_is_read() -> None:
    found = cite_keys(["moran1950", "anselin1995", "moran1950"])
    assert [item.key for item in found] == ["anselin1995", "moran1950"]
