"""Trains the two heads and writes a bundle that `Scorer::load` accepts. Never imported by Rust."""
