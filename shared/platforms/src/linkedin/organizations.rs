//! The organizations that a person may post for.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde::Deserialize;

use super::connect::{API, TITLE, read, refusal};
use crate::connect::ConnectError;
use crate::egress::{Answer, Call, Egress, Failure};
use crate::publisher::{Error, ErrorKind};
use crate::text::quoted;

const URN: &str = "urn:li:organization:";
/// The roles that may post; others read, or post advertisements only.
const POSTING: [&str; 2] = ["ADMINISTRATOR", "CONTENT_ADMINISTRATOR"];
const PAGE: usize = 100;
/// More than anybody can choose from.
const MOST: usize = 300;
const NAME_MAX_BYTES: usize = 100;

/// Organizations by number, with the roles that may post.
type Roles = BTreeMap<u64, Vec<String>>;

/// What an organization is called.
pub(super) struct Named {
    pub(super) name: String,
    /// The last part of its address.
    pub(super) handle: String,
}

/// What LinkedIn calls an organization everywhere.
pub(super) fn urn(organization: u64) -> String {
    format!("{URN}{organization}")
}

#[derive(Deserialize)]
struct Listing {
    elements: Vec<Assignment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assignment {
    role: String,
    state: String,
    #[serde(alias = "organizationTarget")]
    organization: String,
}

/// The organizations that the owner of a token may post for, while an account is connected.
pub(super) async fn of(egress: &Egress, access: &SecretString) -> Result<Roles, ConnectError> {
    match pages(egress, access).await {
        Ok(Ok(roles)) => Ok(roles),
        Ok(Err(answer)) => Err(refusal(&answer)),
        Err(failure) => Err(ConnectError::no_answer(TITLE, &failure)),
    }
}

/// The same for an account that is connected, or the answer that is none.
pub(super) async fn list(
    egress: &Egress,
    access: &SecretString,
) -> Result<Result<Roles, Answer>, Error> {
    let listed = pages(egress, access).await;
    listed.map_err(|failure| Error::new(ErrorKind::Temporary, failure.to_string()))
}

async fn pages(egress: &Egress, access: &SecretString) -> Result<Result<Roles, Answer>, Failure> {
    let mut roles = Roles::new();
    for start in (0..MOST).step_by(PAGE) {
        let path = format!(
            "/rest/organizationAcls?q=roleAssignee&state=APPROVED&start={start}&count={PAGE}"
        );
        let answer = read(egress, Call::get(egress.url(API, &path)?), access).await?;
        let listing = answer.json::<Listing>();
        let Some(listing) = listing.filter(|_| answer.status.is_success()) else {
            return Ok(Err(answer));
        };
        let last = listing.elements.len() < PAGE;
        for assignment in listing.elements {
            let id = assignment.organization.strip_prefix(URN);
            let id = id.and_then(|id| id.parse::<u64>().ok());
            let posts =
                assignment.state == "APPROVED" && POSTING.contains(&assignment.role.as_str());
            if let Some(id) = id.filter(|_| posts) {
                roles.entry(id).or_default().push(assignment.role);
            }
        }
        if last {
            break;
        }
    }
    Ok(Ok(roles))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Organization {
    localized_name: String,
    vanity_name: Option<String>,
}

/// What an organization is called. Its number will do where that cannot be read: the code that led here is used up.
pub(super) async fn named(egress: &Egress, access: &SecretString, id: u64) -> Named {
    let path = format!("/rest/organizations/{id}");
    let answer = match egress.url(API, &path) {
        Ok(url) => read(egress, Call::get(url), access).await.ok(),
        Err(_) => None,
    };
    let found = answer.and_then(|answer| {
        let found: Option<Organization> = answer.json();
        found.filter(|_| answer.status.is_success())
    });
    let vanity = found
        .as_ref()
        .and_then(|found| found.vanity_name.clone())
        .filter(|name| is_vanity(name));
    let name = found.map(|found| quoted(&found.localized_name));
    Named {
        name: name
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| format!("Organization {id}")),
        handle: vanity.unwrap_or_else(|| id.to_string()),
    }
}

/// Whether this can be a part of an address.
fn is_vanity(name: &str) -> bool {
    (1..=NAME_MAX_BYTES).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
