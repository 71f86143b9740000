//! The reference client of the contract: everything a partner's integration needs, on `proto` alone.
