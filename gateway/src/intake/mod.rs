//! The service that puts steps 2 to 9 in order.
