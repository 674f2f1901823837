//! English words about posts that are still to go out, or were.

use domain::Note;

use super::time;
use crate::jobs::mail::letter::Content;
use crate::jobs::mail::news::{Deed, Labels, Matter, PostNews};

const LABELS: Labels = Labels {
    asked: "Asked",
    decided: "Decided",
    post: "Post",
    before: "Time before",
    time: "Time",
    local: "Local time",
    latest: "At the latest",
    next: "Next time",
    count: "Times to come",
    to: "To",
    on: "on",
};

pub(super) fn content(news: &PostNews) -> Content {
    let (content, button) = match &news.matter {
        Matter::Pending(deed) => (pending(news, deed), Some("How to approve or reject it")),
        Matter::ApprovalDue => (approval_due(news), Some("How to approve or reject it")),
        Matter::ApprovalMissed => (approval_missed(news), Some("How to choose another time")),
        Matter::Approved(deed) => (approved(news, deed), None),
        Matter::Rejected { deed, feedback } => {
            let (content, button) = rejected(news, deed, feedback);
            (content, Some(button))
        }
        Matter::Moved { .. } => (moved(news), Some("How to choose another time")),
    };
    let content = content.facts(news.facts(&LABELS, time));
    match button.zip(news.documentation.as_ref()) {
        Some((button, address)) => content.button(button, address),
        None => content,
    }
}

fn pending(news: &PostNews, deed: &Deed) -> Content {
    let (who, team) = (who(deed), &news.team);
    let (subject, what) = if news.is_further() {
        (
            format!("Further times of a post of the team {team} wait for your approval"),
            format!(
                "{who} wants this post to go out again, and asks for your yes or no. Without a yes it does not."
            ),
        )
    } else {
        (
            format!("A post of the team {team} waits for your approval"),
            format!(
                "{who} asks for your yes or no to this post. Without a yes it does not go out."
            ),
        )
    };
    let content = Content::new(subject, &[&what]).closing(how_to_decide(news));
    quoted(content, news)
}

fn approval_due(news: &PostNews) -> Content {
    let what = "The time of this post is near, and nobody has said yes or no to it yet. Without a yes it does not go out.";
    let subject = format!(
        "A post of the team {} still waits for your approval",
        news.team
    );
    let content = Content::new(subject, &[what]).closing(how_to_decide(news));
    quoted(content, news)
}

fn approval_missed(news: &PostNews) -> Content {
    let what = "Nobody said yes to this post in time, so nothing of it went out.";
    let subject = format!("A post of the team {} was not approved in time", news.team);
    let content = Content::new(subject, &[what])
        .closing("To publish it after all, choose another time with POST /posts/schedule.");
    quoted(content, news)
}

fn approved(news: &PostNews, deed: &Deed) -> Content {
    let (who, team) = (who(deed), &news.team);
    let (subject, what) = if news.is_further() {
        (
            format!("Further times of a post of the team {team} were approved"),
            format!("{who} said yes to letting this post go out again."),
        )
    } else {
        (
            format!("A post of the team {team} was approved"),
            format!("{who} said yes to this post. It goes out at its time."),
        )
    };
    quoted(Content::new(subject, &[&what]), news)
}

fn rejected(news: &PostNews, deed: &Deed, feedback: &Note) -> (Content, &'static str) {
    let (who, team, post) = (who(deed), &news.team, news.post);
    let (subject, what, closing, button) = if news.is_further() {
        (
            format!("Further times of a post of the team {team} were rejected"),
            format!("{who} said no to letting this post go out again. The reason:"),
            format!("To ask for other times, use POST /posts/repost/{post}."),
            "How to choose other times",
        )
    } else {
        (
            format!("A post of the team {team} was rejected"),
            format!("{who} said no to this post, so it does not go out. The reason:"),
            format!(
                "Change it with PUT /posts/{post}, and ask again with POST /posts/{post}/submit."
            ),
            "How to change it",
        )
    };
    let content = Content::new(subject, &[&what]).quote(feedback.as_str());
    (content.closing(closing), button)
}

fn moved(news: &PostNews) -> Content {
    let what = "The rules of a time zone have changed. The time of this post was chosen by the clocks there, so it goes out at another instant now.";
    let subject = format!(
        "A post of the team {} goes out at another instant",
        news.team
    );
    let closing = if news.is_further() {
        format!(
            "If that is not right, stop its further times with DELETE /posts/repost/{}, and choose others.",
            news.post
        )
    } else {
        "If that is not right, choose another time with POST /posts/schedule.".to_owned()
    };
    quoted(Content::new(subject, &[what]).closing(closing), news)
}

fn how_to_decide(news: &PostNews) -> String {
    let post = news.post;
    format!(
        "Approve it with POST /posts/{post}/approve, or reject it with POST /posts/{post}/reject. Everybody who may approve it gets this mail, and one yes is enough."
    )
}

fn quoted(content: Content, news: &PostNews) -> Content {
    if news.excerpt.is_empty() {
        content
    } else {
        content.quote(&news.excerpt)
    }
}

fn who(deed: &Deed) -> &str {
    deed.by.as_ref().map_or("Somebody", |name| name.as_str())
}
