//! What looks at plugins without the loader's protection, and memory that ends where it ends.

pub(crate) mod guard;
pub(crate) mod raw;
