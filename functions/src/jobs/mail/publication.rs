//! Mails about what became of a post.

use anyhow::Result;
use app::App;
use domain::publication::State;
use domain::{PostId, PublicationId, UserId};

use super::Told;
use super::letter::Recipient;
use super::news::{Destination, End, News};

/// How much of a post a mail quotes.
const QUOTE_CHARACTERS: usize = 280;

/// What there is to say of a publication in its present state.
pub(super) async fn end(
    app: &App,
    user: UserId,
    post: PostId,
    id: PublicationId,
) -> Result<Option<Told>> {
    let Some(record) = app.store.post(post).await? else {
        return Ok(None);
    };
    let mut publications = record.publications.into_iter();
    let Some(publication) = publications.find(|other| other.id == id) else {
        return Ok(None);
    };
    let Some(end) = worth_telling(publication.state) else {
        return Ok(None);
    };
    // Whoever deletes a team knows that nothing of it goes out any more.
    let is_cancelled = matches!(end, End::Cancelled);
    if is_cancelled && app.store.team(publication.team).await?.is_none() {
        return Ok(None);
    }
    let Some(user) = app.store.user(user).await? else {
        return Ok(None);
    };
    let account = app
        .store
        .known_account(publication.team, publication.account);
    let destination = Destination {
        platform: publication.platform,
        handle: account.await?.map(|account| account.handle),
    };
    let text = record.post.content.body.text.as_str();
    let quote = text.chars().take(QUOTE_CHARACTERS).collect();
    Ok(Some(Told {
        to: Recipient::from(user),
        news: News::Publication {
            end,
            destination,
            quote,
        },
    }))
}

fn worth_telling(state: State) -> Option<End> {
    match state {
        State::Published { url, .. } => Some(End::Published { url }),
        State::Refused { reason } => Some(End::Refused { reason }),
        State::Unclear { reason } => Some(End::Unclear { reason }),
        State::Blocked { reason } => Some(End::Blocked { reason }),
        State::Missed => Some(End::Missed),
        State::Cancelled => Some(End::Cancelled),
        State::Waiting | State::Preparing { .. } | State::Armed { .. } => None,
    }
}
