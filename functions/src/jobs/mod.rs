//! What happens by itself: the ticks, publishing, looking after accounts, and telling people.

pub mod caretaker;
pub mod deliver_email;
pub mod inspect_media;
mod mail;
pub mod message;
pub mod notify;
mod outcome;
pub mod publish;
pub mod publisher;
mod recording;
pub mod relay;
pub mod resolve_times;
pub mod rotate_keys;
pub mod rotate_vault;
pub mod seal;
mod seeds;
pub mod sweep_media;
pub mod tend;
mod tokens;
