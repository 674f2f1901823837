//! The one thing that every handler gets: configuration, clock, store and clients, each made when it is first needed.

use std::sync::{Arc, OnceLock};

use anyhow::Context;
use domain::{Entry, Place, Platform, Provider, Session, User, ids, schedule};
use jiff::{SignedDuration, Timestamp};
use lambda_http::Request;
use platforms::sign_in::{Facebook, OpenId, SignIn};
use platforms::{ClientCredentials, Egress};
use secrecy::SecretString;
use store::Store;
use tokio::sync::Mutex;
use type_safe_id::{StaticType, TypeSafeId};
use url::Url;

use crate::auth::access::{KeyRing, NotAccepted, PublicKey, Signer, Subject};
use crate::auth::passwords::Pepper;
use crate::aws::Clients;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::http::request::RequestExt;
use crate::keys::MacKey;
use crate::random;
use crate::seal::SealingKey;
use crate::secrets::{LazySecret, PlatformClients, ProviderSecrets, Secret};
use crate::vault::VaultKeys;

/// A token with an unknown key makes us read the public keys again, but not more often than this.
const RING_REFRESH: SignedDuration = SignedDuration::from_secs(30);
/// How long the public keys are used before they are read again: one that was withdrawn is gone after this.
const RING_LIFETIME: SignedDuration = SignedDuration::from_mins(5);

/// What access tokens are signed with, as a purpose of the signing secret.
pub const ACCESS_TOKENS: &str = "access-token";
/// What social tokens are sealed with, as a purpose of the vault's secret.
pub const VAULT: &str = "vault";
const SESSION_OVER: &str = "the session is over: log in again";

/// Who is calling: both as they are in the table at this moment.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The user.
    pub user: User,
    /// The session that the access token belongs to.
    pub session: Session,
    /// The network that the request came from.
    pub place: Place,
}

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
    pepper: LazySecret,
    providers: LazySecret<ProviderSecrets>,
    platforms: LazySecret<PlatformClients>,
    signer: Mutex<Option<([u8; 32], Arc<Signer>)>>,
    google: OnceLock<OpenId>,
    facebook: OnceLock<Facebook>,
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
            pepper: LazySecret::new(&config.pepper_secret),
            providers: LazySecret::new(&config.providers_secret),
            platforms: LazySecret::new(&config.platforms_secret),
            signer: Mutex::new(None),
            google: OnceLock::new(),
            facebook: OnceLock::new(),
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

    /// What the entry is made with for something that the caller does.
    pub fn entry(&self, caller: &Caller) -> Entry {
        self.entry_at(caller.place)
    }

    /// What the entry is made with for a request from a place, whose sender need not be signed in.
    pub fn entry_at(&self, place: Place) -> Entry {
        Entry {
            id: self.new_id(),
            place: Some(place),
        }
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

    /// Who is calling, by the access token of the request. The session must still be alive, so whatever ends it works at once.
    pub async fn authenticate(&self, request: &Request) -> Result<Caller> {
        let subject = self.subject(request.bearer()?).await?;
        let place = request.place()?;
        let signed_in = self.store.signed_in(subject.user, subject.session).await?;
        signed_in
            .filter(|(user, session)| session.is_alive(user, self.now()))
            .map(|(user, session)| Caller {
                user,
                session,
                place,
            })
            .ok_or(Error::Unauthenticated(SESSION_OVER))
    }

    /// Whom an access token speaks for.
    async fn subject(&self, token: &str) -> Result<Subject> {
        self.read_ring(RING_LIFETIME).await?;
        let mut verdict = self.ring.verify(token, &self.config.issuer, self.now());
        if verdict == Err(NotAccepted::UnknownKey) {
            self.read_ring(RING_REFRESH).await?;
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

    /// Reads the public keys, if that was not done within `age`.
    async fn read_ring(&self, age: SignedDuration) -> Result<()> {
        let mut read_at = self.ring_read_at.lock().await;
        // Somebody else may have read it while this one waited for the lock.
        if read_at.is_none_or(|at| self.now() >= at + age) {
            let keys = self.store.signing_keys().await?.into_iter();
            self.ring.replace(keys.map(|key| PublicKey {
                kid: key.kid,
                x: key.x,
                ends_at: key.ends_at,
            }));
            *read_at = Some(self.now());
        }
        Ok(())
    }

    /// The issuer of access tokens. Its public key is published before it first signs.
    pub async fn signer(&self) -> Result<Arc<Signer>> {
        let seed = self.secret(&self.signing).await?.key(ACCESS_TOKENS);
        let mut cached = self.signer.lock().await;
        if let Some((of, signer)) = &*cached
            && *of == seed
        {
            return Ok(Arc::clone(signer));
        }
        let signer = Arc::new(Signer::new(&seed)?);
        let PublicKey { kid, x, .. } = signer.public();
        self.store.publish_signing_key(kid, x).await?;
        *cached = Some((seed, Arc::clone(&signer)));
        Ok(signer)
    }

    /// The key of refresh tokens.
    pub async fn refresh_key(&self) -> Result<MacKey> {
        self.mac_key(&self.signing, "refresh-token").await
    }

    /// The key of links in mails.
    pub async fn link_key(&self) -> Result<MacKey> {
        self.mac_key(&self.links, "link").await
    }

    async fn mac_key(&self, secret: &LazySecret, purpose: &str) -> Result<MacKey> {
        let secret = self.secret(secret).await?;
        Ok(MacKey::accepting(
            &secret.key(purpose),
            &secret.other_keys(purpose),
        ))
    }

    /// What every password is hashed with besides itself.
    pub async fn pepper(&self) -> Result<Pepper> {
        Ok(Pepper::new(
            &self.secret(&self.pepper).await?.key("passwords"),
        ))
    }

    /// How people sign in at a provider; an error at `pointer` when this deployment is not set up for it.
    pub fn provider(&self, provider: Provider, pointer: &str) -> Result<&dyn SignIn> {
        let config = &self.config;
        let missing = || {
            let title = provider.title();
            Error::invalid(
                pointer,
                format!("is {title}, and signing in there is not set up in this deployment"),
            )
        };
        match provider {
            Provider::Google => {
                let id = config.google_client_id.clone().ok_or_else(missing)?;
                let new = || OpenId::new(config.google_issuer.clone(), id);
                Ok(self.google.get_or_init(new))
            }
            Provider::Facebook => {
                let id = config.facebook_client_id.clone().ok_or_else(missing)?;
                Ok(self.facebook.get_or_init(|| Facebook::new(id)))
            }
        }
    }

    /// What we prove to a provider that we are we with.
    pub async fn provider_secret(&self, provider: Provider) -> Result<SecretString> {
        let secrets = self.providers.get(&self.aws, self.now()).await;
        let secrets = secrets.map_err(Error::Unavailable)?;
        let secret = secrets.get(&provider.to_string()).cloned();
        Ok(secret.with_context(|| format!("there is no client secret for {provider}"))?)
    }

    /// What this deployment is registered with at a platform, if it is.
    pub async fn platform_client(&self, platform: Platform) -> Result<Option<ClientCredentials>> {
        let clients = self.platforms.get(&self.aws, self.now()).await;
        let clients = clients.map_err(Error::Unavailable)?;
        let client = clients.get(&platform.to_string());
        Ok(client.map(|client| ClientCredentials {
            id: client.client_id.clone(),
            secret: client.client_secret.clone(),
        }))
    }

    /// The keys that social tokens are sealed with.
    pub async fn vault_keys(&self) -> Result<VaultKeys> {
        Ok(vault_keys(&*self.secret(&self.vault).await?))
    }

    /// The same, after reading the secret again: its seeds may have changed.
    pub(crate) async fn vault_keys_anew(&self) -> Result<VaultKeys> {
        let secret = self.vault.anew(&self.aws, self.now()).await;
        Ok(vault_keys(&*secret.map_err(Error::Unavailable)?))
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
            .clone()
            .context("the deployment's secret has no base_url")?;
        let address = format!("{}{path}", base.as_str().trim_end_matches('/'));
        Ok(Url::parse(&address).with_context(|| format!("{address} is not an address"))?)
    }

    async fn secret(&self, secret: &LazySecret) -> Result<Arc<Secret>> {
        secret
            .get(&self.aws, self.now())
            .await
            .map_err(Error::Unavailable)
    }
}

fn vault_keys(secret: &Secret) -> VaultKeys {
    VaultKeys::new(&secret.key(VAULT), &secret.other_keys(VAULT))
}
