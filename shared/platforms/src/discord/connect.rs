//! Connecting a channel on Discord with the address of an incoming webhook.

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{API, Address, Discord, NAME, is_snowflake, look_up};
use crate::connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Field, Health, Pending, Registration,
    Requirements, Trip,
};
use crate::egress::Egress;
use crate::publisher::{Error, ErrorKind, Target};
use crate::text::quoted;
use crate::tokens::{ClientCredentials, Tokens};

/// A webhook that posts what is sent to it; others repeat what happens elsewhere, or belong to an application.
const INCOMING: u8 = 1;

#[async_trait]
impl Connector for Discord {
    fn requirements(&self) -> &'static Requirements {
        &Requirements {
            ways: &[&[Field::WebhookUrl]],
            registration: Registration::None,
            scopes: &[],
            chooses: false,
        }
    }

    async fn begin(
        &self,
        egress: &Egress,
        input: &ConnectInput,
        _trip: &Trip<'_>,
        _client: Option<&ClientCredentials>,
    ) -> Result<Begin, ConnectError> {
        let typed = input
            .webhook_url
            .as_ref()
            .map_or("", |address| address.expose_secret().trim());
        let address = Address::read(typed).ok_or_else(|| {
            let message = "enter the address of a webhook, as the settings of a channel show it: https://discord.com/api/webhooks/…";
            ConnectError::input(Field::WebhookUrl, message)
        })?;
        let (id, token) = (address.id, address.token);
        let address = SecretString::from(format!("https://{API}/api/webhooks/{id}/{token}"));
        let webhook = look_up(egress, &address)
            .await
            .map_err(super::Problem::while_connecting)?;
        if webhook.kind != INCOMING {
            let message = "this webhook is not for posting: make an incoming webhook in the settings of the channel";
            return Err(ConnectError::input(Field::WebhookUrl, message));
        }
        let ids = webhook.channel_id.zip(webhook.guild_id);
        let page = ids.as_ref().and_then(|(channel, guild)| {
            let page = Url::parse(&format!("https://{API}/channels/{guild}/{channel}")).ok()?;
            (is_snowflake(channel) && is_snowflake(guild)).then_some(page)
        });
        let ((channel, _), page) = ids.zip(page).ok_or_else(|| {
            ConnectError::unreachable(NAME, "it does not say which channel the webhook is for")
        })?;
        let name = webhook.name.as_deref().map(quoted);
        let name = name.filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| format!("webhook {id}"));
        Ok(Begin::Connected(Box::new(Connected {
            target: Target {
                host: API.to_owned(),
                remote_id: channel,
                handle: name.clone(),
                max_characters: None,
            },
            display_name: name,
            url: egress.browser_url(&page),
            grant: id.to_owned(),
            tokens: Tokens::lasting(address),
            permissions: Vec::new(),
        })))
    }

    async fn finish(
        &self,
        _egress: &Egress,
        _client: Option<&ClientCredentials>,
        _pending: &Pending,
        _code: &str,
        _now: Timestamp,
    ) -> Result<Vec<Connected>, ConnectError> {
        Err(ConnectError::refused(
            "Discord channels are connected with the address of a webhook, in one step",
        ))
    }

    /// A webhook does not end.
    async fn refresh(
        &self,
        _egress: &Egress,
        _client: Option<&ClientCredentials>,
        _target: &Target,
        _tokens: &Tokens,
        _now: Timestamp,
    ) -> Result<Option<Tokens>, Error> {
        Ok(None)
    }

    async fn check(
        &self,
        egress: &Egress,
        _client: Option<&ClientCredentials>,
        target: &Target,
        tokens: &Tokens,
    ) -> Result<Health, Error> {
        let webhook = look_up(egress, &tokens.access).await?;
        match webhook.channel_id {
            Some(channel) if channel != target.remote_id && is_snowflake(&channel) => {
                Err(Error::new(
                    ErrorKind::ReconnectAccount,
                    "the webhook posts in another channel now",
                ))
            }
            Some(_) | None => Ok(Health::default()),
        }
    }

    /// The webhook stays: somebody made it, and others may use it (see the module).
    async fn revoke(
        &self,
        _egress: &Egress,
        _client: Option<&ClientCredentials>,
        _target: &Target,
        _tokens: &Tokens,
    ) -> Result<(), Error> {
        Ok(())
    }
}
