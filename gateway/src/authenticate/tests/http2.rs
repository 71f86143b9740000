//! HTTP/2 limits.
