//! Connecting a Threads account: consent, a token of an hour, and one of sixty days that is renewed with itself.

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::Value;

use super::Threads;
use crate::connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Health, Pending, Registration,
    Requirements, Trip,
};
use crate::egress::Egress;
use crate::meta::{self, Door, Refusal};
use crate::oauth::{ClientAuth, Server};
use crate::publisher::{Error, ErrorKind, Target};
use crate::tokens::{ClientCredentials, Tokens};

const SCOPES: &[&str] = &["threads_basic", "threads_content_publish", "threads_delete"];

const DOOR: Door = Door {
    server: Server {
        title: "Threads",
        host: "www.threads.net",
        authorize: ("www.threads.net", "/oauth/authorize"),
        token: ("graph.threads.net", "/oauth/access_token"),
        revoke: None,
        scopes: SCOPES,
        separator: ",",
        client: ClientAuth::Form("client_id"),
        pkce: false,
        parameters: &[],
        dead: &[],
    },
    api: "graph.threads.net",
    me: ("/v1.0/me", "id,username,name"),
    exchange: "th_exchange_token",
    renewal: "th_refresh_token",
};

#[derive(Deserialize)]
struct Profile {
    id: Value,
    username: String,
    name: Option<String>,
}

/// What Threads says of a token.
#[derive(Deserialize)]
struct Debugged {
    data: Debug,
}

#[derive(Deserialize)]
struct Debug {
    scopes: Vec<String>,
}

#[async_trait]
impl Connector for Threads {
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
        let short = DOOR
            .short(egress, client, pending, code)
            .await?
            .access_token;
        // The answer to the code does not say what was granted. A token may ask about itself.
        let inspected = [("input_token", short.expose_secret())];
        let debugged = DOOR
            .ask::<Debugged>(egress, "/v1.0/debug_token", &inspected, &short)
            .await;
        let scopes = DOOR.connecting(debugged)?.data.scopes;
        DOOR.server.require(&scopes)?;
        let long = DOOR.long(egress, client, &short, now).await?;
        let tokens = Tokens {
            scopes: meta::listed(&scopes),
            ..long
        };
        let profile = DOOR.me::<Profile>(egress, &tokens.access).await;
        let profile = DOOR.connecting(profile)?;
        let known = meta::id(&profile.id).zip(meta::handle(&profile.username));
        let (remote_id, handle) = DOOR.connecting(known.ok_or_else(Refusal::unreadable))?;
        Ok(vec![Connected {
            display_name: meta::named(profile.name.as_deref(), handle),
            url: DOOR.profile(egress, &format!("/@{handle}"))?,
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
        if meta::id(&profile.id).as_ref() == Some(&target.remote_id) {
            return Ok(Health::default());
        }
        // Never seen, and no reason to give up the account.
        let words = "Threads: the token answers for another account";
        Err(Error::new(ErrorKind::Temporary, words))
    }

    /// Threads has no call for it: only its owner can end the access, in Threads' settings; otherwise the token ends by itself.
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
