//! A post with all that a decision about it is made from.

use app::{App, Error, Result};
use domain::post::Scene;
use domain::{Account, Member, Post, PostId, Team, UserId};
use domain::{Content, MediaId};
use futures::future::OptionFuture;
use platforms::rules::{self, Finding};
use store::{PostRecord, TeamOfUser};

/// A post, its team as the caller is in it, and its accounts.
pub(super) struct Loaded {
    pub(super) record: PostRecord,
    pub(super) team: Team,
    pub(super) member: Member,
    pub(super) accounts: Vec<Account>,
}

impl Loaded {
    /// Loads a post for a member of its team; to anybody else it does not exist. `pointer` is where it was named.
    pub(super) async fn new(app: &App, user: UserId, id: PostId, pointer: &str) -> Result<Self> {
        let missing = || Error::NotFound(pointer.to_owned());
        let record = app.store.post(id).await?.ok_or_else(missing)?;
        let (both, accounts) = futures::try_join!(
            app.store.team_of(record.post.team, user),
            app.store
                .accounts_named(record.post.team, &record.post.accounts)
        )?;
        let TeamOfUser { team, member } = both.ok_or_else(missing)?;
        Ok(Self {
            record,
            team,
            member,
            accounts,
        })
    }

    /// The post.
    pub(super) fn post(&self) -> &Post {
        &self.record.post
    }

    /// What a decision is made from.
    pub(super) fn scene(&self) -> Scene<'_> {
        Scene {
            settings: &self.team.settings,
            accounts: &self.accounts,
            publications: &self.record.publications,
        }
    }
}

/// What is wrong with a content on each of the accounts, and what is unwise.
pub(super) fn findings(content: &Content, accounts: &[Account]) -> Vec<(Account, Finding)> {
    let each = accounts.iter().flat_map(|account| {
        let target = app::vault::target(account);
        let found = rules::check(account.platform, &content.said_by(account), &target);
        found.into_iter().map(|finding| (account.clone(), finding))
    });
    each.collect()
}

/// Refuses a content that a platform would refuse. `pointer` is where the post was named; it is empty when the fields themselves were sent.
pub(super) fn require_publishable(
    content: &Content,
    accounts: &[Account],
    pointer: &str,
) -> Result<()> {
    let errors: Vec<_> = findings(content, accounts)
        .into_iter()
        .filter(|(_, finding)| finding.is_error())
        .map(|(account, finding)| {
            let on = format!("on {} ({})", account.handle, account.platform);
            let (pointer, detail) = if pointer.is_empty() {
                (finding.pointer, format!("{on}: {}", finding.detail))
            } else {
                let at = if finding.pointer.is_empty() {
                    String::new()
                } else {
                    format!(", {}", finding.pointer)
                };
                let detail = format!("{on}{at}: {}", finding.detail);
                (pointer.to_owned(), detail)
            };
            app::error::FieldError { pointer, detail }
        })
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(errors))
    }
}

/// Says that a post uses its files, so that nobody sweeps them away. `pointer` names the files in an error.
pub(super) async fn use_media(app: &App, post: &Post) -> Result<()> {
    let media: Vec<MediaId> = post.content.media();
    let used: OptionFuture<_> = (!media.is_empty())
        .then(|| app.store.use_media(post.team, post.id, &media, app.now()))
        .into();
    match used.await.transpose()? {
        Some(gone) if !gone.is_empty() => {
            let gone: Vec<_> = gone.iter().map(ToString::to_string).collect();
            Err(Error::Conflict(format!(
                "a file is gone or not ready any more: {}",
                gone.join(", ")
            )))
        }
        _ => Ok(()),
    }
}
