//! Platforms whose accounts are connected by a secret that a person brings: the token of a bot, the address of a webhook.

mod discord;
mod slack;
mod telegram;

use jiff::Timestamp;

use crate::{
    call::{Call, Reply},
    journal::{Rows, Table},
    pages,
    state::State,
};

/// Every platform of this kind.
pub(crate) const SERVICES: &[&Service] =
    &[&telegram::TELEGRAM, &discord::DISCORD, &slack::WEBHOOKS];

/// An operation: done, or refused; both are answers.
type Handler = fn(&mut State, &Call) -> Result<Reply, Reply>;

/// One platform.
#[derive(Debug)]
pub(crate) struct Service {
    /// What it is called in keys and in the log.
    pub(crate) name: &'static str,
    /// What it is called on the page of sample accounts.
    pub(crate) title: &'static str,
    pub(crate) how: &'static str,
    pub(crate) tint: &'static str,
    /// Every host it answers for; the first one has the pictures.
    pub(crate) hosts: &'static [&'static str],
    /// Its API and its pages; those called `page` are not logged.
    routes: fn(&Call) -> Option<(&'static str, Handler)>,
    /// The secret that a call carries, and whose it is.
    secret: fn(&Call) -> Option<(String, &'static str)>,
    /// The platform's answer to too many requests: when the limit resets, and what time it is.
    pub(crate) too_many: fn(Timestamp, Timestamp) -> Reply,
    /// The body that a bare status has.
    pub(crate) failure: fn(u16) -> Reply,
    pub(crate) samples: &'static [Sample],
}

/// Something that can be connected.
#[derive(Debug)]
pub(crate) struct Sample {
    /// What its picture is called.
    pub(crate) account: &'static str,
    pub(crate) name: &'static str,
    /// How people write it.
    pub(crate) handle: &'static str,
    /// What a person enters.
    pub(crate) secret: &'static str,
    pub(crate) note: Option<&'static str>,
    pub(crate) colours: [&'static str; 2],
}

/// What became of the secrets.
#[derive(Debug)]
pub(crate) struct Tables {
    /// Since when a secret opens nothing any more, by `platform/secret`.
    ended: Table<Timestamp>,
}

impl Tables {
    pub(crate) fn new() -> Self {
        Self {
            ended: Table::new("brought.ended"),
        }
    }

    pub(crate) fn all(&mut self) -> Vec<&mut dyn Rows> {
        vec![&mut self.ended]
    }
}

/// The platform that has this host.
pub(crate) fn of(host: &str) -> Option<&'static Service> {
    let has = |service: &&&'static Service| service.hosts.contains(&host);
    SERVICES.iter().find(has).copied()
}

fn route(service: &Service, call: &Call) -> Option<(&'static str, Handler)> {
    (service.routes)(call).or_else(
        || match (call.method.as_str(), call.segments().as_slice()) {
            ("GET", ["avatars", _]) => Some(("page", |_, call| Ok(avatar(call)))),
            ("GET", []) => Some(("page", |_, _| Ok(Reply::redirect("/accounts")))),
            _ => None,
        },
    )
}

pub(crate) fn identify(service: &Service, call: &Call) -> (String, Option<String>) {
    let operation = route(service, call).map_or("unknown", |(name, _)| name);
    let account = (service.secret)(call).map(|(_, account)| account.to_owned());
    (operation.to_owned(), account)
}

pub(crate) fn execute(service: &Service, state: &mut State, call: &Call) -> Reply {
    match route(service, call) {
        Some((_, handler)) => handler(state, call).unwrap_or_else(|refusal| refusal),
        None => (service.failure)(404),
    }
}

/// Ends the secret in the call, as its owner can.
pub(crate) fn revoke(service: &Service, state: &mut State, call: &Call) {
    if let Some((secret, _)) = (service.secret)(call) {
        end(service, state, call, &secret);
    }
}

fn end(service: &Service, state: &mut State, call: &Call, secret: &str) {
    let key = format!("{}/{secret}", service.name);
    state.brought.ended.insert(key, call.now);
}

fn is_over(service: &Service, state: &State, secret: &str) -> bool {
    let key = format!("{}/{secret}", service.name);
    state.brought.ended.get(&key).is_some()
}

fn avatar(call: &Call) -> Reply {
    let account = call.segment(1).trim_end_matches(".svg");
    let samples = of(&call.host).map_or(&[][..], |service| service.samples);
    let sample = samples.iter().find(|sample| sample.account == account);
    sample.map_or_else(pages::missing, |sample| {
        pages::avatar(sample.name, sample.colours)
    })
}

/// What a page of the platform would show, which is not played here.
fn placeholder(call: &Call) -> Reply {
    let text = format!("Here would be {} of {}.", call.path, call.host);
    pages::notice(200, "Sandbox", &text)
}
