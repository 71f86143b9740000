//! `score batch`.

use std::io::Write as _;
use std::path::PathBuf;

use scoring::policy::{public_text, text};
use scoring::{Capacity, Case, Language, finish};
use serde_json::json;

use crate::{With, history, outcomes};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    with: With,
    /// Files whose outcomes are known beforehand.
    #[arg(long)]
    history: Vec<PathBuf>,
    /// The file to judge, one consignment of one goods item a row.
    file: PathBuf,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let scorer = self.with.scorer()?;
        let history = history(&self.history, scorer.policy())?;
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for (row, outcome) in outcomes(&self.file)?.into_iter().enumerate() {
            let case = Case::Cargo { consignments: vec![vec![outcome.subject]], crew: Vec::new() };
            let decided = finish(scorer.score(&case, Ok(&history), &[]), &Capacity::default());
            for decision in &decided.pre_decisions[1..] {
                let officer = &decision.officer;
                let reasons = officer.deciding_items.iter().flat_map(|item| &item.reasons);
                let line = json!({
                    "row": row + 1,
                    "verdict": decision.verdict.as_str(),
                    "fraud": officer.fraud_probability,
                    "critical": officer.critical_probability,
                    "no_precedent": officer.no_precedent,
                    "public": decision.public_reasons.iter()
                        .map(|reason| public_text(*reason, Language::English)).collect::<Vec<_>>(),
                    "rules": officer.rules.iter()
                        .map(|reason| text(reason, Language::English)).collect::<Vec<_>>(),
                    "reasons": reasons
                        .map(|reason| json!([text(reason, Language::English), reason.contribution]))
                        .collect::<Vec<_>>(),
                });
                writeln!(out, "{line}")?;
            }
        }
        Ok(out.flush()?)
    }
}
