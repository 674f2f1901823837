//! Connecting channels on Slack: by the app, of whose channels a person chooses, or by the address of an incoming webhook.

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use url::Url;

use super::channels::{self, Channel};
use super::webhook::{self, Address, probe};
use super::workspace::{self, Return, SERVER, Team};
use super::{HOST, NAME, Slack, WEB};
use crate::connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Field, Health, Pending, Registration,
    Requirements, Trip,
};
use crate::egress::Egress;
use crate::publisher::{Error, ErrorKind, Target};
use crate::text::quoted;
use crate::tokens::{ClientCredentials, Tokens};

/// What Slack says of a channel that the app is in; into others it must go before it posts.
const MEMBER: &str = "is_member";

#[async_trait]
impl Connector for Slack {
    fn requirements(&self) -> &'static Requirements {
        &Requirements {
            // A webhook does not need the registration.
            ways: &[&[], &[Field::WebhookUrl]],
            registration: Registration::Deployment,
            scopes: SERVER.scopes,
            chooses: true,
        }
    }

    async fn begin(
        &self,
        egress: &Egress,
        input: &ConnectInput,
        trip: &Trip<'_>,
        client: Option<&ClientCredentials>,
    ) -> Result<Begin, ConnectError> {
        let typed = input
            .webhook_url
            .as_ref()
            .map_or("", |address| address.expose_secret().trim());
        if !typed.is_empty() {
            return by_webhook(egress, typed)
                .await
                .map(|connected| Begin::Connected(Box::new(connected)));
        }
        if client.is_none() {
            let message = "enter the address of an incoming webhook: this deployment is not registered with Slack";
            return Err(ConnectError::input(Field::WebhookUrl, message));
        }
        SERVER.begin(egress, trip, client)
    }

    async fn finish(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        pending: &Pending,
        code: &str,
        now: Timestamp,
    ) -> Result<Vec<Connected>, ConnectError> {
        let client = client
            .ok_or_else(|| ConnectError::refused("Slack is not set up in this deployment"))?;
        let (team, tokens) = workspace::install(egress, client, pending, code, now).await?;
        let channels = channels::list(egress, &tokens.access).await?;
        if channels.is_empty() {
            return Err(ConnectError::refused(format!(
                "there is no channel in \"{}\" that Tayang can post in: make a public one, or invite the app to a private one, and connect again",
                quoted(&team.name)
            )));
        }
        channels
            .iter()
            .map(|channel| by_app(egress, &team, channel, &tokens))
            .collect()
    }

    /// The token of the app ends only where the app is set to rotate it.
    async fn refresh(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        _target: &Target,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<Option<Tokens>, Error> {
        let Some(refresh) = tokens.refresh.as_ref().filter(|_| tokens.is_due(now)) else {
            return Ok(None);
        };
        let client = client.ok_or_else(|| {
            let what = "Slack is not set up in this deployment";
            Error::new(ErrorKind::Temporary, what)
        })?;
        workspace::renew(egress, client, tokens, refresh, now)
            .await
            .map(Some)
    }

    async fn check(
        &self,
        egress: &Egress,
        _client: Option<&ClientCredentials>,
        target: &Target,
        tokens: &Tokens,
    ) -> Result<Health, Error> {
        if let Some(address) = webhook::of(&tokens.access) {
            return match probe(egress, &address).await {
                Ok(()) => Ok(Health::default()),
                Err(problem) => Err(problem.of_account(webhook::DEAD)),
            };
        }
        let (team, channel) = parts(target)?;
        let found = workspace::look(egress, tokens, team, channel).await?;
        Ok(Health {
            permissions: found.map(|channel| permissions(&channel)),
        })
    }

    /// There is no call that ends a webhook, and it is somebody's own; the app's token is given back.
    async fn revoke(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        _target: &Target,
        tokens: &Tokens,
    ) -> Result<(), Error> {
        if webhook::of(&tokens.access).is_some() {
            return Ok(());
        }
        let first = workspace::give_back(egress, &tokens.access).await?;
        let (Return::Expired, Some(refresh), Some(client)) = (first, &tokens.refresh, client)
        else {
            return Ok(());
        };
        // One that has run out cannot be given back, but its successor can. When it ends does not matter any more.
        match workspace::renew(egress, client, tokens, refresh, Timestamp::UNIX_EPOCH).await {
            Ok(fresh) => workspace::give_back(egress, &fresh.access)
                .await
                .map(|_| ()),
            Err(error) if error.kind == ErrorKind::ReconnectAccount => Ok(()),
            Err(error) => Err(error),
        }
    }
}

async fn by_webhook(egress: &Egress, typed: &str) -> Result<Connected, ConnectError> {
    let wrong = |message: String| ConnectError::input(Field::WebhookUrl, message);
    let address = Address::read(typed).ok_or_else(|| {
        wrong("enter the address of an incoming webhook, as the settings of a Slack app show it: https://hooks.slack.com/services/…".to_owned())
    })?;
    probe(egress, &address).await.map_err(|problem| {
        problem.while_connecting(|code| {
            wrong(format!("Slack does not let this webhook post ({code}): copy its address again, or make a new one"))
        })
    })?;
    let (team, hook) = (address.team, address.hook);
    // Slack does not say which channel a webhook is for.
    Ok(Connected {
        target: Target {
            host: HOST.to_owned(),
            remote_id: format!("{team}/{hook}"),
            handle: hook.to_owned(),
            max_characters: None,
        },
        display_name: format!("Slack webhook {hook}"),
        url: page(egress, &format!("/client/{team}"))?,
        grant: format!("{team}/{hook}"),
        tokens: Tokens::lasting(address.secret()),
        permissions: Vec::new(),
    })
}

fn by_app(
    egress: &Egress,
    team: &Team,
    channel: &Channel,
    tokens: &Tokens,
) -> Result<Connected, ConnectError> {
    let (title, workspace) = (channel.title(), quoted(&team.name));
    Ok(Connected {
        target: Target {
            host: HOST.to_owned(),
            remote_id: format!("{}/{}", team.id, channel.id),
            handle: title.clone(),
            max_characters: None,
        },
        display_name: format!("{workspace} {title}").trim().to_owned(),
        url: page(egress, &format!("/client/{}/{}", team.id, channel.id))?,
        grant: team.id.clone(),
        tokens: tokens.clone(),
        permissions: permissions(channel),
    })
}

fn permissions(channel: &Channel) -> Vec<String> {
    let member = channel.is_member.then(|| MEMBER.to_owned());
    member.into_iter().collect()
}

fn page(egress: &Egress, path: &str) -> Result<Url, ConnectError> {
    let url = Url::parse(&format!("https://{WEB}{path}"));
    let url = url.map_err(|_| ConnectError::unreachable(NAME, "it gave an id that is none"))?;
    Ok(egress.browser_url(&url))
}

/// The workspace and the channel of an account.
fn parts(target: &Target) -> Result<(&str, &str), Error> {
    target.remote_id.split_once('/').ok_or_else(|| {
        let what = "the account is stored without its channel";
        Error::new(ErrorKind::Temporary, what)
    })
}
