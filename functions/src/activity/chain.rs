//! What is sealed of an entry: exactly what `GET /activity` shows of it, in one spelling.

use anyhow::Result;
use domain::chain::{Head, Link};
use domain::{Activity, ActivityId};
use serde::Serialize;
use serde_json::Value;

use super::view::EntryView;

/// The links of entries that come after the end of a chain, in this order.
pub(crate) fn links(head: &Head, entries: &[Activity]) -> Result<Vec<(ActivityId, Link)>> {
    let mut head = head.clone();
    let link = |entry: &Activity| {
        let link = head.seal(&spelled(&EntryView::numbered(entry, head.next()))?);
        head = Head::from(&link);
        Ok((entry.id, link))
    };
    entries.iter().map(link).collect()
}

/// JSON as RFC 8785 has it: no spaces, names sorted. Nothing that is shown has fractions or names beyond ASCII, where that is more than this.
fn spelled(shown: &impl Serialize) -> Result<String> {
    let mut spelling = String::new();
    spell(&serde_json::to_value(shown)?, &mut spelling)?;
    Ok(spelling)
}

fn spell(value: &Value, spelling: &mut String) -> Result<()> {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            spelling.push('{');
            for (n, (name, value)) in fields.into_iter().enumerate() {
                if n > 0 {
                    spelling.push(',');
                }
                spelling.push_str(&serde_json::to_string(name)?);
                spelling.push(':');
                spell(value, spelling)?;
            }
            spelling.push('}');
        }
        Value::Array(values) => {
            spelling.push('[');
            for (n, value) in values.iter().enumerate() {
                if n > 0 {
                    spelling.push(',');
                }
                spell(value, spelling)?;
            }
            spelling.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            spelling.push_str(&serde_json::to_string(value)?);
        }
    }
    Ok(())
}
