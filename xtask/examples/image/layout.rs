//! The OCI image layout (image-spec 1.1) as one tar archive.

use anyhow::Result;
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::{
    Origin,
    contents::{PROGRAM, USER},
    tar::Tar,
};

/// The archive that `skopeo copy oci-archive:FILE`, `podman load` and `crane push` take.
pub(crate) fn image(layer: &[u8], origin: &Origin) -> Result<Vec<u8>> {
    let created = jiff::Timestamp::from_second(i64::try_from(origin.epoch)?)?.to_string();
    let labels = json!({
        "org.opencontainers.image.title": "customs-gateway",
        "org.opencontainers.image.description": "Mutually authenticated gateway for cargo manifests and passenger lists",
        "org.opencontainers.image.version": origin.version,
        "org.opencontainers.image.revision": origin.revision,
        "org.opencontainers.image.created": created,
        "org.opencontainers.image.licenses": "Apache-2.0",
    });
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let config = json!({
        "created": created,
        "architecture": architecture,
        "os": "linux",
        "config": {
            "User": format!("{USER}:{USER}"),
            "Env": ["PATH=/usr/bin"],
            "Entrypoint": [PROGRAM],
            "Labels": labels,
            "WorkingDir": "/",
        },
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{}", sha256(layer))] },
        "history": [{ "created": created, "created_by": "cargo xtask image" }],
    });
    let mut tar = Tar::default();
    let mut blob = |media_type: &str, bytes: Vec<u8>| -> Value {
        let (digest, size) = (sha256(&bytes), bytes.len());
        tar.file(&format!("blobs/sha256/{digest}"), 0o644, bytes);
        json!({ "mediaType": media_type, "digest": format!("sha256:{digest}"), "size": size })
    };
    let layer = blob("application/vnd.oci.image.layer.v1.tar", layer.to_vec());
    let config = blob("application/vnd.oci.image.config.v1+json", serde_json::to_vec(&config)?);
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": config,
        "layers": [layer],
        "annotations": labels,
    });
    let mut manifest = blob("application/vnd.oci.image.manifest.v1+json", serde_json::to_vec(&manifest)?);
    manifest["annotations"] = json!({ "org.opencontainers.image.ref.name": origin.version });
    let index = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [manifest],
    });
    tar.file("index.json", 0o644, serde_json::to_vec(&index)?);
    tar.file("oci-layout", 0o644, r#"{"imageLayoutVersion":"1.0.0"}"#);
    tar.bytes(origin.epoch)
}

/// SHA-256 in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
