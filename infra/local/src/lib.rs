//! Serves `template.yaml` in one process: the gateway, the tables, the queues, the bus and the schedules, on the very functions that are deployed.

mod aws;
mod bell;
mod bus;
mod data;
mod deliveries;
mod dynamodb;
mod gateway;
mod ids;
mod invoker;
mod mailbox;
mod objects;
mod pattern;
mod queues;
mod schedules;
mod settle;
mod stack;
mod state;
mod stream;
mod template;

pub use data::{Data, forget};
pub use invoker::Failure;
pub use queues::Message;
pub use sandbox::Mail;
pub use stack::{DeadLetter, Options, Stack, bind, sandbox_parameters};

#[cfg(test)]
mod tests;
