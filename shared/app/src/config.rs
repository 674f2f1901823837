//! The configuration: environment variables, read once. The template sets each of them for every function.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use url::Url;

/// Everything that a function is told by its environment.
#[derive(Clone, Debug)]
pub struct Config {
    /// `TABLE`: the name of the main table.
    pub table: String,
    /// `VAULT_TABLE`: the name of the table of sealed tokens.
    pub vault_table: String,
    /// `PUBLISH_QUEUE_URL`: the queue of publications that are due.
    pub publish_queue_url: String,
    /// `EMAIL_QUEUE_URL`: the queue of mails to send.
    pub email_queue_url: String,
    /// `CHORE_QUEUE_URL`: the queue of accounts to look after, and of teams to clear away.
    pub chore_queue_url: String,
    /// `MEDIA_BUCKET`: the name of the bucket of files that go out with posts.
    pub media_bucket: String,
    /// `EVENT_BUS`: the name of the event bus.
    pub event_bus: String,
    /// `MAIL_FROM`: the sender of every mail.
    pub mail_from: String,
    /// `ISSUER`: who issues access tokens, as a URN.
    pub issuer: String,
    /// `PLATFORM_ENDPOINTS`: a JSON object from host name to the base URL that takes its place.
    pub platform_endpoints: BTreeMap<String, Url>,
    /// `ADMIN_EMAIL`: the address whose owner becomes admin; without it the first account does.
    pub admin_email: Option<String>,
    /// `SIGNING_SECRET`: the name of the secret that access and refresh tokens are made with.
    pub signing_secret: String,
    /// `LINK_SECRET`: the name of the secret that links in mails are made with.
    pub link_secret: String,
    /// `VAULT_SECRET`: the name of the secret that social tokens are sealed with.
    pub vault_secret: String,
    /// `PLATFORMS_SECRET`: the name of the secret with what this deployment is registered with at the social platforms.
    pub platforms_secret: String,
    /// `PEPPER_SECRET`: the name of the secret without which no password hash can be made or checked.
    pub pepper_secret: String,
    /// `PROVIDERS_SECRET`: the name of the secret with what we are known by at the providers that people sign in with.
    pub providers_secret: String,
    /// `GOOGLE_CLIENT_ID`: our name at Google; without it nobody can sign in there.
    pub google_client_id: Option<String>,
    /// `GOOGLE_ISSUER`: the OpenID Connect server that is called Google here.
    pub google_issuer: Url,
    /// `FACEBOOK_CLIENT_ID`: the id of our app at Facebook; without it nobody can sign in there.
    pub facebook_client_id: Option<String>,
    /// `BREACHED_PASSWORDS`: whether new passwords are looked up among those known to be breached.
    pub breached_passwords: bool,
    /// `DEPLOYMENT_SECRET`: the name of the secret with the base URL and the key of page cursors.
    pub deployment_secret: String,
    /// AWS's own variables.
    pub aws: Aws,
}

/// Google's own name for itself (OpenID Connect Discovery 1.0).
const GOOGLE: &str = "https://accounts.google.com";

/// How AWS is reached. Lambda sets all of these but the endpoint.
#[derive(Clone)]
pub struct Aws {
    /// `AWS_REGION`.
    pub region: String,
    /// `AWS_ENDPOINT_URL`: one address for all services, for emulators.
    pub endpoint_url: Option<String>,
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: String,
    /// `AWS_SESSION_TOKEN`.
    pub session_token: Option<String>,
}

impl std::fmt::Debug for Aws {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Aws")
            .field("region", &self.region)
            .field("endpoint_url", &self.endpoint_url)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Reads the process's environment.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn from_env() -> Result<Self> {
        Self::from_lookup(&|name| std::env::var(name).ok())
    }

    /// Reads the variables through `lookup`; an empty one counts as missing.
    pub fn from_lookup(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let optional = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let required = |name: &str| {
            optional(name).with_context(|| format!("the environment variable {name} is not set"))
        };
        let endpoints = optional("PLATFORM_ENDPOINTS").unwrap_or_else(|| "{}".into());
        Ok(Self {
            table: required("TABLE")?,
            vault_table: required("VAULT_TABLE")?,
            publish_queue_url: required("PUBLISH_QUEUE_URL")?,
            email_queue_url: required("EMAIL_QUEUE_URL")?,
            chore_queue_url: required("CHORE_QUEUE_URL")?,
            media_bucket: required("MEDIA_BUCKET")?,
            event_bus: required("EVENT_BUS")?,
            mail_from: required("MAIL_FROM")?,
            issuer: required("ISSUER")?,
            platform_endpoints: serde_json::from_str(&endpoints)
                .context("PLATFORM_ENDPOINTS must be a JSON object from host to URL")?,
            admin_email: optional("ADMIN_EMAIL").map(|address| address.trim().to_lowercase()),
            signing_secret: required("SIGNING_SECRET")?,
            link_secret: required("LINK_SECRET")?,
            vault_secret: required("VAULT_SECRET")?,
            platforms_secret: required("PLATFORMS_SECRET")?,
            pepper_secret: required("PEPPER_SECRET")?,
            providers_secret: required("PROVIDERS_SECRET")?,
            google_client_id: optional("GOOGLE_CLIENT_ID"),
            google_issuer: optional("GOOGLE_ISSUER")
                .unwrap_or_else(|| GOOGLE.to_owned())
                .parse()
                .context("GOOGLE_ISSUER must be a URL")?,
            facebook_client_id: optional("FACEBOOK_CLIENT_ID"),
            breached_passwords: optional("BREACHED_PASSWORDS").as_deref() == Some("on"),
            deployment_secret: required("DEPLOYMENT_SECRET")?,
            aws: Aws {
                region: required("AWS_REGION")?,
                endpoint_url: optional("AWS_ENDPOINT_URL"),
                access_key_id: required("AWS_ACCESS_KEY_ID")?,
                secret_access_key: required("AWS_SECRET_ACCESS_KEY")?,
                session_token: optional("AWS_SESSION_TOKEN"),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_variable_is_named() {
        let error = Config::from_lookup(&|name| {
            (name != "EVENT_BUS")
                .then(|| "x".to_owned())
                .filter(|_| !["PLATFORM_ENDPOINTS", "GOOGLE_ISSUER"].contains(&name))
        })
        .unwrap_err();
        assert!(error.to_string().contains("EVENT_BUS"));
    }

    #[test]
    fn the_secret_key_is_not_shown() {
        let config = Config::from_lookup(&|name| match name {
            "PLATFORM_ENDPOINTS" | "GOOGLE_ISSUER" => None,
            "AWS_SECRET_ACCESS_KEY" => Some("canary".into()),
            _ => Some("x".into()),
        });
        assert!(!format!("{:?}", config.unwrap()).contains("canary"));
    }
}
