//! Posts.

pub mod approve;
pub mod body;
pub mod cancel;
pub mod comment;
pub mod create;
pub mod get;
pub mod list;
pub mod preview;
pub mod reject;
pub mod repost;
mod scene;
pub mod schedule;
pub mod stop_repost;
pub mod submit;
mod timing;
pub mod update;
pub mod view;
