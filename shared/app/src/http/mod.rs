//! Requests in, answers out.

pub mod cursor;
pub mod objects;
pub mod problem;
pub mod request;
pub mod respond;
