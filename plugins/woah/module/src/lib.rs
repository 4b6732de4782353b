//! The plugin as a library.
