//! Step 5: a goods item and its history become the model's input. Nothing here has ever seen a score.

mod catalog;
mod goods_item;
mod rates;

pub use catalog::{CATALOG, Feature, Group, WIDTH, fingerprint};
pub use goods_item::{
    Counters, FeatureVector, Features, PRIOR_CRITICAL, PRIOR_FRAUD, PRIOR_WEIGHT, RATE_WEIGHT, Undeclared, of,
};
pub(crate) use goods_item::{MEASURED, of_measured, with_counters};
pub use rates::{Rate, Rates};
