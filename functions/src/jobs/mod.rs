//! What happens by itself: the ticks, publishing, looking after accounts, and telling people.

pub mod caretaker;
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
pub mod rotate_vault;
mod seeds;
pub mod tend;
mod tokens;
