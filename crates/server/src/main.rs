//! The local backend.
fn main() {}
