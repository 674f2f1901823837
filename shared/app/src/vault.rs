//! The vault: tokens of social accounts, sealed so that they open only for the account and the generation they were sealed for.
//!
//! Envelope encryption: each thing is sealed under a key of its own, and that key is wrapped with the vault's. So the vault's key is
//! changed by wrapping small keys anew, without opening a single token.

use anyhow::Context;
use domain::{Account, OfferId, Platform, TeamId, UserId};
use platforms::{ClientCredentials, Connected, Target, Tokens};
use secrecy::{ExposeSecret, SecretString};
use store::{Envelope, Wrapped};
use zeroize::Zeroizing;

use crate::App;
use crate::error::Result;
use crate::random;
use crate::seal::{DoesNotOpen, SealingKey};

/// The vault's keys: one that wraps, and others that still open what they wrapped.
#[derive(Debug)]
pub struct VaultKeys {
    wraps: SealingKey,
    others: Vec<SealingKey>,
}

impl VaultKeys {
    /// The keys made of 32 secret bytes each.
    pub fn new(wraps: &[u8; 32], others: &[[u8; 32]]) -> Self {
        Self {
            wraps: SealingKey::new(wraps),
            others: others.iter().map(SealingKey::new).collect(),
        }
    }

    /// The id of the key that wraps.
    pub fn id(&self) -> &str {
        self.wraps.id()
    }

    /// Seals `plain` so that it opens only with the same context.
    pub fn seal(&self, plain: &[u8], context: String) -> Envelope {
        let own = Zeroizing::new(random::bytes::<32>());
        Envelope {
            sealed: SealingKey::new(&own).seal(plain, &context),
            wrapped: self.wraps.seal(&own[..], &context),
            key_id: self.wraps.id().to_owned(),
            context,
        }
    }

    /// Opens what was sealed for this context. What the envelope says about its context is not believed.
    pub fn open(
        &self,
        envelope: &Envelope,
        context: &str,
    ) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
        let own = self.unwrap(&envelope.wrapped, context)?;
        let plain = SealingKey::new(&own).open(&envelope.sealed, context)?;
        Ok(Zeroizing::new(plain))
    }

    /// The same key, wrapped with the key that wraps now.
    pub fn rewrap(&self, wrapped: &Wrapped) -> Result<String, DoesNotOpen> {
        let own = self.unwrap(&wrapped.wrapped, &wrapped.context)?;
        Ok(self.wraps.seal(&own[..], &wrapped.context))
    }

    fn unwrap(&self, wrapped: &str, context: &str) -> Result<Zeroizing<[u8; 32]>, DoesNotOpen> {
        let mut keys = std::iter::once(&self.wraps).chain(&self.others);
        let own = keys
            .find_map(|key| key.open(wrapped, context).ok())
            .map(Zeroizing::new)
            .ok_or(DoesNotOpen)?;
        let own = <[u8; 32]>::try_from(own.as_slice()).map_err(|_| DoesNotOpen)?;
        Ok(Zeroizing::new(own))
    }
}

/// How the publishers name an account.
pub fn target(account: &Account) -> Target {
    Target {
        host: account.host.clone(),
        remote_id: account.remote_id.clone(),
        handle: account.handle.clone(),
        max_characters: account.max_characters,
    }
}

/// What the tokens of an account are bound to.
fn of_account(account: &Account) -> String {
    let Account {
        team,
        id,
        platform,
        token_generation,
        ..
    } = account;
    format!("{team}|{id}|{platform}|tokens|{token_generation}")
}

fn of_client(platform: Platform, host: &str) -> String {
    format!("{platform}|{host}|client")
}

/// Whose choice it is that an offer waits for.
#[derive(Clone, Debug)]
pub struct Chooser {
    /// The team that gets the accounts.
    pub team: TeamId,
    /// Who agreed.
    pub user: UserId,
    /// Where the accounts are.
    pub platform: Platform,
    /// The hash of the cookie of the browser in which he did.
    pub browser: String,
}

fn of_offer(id: OfferId, chooser: &Chooser) -> String {
    let Chooser {
        team,
        user,
        platform,
        browser,
    } = chooser;
    format!("{id}|{team}|{user}|{platform}|{browser}|offer")
}

/// Whose choice an offer waits for, by its context.
fn chooser_in(context: &str, id: OfferId) -> Option<Chooser> {
    let parts: Vec<_> = context.split('|').collect();
    let [offer, team, user, platform, browser, "offer"] = parts[..] else {
        return None;
    };
    (offer == id.to_string()).then_some(())?;
    Some(Chooser {
        team: team.parse().ok()?,
        user: user.parse().ok()?,
        platform: platform.parse().ok()?,
        browser: browser.to_owned(),
    })
}

impl App {
    /// Seals the tokens of an account.
    pub async fn seal_tokens(&self, account: &Account, tokens: &Tokens) -> Result<Envelope> {
        let json = tokens.to_sealed_json().context("writing tokens down")?;
        let keys = self.vault_keys().await?;
        Ok(keys.seal(json.expose_secret().as_bytes(), of_account(account)))
    }

    /// Opens the sealed tokens of an account.
    pub async fn open_tokens(&self, account: &Account, sealed: &Envelope) -> Result<Tokens> {
        let plain = self.open(sealed, &of_account(account)).await?;
        let json = std::str::from_utf8(&plain).context("tokens of an account")?;
        Ok(Tokens::from_json(json).context("tokens of an account")?)
    }

    /// Keeps accounts, of which somebody has to choose, with their tokens.
    pub async fn keep_offer(
        &self,
        id: OfferId,
        chooser: &Chooser,
        accounts: &[Connected],
        expires_at: jiff::Timestamp,
    ) -> Result<()> {
        let json = Connected::list_to_sealed_json(accounts).context("writing accounts down")?;
        let keys = self.vault_keys().await?;
        let sealed = keys.seal(json.expose_secret().as_bytes(), of_offer(id, chooser));
        Ok(self.store.keep_offer(id, &sealed, expires_at).await?)
    }

    /// The accounts of an offer, and whose it is, while it is there and for the browser that it was made for.
    pub async fn offer(
        &self,
        id: OfferId,
        browser: &str,
    ) -> Result<Option<(Chooser, Vec<Connected>)>> {
        let Some(sealed) = self.store.offer(id).await? else {
            return Ok(None);
        };
        // Whose it is stands in the context, and it only opens if that is true.
        let Some(chooser) = chooser_in(&sealed.context, id).filter(|it| it.browser == browser)
        else {
            return Ok(None);
        };
        let plain = self.open(&sealed, &of_offer(id, &chooser)).await?;
        let json = std::str::from_utf8(&plain).context("accounts to choose from")?;
        let accounts = Connected::list_from_json(json).context("accounts to choose from")?;
        Ok(Some((chooser, accounts)))
    }

    /// Our registration at a server, if we have one.
    pub async fn client_at(
        &self,
        platform: Platform,
        host: &str,
    ) -> Result<Option<ClientCredentials>> {
        let Some(sealed) = self.store.sealed_client(platform, host).await? else {
            return Ok(None);
        };
        let plain = self.open(&sealed, &of_client(platform, host)).await?;
        let (id, secret): (String, SecretString) =
            serde_json::from_slice(&plain).context("our registration at a server")?;
        Ok(Some(ClientCredentials { id, secret }))
    }

    /// Keeps our registration at a server for the next account on it.
    pub async fn keep_client_at(
        &self,
        platform: Platform,
        host: &str,
        client: &ClientCredentials,
    ) -> Result<()> {
        let plain = serde_json::to_vec(&(&client.id, client.secret.expose_secret()));
        let plain = Zeroizing::new(plain.context("our registration at a server")?);
        let keys = self.vault_keys().await?;
        let sealed = keys.seal(&plain, of_client(platform, host));
        Ok(self.store.keep_client(platform, host, &sealed).await?)
    }

    async fn open(&self, sealed: &Envelope, context: &str) -> Result<Zeroizing<Vec<u8>>> {
        let keys = self.vault_keys().await?;
        if let Ok(plain) = keys.open(sealed, context) {
            return Ok(plain);
        }
        // Perhaps a key that is younger than what we know of the secret.
        let keys = self.vault_keys_anew().await?;
        let plain = keys.open(sealed, context).inspect_err(|_| {
            // The alarm on what does not open counts this line by its `event`.
            tracing::error!(
                event = "vault.does_not_open",
                key_id = sealed.key_id,
                "somebody changed or moved what is sealed, or its key is gone"
            );
        });
        Ok(plain.context("what is sealed in the vault")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(wraps: u8, others: &[u8]) -> VaultKeys {
        let others: Vec<_> = others.iter().map(|other| [*other; 32]).collect();
        VaultKeys::new(&[wraps; 32], &others)
    }

    fn opened(keys: &VaultKeys, envelope: &Envelope, context: &str) -> Option<Vec<u8>> {
        keys.open(envelope, context)
            .ok()
            .map(|plain| plain.to_vec())
    }

    #[test]
    fn what_is_sealed_opens_in_its_context_alone_whatever_the_envelope_claims() {
        let keys = keys(1, &[]);
        let sealed = keys.seal(b"token", "team|one".into());
        assert_eq!(opened(&keys, &sealed, "team|one").unwrap(), b"token");
        let moved = Envelope {
            context: "team|two".into(),
            ..sealed.clone()
        };
        assert_eq!(opened(&keys, &moved, "team|two"), None);
        let other = keys.seal(b"other", "team|two".into());
        let swapped = Envelope {
            sealed: other.sealed.clone(),
            ..sealed.clone()
        };
        assert_eq!(opened(&keys, &swapped, "team|one"), None);
        let rekeyed = Envelope {
            wrapped: other.wrapped,
            ..sealed
        };
        assert_eq!(opened(&keys, &rekeyed, "team|one"), None);
    }

    #[test]
    fn a_key_is_changed_without_touching_what_is_sealed() {
        let old = keys(1, &[]);
        let before = old.seal(b"token", "context".into());
        let changing = keys(2, &[1]);
        assert_eq!(opened(&changing, &before, "context").unwrap(), b"token");
        let wrapped = Wrapped::new(&before);
        let after = Envelope {
            wrapped: changing.rewrap(&wrapped).unwrap(),
            key_id: changing.id().into(),
            ..before.clone()
        };
        let new = keys(2, &[]);
        assert_eq!(opened(&new, &after, "context").unwrap(), b"token");
        assert_eq!(opened(&new, &before, "context"), None);
        assert_eq!(opened(&old, &after, "context"), None);
        assert!(keys(3, &[]).rewrap(&wrapped).is_err());
    }
}
