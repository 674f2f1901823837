//! Files that go out with posts.

pub mod create;
pub mod get;
pub mod view;
