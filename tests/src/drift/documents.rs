//! Documents that are made of the code, and committed so that they can be read and compared.
//! `UPDATE=1 cargo test -p tests documents` writes them anew.

use std::fmt::Write;

use app::http::problem::{KINDS, TYPE_BASE};
use domain::post::TRANSITIONS;
use domain::team::MATRIX;
use domain::{Role, Status};
use functions::system::openapi::Description;
use strum::IntoEnumIterator;
use utoipa::OpenApi;

use super::template::{file, read};

const UPDATE: &str = "UPDATE=1 cargo test -p tests documents";

#[expect(
    clippy::disallowed_methods,
    reason = "whether to compare or to write is asked of whoever runs the tests"
)]
fn is_update() -> bool {
    std::env::var("UPDATE").is_ok_and(|value| value == "1")
}

/// Compares a committed document with what the code says, or writes it.
fn same(path: &str, generated: &str) {
    if is_update() {
        std::fs::create_dir_all(file(path).parent().unwrap()).unwrap();
        std::fs::write(file(path), generated).unwrap();
    }
    assert!(file(path).exists(), "{path} is missing: run {UPDATE}");
    assert!(
        read(path) == generated,
        "{path} is not what the code says: run {UPDATE}"
    );
}

fn problems() -> String {
    let mut text = format!(
        "# Problems\n\nErrors are answered as problem documents ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457), `application/problem+json`).\n`type` never changes for one kind of problem. `detail` says what happened this time, `instance` is the id of the request, and\n`errors` lists the values that cannot be accepted: `pointer` is a JSON pointer into the body, `?name` for a query parameter or\n`{{name}}` for a part of the path.\n\nMade of the code by `{UPDATE}`.\n\n| status | type | title |\n|---|---|---|\n"
    );
    for kind in KINDS {
        writeln!(
            text,
            "| {} | `{TYPE_BASE}{}` | {} |",
            kind.status.as_u16(),
            kind.slug,
            kind.title
        )
        .unwrap();
    }
    text
}

fn roles() -> String {
    let columns: Vec<_> = Role::iter().collect();
    let mut text = format!(
        "# Roles\n\nWhat a member may do in a team. Whoever is not a member is answered as if the team did not exist. Creating a team is not a matter of\nroles in it: the admins of the deployment may, and become the first admin of what they create.\n\nMade of the code by `{UPDATE}`.\n\n| |"
    );
    for role in &columns {
        write!(text, " {role} |").unwrap();
    }
    writeln!(text, "\n|---|{}", "---|".repeat(columns.len())).unwrap();
    for (permission, allowed) in MATRIX {
        write!(text, "| {permission} |").unwrap();
        for role in &columns {
            write!(
                text,
                " {} |",
                if allowed.contains(role) { "yes" } else { "–" }
            )
            .unwrap();
        }
        writeln!(text).unwrap();
    }
    text
}

fn states() -> String {
    let names = |statuses: &[Status]| {
        let names: Vec<_> = statuses
            .iter()
            .map(|status| format!("`{status}`"))
            .collect();
        if names.is_empty() {
            "–".to_owned()
        } else {
            names.join(", ")
        }
    };
    let mut text = format!(
        "# The statuses of posts\n\nEvery way in which the status of a post changes; there is no other. Cancelling an account of several leaves the status alone, or what\nis left decides it. What stands in the last column is decided by the publications of the post: see [ARCHITECTURE.md](../ARCHITECTURE.md).\n\nMade of the code by `{UPDATE}`. A property test walks through random histories and finds no other way.\n\n| from | what happens | where | to |\n|---|---|---|---|\n"
    );
    for (from, event, place, to) in TRANSITIONS {
        writeln!(
            text,
            "| {} | {event} | {place} | {} |",
            names(from),
            names(to)
        )
        .unwrap();
    }
    text
}

#[test]
fn the_committed_table_of_statuses_is_the_one_of_the_code() {
    same("docs/statuses.md", &states());
}

#[test]
fn the_committed_description_of_the_api_is_the_one_that_is_served() {
    same(
        "docs/openapi.json",
        &format!("{}\n", Description::openapi().to_pretty_json().unwrap()),
    );
}

#[test]
fn the_committed_table_of_problems_is_the_one_of_the_code() {
    same("docs/problems.md", &problems());
}

#[test]
fn the_committed_matrix_of_roles_is_the_one_of_the_code() {
    same("docs/roles.md", &roles());
}
