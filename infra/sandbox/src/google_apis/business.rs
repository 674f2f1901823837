//! The locations of Business Profile, and the accounts that hold them.

use serde_json::{Map, Value, json};

use super::errors::{authorized, failure, plain};
use crate::{
    call::{Call, Reply, text},
    social::{Server, Token},
    state::State,
};

pub(super) const ACCOUNTS: &str = "mybusinessaccountmanagement.googleapis.com";
pub(super) const LOCATIONS: &str = "mybusinessbusinessinformation.googleapis.com";
pub(super) const SCOPE: &str = "https://www.googleapis.com/auth/business.manage";

/// A location, and who manages it.
struct Location {
    person: &'static str,
    id: &'static str,
    title: &'static str,
    street: &'static str,
    town: &'static str,
    verified: bool,
}

const PLACES: &[Location] = &[
    Location {
        person: "sari",
        id: "4100000000000000001",
        title: "Kopi Aurora",
        street: "Jalan Braga 10",
        town: "Bandung",
        verified: true,
    },
    Location {
        person: "sari",
        id: "4100000000000000002",
        title: "Kopi Aurora",
        street: "Jalan Kemang Raya 5",
        town: "Jakarta",
        verified: true,
    },
    Location {
        person: "sari",
        id: "4100000000000000003",
        title: "Kopi Aurora Kiosk",
        street: "Jalan Dago 1",
        town: "Bandung",
        verified: false,
    },
    Location {
        person: "bima",
        id: "4100000000000000004",
        title: "Bengkel Bima",
        street: "Jalan Malioboro 7",
        town: "Yogyakarta",
        verified: true,
    },
    Location {
        person: "dimas",
        id: "4100000000000000005",
        title: "Warung Dimas",
        street: "Jalan Pemuda 3",
        town: "Semarang",
        verified: false,
    },
];

fn account_of(server: &Server, token: &Token) -> Result<String, Reply> {
    let person = server.person(&token.person).ok_or_else(|| failure(500))?;
    Ok(format!("accounts/{}", person.id))
}

/// Everybody has the account that stands for themselves.
pub(super) fn accounts(
    server: &'static Server,
    state: &mut State,
    call: &Call,
) -> Result<Reply, Reply> {
    let token = authorized(server, state, call, SCOPE)?;
    let name = account_of(server, &token)?;
    let title = server.person(&token.person).map(|person| person.name);
    let account = json!({ "name": name, "accountName": title, "type": "PERSONAL", "verificationState": "UNVERIFIED", "vettedState": "NOT_VETTED" });
    Ok(Reply::json(200, &json!({ "accounts": [account] })))
}

pub(super) fn list(
    server: &'static Server,
    state: &mut State,
    call: &Call,
) -> Result<Reply, Reply> {
    let token = authorized(server, state, call, SCOPE)?;
    let mask = mask(call)?;
    let account = format!("accounts/{}", call.segment(2));
    if account != "accounts/-" && account != account_of(server, &token)? {
        return Err(denied());
    }
    let places: Vec<Value> = PLACES
        .iter()
        .filter(|place| place.person == token.person)
        .map(|place| place.with(&mask))
        .collect();
    let mut body = Map::new();
    if !places.is_empty() {
        body.insert("locations".to_owned(), json!(places));
    }
    Ok(Reply::json(200, &Value::Object(body)))
}

pub(super) fn one(server: &'static Server, state: &mut State, call: &Call) -> Result<Reply, Reply> {
    let token = authorized(server, state, call, SCOPE)?;
    let mask = mask(call)?;
    let place = PLACES.iter().find(|place| place.id == call.segment(2));
    let place = place.ok_or_else(|| failure(404))?;
    if place.person != token.person {
        return Err(denied());
    }
    Ok(Reply::json(200, &place.with(&mask)))
}

fn denied() -> Reply {
    let message = "The caller does not have permission";
    plain(403, "PERMISSION_DENIED", message)
}

/// The fields that are asked for; there is no default.
fn mask(call: &Call) -> Result<Vec<String>, Reply> {
    let mask = text(&call.parameters(), "readMask").unwrap_or_default();
    let mask: Vec<String> = mask.split(',').map(|name| name.trim().to_owned()).collect();
    let known = |name: &String| {
        matches!(
            name.as_str(),
            "name" | "title" | "storefrontAddress" | "metadata"
        )
    };
    if mask.iter().all(known) {
        return Ok(mask);
    }
    let message = "Request contains an invalid argument.";
    Err(plain(400, "INVALID_ARGUMENT", message))
}

impl Location {
    fn with(&self, mask: &[String]) -> Value {
        let mut metadata = json!({ "mapsUri": format!("https://maps.google.com/maps?cid={}", self.id), "placeId": format!("ChIJsandbox{}", self.id) });
        // What is false is left out.
        if self.verified {
            metadata["hasVoiceOfMerchant"] = json!(true);
        }
        let mut body = json!({
            "name": format!("locations/{}", self.id),
            "title": self.title,
            "storefrontAddress": { "regionCode": "ID", "locality": self.town, "addressLines": [self.street] },
            "metadata": metadata,
        });
        if let Some(fields) = body.as_object_mut() {
            fields.retain(|name, _| mask.contains(name));
        }
        body
    }
}
