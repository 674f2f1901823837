//! What happens by itself: the tick, publishing, and telling people.

pub mod deliver_email;
mod mail;
pub mod message;
pub mod notify;
mod outcome;
pub mod publish;
pub mod publisher;
mod recording;
pub mod relay;
pub mod rotate_keys;
