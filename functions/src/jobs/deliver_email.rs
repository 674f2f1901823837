//! Takes mails from the queue and sends them through SES

use anyhow::{Context, Result};
use app::App;
use app::lambda::{self, Function};
use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::RawMessage;
use lettre::message::{Mailbox, Message, MultiPart};
use serde_json::Value;

use super::mail::{self, Letter, Recipient};
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
    let Some(letter) = mail::write(app, &mail).await? else {
        return Ok(());
    };
    let to = letter.to.email.clone();
    let message = mime(&app.config.mail_from, &mail, letter)?;
    let raw = RawMessage::builder().data(Blob::new(message)).build()?;
    let sent = app
        .aws
        .ses()
        .send_raw_email()
        .source(&app.config.mail_from)
        .destinations(to.as_str())
        .raw_message(raw)
        .send()
        .await;
    sent.context("sending a mail")?;
    Ok(())
}

/// The message's id is made of the event and the mail's mark, so that a mail which is sent twice is recognised as the same one.
fn mime(from: &str, mail: &Mail, letter: Letter) -> Result<Vec<u8>> {
    let from: Mailbox = from.parse().context("MAIL_FROM")?;
    let Recipient { email, name, .. } = letter.to;
    let address = email.as_str().parse().context("the address of a mail")?;
    let to = Mailbox::new(name.map(Into::into), address);
    let (mark, domain) = (mail.about.mark(), from.email.domain());
    let id = format!("<{}.{mark}@{domain}>", mail.event);
    let message = Message::builder()
        .from(from)
        .to(to)
        .subject(letter.subject)
        .message_id(Some(id))
        .multipart(MultiPart::alternative_plain_html(letter.text, letter.html))
        .context("writing a mail")?;
    Ok(message.formatted())
}
