//! Connecting channels on YouTube: Google's consent, then the channels of whoever agreed.

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::YouTube;
use crate::connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Health, Pending, Registration,
    Requirements, Trip,
};
use crate::egress::{Call, Egress, Failure};
use crate::google::{self, OPENID, Trouble};
use crate::oauth::Server;
use crate::publisher::{Error, ErrorKind, Target};
use crate::text::quoted;
use crate::tokens::{ClientCredentials, Tokens};

const TITLE: &str = "YouTube";
const WEB: &str = "www.youtube.com";
/// One scope covers uploading, reading back and deleting; the narrower ones do not cover deleting.
const SCOPES: [&str; 2] = [OPENID, "https://www.googleapis.com/auth/youtube"];
const SERVER: Server = google::server(TITLE, WEB, &SCOPES);
const API: &str = "www.googleapis.com";
const CHANNELS: &str = "/youtube/v3/channels?part=id,snippet&mine=true&maxResults=50";
const CHANNEL_IDS: &str = "/youtube/v3/channels?part=id&mine=true&maxResults=50";

#[async_trait]
impl Connector for YouTube {
    fn requirements(&self) -> &'static Requirements {
        &Requirements {
            ways: &[&[]],
            registration: Registration::Deployment,
            scopes: &SCOPES,
            chooses: true,
        }
    }

    async fn begin(
        &self,
        egress: &Egress,
        _input: &ConnectInput,
        trip: &Trip<'_>,
        client: Option<&ClientCredentials>,
    ) -> Result<Begin, ConnectError> {
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
        let (grant, owner) = google::exchange(&SERVER, egress, client, pending, code).await?;
        let channels = channels(egress, &grant.access).await?;
        let tokens = grant.into_tokens(&SCOPES, None, now);
        let account = |channel: Channel| channel.into_account(&tokens, &owner);
        channels.into_iter().map(account).collect()
    }

    async fn refresh(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        _target: &Target,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<Option<Tokens>, Error> {
        SERVER.refresh(egress, client, tokens, now).await
    }

    async fn check(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        target: &Target,
        tokens: &Tokens,
    ) -> Result<Health, Error> {
        let temporary = |failure: Failure| Error::new(ErrorKind::Temporary, failure.to_string());
        let gone = "this access does not open the channel any more";
        let url = egress.url(API, CHANNEL_IDS).map_err(temporary)?;
        let answer = egress.read(Call::get(url).bearer(&tokens.access)).await;
        let answer = answer.map_err(temporary)?;
        if !answer.status.is_success() {
            return google::health(&SERVER, egress, client, tokens, &answer, gone).await;
        }
        let Some(list) = answer.json::<ChannelIds>() else {
            let context = "YouTube gave an answer that cannot be read";
            return Err(Error::new(ErrorKind::Temporary, context));
        };
        if list
            .items
            .iter()
            .any(|channel| channel.id == target.remote_id)
        {
            return Ok(Health::default());
        }
        Err(Error::new(
            ErrorKind::ReconnectAccount,
            format!("{TITLE}: {gone}"),
        ))
    }

    async fn revoke(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        _target: &Target,
        tokens: &Tokens,
    ) -> Result<(), Error> {
        google::give_back(&SERVER, egress, client, tokens).await
    }
}

#[derive(Deserialize)]
struct Channels {
    #[serde(rename = "kind")]
    _kind: String,
    /// Left out when there are none.
    #[serde(default)]
    items: Vec<Channel>,
}

#[derive(Deserialize)]
struct Channel {
    id: String,
    snippet: Snippet,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Snippet {
    #[serde(default)]
    title: String,
    /// The handle, with its `@`.
    custom_url: Option<String>,
}

#[derive(Deserialize)]
struct ChannelIds {
    /// Always there: an object without it is no list, and says nothing about channels.
    #[serde(rename = "kind")]
    _kind: String,
    /// Left out when there are none.
    #[serde(default)]
    items: Vec<ChannelId>,
}

#[derive(Deserialize)]
struct ChannelId {
    id: String,
}

async fn channels(egress: &Egress, access: &SecretString) -> Result<Vec<Channel>, ConnectError> {
    let none = || {
        ConnectError::refused(
            "this Google account has no YouTube channel: make one at youtube.com, or choose another account, and connect again",
        )
    };
    let answer = google::ask(egress, (API, CHANNELS), access).await?;
    let list = answer
        .json::<Channels>()
        .filter(|_| answer.status.is_success());
    let Some(list) = list else {
        if google::trouble(&answer).0 == Trouble::NoChannel {
            return Err(none());
        }
        return Err(google::refusal(TITLE, &answer));
    };
    if list.items.is_empty() {
        return Err(none());
    }
    Ok(list.items)
}

impl Channel {
    fn into_account(self, tokens: &Tokens, owner: &str) -> Result<Connected, ConnectError> {
        let unreadable =
            || ConnectError::unreachable(TITLE, "it gave a channel without a proper id");
        if !is_channel_id(&self.id) {
            return Err(unreadable());
        }
        let url = format!("https://{WEB}/channel/{}", self.id);
        let url = Url::parse(&url).map_err(|_| unreadable())?;
        let handle = self.snippet.custom_url.unwrap_or_default();
        let handle = quoted(handle.trim_start_matches('@'));
        let handle = Some(handle).filter(|handle| !handle.is_empty());
        let handle = handle.unwrap_or_else(|| self.id.clone());
        let name = quoted(&self.snippet.title);
        Ok(Connected {
            display_name: if name.is_empty() {
                handle.clone()
            } else {
                name
            },
            target: Target {
                host: WEB.to_owned(),
                remote_id: self.id,
                handle,
                max_characters: None,
            },
            url,
            tokens: tokens.clone(),
            permissions: Vec::new(),
            grant: owner.to_owned(),
        })
    }
}

/// `UC` and 22 characters of base64url.
fn is_channel_id(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let rest = id.strip_prefix("UC");
    rest.is_some_and(|rest| rest.len() == 22 && rest.bytes().all(plain))
}
