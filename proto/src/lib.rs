//! Rust bindings of the contract `customs.prearrival.v1`. Nothing is written by hand here but re-exports: the
//! contract is the folder `customs/` beside this crate's sources.

/// The contract, version 1.
pub mod v1 {
    #![allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub)]
    tonic::include_proto!("customs.prearrival.v1");
}

/// The compiled contract (a `google.protobuf.FileDescriptorSet`), for reflection and canonical JSON.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
