//! Records: put, create, read, list, delete.

use serde_json::{Map, Value, json};

use super::{
    error, identity, invalid,
    session::authorized,
    tables::{Record, Use},
    write::{Write, new_commit, own},
};
use crate::{
    call::{Call, Reply, text},
    state::State,
};

pub(super) fn put(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let fields = call.fields();
    if text(&fields, "rkey").is_none() {
        authorized(state, call, Use::Access)?;
        return Err(invalid("Input must have the property \"rkey\""));
    }
    let write = Write::read(state, call)?;
    let current = state
        .bluesky
        .records
        .get(&write.row())
        .map(|record| record.cid.clone());
    // The same record again writes nothing, and is looked at before the swap.
    if current.as_ref() == Some(&write.cid) {
        return Ok(Reply::json(
            200,
            &json!({ "uri": write.uri(), "cid": write.cid, "validationStatus": "valid" }),
        ));
    }
    swap(&fields, current.as_deref())?;
    Ok(write.commit(state, call))
}

/// Holds the record's content id against `swapRecord`: `null` means that there must be none.
fn swap(fields: &Map<String, Value>, current: Option<&str>) -> Result<(), Reply> {
    let fits = match fields.get("swapRecord") {
        None => true,
        Some(Value::Null) => current.is_none(),
        Some(expected) => expected.as_str() == current,
    };
    if fits {
        Ok(())
    } else {
        Err(error(
            400,
            "InvalidSwap",
            &format!("Record was at {}", current.unwrap_or("null")),
        ))
    }
}

pub(super) fn create(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let write = Write::read(state, call)?;
    if state.bluesky.records.get(&write.row()).is_some() {
        return Err(super::failure(500));
    }
    Ok(write.commit(state, call))
}

pub(super) fn delete(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let (account, _) = authorized(state, call, Use::Access)?;
    let fields = call.fields();
    let required = |name: &str| {
        text(&fields, name)
            .ok_or_else(|| invalid(&format!("Input must have the property \"{name}\"")))
    };
    let (repo, collection, rkey) = (
        required("repo")?,
        required("collection")?,
        required("rkey")?,
    );
    own(account, &repo)?;
    let row = format!("{}/{collection}/{rkey}", account.did);
    let Some(current) = state
        .bluesky
        .records
        .get(&row)
        .map(|record| record.cid.clone())
    else {
        return Ok(Reply::json(200, &json!({})));
    };
    swap(&fields, Some(&current))?;
    if let Some(record) = state.bluesky.records.remove(&row)
        && let Some(post) = state.post_mut(&call.host, &record.uri)
    {
        post.deleted = true;
    }
    let commit = new_commit(state, call);
    Ok(Reply::json(200, &json!({ "commit": commit })))
}

pub(super) fn get(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let parameters = call.parameters();
    let account = identity::repository(text(&parameters, "repo"))?;
    let required = |name: &str| {
        text(&parameters, name)
            .ok_or_else(|| invalid(&format!("Params must have the property \"{name}\"")))
    };
    let (collection, rkey) = (required("collection")?, required("rkey")?);
    let uri = format!("at://{}/{collection}/{rkey}", account.did);
    let wanted = text(&parameters, "cid");
    let record = state
        .bluesky
        .records
        .get(&format!("{}/{collection}/{rkey}", account.did));
    let record = record.filter(|record| wanted.as_ref().is_none_or(|cid| *cid == record.cid));
    let record = record.ok_or_else(|| {
        error(
            400,
            "RecordNotFound",
            &format!("Could not locate record: {uri}"),
        )
    })?;
    Ok(Reply::json(200, &record_json(record)))
}

pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let parameters = call.parameters();
    let account = identity::repository(text(&parameters, "repo"))?;
    let collection = text(&parameters, "collection")
        .ok_or_else(|| invalid("Params must have the property \"collection\""))?;
    let limit = text(&parameters, "limit")
        .and_then(|limit| limit.parse::<usize>().ok())
        .unwrap_or(50)
        .clamp(1, 100);
    let cursor = text(&parameters, "cursor");
    let prefix = format!("{}/{collection}/", account.did);
    let listed = |record: &&Record| record.unlisted_until.is_none_or(|until| until <= call.now);
    let mut found: Vec<&Record> = state
        .bluesky
        .records
        .under(&prefix)
        .filter(listed)
        .collect();
    if text(&parameters, "reverse").as_deref() == Some("true") {
        found.retain(|record| cursor.as_deref().is_none_or(|cursor| rkey(record) > cursor));
    } else {
        found.reverse();
        found.retain(|record| cursor.as_deref().is_none_or(|cursor| rkey(record) < cursor));
    }
    found.truncate(limit);
    let mut body =
        json!({ "records": found.iter().map(|record| record_json(record)).collect::<Vec<_>>() });
    if let Some(last) = found.last() {
        body["cursor"] = json!(rkey(last));
    }
    Ok(Reply::json(200, &body))
}

fn rkey(record: &Record) -> &str {
    record.uri.rsplit('/').next().unwrap_or_default()
}

fn record_json(record: &Record) -> Value {
    json!({ "uri": record.uri, "cid": record.cid, "value": record.value })
}
