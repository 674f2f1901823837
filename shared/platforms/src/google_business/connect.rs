//! Connecting locations on Google Business Profile: Google's consent, then the locations that whoever agreed manages.

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::GoogleBusiness;
use crate::connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Health, Pending, Registration,
    Requirements, Trip,
};
use crate::egress::{Call, Egress, Failure};
use crate::google::{self, OPENID};
use crate::oauth::Server;
use crate::publisher::{Error, ErrorKind, Target};
use crate::text::quoted;
use crate::tokens::{ClientCredentials, Tokens};

const TITLE: &str = "Google Business Profile";
const WEB: &str = "business.google.com";
const SCOPES: [&str; 2] = [OPENID, "https://www.googleapis.com/auth/business.manage"];
const SERVER: Server = google::server(TITLE, WEB, &SCOPES);
const API: &str = "mybusinessbusinessinformation.googleapis.com";
/// The account `-` stands for whoever asks, with everything that reaches them by way of groups. One page is as much as a person can
/// choose among, and as can be kept while they choose.
const LOCATIONS: &str = "/v1/accounts/-/locations?readMask=name,title,storefrontAddress,metadata&pageSize=100&orderBy=title";
const READ_MASK: &str = "readMask=name,metadata";
const ID_MAX_BYTES: usize = 32;
/// What Google calls the authority over a location's entry: without it, nothing that is posted is shown.
const VERIFIED: &str = "hasVoiceOfMerchant";
const MAPS: [&str; 3] = ["maps.google.com", "www.google.com", "maps.app.goo.gl"];

#[async_trait]
impl Connector for GoogleBusiness {
    fn requirements(&self) -> &'static Requirements {
        &Requirements {
            ways: &[&[]],
            registration: Registration::Deployment,
            scopes: &SCOPES,
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
        now: Timestamp,
    ) -> Result<Vec<Connected>, ConnectError> {
        let (grant, owner) = google::exchange(&SERVER, egress, client, pending, code).await?;
        let locations = locations(egress, &grant.access).await?;
        let tokens = grant.into_tokens(&SCOPES, None, now);
        let account = |location: Location| location.into_account(&tokens, &owner);
        locations.into_iter().map(account).collect()
    }

    async fn refresh(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        _target: &Target,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<Option<Tokens>, Error> {
        SERVER.refresh(egress, client, tokens, now).await
    }

    async fn check(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        target: &Target,
        tokens: &Tokens,
    ) -> Result<Health, Error> {
        let temporary = |failure: Failure| Error::new(ErrorKind::Temporary, failure.to_string());
        let unreadable = |what: &str| Error::new(ErrorKind::Temporary, format!("{TITLE}: {what}"));
        if !is_id(&target.remote_id) {
            return Err(unreadable("the stored id is not that of a location"));
        }
        let path = format!("/v1/locations/{}?{READ_MASK}", target.remote_id);
        let url = egress.url(API, &path).map_err(temporary)?;
        let answer = egress.read(Call::get(url).bearer(&tokens.access)).await;
        let answer = answer.map_err(temporary)?;
        if !answer.status.is_success() {
            let gone = "the location is gone, or is no longer managed by whoever connected it";
            return google::health(&SERVER, egress, client, tokens, &answer, gone).await;
        }
        let location = answer
            .json::<Location>()
            .filter(|location| location.id() == Some(&target.remote_id));
        let location =
            location.ok_or_else(|| unreadable("it gave an answer that cannot be read"))?;
        Ok(Health {
            permissions: Some(location.permissions()),
        })
    }

    async fn revoke(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        _target: &Target,
        tokens: &Tokens,
    ) -> Result<(), Error> {
        google::give_back(&SERVER, egress, client, tokens).await
    }
}

#[derive(Deserialize)]
struct Locations {
    /// Left out when there are none.
    #[serde(default)]
    locations: Vec<Location>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    /// `locations/` and the id.
    name: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    storefront_address: Address,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Address {
    address_lines: Vec<String>,
    locality: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metadata {
    maps_uri: String,
    has_voice_of_merchant: bool,
}

async fn locations(egress: &Egress, access: &SecretString) -> Result<Vec<Location>, ConnectError> {
    let answer = google::ask(egress, (API, LOCATIONS), access).await?;
    let list = answer
        .json::<Locations>()
        .filter(|_| answer.status.is_success());
    let Some(list) = list else {
        return Err(google::refusal(TITLE, &answer));
    };
    if list.locations.is_empty() {
        return Err(ConnectError::refused(
            "this Google account manages no location: add one at business.google.com, or ask its owner to make you a manager, and connect again",
        ));
    }
    let verified = |location: &Location| location.metadata.has_voice_of_merchant;
    let locations: Vec<_> = list.locations.into_iter().filter(verified).collect();
    if locations.is_empty() {
        return Err(ConnectError::refused(
            "none of the locations of this Google account is verified, and Google shows posts of verified ones only: verify one at business.google.com, and connect again",
        ));
    }
    Ok(locations)
}

impl Location {
    fn id(&self) -> Option<&str> {
        let id = self.name.strip_prefix("locations/")?;
        is_id(id).then_some(id)
    }

    fn permissions(&self) -> Vec<String> {
        let verified = self.metadata.has_voice_of_merchant;
        verified.then(|| VERIFIED.to_owned()).into_iter().collect()
    }

    /// Locations have no handles, and those of one business have one title: the address tells them apart.
    fn into_account(self, tokens: &Tokens, owner: &str) -> Result<Connected, ConnectError> {
        let unreadable =
            || ConnectError::unreachable(TITLE, "it gave a location without a proper id");
        let id = self.id().ok_or_else(unreadable)?.to_owned();
        let url = self.url().ok_or_else(unreadable)?;
        let title = Some(quoted(&self.title)).filter(|title| !title.is_empty());
        let handle = title.unwrap_or_else(|| id.clone());
        let street = self.storefront_address.address_lines.first();
        let place = [street, Some(&self.storefront_address.locality)];
        let parts = place.into_iter().flatten().map(|part| quoted(part));
        let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
        let display_name = if parts.is_empty() {
            handle.clone()
        } else {
            quoted(&format!("{handle}, {}", parts.join(", ")))
        };
        Ok(Connected {
            permissions: self.permissions(),
            target: Target {
                host: WEB.to_owned(),
                remote_id: id,
                handle,
                max_characters: None,
            },
            display_name,
            url,
            tokens: tokens.clone(),
            grant: owner.to_owned(),
        })
    }

    /// Its entry on the map; where that is not known, the place where its owner finds it.
    fn url(&self) -> Option<Url> {
        let given = Url::parse(&self.metadata.maps_uri).ok().filter(|url| {
            url.scheme() == "https"
                && url.port().is_none()
                && url.username().is_empty()
                && url.host_str().is_some_and(|host| MAPS.contains(&host))
        });
        given.or_else(|| Url::parse(&format!("https://{WEB}/locations")).ok())
    }
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= ID_MAX_BYTES && id.bytes().all(|byte| byte.is_ascii_digit())
}
