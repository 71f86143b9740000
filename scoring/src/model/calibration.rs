//! What a bundle says of its probabilities: how near they came to what was found, and where that was measured.

use serde::Deserialize;

/// Bins of equal width between 0 and 1.
const BINS: u32 = 10;

/// The greatest calibration error that a bundle may have. Thresholds of the policy, expected shares and the drift alarm read
/// the answers as probabilities; the shipped heads are at a fifth of this and below.
pub const MAX_CALIBRATION_ERROR: f64 = 0.05;

/// How far a stated error may be from the one that its own bins make.
const TOLERANCE: f64 = 1e-6;

/// How near a bundle's probabilities came to what was found.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Which rows, under which history. For people.
    pub measured_on: String,
    /// What stands between a head's answer and the probability that is used.
    pub map: CalibrationMap,
    /// Of an irregularity.
    pub fraud: HeadCalibration,
    /// Of a critical irregularity.
    pub critical: HeadCalibration,
}

/// What stands between a head's answer and the probability that is used. A map that this build does not apply is refused
/// with its bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CalibrationMap {
    /// Nothing: the answer is the probability.
    None,
}

/// One head's table and the error that follows from it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadCalibration {
    /// Mean distance of predicted and observed over the bins, weighted by rows.
    pub error: f64,
    /// The bins that hold rows, in order.
    pub bins: Vec<CalibrationBin>,
}

/// The rows whose probability lies in one tenth.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationBin {
    /// Where the tenth begins.
    pub from: f64,
    /// How many rows it holds.
    pub rows: u32,
    /// Their mean probability.
    pub predicted: f64,
    /// The share of them that was found.
    pub observed: f64,
}

impl Calibration {
    /// Whether the tables are tables, on the same rows, and near enough.
    pub(super) fn check(&self) -> Result<(), String> {
        for (head, table) in [("fraud", &self.fraud), ("critical", &self.critical)] {
            table.check().map_err(|problem| format!("{head}: {problem}"))?;
        }
        match (self.fraud.rows(), self.critical.rows()) {
            (fraud, critical) if fraud != critical => {
                Err(format!("fraud is measured on {fraud} rows, critical on {critical}"))
            }
            _ => Ok(()),
        }
    }
}

impl HeadCalibration {
    /// How many rows it was measured on.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.bins.iter().map(|bin| u64::from(bin.rows)).sum()
    }

    // Conditions are written so that what is not a number fails.
    fn check(&self) -> Result<(), String> {
        let mut free = 0;
        for bin in &self.bins {
            let place =
                (free..BINS).find(|place| (bin.from - f64::from(*place) / f64::from(BINS)).abs() < TOLERANCE);
            let place = place.ok_or_else(|| format!("no bin may begin at {} here", bin.from))?;
            free = place + 1;
            if bin.rows == 0 {
                return Err(format!("the bin from {} holds no rows", bin.from));
            }
            let within = bin.from - TOLERANCE..=f64::from(free) / f64::from(BINS) + TOLERANCE;
            if !(within.contains(&bin.predicted) && (0.0..=1.0).contains(&bin.observed)) {
                return Err(format!("the bin from {} holds no shares of its own", bin.from));
            }
        }
        let distance = |bin: &CalibrationBin| f64::from(bin.rows) * (bin.predicted - bin.observed).abs();
        // No bins: not a number, and refused as such.
        let follows = self.bins.iter().map(distance).sum::<f64>() / self.rows() as f64;
        let near = (self.error - follows).abs() <= TOLERANCE;
        if !near {
            return Err(format!("the error is {}, its bins make {follows}", self.error));
        }
        if self.error > MAX_CALIBRATION_ERROR {
            return Err(format!("the error is {}, at most {MAX_CALIBRATION_ERROR} is served", self.error));
        }
        Ok(())
    }
}
