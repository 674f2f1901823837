//! The one thing that every handler gets: configuration, clock, store and clients, each made when it is first needed.

use std::sync::OnceLock;

use anyhow::Context;
use domain::{ids, schedule};
use jiff::{SignedDuration, Timestamp};
use lambda_http::Request;
use platforms::Egress;
use store::{SigningKey, Store};
use tokio::sync::{Mutex, OnceCell};
use type_safe_id::{StaticType, TypeSafeId};
use url::Url;

use crate::auth::access::{Caller, KeyRing, NotAccepted, PublicKey, Signer};
use crate::aws::Clients;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::http::request::RequestExt;
use crate::keys::MacKey;
use crate::random;
use crate::seal::SealingKey;
use crate::secrets::{LazySecret, Secret};

/// How long the list of public keys is trusted to be complete: a token with an unknown key makes us read it again, but not more often.
const RING_REFRESH: SignedDuration = SignedDuration::from_secs(30);

/// What a function has at hand.
#[derive(Debug)]
pub struct App {
    /// What the environment says.
    pub config: Config,
    /// The tables.
    pub store: Store,
    /// The clients of AWS.
    pub aws: Clients,
    clock: Clock,
    signing: LazySecret,
    links: LazySecret,
    vault: LazySecret,
    deployment: LazySecret,
    signer: OnceCell<Signer>,
    ring: KeyRing,
    ring_read_at: Mutex<Option<Timestamp>>,
    egress: OnceLock<Egress>,
}

impl App {
    /// An app; nothing is connected or read yet.
    pub fn new(config: Config, clock: Clock) -> Self {
        let aws = Clients::new(&config.aws);
        Self {
            store: Store::new(aws.dynamodb(), &config.table, &config.vault_table),
            signing: LazySecret::new(&config.signing_secret),
            links: LazySecret::new(&config.link_secret),
            vault: LazySecret::new(&config.vault_secret),
            deployment: LazySecret::new(&config.deployment_secret),
            signer: OnceCell::new(),
            ring: KeyRing::default(),
            ring_read_at: Mutex::new(None),
            egress: OnceLock::new(),
            clock,
            aws,
            config,
        }
    }

    /// The time, in whole milliseconds: what keys, hashes and answers are written in.
    pub fn now(&self) -> Timestamp {
        schedule::millis(self.clock.now())
    }

    /// The clock, for waiting.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// A new id.
    pub fn new_id<T: StaticType>(&self) -> TypeSafeId<T> {
        ids::new(self.now(), random::bytes())
    }

    /// The client for everything that leaves towards platforms.
    pub fn egress(&self) -> Result<&Egress> {
        if let Some(egress) = self.egress.get() {
            return Ok(egress);
        }
        let egress = Egress::new(&self.config.platform_endpoints)
            .context("setting up the client for platforms")?;
        Ok(self.egress.get_or_init(|| egress))
    }

    /// Who is calling, by the access token of the request.
    pub async fn authenticate(&self, request: &Request) -> Result<Caller> {
        let token = request.bearer()?;
        let mut verdict = self.ring.verify(token, &self.config.issuer, self.now());
        if verdict == Err(NotAccepted::UnknownKey) {
            self.refresh_ring().await?;
            verdict = self.ring.verify(token, &self.config.issuer, self.now());
        }
        verdict.map_err(|why| match why {
            NotAccepted::Expired => Error::Unauthenticated(
                "the access token has expired: renew it with POST /refresh-token",
            ),
            NotAccepted::UnknownKey | NotAccepted::Invalid => {
                Error::Unauthenticated("the access token is not valid: log in")
            }
        })
    }

    async fn refresh_ring(&self) -> Result<()> {
        let mut read_at = self.ring_read_at.lock().await;
        // Somebody else may have read it while this one waited for the lock.
        if read_at.is_none_or(|at| self.now() >= at + RING_REFRESH) {
            let keys = self.store.signing_keys().await?;
            let keys = keys.into_iter();
            self.ring.add(keys.map(|key| PublicKey {
                kid: key.kid,
                x: key.x,
            }));
            *read_at = Some(self.now());
        }
        Ok(())
    }

    /// The issuer of access tokens. Its public key is published before it first signs.
    pub async fn signer(&self) -> Result<&Signer> {
        let signer = self.signer.get_or_try_init(|| async {
            let signer = Signer::new(&self.secret(&self.signing).await?.key("access-token"))?;
            let PublicKey { kid, x } = signer.public().clone();
            self.store
                .publish_signing_key(&SigningKey { kid, x })
                .await?;
            Ok::<_, Error>(signer)
        });
        signer.await
    }

    /// The key of refresh tokens.
    pub async fn refresh_key(&self) -> Result<MacKey> {
        Ok(MacKey::new(
            &self.secret(&self.signing).await?.key("refresh-token"),
        ))
    }

    /// The key of links in mails.
    pub async fn link_key(&self) -> Result<MacKey> {
        Ok(MacKey::new(&self.secret(&self.links).await?.key("link")))
    }

    /// The key that social tokens are sealed with.
    pub async fn vault_key(&self) -> Result<SealingKey> {
        Ok(SealingKey::new(
            &self.secret(&self.vault).await?.key("vault"),
        ))
    }

    /// The key that cursors are sealed with.
    pub async fn cursor_key(&self) -> Result<SealingKey> {
        Ok(SealingKey::new(
            &self.secret(&self.deployment).await?.key("cursor"),
        ))
    }

    /// An address below the API's own, as clients reach it.
    pub async fn address(&self, path: &str) -> Result<Url> {
        let base = self
            .secret(&self.deployment)
            .await?
            .base_url
            .as_ref()
            .context("the deployment's secret has no base_url")?;
        let address = format!("{}{path}", base.as_str().trim_end_matches('/'));
        Ok(Url::parse(&address).with_context(|| format!("{address} is not an address"))?)
    }

    async fn secret<'a>(&'a self, secret: &'a LazySecret) -> Result<&'a Secret> {
        secret.get(&self.aws).await.map_err(Error::Unavailable)
    }
}
