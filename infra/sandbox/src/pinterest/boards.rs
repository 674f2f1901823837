//! The boards that people have on Pinterest.

use serde_json::{Value, json};

use super::{authorized, error};
use crate::{
    call::{Call, Reply, text},
    social::Server,
    state::State,
};

/// The account of whoever has it, its id, its name.
const BOARDS: &[(&str, &str, &str)] = &[
    ("sari", "549000000000010001", "Kopi"),
    ("sari", "549000000000010002", "Resep"),
    ("sari", "549000000000010003", "Kedai"),
    ("bima", "549000000000010004", "Sepeda"),
    ("dimas", "549000000000010005", "Warung"),
];

/// A page of boards; the bookmark says where the next one begins.
pub(super) fn list(
    server: &'static Server,
    state: &mut State,
    call: &Call,
) -> Result<Reply, Reply> {
    let token = authorized(server, state, call, "boards:read")?;
    let parameters = call.parameters();
    let number = |name| text(&parameters, name).map(|given| given.parse::<usize>());
    let invalid = |_| error(400, 1, "Invalid request: page_size or bookmark.");
    let size = number("page_size").unwrap_or(Ok(25)).map_err(invalid)?;
    let start = number("bookmark").unwrap_or(Ok(0)).map_err(invalid)?;
    if !(1..=250).contains(&size) {
        return Err(error(400, 1, "Invalid request: page_size."));
    }
    let mine = || BOARDS.iter().filter(|(person, ..)| *person == token.person);
    let items: Vec<Value> = mine()
        .skip(start)
        .take(size)
        .map(|(_, id, name)| json!({ "id": id, "name": name, "privacy": "PUBLIC" }))
        .collect();
    let next = start + items.len();
    let bookmark = (next < mine().count()).then(|| next.to_string());
    let body = json!({ "items": items, "bookmark": bookmark });
    Ok(Reply::json(200, &body))
}
