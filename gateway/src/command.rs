//! The command line: serve, check-config, migrate, partner import, history import.
