//! Our own operator for ONNX tree ensembles, registered in tract in place of the one that it lacks.

use tract_onnx::Onnx;
use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_hir::internal::*;
use tract_onnx::tract_hir::ops::expandable::{Expansion, expand};

use super::attributes;
use super::forest::{Forest, TARGETS};
use crate::features::WIDTH;

/// tract's reader of ONNX with `TreeEnsembleRegressor` in it. Its own classifier, which is quadratic in the number of
/// leaves and inverts binary labels, is taken out: a bundle that uses it does not load.
pub(super) fn onnx() -> Onnx {
    let mut onnx = tract_onnx::onnx();
    onnx.op_register.insert("TreeEnsembleRegressor", read);
    onnx.op_register.0.remove("TreeEnsembleClassifier");
    onnx
}

fn read(_: &ParsingContext, node: &NodeProto) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    Ok((expand(TreeEnsemble(Arc::new(attributes::forest(node)?))), Vec::new()))
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct TreeEnsemble(Arc<Forest>);

impl Expansion for TreeEnsemble {
    fn name(&self) -> StaticName {
        "CorridorTreeEnsemble".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 1)?;
        check_output_arity(outputs, 1)?;
        for (proxy, columns) in [(&inputs[0], WIDTH), (&outputs[0], TARGETS)] {
            solver.equals(&proxy.datum_type, f32::datum_type())?;
            solver.equals(&proxy.rank, 2)?;
            solver.equals(&proxy.shape[1], columns.to_dim())?;
        }
        solver.equals(&inputs[0].shape[0], &outputs[0].shape[0])
    }

    fn wire(&self, prefix: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        model.wire_node(prefix, self.clone(), inputs)
    }
}

impl Op for TreeEnsemble {
    fn name(&self) -> StaticName {
        "CorridorTreeEnsemble".into()
    }

    op_as_typed_op!();
}

impl EvalOp for TreeEnsemble {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let rows = args_1!(inputs);
        let rows = rows.to_plain_array_view::<f32>()?;
        ensure!(rows.ndim() == 2 && rows.shape()[1] == WIDTH, "rows of another width");
        let values = rows.as_slice().context("rows are not contiguous")?;
        let margins = self.0.margins(values);
        Ok(tvec!(Tensor::from_shape(&[rows.shape()[0], TARGETS], &margins)?.into_tvalue()))
    }
}

impl TypedOp for TreeEnsemble {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(tvec!(f32::fact(&[inputs[0].shape[0].clone(), TARGETS.into()])))
    }

    as_op!();
}
