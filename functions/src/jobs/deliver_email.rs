//! Takes mails from the queue and sends them through SES

use anyhow::{Context, Result};
use app::App;
use app::lambda::{self, Function};
use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::RawMessage;
use lettre::message::{Mailbox, Message, MultiPart};
use serde_json::Value;

use super::mail::{self, Letter};
use super::message::Mail;

/// The deployed function.
pub const FUNCTION: Function = Function::job("jobs-deliver-email", |app, event| {
    Box::pin(handle(app, event))
});

/// Works through a batch of mails.
pub async fn handle(app: &App, event: Value) -> Result<Value> {
    lambda::sqs(app, event, deliver).await
}

async fn deliver(app: &App, mail: Mail) -> Result<()> {
    let Some(letter) = mail::write(app, mail.about).await? else {
        return Ok(());
    };
    let message = mime(&app.config.mail_from, &mail, &letter)?;
    let raw = RawMessage::builder().data(Blob::new(message)).build()?;
    let sent = app
        .aws
        .ses()
        .send_raw_email()
        .source(&app.config.mail_from)
        .destinations(letter.to.as_str())
        .raw_message(raw)
        .send()
        .await;
    sent.context("sending a mail")?;
    Ok(())
}

/// The message's id is made of the event, so that a mail which is sent twice is recognised as the same one.
fn mime(from: &str, mail: &Mail, letter: &Letter) -> Result<Vec<u8>> {
    let from: Mailbox = from.parse().context("MAIL_FROM")?;
    let to = Mailbox::new(
        Some(letter.name.clone()),
        letter
            .to
            .as_str()
            .parse()
            .context("an address that was confirmed")?,
    );
    let id = format!("<{}@{}>", mail.event, from.email.domain());
    let body = MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone());
    let message = Message::builder()
        .from(from)
        .to(to)
        .subject(&letter.subject)
        .message_id(Some(id))
        .multipart(body)
        .context("writing a mail")?;
    Ok(message.formatted())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::message::About;
    use domain::{Email, ids};
    use jiff::Timestamp;

    #[test]
    fn a_mail_is_mime_with_text_and_html_and_nobody_can_add_a_header() {
        let letter = Letter {
            to: Email::parse("ana@example.com").unwrap(),
            name: "Ana\r\nBcc: eve@example.com".into(),
            subject: "Hello\r\nBcc: eve@example.com".into(),
            text: "plain".into(),
            html: "<p>rich</p>".into(),
        };
        let mail = Mail {
            event: ids::new(Timestamp::UNIX_EPOCH, [1; 10]),
            about: About::SessionReused {
                user: ids::new(Timestamp::UNIX_EPOCH, [2; 10]),
            },
        };
        let message =
            String::from_utf8(mime("Tayang <post@tayang.example>", &mail, &letter).unwrap())
                .unwrap();
        assert!(
            !message.lines().any(|line| line.starts_with("Bcc:")),
            "{message}"
        );
        assert!(
            message.contains("multipart/alternative")
                && message.contains("plain")
                && message.contains("<p>rich</p>")
        );
        assert!(message.contains(&format!("Message-ID: <{}@tayang.example>", mail.event)));
    }
}
