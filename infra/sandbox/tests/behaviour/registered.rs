//! An application that is registered at a platform, and what it does to get tokens there.

use reqwest::{RequestBuilder, Response};
use serde_json::Value;

use crate::stage::{REDIRECT, Stage, VERIFIER, challenge, json, parameter, string};

pub(crate) struct Registered {
    pub(crate) authorize: &'static str,
    pub(crate) token: &'static str,
    /// What the id is called, the id, the secret.
    pub(crate) client: (&'static str, &'static str, &'static str),
    /// Whether it proves who it is by HTTP Basic.
    pub(crate) basic: bool,
    pub(crate) agent: &'static str,
    pub(crate) scope: &'static str,
    pub(crate) parameters: &'static [(&'static str, &'static str)],
    /// Whether it sends a code challenge.
    pub(crate) pkce: bool,
}

impl Registered {
    /// The parameters of the request for consent.
    pub(crate) fn request(&self) -> Vec<(String, String)> {
        let mut all = vec![
            (self.client.0, self.client.1),
            ("response_type", "code"),
            ("redirect_uri", REDIRECT),
            ("scope", self.scope),
            ("state", "st&te"),
        ];
        all.extend(self.parameters);
        let challenge = challenge();
        if self.pkce {
            all.push(("code_challenge", &challenge));
            all.push(("code_challenge_method", "S256"));
        }
        let owned = all.into_iter();
        owned
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// Where the browser is sent to when a person has decided.
    pub(crate) async fn decide(
        &self,
        stage: &Stage,
        account: &str,
        more: &[(&str, &str)],
    ) -> url::Url {
        let request = self.request();
        let replaced = |name: &str| more.iter().any(|(other, _)| *other == name);
        let mut form: Vec<(&str, &str)> = request
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| !replaced(name))
            .collect();
        form.push(("account", account));
        if !replaced("decision") {
            form.push(("decision", "authorize"));
        }
        form.extend(more);
        stage.consent(self.authorize, &form).await
    }

    pub(crate) async fn code(&self, stage: &Stage, account: &str, more: &[(&str, &str)]) -> String {
        parameter(&self.decide(stage, account, more).await, "code")
    }

    /// A form, with the proof of who this is.
    pub(crate) fn form(&self, stage: &Stage, path: &str, form: &[(&str, &str)]) -> RequestBuilder {
        let (name, id, secret) = self.client;
        let mut form = form.to_vec();
        let post = stage.post(path).header("user-agent", self.agent);
        if self.basic {
            return post.basic_auth(id, Some(secret)).form(&form);
        }
        let replaced = |name: &str| form.iter().any(|(other, _)| *other == name);
        if !replaced("client_secret") {
            form.push(("client_secret", secret));
        }
        form.push((name, id));
        post.form(&form)
    }

    /// Exchanges a code, with some parameters that may be others.
    pub(crate) async fn exchange(
        &self,
        stage: &Stage,
        code: &str,
        others: &[(&str, &str)],
    ) -> Response {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
        ];
        if self.pkce {
            form.push(("code_verifier", VERIFIER));
        }
        for (name, value) in others {
            form.retain(|(known, _)| known != name);
            form.push((name, value));
        }
        self.form(stage, self.token, &form).send().await.unwrap()
    }

    pub(crate) async fn renew(&self, stage: &Stage, refresh: &str) -> Response {
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
        self.form(stage, self.token, &form).send().await.unwrap()
    }

    /// The answer of the token endpoint to a person's consent.
    pub(crate) async fn granted(
        &self,
        stage: &Stage,
        account: &str,
        more: &[(&str, &str)],
    ) -> Value {
        let code = self.code(stage, account, more).await;
        let answer = self.exchange(stage, &code, &[]).await;
        assert_eq!(answer.status(), 200);
        json(answer).await
    }

    pub(crate) async fn access(&self, stage: &Stage, account: &str) -> String {
        string(&self.granted(stage, account, &[]).await["access_token"])
    }

    /// Reads something with a token.
    pub(crate) async fn read(&self, stage: &Stage, path: &str, token: &str) -> (u16, Value) {
        let get = stage.get(path).header("user-agent", self.agent);
        let answer = get.bearer_auth(token).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, json(answer).await)
    }
}

/// The status of an answer, and its body.
pub(crate) async fn told(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    (status, json(answer).await)
}
