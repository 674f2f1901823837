//! Connecting Facebook pages: consent of a person, and a token for each page that the person lets us publish on.

use async_trait::async_trait;
use jiff::Timestamp;

use super::Facebook;
use super::graph::{Graph, Page};
use crate::connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Health, Pending, Registration,
    Requirements, Trip,
};
use crate::egress::Egress;
use crate::meta::{self, Class, Refusal};
use crate::oauth::{ClientAuth, Server, at};
use crate::publisher::{Error, ErrorKind, Target};
use crate::tokens::{ClientCredentials, Tokens};

const TITLE: &str = "Facebook";
const WEB: &str = "www.facebook.com";
const SCOPES: &[&str] = &[
    "pages_show_list",
    "pages_manage_posts",
    "pages_read_engagement",
];
/// By one of these a person may publish on a page: as pages have named it for long, and as newer ones do.
const MAY_PUBLISH: [&str; 2] = ["CREATE_CONTENT", "PROFILE_PLUS_CREATE_CONTENT"];

/// The exchange of codes is Facebook's own; see `graph.rs`.
const SERVER: Server = Server {
    title: TITLE,
    host: WEB,
    authorize: (WEB, "/v26.0/dialog/oauth"),
    token: ("graph.facebook.com", "/v26.0/oauth/access_token"),
    revoke: None,
    scopes: SCOPES,
    separator: ",",
    client: ClientAuth::Form("client_id"),
    pkce: true,
    // Otherwise the dialog never asks again for what a person has once declined.
    parameters: &[("auth_type", "rerequest")],
    dead: &[],
};

#[async_trait]
impl Connector for Facebook {
    fn requirements(&self) -> &'static Requirements {
        &Requirements {
            ways: &[&[]],
            registration: Registration::Deployment,
            scopes: SCOPES,
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
        _now: Timestamp,
    ) -> Result<Vec<Connected>, ConnectError> {
        let client = SERVER.known(client)?;
        let graph = Graph { egress, client };
        let refused = |refusal: Refusal| refusal.of_connecting(TITLE);
        let short = graph.person_token(pending, code).await.map_err(refused)?;
        let long = graph.long_token(&short).await.map_err(refused)?;
        let scopes = graph.permissions(&long).await.map_err(refused)?;
        SERVER.require(&scopes)?;
        let person = graph.person(&long).await.map_err(refused)?;
        let pages = graph.pages(&long).await.map_err(refused)?;
        let seen = !pages.is_empty();
        let accounts: Vec<Connected> = pages
            .into_iter()
            .filter(may_publish)
            .filter_map(|page| connected(egress, page, &person, &scopes).transpose())
            .collect::<Result<_, _>>()?;
        if !accounts.is_empty() {
            return Ok(accounts);
        }
        Err(ConnectError::refused(if seen {
            "you may not publish on any of the pages that you let Tayang use: ask an admin of the page to let you create content, or connect again and tick another page"
        } else {
            "Facebook shows no page that you manage: make one, ask to be let into one, or connect again and tick it"
        }))
    }

    /// Tokens of pages do not end, so there is nothing to renew.
    async fn refresh(
        &self,
        _egress: &Egress,
        _client: Option<&ClientCredentials>,
        _target: &Target,
        _tokens: &Tokens,
        _now: Timestamp,
    ) -> Result<Option<Tokens>, Error> {
        Ok(None)
    }

    /// Reads the page, and asks what is left of the permissions: a person may take each of them back.
    async fn check(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        target: &Target,
        tokens: &Tokens,
    ) -> Result<Health, Error> {
        let graph = graph(egress, client)?;
        let denied = match graph.page(&target.remote_id, &tokens.access).await {
            Ok(id) if id == target.remote_id => None,
            Ok(_) => Some(Refusal::unreadable()),
            Err(refusal) if refusal.class == Class::Denied => Some(refusal),
            Err(refusal) => return Err(refusal.of_account(TITLE)),
        };
        let inspected = graph.inspect(&tokens.access).await;
        let inspected = inspected.map_err(|refusal| refusal.of_ourselves(TITLE))?;
        let dead = |words: String| Err(Error::new(ErrorKind::ReconnectAccount, words));
        if !inspected.is_valid {
            return dead("Facebook ended the access to this page".to_owned());
        }
        let scopes = inspected.scopes.ok_or_else(Refusal::unreadable);
        let scopes = scopes.map_err(|refusal| refusal.of_ourselves(TITLE))?;
        if let Err(error) = SERVER.require(&scopes) {
            return dead(error.to_string());
        }
        // The token is alive and has every permission: whatever keeps it from the page may pass.
        denied.map_or_else(
            || Ok(Health::default()),
            |refusal| Err(refusal.of_account(TITLE)),
        )
    }

    /// Takes back the consent of the person, and with it the tokens of all pages. Its token may be dead for other reasons meanwhile, so
    /// the person is looked up, and forgotten, in our own name.
    async fn revoke(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        _target: &Target,
        tokens: &Tokens,
    ) -> Result<(), Error> {
        let graph = graph(egress, client)?;
        let inspected = graph.inspect(&tokens.access).await;
        let inspected = inspected.map_err(|refusal| refusal.of_ourselves(TITLE))?;
        let Some(person) = meta::id(&inspected.user_id) else {
            let words = "Facebook does not say whose token it is";
            return if inspected.is_valid {
                Err(Error::new(ErrorKind::Temporary, words))
            } else {
                Ok(())
            };
        };
        match graph.forget(&person).await {
            Err(refusal) if refusal.class != Class::Dead => Err(refusal.of_account(TITLE)),
            // Dead: there is no consent of this person any more.
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

fn graph<'a>(
    egress: &'a Egress,
    client: Option<&'a ClientCredentials>,
) -> Result<Graph<'a>, Error> {
    let client = SERVER.known(client);
    let client = client.map_err(|error| Error::new(ErrorKind::Temporary, error.to_string()))?;
    Ok(Graph { egress, client })
}

/// Where Facebook does not say what a person may do, publishing will show it.
fn may_publish(page: &Page) -> bool {
    page.tasks.as_ref().is_none_or(|tasks| {
        tasks
            .iter()
            .any(|task| MAY_PUBLISH.contains(&task.as_str()))
    })
}

fn connected(
    egress: &Egress,
    page: Page,
    person: &str,
    scopes: &[String],
) -> Result<Option<Connected>, ConnectError> {
    let Some(token) = page.access_token else {
        return Ok(None);
    };
    // Many pages have no name for addresses; they are known by their number.
    let handle = page.username.as_str().and_then(meta::handle);
    let handle = handle.unwrap_or(&page.id).to_owned();
    let address = at(egress, (WEB, &format!("/{}", page.id)))?;
    Ok(Some(Connected {
        display_name: meta::named(page.name.as_str(), &handle),
        url: egress.browser_url(&address),
        target: Target {
            host: WEB.to_owned(),
            remote_id: page.id,
            handle,
            max_characters: None,
        },
        tokens: Tokens {
            scopes: meta::listed(scopes),
            ..Tokens::lasting(token)
        },
        permissions: meta::listed(&page.tasks.unwrap_or_default()),
        grant: person.to_owned(),
    }))
}
