//! The platforms, and what it takes to connect an account there.

pub mod list;
mod view;
