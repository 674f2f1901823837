//! Black-box tests: the system is spoken to over HTTP only, as it runs in one process or as it is deployed.

pub mod scenario;

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod activity;
#[cfg(test)]
mod auth;
#[cfg(test)]
mod authz;
#[cfg(test)]
mod chaos;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod drift;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod identity;
#[cfg(test)]
mod invitations;
#[cfg(test)]
mod mails;
#[cfg(test)]
mod media;
#[cfg(test)]
mod members;
#[cfg(test)]
mod posts;
#[cfg(test)]
mod preview_page;
#[cfg(test)]
mod publishing;
#[cfg(test)]
mod restart;
#[cfg(test)]
mod store;
#[cfg(test)]
mod teams;
#[cfg(test)]
mod todos;
#[cfg(test)]
mod wrong_input;
