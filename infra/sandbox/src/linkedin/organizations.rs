//! The organizations, and who may do what for them.

use serde_json::json;

use super::{authorized, error, failure, versioned};
use crate::{
    call::{Call, Reply, text},
    social::Server,
    state::State,
};

struct Organization {
    id: u32,
    name: &'static str,
    /// The last part of its address.
    vanity: &'static str,
    /// Who has a role there, and whether it was approved.
    roles: &'static [(&'static str, &'static str, &'static str)],
}

const ORGANIZATIONS: &[Organization] = &[
    Organization {
        id: 24_000_001,
        name: "Kopi Aurora",
        vanity: "kopi-aurora",
        roles: &[
            ("sari", "ADMINISTRATOR", "APPROVED"),
            ("bima", "CONTENT_ADMINISTRATOR", "APPROVED"),
        ],
    },
    Organization {
        id: 24_000_002,
        name: "Harbour News",
        vanity: "harbour-news",
        roles: &[
            ("sari", "CONTENT_ADMINISTRATOR", "APPROVED"),
            ("citra", "ADMINISTRATOR", "APPROVED"),
        ],
    },
    Organization {
        id: 24_000_003,
        name: "Lintang Trail Club",
        vanity: "lintang-trail-club",
        roles: &[
            ("sari", "DIRECT_SPONSORED_CONTENT_POSTER", "APPROVED"),
            ("dimas", "ADMINISTRATOR", "REQUESTED"),
        ],
    },
];

const SCOPES: &[&str] = &["rw_organization_admin"];

/// The roles of whoever the token stands for.
pub(super) fn roles(
    server: &'static Server,
    state: &mut State,
    call: &Call,
) -> Result<Reply, Reply> {
    let token = authorized(server, state, call, SCOPES)?;
    versioned(call)?;
    let parameters = call.parameters();
    if text(&parameters, "q").as_deref() != Some("roleAssignee") {
        let words = "Invalid query parameters passed to request";
        return Err(error(400, 0, "ILLEGAL_ARGUMENT", words));
    }
    let person = server.person(&token.person).ok_or_else(|| failure(500))?;
    let wanted = text(&parameters, "state");
    let number = |name: &str, otherwise: usize| {
        let given = text(&parameters, name);
        given
            .and_then(|text| text.parse().ok())
            .unwrap_or(otherwise)
    };
    let (start, count) = (number("start", 0), number("count", 10));
    let all: Vec<_> = ORGANIZATIONS
        .iter()
        .flat_map(|organization| {
            let roles = organization.roles.iter();
            roles.map(move |role| (organization.id, role))
        })
        .filter(|(_, (account, _, state))| {
            *account == person.account && wanted.as_deref().is_none_or(|wanted| wanted == *state)
        })
        .map(|(id, (_, role, state))| {
            json!({
                "organization": format!("urn:li:organization:{id}"), "role": role, "state": state,
                "roleAssignee": format!("urn:li:person:{}", person.id),
            })
        })
        .collect();
    let total = all.len();
    let elements: Vec<_> = all.into_iter().skip(start).take(count).collect();
    let paging = json!({ "start": start, "count": count, "total": total, "links": [] });
    Ok(Reply::json(
        200,
        &json!({ "paging": paging, "elements": elements }),
    ))
}

/// An organization, for those who have a role there.
pub(super) fn show(
    server: &'static Server,
    state: &mut State,
    call: &Call,
) -> Result<Reply, Reply> {
    let token = authorized(server, state, call, SCOPES)?;
    versioned(call)?;
    let found = ORGANIZATIONS
        .iter()
        .find(|organization| organization.id.to_string() == call.segment(2))
        .ok_or_else(|| failure(404))?;
    if !found.roles.iter().any(|role| role.0 == token.person) {
        let words = "Viewer does not have permission to read this organization";
        return Err(error(403, 100, "ACCESS_DENIED", words));
    }
    let localized = json!({ "localized": { "en_US": found.name }, "preferredLocale": { "country": "US", "language": "en" } });
    Ok(Reply::json(
        200,
        &json!({ "id": found.id, "localizedName": found.name, "name": localized, "vanityName": found.vanity }),
    ))
}
