//! Partners' XML into a plain tree of elements, and values out of it with their places.
//!
//! Deliberately small: no DTDs, no entities beyond the five of XML itself, no namespaces beyond cutting off a prefix (partners
//! bind the right names to the wrong URI, to none, or forget the inner default), no attributes. What is left cannot be
//! used to make the reader fetch, expand or nest anything. The same tree is made from JSON renderings of such messages.

mod charset;
mod document;
mod failure;
mod from_json;
mod from_xml;
mod places;
mod scribe;
mod sniff;
mod tree;
mod write;

pub(crate) use charset::decode;
pub(crate) use document::{kind_of, read, unrecognised};
pub(crate) use failure::Failure;
pub(crate) use from_json::from_json;
pub(crate) use scribe::{At, Scribe, instant};
pub(crate) use sniff::names;
pub(crate) use tree::{Element, Tree};
pub(crate) use write::Writer;
