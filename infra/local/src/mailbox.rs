//! The mails that SES took: decoded and put into the sandbox's outbox, where people and tests find them.

use anyhow::{Context, Result, bail};
use app::Clock;
use mail_parser::{Address, MessageParser};
use sandbox::{Mail, Sandbox};

use crate::ids;

/// The end of the line for every mail that is sent locally.
pub(crate) struct Mailbox {
    sandbox: Sandbox,
    clock: Clock,
}

impl Mailbox {
    /// Mails go to the outbox of this sandbox.
    pub(crate) fn new(sandbox: Sandbox, clock: Clock) -> Self {
        Self { sandbox, clock }
    }

    /// Takes a MIME message as SES does; gives its id.
    pub(crate) fn accept(&self, raw: &[u8], source: Option<&str>, to: &[&str]) -> Result<String> {
        let message = MessageParser::default()
            .parse(raw)
            .context("the message cannot be read")?;
        let addresses = |header: Option<&Address<'_>>| {
            let addresses = header.into_iter().flat_map(Address::iter);
            let addresses = addresses.filter_map(|address| address.address());
            addresses.map(str::to_owned).collect::<Vec<_>>()
        };
        let mut recipients: Vec<String> = to.iter().map(|&address| address.to_owned()).collect();
        if recipients.is_empty() {
            recipients = [message.to(), message.cc(), message.bcc()]
                .into_iter()
                .flat_map(addresses)
                .collect();
        }
        let from = addresses(message.from());
        let from = from.first().map(String::as_str).or(source);
        let Some(from) = from else {
            bail!("the message has no sender");
        };
        if recipients.is_empty() {
            bail!("the message has no recipient");
        }
        let has_html = message
            .html_bodies()
            .any(|part| matches!(part.body, mail_parser::PartType::Html(_)));
        self.sandbox.deliver_mail(Mail {
            to: recipients.join(", "),
            from: from.to_owned(),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            html: has_html.then(|| message.body_html(0).unwrap_or_default().into_owned()),
            at: self.clock.now(),
        })?;
        Ok(format!("local-{}", ids::random()))
    }
}
