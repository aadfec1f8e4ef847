"""Links hold, without a network: files, anchors, pictures, labels, DOIs; addresses are listed."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from spatialcarbon.core.references import references

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BUILT = {"_build", "_generated"}
PAGES = [p for p in sorted(DOCS.rglob("*.md")) if not BUILT & set(p.parts)]
PAGES += [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "analyses").rglob("*.md"))
DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"`(){}\[\]]*[^\s\"`(){}\[\].,;:]")
LINK = re.compile(r"(?P<picture>!?)\[[^\]\n]*\]\((?P<target>[^)\s]+)(?: \"[^\"]*\")?\)")


@cache
def plain(path: Path) -> str:
    """Return a page without its fenced blocks and its code."""
    text = re.sub(r"^(`{3,}).*?^\1", "", path.read_text(encoding="utf-8"), flags=re.S | re.M)
    return re.sub(r"(?<!\})`[^`\n]+`", "", text)


@cache
def anchors(path: Path) -> set[str]:
    """Return what ``#...`` can lead to on a page: headings as MyST names them, labels, ids."""
    text = plain(path)
    raw = re.sub(r"^(`{3,}).*?^\1", "", path.read_text(encoding="utf-8"), flags=re.S | re.M)
    found = set(re.findall(r"^\(([\w-]+)\)=$", text, re.M)) | set(re.findall(r'id="([^"]+)"', text))
    seen: Counter[str] = Counter()
    for heading in re.findall(r"^#{1,4} (.+)$", raw, re.M):
        words = re.sub(r"[`*\[\]]", "", heading.strip().lower())
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def links() -> list[tuple[Path, bool, str]]:
    """Return every link and picture of the pages: page, whether a picture, target."""
    return [
        (path, bool(match["picture"]), match["target"])
        for path in PAGES
        for match in LINK.finditer(plain(path))
    ]


def external() -> dict[str, str]:
    """Return the addresses that pages and the citation file name, DOIs of no known work too."""
    found = {}
    known = {work.doi.lower() for work in references().values() if work.doi}
    data = ROOT / "spatialcarbon" / "data" / "tables" / "catalogue.toml"
    known |= set(DOI.findall(data.read_text(encoding="utf-8").lower()))
    for path in [*PAGES, ROOT / "CITATION.cff"]:
        text = path.read_text(encoding="utf-8")
        addresses = re.findall(r"https?://[^\s)>\"'`\]]+", text)
        plain_ones = {a.rstrip(".,;") for a in addresses if not re.search(r"doi\.org/|example", a)}
        dois = {f"https://doi.org/{doi}" for doi in DOI.findall(text) if doi.lower() not in known}
        found |= dict.fromkeys(plain_ones | dois, str(path.relative_to(ROOT)))
    return found


def broken(path: Path, target: str) -> str:
    """Return what is wrong with a link from a page, or nothing."""
    file, _, anchor = target.partition("#")
    place = (path.parent / unquote(file)).resolve() if file else path
    if not place.exists():
        return f"{path.relative_to(ROOT)}: no file {target}"
    if anchor and place.suffix == ".md" and unquote(anchor) not in anchors(place):
        return f"{path.relative_to(ROOT)}: no heading for {target}"
    return ""


def test_relative_links_lead_to_files_and_headings() -> None:
    local = [(path, target) for path, _, target in links() if not re.match(r"[a-z]+:", target)]
    assert not [wrong for path, target in local if (wrong := broken(path, target))]


def test_pictures_have_words_and_files() -> None:
    wrong = []
    for path in PAGES:
        for words, target in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)", plain(path)):
            if not words or not (path.parent / target).is_file():
                wrong.append(f"{path.relative_to(ROOT)}: {target}")
        for tag in re.findall(r"<img [^>]*>", plain(path)):
            source = re.search(r'src="([^"]+)"', tag)
            if not re.search(r'alt="[^"]+"', tag) or source is None:
                wrong.append(f"{path.relative_to(ROOT)}: {tag}")
            elif not (path.parent / source[1]).is_file():
                wrong.append(f"{path.relative_to(ROOT)}: {source[1]}")
    assert not wrong


def test_labels_that_are_referred_to_exist() -> None:
    labels = {label for path in PAGES for label in anchors(path)}
    used = {
        target
        for path in PAGES
        for target in re.findall(r"\{(?:num)?ref\}`(?:[^`<]*<)?([^`>]+)>?`", plain(path))
    }
    assert used <= labels | {"genindex", "modindex", "search"}


def test_dois_are_well_formed_and_unique() -> None:
    dois = {key: work.doi for key, work in references().items() if work.doi}
    assert len(dois) > 30
    assert not {key: doi for key, doi in dois.items() if not re.fullmatch(r"10\.\d{4,9}/\S+", doi)}
    often = Counter(doi.lower() for doi in dois.values())
    assert not [doi for doi, times in often.items() if times > 1]


def test_external_addresses_are_listed() -> None:
    lines = (DOCS / "external_links.txt").read_text(encoding="utf-8").splitlines()
    listed = [line for line in lines if line and not line.startswith("#")]
    assert listed == sorted(set(listed))
    assert set(external()) == set(listed)


@pytest.mark.parametrize(
    ("target", "fine"),
    [
        ("CONTRIBUTING.md", True),
        ("CONTRIBUTING.md#how-the-package-is-built", True),
        ("CONTRIBUTING.md#how-it-is-not", False),
        ("CONTRIBUTIONS.md", False),
    ],
)
def test_the_check_finds_what_it_looks_for(target: str, fine: bool) -> None:
    assert (broken(ROOT / "README.md", target) == "") is fine
