//! Runs the ONNX graph. The only folder that names tract.
//!
//! Plans are made for a few fixed batch sizes and a batch is padded to the next: shapes known at load let tract
//! lay everything out beforehand, and one row costs a tenth of what it costs alone.

mod attributes;
mod forest;
mod operator;

use std::sync::Arc;

use tract_onnx::prelude::*;

use super::Score;
use crate::features::{FeatureVector, WIDTH};

/// Batch sizes with a plan of their own.
const SIZES: [usize; 10] = [1, 2, 4, 6, 8, 10, 12, 16, 32, 64];

/// Why the graph could not be loaded or run.
#[derive(Debug, thiserror::Error)]
pub enum OnnxError {
    /// tract refuses the graph.
    #[error("the graph does not load: {0}")]
    Load(String),
    /// tract failed on an input.
    #[error("the graph does not run: {0}")]
    Run(String),
    /// The outputs are not two heads of probabilities and log-odds.
    #[error("the graph answers {0:?}, not probabilities and log-odds of two heads for each row")]
    Outputs(Vec<usize>),
}

/// A loaded graph.
pub(crate) struct Graph {
    plans: Vec<(usize, Arc<TypedRunnableModel>)>,
}

impl std::fmt::Debug for Graph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Graph(..)")
    }
}

impl Graph {
    /// Loads the bytes of `model.onnx`.
    pub(crate) fn load(bytes: &[u8]) -> Result<Self, OnnxError> {
        let plan = |size: usize| -> TractResult<_> {
            operator::onnx()
                .model_for_read(&mut &*bytes)?
                .with_input_fact(0, f32::fact([size, WIDTH]).into())?
                .into_optimized()?
                .into_runnable()
        };
        let plans = SIZES.iter().map(|size| Ok((*size, plan(*size)?))).collect::<TractResult<Vec<_>>>();
        Ok(Self { plans: plans.map_err(|error| OnnxError::Load(format!("{error:#}")))? })
    }

    /// Both heads' answers for every vector, in order.
    pub(crate) fn run(&self, vectors: &[FeatureVector]) -> Result<Vec<Score>, OnnxError> {
        let mut scores = Vec::with_capacity(vectors.len());
        for chunk in vectors.chunks(SIZES[SIZES.len() - 1]) {
            let Some((size, plan)) = self.plans.iter().find(|(size, _)| *size >= chunk.len()) else {
                return Err(OnnxError::Run("no plan for this batch".into()));
            };
            let mut input = vec![0f32; size * WIDTH];
            for (row, vector) in input.chunks_exact_mut(WIDTH).zip(chunk) {
                row.copy_from_slice(&vector.0);
            }
            let failed = |error: TractError| OnnxError::Run(format!("{error:#}"));
            let input = Tensor::from_shape(&[*size, WIDTH], &input).map_err(failed)?;
            let outputs = plan.run(tvec!(input.into())).map_err(failed)?;
            let mut heads = [[0f32; 2]; 2];
            let views = outputs
                .iter()
                .map(|output| output.to_plain_array_view::<f32>())
                .collect::<TractResult<Vec<_>>>()
                .map_err(failed)?;
            let [probabilities, margins] = views.as_slice() else {
                return Err(OnnxError::Outputs(vec![views.len()]));
            };
            for view in [probabilities, margins] {
                if view.shape() != [*size, 2] {
                    return Err(OnnxError::Outputs(view.shape().to_vec()));
                }
            }
            for row in 0..chunk.len() {
                for head in 0..2 {
                    heads[0][head] = probabilities[[row, head]];
                    heads[1][head] = margins[[row, head]];
                }
                let [[fraud, critical], [fraud_margin, critical_margin]] = heads;
                scores.push(Score { fraud, critical, fraud_margin, critical_margin });
            }
        }
        Ok(scores)
    }
}
