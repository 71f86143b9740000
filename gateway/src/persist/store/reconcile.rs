//! What a partner sent in a period.

use jiff::Timestamp;

use crate::persist::{Error, FeedPosition, ReconciledPage, Store};

impl Store {
    /// A page of what a partner sent that was received in a period (its end excluded), in the order of recording; `after` is
    /// the previous page's `next`. Salts only where they are asked for: each costs two decipherings.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Corrupt`].
    pub async fn reconciled(
        &self,
        partner_id: &str,
        period: (Timestamp, Timestamp),
        after: Option<FeedPosition>,
        limit: u32,
        with_salts: bool,
    ) -> Result<ReconciledPage, Error> {
        match self {
            Self::Sqlite(store) => store.reconciled(partner_id, period, after, limit, with_salts).await,
        }
    }
}
