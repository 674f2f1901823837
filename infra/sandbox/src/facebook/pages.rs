//! Pages: those that a person manages and lets the application see, each with a token of its own.

use serde_json::{Map, Value, json};

use super::{
    graph::{authorized, keep, refused},
    tables::{PAGES, Page, Token, parameters},
};
use crate::{
    call::{Call, Reply, text},
    pages,
    state::State,
};

/// How many pages an answer holds when nobody says so.
const AT_ONCE: usize = 25;

/// `/me/accounts`: the pages that a person chose, in parts.
pub(super) fn list(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let token = authorized(state, call)?;
    if token.page.is_some() || !token.allows("pages_show_list") {
        let message = "(#200) Requires pages_show_list permission";
        return Err(refused(200, None, message));
    }
    let parameters = parameters(call);
    let asked =
        text(&parameters, "fields").unwrap_or_else(|| "id,name,access_token,tasks".to_owned());
    let number = |name: &str| text(&parameters, name)?.parse::<usize>().ok();
    let at_once = number("limit").unwrap_or(AT_ONCE).clamp(1, 100);
    let first = number("after").unwrap_or_default();
    let seen: Vec<&Page> = PAGES
        .iter()
        .filter(|page| page.manager == token.person)
        .filter(|page| token.pages.iter().any(|id| id == page.id))
        .collect();
    let end = seen.len().min(first + at_once);
    let mut data = Vec::new();
    for page in seen.get(first..end).unwrap_or_default() {
        let mut body = Map::new();
        for name in asked.split(',').map(str::trim) {
            if let Some(value) = field(state, call, &token, page, name)? {
                body.insert(name.to_owned(), value);
            }
        }
        body.insert("id".to_owned(), json!(page.id));
        data.push(Value::Object(body));
    }
    let mut body = json!({ "data": data });
    if !data.is_empty() {
        body["paging"] =
            json!({ "cursors": { "before": first.to_string(), "after": end.to_string() } });
    }
    if end < seen.len() {
        body["paging"]["next"] = json!(format!("{}{}?after={end}", call.base, call.path));
    }
    Ok(Reply::json(200, &body))
}

fn field(
    state: &mut State,
    call: &Call,
    token: &Token,
    page: &Page,
    name: &str,
) -> Result<Option<Value>, Reply> {
    Ok(match name {
        "id" => Some(json!(page.id)),
        "name" => Some(json!(page.name)),
        "username" => page.username.map(|username| json!(username)),
        "link" => Some(json!(format!("https://www.facebook.com/{}", page.id))),
        "tasks" => Some(json!(page.tasks)),
        "access_token" => Some(json!(own_token(state, token, page))),
        "picture" => Some(
            json!({ "data": { "url": format!("{}/avatars/{}.svg", call.base, page.manager) } }),
        ),
        unknown => {
            let message = format!("(#100) Tried accessing nonexisting field ({unknown})");
            return Err(refused(100, None, &message));
        }
    })
}

/// The token of the page: without end when it comes of a long-lived one, else with the same end.
fn own_token(state: &mut State, token: &Token, page: &Page) -> String {
    let own = Token {
        page: Some(page.id.to_owned()),
        expires_at: token.expires_at.filter(|_| !token.long),
        ..token.clone()
    };
    keep(state, own)
}

/// Reads one page.
pub(super) fn read(state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let token = authorized(state, call)?;
    let id = call.segment(1);
    let may = match &token.page {
        Some(page) => page == id,
        None => token.pages.iter().any(|page| page == id),
    };
    if !may {
        let message = format!(
            "Unsupported get request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation."
        );
        return Err(refused(100, Some(33), &message));
    }
    if !token.allows("pages_read_engagement") {
        let message = "(#10) This endpoint requires the 'pages_read_engagement' permission";
        return Err(refused(10, None, message));
    }
    node(call, &token, id)
}

/// What can be read of a page.
pub(super) fn node(call: &Call, token: &Token, id: &str) -> Result<Reply, Reply> {
    let page = PAGES
        .iter()
        .find(|page| page.id == id && page.manager == token.person);
    let page = page.ok_or_else(|| refused(100, Some(33), "Object does not exist"))?;
    let asked = text(&parameters(call), "fields").unwrap_or_else(|| "id,name".to_owned());
    let mut body = Map::new();
    for name in asked.split(',').map(str::trim) {
        let value = match name {
            "id" => Some(json!(page.id)),
            "name" => Some(json!(page.name)),
            "username" => page.username.map(|username| json!(username)),
            "link" => Some(json!(format!("https://www.facebook.com/{}", page.id))),
            unknown => {
                let message = format!("(#100) Tried accessing nonexisting field ({unknown})");
                return Err(refused(100, None, &message));
            }
        };
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    }
    body.insert("id".to_owned(), json!(page.id));
    Ok(Reply::json(200, &Value::Object(body)))
}

/// The page as people see it.
pub(super) fn profile(call: &Call) -> Reply {
    match PAGES.iter().find(|page| page.id == call.segment(0)) {
        Some(page) => pages::notice(200, page.name, "This is a sample page of the sandbox."),
        None => pages::missing(),
    }
}
