//! GET /platforms — the platforms, and what each takes and promises

use app::lambda::Function;
use app::respond::Page;
use app::{App, Request, Response, Result, respond};
use domain::Platform;
use platforms::rules::rules;
use platforms::{Capabilities, Registration, connector, publisher};
use serde::Serialize;
use strum::IntoEnumIterator;
use utoipa::ToSchema;

use super::view::RulesView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("platforms-list", |app, request| {
    Box::pin(handle(app, request))
});

/// A platform.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlatformView {
    /// Its name in this API.
    #[schema(example = "mastodon")]
    pub platform: String,
    /// Its name for people.
    #[schema(example = "Mastodon")]
    pub title: &'static str,
    /// Whether accounts can be connected here: some platforms need this deployment to be registered with them.
    pub available: bool,
    /// What a person fills in to connect an account: one of these sets is enough. An empty set means that agreeing in a browser is all.
    #[schema(example = json!([["host"]]))]
    pub connect: Vec<Vec<String>>,
    /// What the platform must grant, in its own words (scopes).
    pub scopes: Vec<&'static str>,
    /// Whether one consent may open several accounts, such as pages, to choose from.
    pub chooses: bool,
    /// What its posts may be.
    pub rules: RulesView,
    /// What can be published; absent where Tayang cannot publish yet.
    pub publishing: Option<PublishingView>,
}

/// What Tayang publishes there so far, and what is certain about it. What else a post may have is refused until it can be sent.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each shown under its name"
)]
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishingView {
    /// Whether files are sent.
    pub media: bool,
    /// Whether the card of a link is sent.
    pub link_card: bool,
    /// Whether threads are sent.
    pub threads: bool,
    /// Whether a first comment is sent.
    pub first_comment: bool,
    /// What is certain about a post going out once.
    pub delivery_guarantee: &'static str,
}

impl From<&Capabilities> for PublishingView {
    fn from(capabilities: &Capabilities) -> Self {
        let sends = capabilities.sends;
        Self {
            media: sends.media,
            link_card: sends.link_card,
            threads: sends.threads,
            first_comment: sends.first_comment,
            delivery_guarantee: capabilities.delivery.promise,
        }
    }
}

/// Lists every platform, with what it takes to connect an account and what its posts may be.
#[utoipa::path(get, path = "/platforms", tag = "accounts", operation_id = "platforms-list", security(("access_token" = [])),
    responses((status = 200, description = "The platforms", body = inline(crate::system::openapi::PageOf<PlatformView>))))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    app.authenticate(&request).await?;

    let mut items = Vec::new();
    for platform in Platform::iter() {
        items.push(view(app, platform).await?);
    }

    respond::ok(&Page {
        items,
        next_cursor: None,
    })
}

async fn view(app: &App, platform: Platform) -> Result<PlatformView> {
    let requirements = connector(platform).requirements();
    let registered = match requirements.registration {
        Registration::Deployment => app.platform_client(platform).await?.is_some(),
        Registration::None | Registration::PerHost => true,
    };
    // What a person brings is enough, registered or not; agreeing in a browser is not.
    let ways = requirements.ways.iter();
    let ways = ways.filter(|way| registered || !way.is_empty());
    let connect: Vec<Vec<_>> = ways
        .map(|way| way.iter().map(ToString::to_string).collect())
        .collect();
    Ok(PlatformView {
        platform: platform.to_string(),
        title: platform.title(),
        available: !connect.is_empty(),
        connect,
        scopes: requirements.scopes.to_vec(),
        chooses: requirements.chooses,
        rules: RulesView::from(rules(platform)),
        publishing: publisher(platform).map(|publisher| publisher.capabilities().into()),
    })
}
