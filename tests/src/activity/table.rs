//! The log as it lies in the table, for tests that do to it what no request can.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{ActivityId, ids};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::harness::World;

pub(super) type Item = HashMap<String, AttributeValue>;

/// What an item gets when it is sealed.
pub(super) const SEAL: [&str; 3] = ["sequence", "previous_hash", "hash"];

pub(super) fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// The key of an entry of a team's log.
fn key(team: &str, entry: &str) -> Item {
    HashMap::from([
        ("PK".to_owned(), text(&format!("ACTIVITY#{team}"))),
        ("SK".to_owned(), text(entry)),
    ])
}

impl World {
    pub(super) async fn item(&self, team: &str, entry: &str) -> Item {
        let app = self.stack.app();
        let get = app.aws.dynamodb().get_item().table_name(&app.config.table);
        let answer = get.set_key(Some(key(team, entry))).send().await.unwrap();
        answer.item.unwrap()
    }

    pub(super) async fn put(&self, item: Item) {
        let app = self.stack.app();
        let put = app.aws.dynamodb().put_item().table_name(&app.config.table);
        put.set_item(Some(item)).send().await.unwrap();
    }

    pub(super) async fn delete(&self, team: &str, entry: &str) {
        let app = self.stack.app();
        let delete = app.aws.dynamodb().delete_item();
        let delete = delete.table_name(&app.config.table);
        let delete = delete.set_key(Some(key(team, entry)));
        delete.send().await.unwrap();
    }

    /// Puts many items at once.
    pub(super) async fn put_all(&self, items: Vec<Item>) {
        let app = self.stack.app();
        for items in items.chunks(25) {
            let puts = items.iter().map(|item| {
                let put = aws_sdk_dynamodb::types::PutRequest::builder();
                let put = put.set_item(Some(item.clone())).build().unwrap();
                aws_sdk_dynamodb::types::WriteRequest::builder()
                    .put_request(put)
                    .build()
            });
            let write = app.aws.dynamodb().batch_write_item();
            let write = write.request_items(&app.config.table, puts.collect());
            write.send().await.unwrap();
        }
    }
}

/// An entry like this one, of another time, that has no place in the chain.
pub(super) fn copy(item: &Item, at: Timestamp, n: u16) -> (String, Item) {
    let [high, low] = n.to_be_bytes();
    let id: ActivityId = ids::new(at, [high, low, 0, 0, 0, 0, 0, 0, 0, low]);
    let mut item = item.clone();
    for name in SEAL {
        item.remove(name);
    }
    for name in ["SK", "id"] {
        item.insert(name.to_owned(), text(&id.to_string()));
    }
    item.insert("at".to_owned(), text(&at.to_string()));
    let shard = format!("UNSEALED#{:02}", low % store::keys::SHARDS);
    item.insert("unsealed_pk".to_owned(), text(&shard));
    (id.to_string(), item)
}

/// The event by which the stream tells of items.
pub(super) fn streamed(items: &[Item]) -> Value {
    let sample = include_str!("../../../events/jobs-seal.json");
    let sample: Value = serde_json::from_str(sample).unwrap();
    let records = items.iter().map(|item| {
        let image = item
            .iter()
            .map(|(name, value)| (name.clone(), plain(value)));
        let mut record = sample["Records"][0].clone();
        record["dynamodb"]["NewImage"] = Value::Object(image.collect());
        record
    });
    json!({ "Records": records.collect::<Vec<_>>() })
}

/// A value as the stream writes it.
fn plain(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::M(fields) => {
            let fields = fields.iter();
            let fields = fields.map(|(name, value)| (name.clone(), plain(value)));
            json!({ "M": fields.collect::<serde_json::Map<_, _>>() })
        }
        other => panic!("no entry has {other:?}"),
    }
}
