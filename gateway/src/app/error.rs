//! Why the gateway does not start, or stops without having been told to.

use std::{net::SocketAddr, path::PathBuf};

use crate::{authenticate, persist};

/// Told to the operator who started it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store cannot be opened, or its secrets cannot be read.
    #[error("store: {0}")]
    Store(#[from] persist::Error),
    /// A file of the store is not there.
    #[error("store: {file} is absent (a new installation begins with `gateway migrate`)")]
    NoStore {
        /// The database or a secret file.
        file: PathBuf,
    },
    /// The registered partners do not prove.
    #[error("registry: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Registry(Vec<authenticate::Problem>),
    /// Our own certificate or key.
    #[error("credentials: {0}")]
    Credentials(#[from] authenticate::CredentialsError),
    /// The model.
    #[error("model: {0}")]
    Model(#[from] crate::judging::NotTaken),
    /// The exporter of metrics.
    #[error("metrics: {0}")]
    Metrics(#[from] crate::observability::otlp::Error),
    /// An address cannot be had.
    #[error("cannot listen on {address}: {cause}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why not.
        cause: std::io::Error,
    },
    /// A listener failed.
    #[error("listener: {0}")]
    Listener(#[from] std::io::Error),
    /// The gRPC server failed.
    #[error("server: {0}")]
    Server(#[from] tonic::transport::Error),
    /// Reflection could not read the contract.
    #[error("reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// A part of the start was interrupted.
    #[error("the start was interrupted")]
    Interrupted,
}
