//! Connecting a channel or group on Telegram with the token of a bot that may post there.

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::chat::{Place, identifier, look_up};
use super::{NAME, Problem, Telegram, WEB, ask, bot_of};
use crate::connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Field, Health, Pending, Registration,
    Requirements, Trip,
};
use crate::egress::Egress;
use crate::publisher::{Error, ErrorKind, Target};
use crate::text::quoted;
use crate::tokens::{ClientCredentials, Tokens};

#[derive(Deserialize)]
struct Bot {
    id: i64,
    #[serde(rename = "is_bot")]
    artificial: bool,
    username: Option<String>,
}

#[async_trait]
impl Connector for Telegram {
    fn requirements(&self) -> &'static Requirements {
        &Requirements {
            ways: &[&[Field::Token, Field::Identifier]],
            registration: Registration::None,
            // What a bot may do is not asked of Telegram but set by whoever runs the channel: it is read back as permissions.
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
            .token
            .as_ref()
            .map_or("", |token| token.expose_secret().trim());
        if typed.is_empty() {
            let message = "enter the token that @BotFather gave for the bot";
            return Err(ConnectError::input(Field::Token, message));
        }
        let id = bot_of(typed).ok_or_else(|| {
            let message = "this is not the token of a bot: @BotFather gives one, as 123456789:AAE…";
            ConnectError::input(Field::Token, message)
        })?;
        let token = SecretString::from(typed.to_owned());
        let chat = identifier(input.identifier.as_deref().unwrap_or_default())
            .map_err(|message| ConnectError::input(Field::Identifier, message))?;
        let bot: Bot = ask(egress, &token, "getMe", &[])
            .await
            .map_err(Problem::while_connecting)?;
        if bot.id != id || !bot.artificial {
            return Err(ConnectError::unreachable(
                NAME,
                "it answered for somebody else",
            ));
        }
        let place = look_up(egress, &token, &chat)
            .await
            .map_err(Problem::while_connecting)?;
        let place = place.ok_or_else(|| {
            let message = "this is neither a channel nor a group, but a person or a bot";
            ConnectError::input(Field::Identifier, message)
        })?;
        if let Some(obstacle) = place.obstacle {
            let bot = bot
                .username
                .map_or_else(|| id.to_string(), |name| format!("@{}", quoted(&name)));
            let title = &place.title;
            return Err(ConnectError::refused(format!(
                "the bot {bot} cannot post in \"{title}\": {obstacle}"
            )));
        }
        Ok(Begin::Connected(Box::new(connected(place, bot.id, token))))
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
            "Telegram channels and groups are connected with the token of a bot, in one step",
        ))
    }

    /// The token of a bot does not end.
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
        let lost = |why: &str| {
            let what = format!("the bot cannot post there any more: {why}");
            Error::new(ErrorKind::ReconnectAccount, what)
        };
        let place = look_up(egress, &tokens.access, &target.remote_id).await?;
        let place = place.ok_or_else(|| lost("it is no channel or group"))?;
        match place.obstacle {
            Some(obstacle) => Err(lost(obstacle)),
            None => Ok(Health {
                permissions: Some(place.rights),
            }),
        }
    }

    /// A bot cannot give its token back, and has left nothing behind (see the module): its owner can, at @BotFather.
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

fn connected(place: Place, bot: i64, token: SecretString) -> Connected {
    Connected {
        target: Target {
            host: WEB.to_owned(),
            remote_id: place.id,
            handle: place.handle,
            max_characters: None,
        },
        display_name: place.title,
        url: place.url,
        tokens: Tokens::lasting(token),
        permissions: place.rights,
        grant: bot.to_string(),
    }
}
