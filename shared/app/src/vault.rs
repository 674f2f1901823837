//! The vault: tokens of social accounts, sealed so that they open only for the account and the generation they were sealed for.

use anyhow::Context;
use domain::{Account, AccountId, Platform, TeamId};
use platforms::{ClientCredentials, Target, Tokens};
use secrecy::{ExposeSecret, SecretString};

use crate::App;
use crate::error::Result;

/// What a sealed value is tied to.
fn context(team: TeamId, account: AccountId, platform: Platform) -> String {
    format!("{team}|{account}|{platform}|tokens")
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

impl App {
    /// Seals the tokens of an account.
    pub async fn seal_tokens(&self, account: &Account, tokens: &Tokens) -> Result<String> {
        let json = tokens.to_sealed_json().context("writing tokens down")?;
        let context = context(account.team, account.id, account.platform);
        Ok(self
            .vault_key()
            .await?
            .seal(json.expose_secret().as_bytes(), &context))
    }

    /// Opens the sealed tokens of an account.
    pub async fn open_tokens(&self, account: &Account, sealed: &str) -> Result<Tokens> {
        let context = context(account.team, account.id, account.platform);
        let plain = self
            .vault_key()
            .await?
            .open(sealed, &context)
            .context("tokens of an account")?;
        let json = std::str::from_utf8(&plain).context("tokens of an account")?;
        Ok(Tokens::from_json(json).context("tokens of an account")?)
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
        let plain = self
            .vault_key()
            .await?
            .open(&sealed, &format!("{platform}|{host}|client"))
            .context("our registration at a server")?;
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
        let plain = serde_json::to_vec(&(&client.id, client.secret.expose_secret()))
            .context("our registration at a server")?;
        let sealed = self
            .vault_key()
            .await?
            .seal(&plain, &format!("{platform}|{host}|client"));
        Ok(self.store.keep_client(platform, host, &sealed).await?)
    }
}
