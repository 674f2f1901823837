//! The log as a file: a line of JSON for each entry, or a table.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The columns of a table, before those of the details.
const COLUMNS: [&str; 16] = [
    "sequence",
    "at",
    "kind",
    "actor.type",
    "actor.id",
    "address_prefix",
    "team_id",
    "post_id",
    "publication_id",
    "account_id",
    "member_id",
    "invitation_id",
    "email_change_id",
    "id",
    "previous_hash",
    "hash",
];
/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A line for each entry, as it was shown.
pub fn jsonl(entries: &[Map<String, Value>]) -> String {
    let lines = entries.iter().map(|entry| Value::Object(entry.clone()));
    lines.fold(String::new(), |text, line| text + &line.to_string() + "\n")
}

/// A table with a header (RFC 4180). Each detail has a column of its own.
pub fn csv(entries: &[Map<String, Value>]) -> String {
    let details: BTreeSet<_> = entries
        .iter()
        .filter_map(|entry| entry.get("details")?.as_object())
        .flat_map(Map::keys)
        .map(|name| format!("details.{name}"))
        .collect();
    let columns: Vec<&str> = COLUMNS
        .into_iter()
        .chain(details.iter().map(String::as_str))
        .collect();
    let header = columns.iter().map(|name| cell(name));
    let mut table = row(header);
    for entry in entries {
        table += &row(columns.iter().map(|name| cell(&value(entry, name))));
    }
    table
}

fn row(cells: impl Iterator<Item = String>) -> String {
    cells.collect::<Vec<_>>().join(",") + "\r\n"
}

/// What stands in a column of an entry; `details.name` is within another object.
fn value(entry: &Map<String, Value>, column: &str) -> String {
    let found = match column.split_once('.') {
        Some((outer, name)) => entry.get(outer).and_then(|outer| outer.get(name)),
        None => entry.get(column),
    };
    match found {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A cell that no spreadsheet computes: people's words stand in the log.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(FORMULA) { "'" } else { "" };
    let quoted = text.replace('"', "\"\"");
    format!("\"{guard}{quoted}\"")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(details: &Value) -> Map<String, Value> {
        let entry = json!({
            "id": "activity_1", "sequence": 1, "at": "2026-06-01T12:00:00Z", "kind": "team.created",
            "actor": { "type": "user", "id": "user_1" }, "team_id": "team_1", "details": details,
        });
        entry.as_object().unwrap().clone()
    }

    #[test]
    fn a_cell_that_looks_like_a_formula_is_a_text() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            let table = csv(&[entry(&json!({ "name": formula }))]);
            let last = table.trim_end().rsplit(",\"").next().unwrap();
            assert_eq!(last, format!("'{formula}\""), "{table}");
        }
        let table = csv(&[entry(&json!({ "name": "1+1=2" }))]);
        assert!(table.contains("\"1+1=2\""), "{table}");
    }

    #[test]
    fn quotes_commas_and_lines_stay_within_their_cell() {
        let table = csv(&[entry(&json!({ "name": "a \"b\", c\r\nd" }))]);
        assert!(table.ends_with("\"a \"\"b\"\", c\r\nd\"\r\n"), "{table}");
    }

    #[test]
    fn the_table_has_a_column_for_each_detail_and_every_row_has_every_column() {
        let table = csv(&[
            entry(&json!({ "name": "A" })),
            entry(&json!({ "role": "admin" })),
            entry(&Value::Null),
        ]);
        let widths: Vec<_> = table.lines().map(|row| row.split(',').count()).collect();
        assert_eq!(widths, [18; 4]);
        let header = table.lines().next().unwrap();
        assert!(
            header.ends_with(r#""details.name","details.role""#),
            "{header}"
        );
        assert!(table.contains(r#""1","2026-06-01T12:00:00Z","team.created","user","user_1""#));
    }

    #[test]
    fn each_line_is_an_entry_as_it_was_shown() {
        let entries = [entry(&json!({ "name": "A\nB" })), entry(&json!({}))];
        let lines = jsonl(&entries);
        let read = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        assert_eq!(read.collect::<Vec<Map<_, _>>>(), entries);
    }
}
