//! Writing a record: what is checked, and what becomes of it.

use serde_json::{Value, json};

use super::{
    error, invalid, record,
    session::authorized,
    tables::{Account, Record, Use},
};
use crate::{
    call::{Call, Reply, text},
    mint,
    state::{Executed, Post, State},
};

const POST: &str = "app.bsky.feed.post";

/// A record that a call wants to write.
pub(super) struct Write {
    account: &'static Account,
    collection: String,
    rkey: String,
    /// Whether the client chose the key.
    chosen: bool,
    pub(super) cid: String,
    value: Value,
}

impl Write {
    pub(super) fn read(state: &mut State, call: &Call) -> Result<Self, Reply> {
        let (account, _) = authorized(state, call, Use::Access)?;
        let fields = call.fields();
        let required = |name: &str| {
            text(&fields, name)
                .ok_or_else(|| invalid(&format!("Input must have the property \"{name}\"")))
        };
        let (repo, collection) = (required("repo")?, required("collection")?);
        own(account, &repo)?;
        let rkey = text(&fields, "rkey");
        let chosen = rkey.is_some();
        let rkey = rkey.unwrap_or_else(|| mint::tid(call.now, state.count()));
        check_key(&collection, &rkey)?;
        let mut value = fields
            .get("record")
            .filter(|record| record.is_object())
            .cloned()
            .ok_or_else(|| invalid("Input must have the property \"record\""))?;
        match value.get("$type").and_then(Value::as_str) {
            None => value["$type"] = json!(collection),
            Some(kind) if kind == collection => {}
            Some(kind) => {
                return Err(invalid(&format!(
                    "Invalid $type: expected {collection}, got {kind}"
                )));
            }
        }
        if collection == POST {
            record::check(&value)
                .map_err(|what| invalid(&format!("Invalid {POST} record: {what}")))?;
        }
        let cid = mint::cid(canonical(&value).as_bytes());
        Ok(Self {
            account,
            collection,
            rkey,
            chosen,
            cid,
            value,
        })
    }

    pub(super) fn row(&self) -> String {
        format!("{}/{}/{}", self.account.did, self.collection, self.rkey)
    }

    pub(super) fn uri(&self) -> String {
        format!(
            "at://{}/{}/{}",
            self.account.did, self.collection, self.rkey
        )
    }

    /// Writes the record, shows it on the timeline, and answers with the commit.
    pub(super) fn commit(self, state: &mut State, call: &Call) -> Reply {
        let commit = new_commit(state, call);
        let (uri, row) = (self.uri(), self.row());
        let unlisted_until = call.unlisted_until;
        let known = state.bluesky.records.get(&row).is_some();
        if self.collection == POST {
            let body = self
                .value
                .get("text")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            let html = record::html(&self.value);
            if known {
                if let Some(post) = state.post_mut(&call.host, &uri) {
                    post.text = body;
                    post.html = html;
                }
            } else {
                let permalink = format!("/profile/{}/post/{}", self.account.handle, self.rkey);
                state.publish(Post {
                    executed: Executed {
                        platform: "bluesky".to_owned(),
                        host: call.host.clone(),
                        account: self.account.handle.to_owned(),
                        id: uri.clone(),
                        url: format!("{}{permalink}", call.base),
                        text: body.clone(),
                        at: call.now,
                        request_key: self.chosen.then(|| self.rkey.clone()),
                    },
                    path: format!("/{}{permalink}", call.host),
                    name: self.account.name.to_owned(),
                    text: body,
                    html,
                    warning: String::new(),
                    visibility: "public".to_owned(),
                    deleted: false,
                });
            }
        }
        let status = if self.collection == POST {
            "valid"
        } else {
            "unknown"
        };
        let reply =
            json!({ "uri": uri, "cid": self.cid, "commit": commit, "validationStatus": status });
        state.bluesky.records.insert(
            row,
            Record {
                uri,
                cid: self.cid,
                value: self.value,
                unlisted_until,
            },
        );
        Reply::json(200, &reply)
    }
}

pub(super) fn new_commit(state: &mut State, call: &Call) -> Value {
    let rev = mint::tid(call.now, state.count());
    json!({ "cid": mint::cid(rev.as_bytes()), "rev": rev })
}

pub(super) fn own(account: &Account, repo: &str) -> Result<(), Reply> {
    let owner =
        super::account(repo).ok_or_else(|| invalid(&format!("Could not find repo: {repo}")))?;
    if owner.did == account.did {
        Ok(())
    } else {
        Err(error(
            401,
            "AuthenticationRequired",
            "Authentication Required",
        ))
    }
}

fn check_key(collection: &str, rkey: &str) -> Result<(), Reply> {
    let syntax = !rkey.is_empty()
        && rkey.len() <= 512
        && rkey != "."
        && rkey != ".."
        && rkey
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_~.:-".contains(&byte));
    if !syntax {
        return Err(invalid("Invalid record key"));
    }
    let tid = rkey.len() == 13
        && rkey.starts_with(|first: char| matches!(first, '2'..='7' | 'a'..='j'))
        && rkey
            .bytes()
            .all(|byte| matches!(byte, b'2'..=b'7' | b'a'..=b'z'));
    // The lexicon says that the key of a post is a TID; a mistake of ours is better found here.
    if collection == POST && !tid {
        return Err(invalid(&format!(
            "Invalid record key for {POST}: not a TID: {rkey}"
        )));
    }
    Ok(())
}

/// One spelling for equal JSON, whatever the order of its keys.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort();
            let fields: Vec<String> = names
                .into_iter()
                .map(|name| format!("{}:{}", json!(name), canonical(&fields[name])))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(canonical).collect::<Vec<_>>().join(",")
        ),
        single => single.to_string(),
    }
}
