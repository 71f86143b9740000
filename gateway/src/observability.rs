//! Subscriber, exporter, and every span, field and metric name.
