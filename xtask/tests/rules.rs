//! docs/RULES.md is made from the tables of rules and the heads of the code lists, so it cannot say anything else.
//!
//! `FIXTURES_ACCEPT=1` (what `cargo xtask fixtures --accept` sets) writes it anew.

#![allow(clippy::unwrap_used)] // helpers of tests are tests too

use std::fmt::Write as _;

use manifest::code_list;
use manifest::rule::{Conditions, Deadlines, Scope};
use xtask::tree::workspace_root;

const HEAD: &str = "# Rules that are data

How early a manifest must be filed, what it must say, and which codes there are. The first two are tables in `manifest/rules/`,
each row with the days between which it holds; the third are the files of `manifest/code_lists/`. A digest over all of them
stands in every pre-decision. What a rule finds is in [FINDINGS.md](FINDINGS.md); rules of arithmetic, check digits and order
are code, in `manifest/src/validate/`. This page is made from the files by `cargo xtask fixtures --accept`.

A row holds for a manifest when its load, mode (UN/ECE Recommendation 19), customs regime and partner (id in the registry) fit
and the day of the expected arrival, in the calendar of the post (+05:00), lies between its days. Of several the one that says
most counts: partner before regime before mode before load. Two rows that say the same of the same day are refused.
";

const DEADLINES: &str = "
## Deadlines

Measured from the expected arrival at the border post. A later manifest is noted (`FILED_LATE`, with the row's name) and decided
all the same. An operator puts a table of their own in its place under `[[intake.rules.deadlines]]`.

| row | mode | regime | partner | holds | minutes | source |
|---|---|---|---|---|---|---|
";

const CONDITIONS: &str = "
## What must be said

What its absence weighs: BLOCKING withholds the traveller, consignment or conveyance that it is about, WARNING may raise a
corridor, NOTE changes nothing, NONE means that it need not be said. A conveyance, a border post, an arrival, a load and the
items of a load are not in the table: nothing could be decided without them, whatever a table says.

| element | weight | load | mode | regime | partner | holds | source |
|---|---|---|---|---|---|---|---|
";

const COACHES: &str = "
## One bad row, and many

A traveller with a blocking finding is withheld, and everybody else on the list is decided. The coach as a whole is withheld
(`TRAVELLERS_WITHHELD`) when its driver is, or when more than {share} of those on board, crew included, are: of fifty travellers and
two of crew {kept} may be withheld and the coach is still decided, {lost} withhold it. Whoever is not withheld keeps a decision of
their own. A finding that the coach as a whole is red for is stronger: a row that cannot be read names nobody, so an officer
looks who that is. The share is `coach.withheld_traveller_share` of `scoring/policy.toml`.
";

const LISTS: &str = "
## Code lists

| file | codes | what, from where, under which licence |
|---|---|---|
";

fn page() -> String {
    let mut page = HEAD.to_owned() + DEADLINES;
    for row in Deadlines::built_in().rows() {
        let [_, mode, regime, partner, holds] = words(&row.scope);
        let (id, minutes, source) = (&row.id, row.minutes, &row.source);
        writeln!(page, "| {id} | {mode} | {regime} | {partner} | {holds} | {minutes} | {source} |").unwrap();
    }
    page += CONDITIONS;
    for row in Conditions::built_in().rows() {
        let [load, mode, regime, partner, holds] = words(&row.scope);
        let (element, weight) = (row.element.as_str(), row.weight.map_or("NONE", |weight| weight.as_str()));
        let source = &row.source;
        writeln!(
            page,
            "| {element} | {weight} | {load} | {mode} | {regime} | {partner} | {holds} | {source} |"
        )
        .unwrap();
    }
    page += &coaches();
    page += LISTS;
    for (file, head, codes) in code_list::catalogue() {
        writeln!(page, "| `{file}` | {codes} | {head} |").unwrap();
    }
    page
}

/// The rule of coaches with the share that the policy in force names.
fn coaches() -> String {
    let policy = std::fs::read_to_string(workspace_root().join("scoring/policy.toml")).unwrap();
    let line = policy.lines().find_map(|line| line.strip_prefix("withheld_traveller_share = ")).unwrap();
    let percent = (line.trim().parse::<f64>().unwrap() * 100.0).round();
    let kept = (percent * 52.0 / 100.0).floor();
    COACHES
        .replace("{share}", &format!("{percent} %"))
        .replace("{kept}", &kept.to_string())
        .replace("{lost}", &(kept + 1.0).to_string())
}

/// Load, mode, regime, partner and days of a row.
fn words(scope: &Scope) -> [String; 5] {
    let all = || "all".to_owned();
    let from =
        if scope.from == jiff::civil::Date::MIN { "always".to_owned() } else { scope.from.to_string() };
    let holds = match scope.to {
        Some(to) => format!("{from} until before {to}"),
        None if from == "always" => from,
        None => format!("from {from}"),
    };
    [
        scope.load.map_or_else(all, |load| load.as_str().to_owned()),
        scope.mode.map_or_else(all, |mode| mode.code().to_owned()),
        scope.regime.map_or_else(all, |regime| regime.as_str().to_owned()),
        scope.partner.clone().unwrap_or_else(all),
        holds,
    ]
}

#[test]
fn the_page_of_rules_tells_every_row_story() {
    let path = workspace_root().join("docs/RULES.md");
    if std::env::var_os("FIXTURES_ACCEPT").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page(), "docs/RULES.md is behind; `cargo xtask fixtures --accept` writes it");
}
