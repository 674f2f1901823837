//! What connecting asks the Graph API for.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::connect::Pending;
use crate::egress::{Call, Egress};
use crate::meta::{self, Refusal};
use crate::tokens::ClientCredentials;

const HOST: &str = "graph.facebook.com";
const VERSION: &str = "/v26.0";
const PAGE_FIELDS: &str = "id,name,username,access_token,tasks";
const PAGES_AT_ONCE: &str = "100";
/// A person who manages more than two hundred pages sees the first of them: all of them are kept until the person has chosen.
const LISTS: usize = 2;

/// The Graph API, for one application.
#[derive(Clone, Copy)]
pub(super) struct Graph<'a> {
    pub egress: &'a Egress,
    pub client: &'a ClientCredentials,
}

/// A page that a person manages and lets us see.
#[derive(Deserialize)]
pub(super) struct Page {
    pub id: String,
    #[serde(default)]
    pub name: Value,
    #[serde(default)]
    pub username: Value,
    /// Missing, when the person may not act for the page.
    pub access_token: Option<SecretString>,
    /// What the person may do there.
    pub tasks: Option<Vec<String>>,
}

/// What Facebook says of a token.
#[derive(Deserialize)]
pub(super) struct Inspected {
    pub is_valid: bool,
    pub scopes: Option<Vec<String>>,
    /// Whose consent it hangs on.
    #[serde(default)]
    pub user_id: Value,
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
}

#[derive(Deserialize)]
struct Data<T> {
    data: T,
    paging: Option<Paging>,
}

#[derive(Deserialize)]
struct Paging {
    cursors: Option<Cursors>,
    /// The address of the next part. It holds a token, and is not used: its presence says that there is more.
    next: Option<Value>,
}

#[derive(Deserialize)]
struct Cursors {
    after: Option<String>,
}

#[derive(Deserialize)]
struct Permission {
    permission: String,
    status: String,
}

#[derive(Deserialize)]
struct Node {
    id: String,
}

impl Graph<'_> {
    /// A token of the person for the code, which is good for one call.
    pub(super) async fn person_token(
        self,
        pending: &Pending,
        code: &str,
    ) -> Result<SecretString, Refusal> {
        let parameters = [
            ("redirect_uri", pending.redirect_uri.as_str()),
            ("code", code),
            ("code_verifier", pending.verifier.expose_secret()),
        ];
        self.exchange(&parameters).await
    }

    /// A token of the person that lives for sixty days. Only with such a one are tokens of pages without end.
    pub(super) async fn long_token(self, short: &SecretString) -> Result<SecretString, Refusal> {
        let parameters = [
            ("grant_type", "fb_exchange_token"),
            ("fb_exchange_token", short.expose_secret()),
        ];
        self.exchange(&parameters).await
    }

    /// The id of the person, which only this application knows them by.
    pub(super) async fn person(self, token: &SecretString) -> Result<String, Refusal> {
        let node: Node = self.get("/me", &[("fields", "id")], token).await?;
        sane(node.id)
    }

    /// What the person granted.
    pub(super) async fn permissions(self, token: &SecretString) -> Result<Vec<String>, Refusal> {
        let list: Data<Vec<Permission>> = self.get("/me/permissions", &[], token).await?;
        let granted = list.data.into_iter().filter(|it| it.status == "granted");
        Ok(granted.map(|it| it.permission).collect())
    }

    /// The pages that the person manages, and let us see.
    pub(super) async fn pages(self, token: &SecretString) -> Result<Vec<Page>, Refusal> {
        let mut pages: Vec<Page> = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..LISTS {
            let mut parameters = vec![("fields", PAGE_FIELDS), ("limit", PAGES_AT_ONCE)];
            parameters.extend(after.iter().map(|cursor| ("after", cursor.as_str())));
            let list: Data<Vec<Page>> = self.get("/me/accounts", &parameters, token).await?;
            for page in list.data {
                if !meta::is_id(&page.id) {
                    return Err(Refusal::unreadable());
                }
                if pages.iter().all(|known| known.id != page.id) {
                    pages.push(page);
                }
            }
            let more = list.paging.filter(|paging| paging.next.is_some());
            after = more.and_then(|paging| paging.cursors?.after);
            if after.is_none() {
                break;
            }
        }
        Ok(pages)
    }

    /// Reads the page with its own token: its id.
    pub(super) async fn page(self, id: &str, token: &SecretString) -> Result<String, Refusal> {
        let node: Node = self
            .get(&format!("/{id}"), &[("fields", "id")], token)
            .await?;
        sane(node.id)
    }

    /// Asks what a token is worth, in our own name.
    pub(super) async fn inspect(self, token: &SecretString) -> Result<Inspected, Refusal> {
        let parameters = [("input_token", token.expose_secret())];
        let inspected: Data<Inspected> = self
            .get("/debug_token", &parameters, &self.own_token())
            .await?;
        Ok(inspected.data)
    }

    /// Gives back everything that a person granted, in our own name: that works when all tokens of the person have ended.
    pub(super) async fn forget(self, person: &str) -> Result<(), Refusal> {
        let path = format!("/{person}/permissions");
        let call = self.call(Call::delete, &path, &[], &self.own_token())?;
        let answer = self.egress.effect(call).await;
        let answer = answer.map_err(|failure| Refusal::no_answer(&failure))?;
        meta::read::<Value>(&answer).map(|_| ())
    }

    /// The token that stands for this application itself.
    fn own_token(self) -> SecretString {
        format!("{}|{}", self.client.id, self.client.secret.expose_secret()).into()
    }

    /// The exchange is documented as a GET; it must not be repeated all the same.
    async fn exchange(self, parameters: &[(&str, &str)]) -> Result<SecretString, Refusal> {
        let url = self
            .egress
            .url(HOST, &format!("{VERSION}/oauth/access_token"));
        let mut url = url.map_err(|failure| Refusal::no_answer(&failure))?;
        url.query_pairs_mut()
            .extend_pairs([
                ("client_id", self.client.id.as_str()),
                ("client_secret", self.client.secret.expose_secret()),
            ])
            .extend_pairs(parameters);
        let answer = self.egress.effect(Call::get(url)).await;
        let answer = answer.map_err(|failure| Refusal::no_answer(&failure))?;
        meta::read::<Granted>(&answer).map(|granted| granted.access_token)
    }

    async fn get<T: DeserializeOwned>(
        self,
        path: &str,
        parameters: &[(&str, &str)],
        token: &SecretString,
    ) -> Result<T, Refusal> {
        let call = self.call(Call::get, path, parameters, token)?;
        let answer = self.egress.read(call).await;
        meta::read(&answer.map_err(|failure| Refusal::no_answer(&failure))?)
    }

    fn call(
        self,
        method: fn(url::Url) -> Call,
        path: &str,
        parameters: &[(&str, &str)],
        token: &SecretString,
    ) -> Result<Call, Refusal> {
        let url = self.egress.url(HOST, &format!("{VERSION}{path}"));
        let mut url = url.map_err(|failure| Refusal::no_answer(&failure))?;
        url.query_pairs_mut()
            .extend_pairs(parameters)
            .append_pair("appsecret_proof", &meta::proof(&self.client.secret, token));
        Ok(method(url).bearer(token))
    }
}

fn sane(id: String) -> Result<String, Refusal> {
    Some(id)
        .filter(|id| meta::is_id(id))
        .ok_or_else(Refusal::unreadable)
}
