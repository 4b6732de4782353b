//! Official certificates of food.
#![forbid(unsafe_code)]
