//! Connecting an Instagram account: consent, a token of an hour, and one of sixty days that is renewed with itself.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::Instagram;
use crate::connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Health, Pending, Registration,
    Requirements, Trip,
};
use crate::egress::Egress;
use crate::meta::{self, Door, Refusal};
use crate::oauth::{ClientAuth, Server, words};
use crate::publisher::{Error, ErrorKind, Target};
use crate::tokens::{ClientCredentials, Tokens};

const SCOPES: &[&str] = &[
    "instagram_business_basic",
    "instagram_business_content_publish",
];

const DOOR: Door = Door {
    server: Server {
        title: "Instagram",
        host: "www.instagram.com",
        authorize: ("www.instagram.com", "/oauth/authorize"),
        token: ("api.instagram.com", "/oauth/access_token"),
        revoke: None,
        scopes: SCOPES,
        separator: ",",
        client: ClientAuth::Form("client_id"),
        pkce: false,
        parameters: &[],
        dead: &[],
    },
    api: "graph.instagram.com",
    me: ("/v26.0/me", "user_id,username,name"),
    exchange: "ig_exchange_token",
    renewal: "ig_refresh_token",
};

/// `user_id` is the account's; the field `id` would be another one, which only this application knows it by.
#[derive(Deserialize)]
struct Profile {
    user_id: Value,
    username: String,
    name: Option<String>,
}

#[async_trait]
impl Connector for Instagram {
    fn requirements(&self) -> &'static Requirements {
        &Requirements {
            ways: &[&[]],
            registration: Registration::Deployment,
            scopes: SCOPES,
            chooses: false,
        }
    }

    async fn begin(
        &self,
        egress: &Egress,
        _input: &ConnectInput,
        trip: &Trip<'_>,
        client: Option<&ClientCredentials>,
    ) -> Result<Begin, ConnectError> {
        DOOR.server.begin(egress, trip, client)
    }

    async fn finish(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        pending: &Pending,
        code: &str,
        now: Timestamp,
    ) -> Result<Vec<Connected>, ConnectError> {
        let client = DOOR.server.known(client)?;
        let short = DOOR.short(egress, client, pending, code).await?;
        let scopes = granted(&short.permissions);
        DOOR.server.require(&scopes)?;
        let long = DOOR.long(egress, client, &short.access_token, now).await?;
        let tokens = Tokens {
            scopes: meta::listed(&scopes),
            ..long
        };
        let profile = DOOR.me::<Profile>(egress, &tokens.access).await;
        let profile = DOOR.connecting(profile)?;
        let known = meta::id(&profile.user_id).zip(meta::handle(&profile.username));
        let (remote_id, handle) = DOOR.connecting(known.ok_or_else(Refusal::unreadable))?;
        Ok(vec![Connected {
            display_name: meta::named(profile.name.as_deref(), handle),
            url: DOOR.profile(egress, &format!("/{handle}/"))?,
            target: Target {
                host: DOOR.server.host.to_owned(),
                remote_id: remote_id.clone(),
                handle: handle.to_owned(),
                max_characters: None,
            },
            tokens,
            permissions: Vec::new(),
            grant: remote_id,
        }])
    }

    async fn refresh(
        &self,
        egress: &Egress,
        _client: Option<&ClientCredentials>,
        _target: &Target,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<Option<Tokens>, Error> {
        DOOR.renew(egress, tokens, now).await
    }

    async fn check(
        &self,
        egress: &Egress,
        _client: Option<&ClientCredentials>,
        target: &Target,
        tokens: &Tokens,
    ) -> Result<Health, Error> {
        let profile = DOOR.me::<Profile>(egress, &tokens.access).await;
        let profile = profile.map_err(|refusal| refusal.of_account(DOOR.server.title))?;
        if meta::id(&profile.user_id).as_ref() == Some(&target.remote_id) {
            return Ok(Health::default());
        }
        // Never seen, and no reason to give up the account.
        let words = "Instagram: the token answers for another account";
        Err(Error::new(ErrorKind::Temporary, words))
    }

    /// Instagram has no call for it: only its owner can end the access, in Instagram's settings; otherwise the token ends by itself.
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

/// What was granted: one text with commas, or a list.
fn granted(permissions: &Value) -> Vec<String> {
    match permissions {
        Value::String(text) => words(text),
        Value::Array(list) => {
            let texts = list.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}
