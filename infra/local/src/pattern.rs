//! Event patterns: the filter language that EventBridge rules and Lambda event sources share.

use anyhow::{Result, bail};
use serde_json::{Map, Value};

/// A pattern that is known to use only what is understood here.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(Map<String, Value>);

impl Pattern {
    /// Checks and keeps a pattern.
    pub(crate) fn new(pattern: &Value) -> Result<Self> {
        let Some(fields) = pattern.as_object().filter(|fields| !fields.is_empty()) else {
            bail!("a pattern is an object with at least one field");
        };
        check(fields)?;
        Ok(Self(fields.clone()))
    }

    /// Whether the event has, for every field of the pattern, one of the values the pattern lists.
    pub(crate) fn matches(&self, event: &Value) -> bool {
        matches(&self.0, event)
    }
}

fn check(fields: &Map<String, Value>) -> Result<()> {
    for (key, expected) in fields {
        match expected {
            Value::Object(inner) => check(inner)?,
            Value::Array(choices) => {
                for choice in choices.iter().filter_map(Value::as_object) {
                    let operators = ["prefix", "suffix", "exists", "anything-but"];
                    if !choice.keys().all(|key| operators.contains(&key.as_str())) {
                        bail!("the comparison {choice:?} is not supported in local mode");
                    }
                }
            }
            _ => bail!("the field `{key}` of a pattern must be a list or an object"),
        }
    }
    Ok(())
}

fn matches(pattern: &Map<String, Value>, event: &Value) -> bool {
    pattern.iter().all(|(key, expected)| {
        let actual = event.get(key);
        match expected {
            Value::Object(inner) => actual.is_some_and(|actual| matches(inner, actual)),
            Value::Array(choices) => choices.iter().any(|choice| is_one_of(choice, actual)),
            _ => false,
        }
    })
}

/// A list in the event matches when any of its items does.
fn is_one_of(choice: &Value, actual: Option<&Value>) -> bool {
    match actual {
        Some(Value::Array(items)) => items.iter().any(|item| accepts(choice, Some(item))),
        other => accepts(choice, other),
    }
}

fn accepts(choice: &Value, actual: Option<&Value>) -> bool {
    let Some(comparison) = choice.as_object() else {
        return actual == Some(choice);
    };
    let text = actual.and_then(Value::as_str);
    comparison.iter().all(|(operator, operand)| {
        let operand_text = operand.as_str().unwrap_or_default();
        match operator.as_str() {
            "exists" => operand.as_bool() == Some(actual.is_some()),
            "prefix" => text.is_some_and(|text| text.starts_with(operand_text)),
            "suffix" => text.is_some_and(|text| text.ends_with(operand_text)),
            _ => actual.is_some_and(|actual| match operand {
                Value::Array(refused) => !refused.contains(actual),
                refused => refused != actual,
            }),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn matched(pattern: &Value, event: &Value) -> bool {
        Pattern::new(pattern).unwrap().matches(event)
    }

    #[test]
    fn every_field_must_have_one_of_the_listed_values() {
        let pattern = json!({ "eventName": ["INSERT"], "dynamodb": { "NewImage": { "type": { "S": ["activity", "due"] } } } });
        let record = |name: &str, kind: &str| json!({ "eventName": name, "dynamodb": { "NewImage": { "type": { "S": kind }, "id": { "S": "1" } } } });
        assert!(matched(&pattern, &record("INSERT", "due")));
        assert!(!matched(&pattern, &record("MODIFY", "due")));
        assert!(!matched(&pattern, &record("INSERT", "post")));
        assert!(!matched(&pattern, &json!({ "eventName": "INSERT" })));
    }

    #[test]
    fn comparisons_work_as_in_eventbridge() {
        let event = json!({ "kind": "post.scheduled", "tags": ["a", "b"] });
        assert!(matched(&json!({ "kind": [{ "prefix": "post." }] }), &event));
        assert!(!matched(
            &json!({ "kind": [{ "anything-but": ["post.scheduled"] }] }),
            &event
        ));
        assert!(matched(&json!({ "tags": ["b"] }), &event));
        assert!(matched(&json!({ "gone": [{ "exists": false }] }), &event));
        assert!(!matched(&json!({ "kind": [{ "exists": false }] }), &event));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(Pattern::new(&json!({ "a": [{ "numeric": [">", 1] }] })).is_err());
        assert!(Pattern::new(&json!({ "a": "plain" })).is_err());
        assert!(Pattern::new(&json!({})).is_err());
    }
}
