//! Step 6: feature vectors become scores, and a score its exact explanation. Nothing here has ever seen a manifest.

mod bundle;
mod calibration;
mod explain;
mod onnx;
mod trees;

pub use bundle::{Bundle, BundleError, Thresholds};
pub use calibration::{Calibration, CalibrationBin, CalibrationMap, HeadCalibration, MAX_CALIBRATION_ERROR};
pub use explain::Explanation;
pub use onnx::OnnxError;

/// What the model says about one vector.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Probability of an irregularity, as the head gives it; the bundle's [`Calibration`] says how near it comes.
    pub fraud: f32,
    /// Probability of a critical irregularity, likewise.
    pub critical: f32,
    /// Log-odds of `fraud`.
    pub fraud_margin: f32,
    /// Log-odds of `critical`.
    pub critical_margin: f32,
}

impl Score {
    /// Whether it is an answer: probabilities are probabilities, and nothing is infinite or not a number.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        [self.fraud, self.critical].iter().all(|p| (0.0..=1.0).contains(p))
            && self.fraud_margin.is_finite()
            && self.critical_margin.is_finite()
    }
}
