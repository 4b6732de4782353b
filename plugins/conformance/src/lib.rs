//! The contract's own tests: plugins in C11 (`c/`), a plugin that misbehaves as it is told to
//! (`faulty/`), and what the loader makes of them.
//!
//! Nothing here is used by anything else but tests. Start from `tests/it.rs`.
#![forbid(unsafe_code)]
