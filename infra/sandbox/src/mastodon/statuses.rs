//! Statuses: post, read, read the source, list, delete.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::{
    account, account_json, error,
    instance::max_characters,
    tables::{Account, Remembered, Status, Token},
    text::{html, length},
    time,
    tokens::authorized,
};
use crate::{
    call::{Call, Reply, flag, text},
    mint,
    state::{Executed, Post, State},
};

const KEY_LIFE: SignedDuration = SignedDuration::from_hours(1);
const READ: &[&str] = &["read", "read:statuses"];
const WRITE: &[&str] = &["write", "write:statuses"];

fn missing() -> Reply {
    error(404, "Record not found")
}

fn invalid(what: &str) -> Reply {
    error(422, &format!("Validation failed: {what}"))
}

pub(super) fn count(state: &State, call: &Call, username: &str) -> usize {
    state
        .mastodon
        .statuses
        .under(&format!("{}/", call.host))
        .filter(|status| status.account == username)
        .count()
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let token = authorized(state, call, WRITE)?;
    let account =
        account(&token.account).ok_or_else(|| error(403, "Your login is currently disabled"))?;
    let key = call
        .header("idempotency-key")
        .filter(|key| !key.trim().is_empty())
        .map(str::to_owned);
    let remembered = key
        .as_ref()
        .map(|key| format!("{}/{}/{key}", call.host, token.account));
    if let Some(earlier) = remembered
        .as_ref()
        .and_then(|row| state.mastodon.remembered.get(row))
        .filter(|earlier| earlier.until > call.now)
    {
        let status = find(state, call, &earlier.status).ok_or_else(missing)?;
        return Ok(Reply::json(200, &status_json(state, call, status)));
    }
    let status = draft(state, call, &token)?;
    let permalink = format!("/@{}/{}", account.username, status.id);
    state.publish(Post {
        executed: Executed {
            platform: "mastodon".to_owned(),
            host: call.host.clone(),
            account: account.username.to_owned(),
            id: status.id.clone(),
            url: format!("{}{permalink}", call.base),
            text: status.text.clone(),
            at: call.now,
            request_key: key,
        },
        path: format!("/{}{permalink}", call.host),
        name: account.name.to_owned(),
        text: status.text.clone(),
        html: html(&status.text),
        warning: status.warning.clone(),
        visibility: status.visibility.clone(),
        deleted: false,
    });
    if let Some(row) = remembered {
        let until = call.now.checked_add(KEY_LIFE).unwrap_or(call.now);
        state.mastodon.remembered.insert(
            row,
            Remembered {
                status: status.id.clone(),
                until,
            },
        );
    }
    state
        .mastodon
        .statuses
        .insert(format!("{}/{}", call.host, status.id), status.clone());
    Ok(Reply::json(200, &status_json(state, call, &status)))
}

/// The status that the call asks for, checked but not yet posted.
fn draft(state: &mut State, call: &Call, token: &Token) -> Result<Status, Reply> {
    let fields = call.fields();
    let mut body = text(&fields, "status")
        .unwrap_or_default()
        .trim()
        .to_owned();
    let mut warning = text(&fields, "spoiler_text")
        .unwrap_or_default()
        .trim()
        .to_owned();
    if body.is_empty() {
        body = std::mem::take(&mut warning);
    }
    if let Some(field) = unsupported(&fields) {
        return Err(invalid(&format!("the sandbox does not take {field} yet")));
    }
    if body.is_empty() {
        return Err(invalid("Text can't be blank"));
    }
    let limit = max_characters(&call.host);
    if length(&body, &warning) > limit {
        return Err(invalid(&format!(
            "Text character limit of {limit} exceeded"
        )));
    }
    let visibility = text(&fields, "visibility").unwrap_or_else(|| "public".to_owned());
    if !matches!(
        visibility.as_str(),
        "public" | "unlisted" | "private" | "direct"
    ) {
        return Err(invalid("Visibility is not included in the list"));
    }
    let in_reply_to = text(&fields, "in_reply_to_id").filter(|id| !id.is_empty());
    if in_reply_to
        .as_ref()
        .is_some_and(|id| find(state, call, id).is_none())
    {
        return Err(error(
            404,
            "The post you are trying to reply to does not appear to exist.",
        ));
    }
    Ok(Status {
        id: mint::snowflake(call.now, state.count()),
        account: token.account.clone(),
        app: token.app.clone(),
        sensitive: flag(&fields, "sensitive") || !warning.is_empty(),
        text: body,
        warning,
        visibility,
        language: text(&fields, "language"),
        in_reply_to,
        created_at: call.now,
        unlisted_until: call.unlisted_until,
    })
}

/// A field that would change what is posted and that is not simulated.
fn unsupported(fields: &Map<String, Value>) -> Option<&'static str> {
    let present = |value: &Value| {
        !(value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty))
    };
    ["media_ids", "poll", "scheduled_at", "quoted_status_id"]
        .into_iter()
        .find(|name| fields.get(*name).is_some_and(present))
}

fn find<'a>(state: &'a State, call: &Call, id: &str) -> Option<&'a Status> {
    state.mastodon.statuses.get(&format!("{}/{id}", call.host))
}

/// Who asks: nobody, or the account of a token that may read.
fn reader(state: &State, call: &Call) -> Result<Option<String>, Reply> {
    match call.bearer() {
        Some(_) => Ok(Some(authorized(state, call, READ)?.account)),
        None => Ok(None),
    }
}

fn visible(status: &Status, reader: Option<&str>) -> bool {
    matches!(status.visibility.as_str(), "public" | "unlisted")
        || reader == Some(status.account.as_str())
}

pub(super) fn show(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let reader = reader(state, call)?;
    let status = find(state, call, call.segment(3))
        .filter(|status| visible(status, reader.as_deref()))
        .ok_or_else(missing)?;
    Ok(Reply::json(200, &status_json(state, call, status)))
}

pub(super) fn source(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let token = authorized(state, call, READ)?;
    let status = find(state, call, call.segment(3))
        .filter(|status| status.account == token.account)
        .ok_or_else(missing)?;
    Ok(Reply::json(
        200,
        &json!({ "id": status.id, "text": status.text, "spoiler_text": status.warning }),
    ))
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let token = authorized(state, call, WRITE)?;
    let status = find(state, call, call.segment(3))
        .filter(|status| status.account == token.account)
        .ok_or_else(missing)?
        .clone();
    let mut body = status_json(state, call, &status);
    body["text"] = json!(status.text);
    state
        .mastodon
        .statuses
        .remove(&format!("{}/{}", call.host, status.id));
    if let Some(post) = state.post_mut(&call.host, &status.id) {
        post.deleted = true;
    }
    Ok(Reply::json(200, &body))
}

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let reader = reader(state, call)?;
    let owner = super::ACCOUNTS
        .iter()
        .find(|account| account.id == call.segment(3))
        .ok_or_else(missing)?;
    let parameters = call.parameters();
    let limit = text(&parameters, "limit")
        .and_then(|limit| limit.parse::<usize>().ok())
        .unwrap_or(20)
        .clamp(1, 40);
    let bound = |name: &str| text(&parameters, name).and_then(|id| id.parse::<u64>().ok());
    let (max, since, min) = (bound("max_id"), bound("since_id"), bound("min_id"));
    let number = |status: &Status| status.id.parse::<u64>().unwrap_or_default();
    let here = format!("{}/", call.host);
    let mut found: Vec<&Status> = state
        .mastodon
        .statuses
        .under(&here)
        .filter(|status| status.account == owner.username && visible(status, reader.as_deref()))
        .filter(|status| listed(status, call.now))
        .filter(|status| max.is_none_or(|max| number(status) < max))
        .filter(|status| since.max(min).is_none_or(|since| number(status) > since))
        .filter(|status| !(flag(&parameters, "exclude_replies") && status.in_reply_to.is_some()))
        .collect();
    found.sort_by_key(|status| number(status));
    if min.is_some() {
        // `min_id` asks for the statuses right after it, `since_id` for the newest ones.
        found.truncate(limit);
    }
    let newest: Vec<Value> = found
        .into_iter()
        .rev()
        .take(limit)
        .map(|status| status_json(state, call, status))
        .collect();
    Ok(Reply::json(200, &Value::Array(newest)))
}

fn listed(status: &Status, now: Timestamp) -> bool {
    status.unlisted_until.is_none_or(|until| until <= now)
}

fn status_json(state: &State, call: &Call, status: &Status) -> Value {
    let owner: Option<&Account> = account(&status.account);
    let permalink = format!("{}/@{}/{}", call.base, status.account, status.id);
    let replied = status
        .in_reply_to
        .as_ref()
        .and_then(|id| find(state, call, id))
        .and_then(|status| account(&status.account));
    json!({
        "id": status.id,
        "uri": format!("{}/users/{}/statuses/{}", call.base, status.account, status.id),
        "url": permalink,
        "created_at": time(status.created_at),
        "edited_at": null,
        "in_reply_to_id": status.in_reply_to,
        "in_reply_to_account_id": replied.map(|account| account.id),
        "sensitive": status.sensitive,
        "spoiler_text": status.warning,
        "visibility": status.visibility,
        "language": status.language,
        "content": html(&status.text),
        "favourites_count": 0, "reblogs_count": 0, "replies_count": 0, "quotes_count": 0,
        "favourited": false, "reblogged": false, "muted": false, "bookmarked": false, "pinned": false,
        "reblog": null, "card": null, "poll": null,
        "media_attachments": [], "mentions": [], "tags": [], "emojis": [],
        "application": { "name": status.app, "website": null },
        "account": owner.map(|owner| account_json(call, owner, count(state, call, owner.username))),
    })
}
