//! Step 5: a goods item and its history become the model's input. Nothing here has ever seen a score.

mod catalog;
mod counters;
mod goods_item;
mod rates;
mod typical;

pub use catalog::{CATALOG, Feature, Group, WIDTH, fingerprint};
pub use counters::{Counters, Tally};
pub use goods_item::{
    CRITICAL_RATE_WEIGHT, FeatureVector, Features, PRIOR_CRITICAL, PRIOR_FRAUD, PRIOR_WEIGHT, RATE_WEIGHT,
    Undeclared, of,
};
pub(crate) use goods_item::{MEASURED, of_measured, with_counters};
pub use rates::{Rate, Rates};
pub use typical::Fact;
pub(crate) use typical::typical;
