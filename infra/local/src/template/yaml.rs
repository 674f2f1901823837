//! Reads a CloudFormation YAML file into JSON, with `!Ref`, `!Sub` and the other short forms spelled out as their long forms.

use std::fmt;

use anyhow::{Context, Result};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};
use serde_saphyr::Tagged;

/// Parses YAML text; `!GetAtt A.B` becomes `{"Fn::GetAtt": ["A", "B"]}` and so on.
pub(super) fn parse(text: &str) -> Result<Value> {
    let Node(value) = serde_saphyr::from_str(text).context("the template is not valid YAML")?;
    Ok(value)
}

struct Node(Value);

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Tagged(Plain(value), tag) = Tagged::deserialize(deserializer)?;
        let Some(name) = tag.as_deref().and_then(|tag| tag.strip_prefix('!')) else {
            return Ok(Self(value));
        };
        let long = match name {
            "Ref" | "Condition" => json!({ name: value }),
            "GetAtt" => match value.as_str().and_then(|text| text.split_once('.')) {
                Some((resource, attribute)) => json!({ "Fn::GetAtt": [resource, attribute] }),
                None => json!({ "Fn::GetAtt": value }),
            },
            "Sub" | "If" | "Join" | "Equals" | "Not" | "And" | "Or" | "Select" | "Split"
            | "FindInMap" | "GetAZs" | "ImportValue" | "Base64" | "Cidr" | "Transform" => {
                json!({ format!("Fn::{name}"): value })
            }
            other => return Err(D::Error::custom(format!("unknown tag `!{other}`"))),
        };
        Ok(Self(long))
    }
}

struct Plain(Value);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainVisitor)
    }
}

struct PlainVisitor;

impl<'de> Visitor<'de> for PlainVisitor {
    type Value = Plain;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Plain, E> {
        Ok(Plain(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Plain, E> {
        Ok(Plain(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Plain, E> {
        Ok(Plain(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Plain, E> {
        Ok(Plain(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Plain, E> {
        Ok(Plain(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Plain, E> {
        Ok(Plain(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Plain, E> {
        Ok(Plain(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Plain, A::Error> {
        let mut items = Vec::new();
        while let Some(Node(item)) = access.next_element()? {
            items.push(item);
        }
        Ok(Plain(items.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Plain, A::Error> {
        let mut fields = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let Node(value) = access.next_value()?;
            fields.insert(key, value);
        }
        Ok(Plain(fields.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_become_long_forms() {
        let value = parse(
            "a: !Ref Table\nb: !GetAtt Queue.Arn\nc: !Sub '${A}-x'\nd: !If [C, 1, !Ref AWS::NoValue]\ne: [!Ref X, true, 2.5, ~, 2012-10-17]\nf: !Join\n  - ''\n  - - a\n    - b\n",
        )
        .unwrap();
        assert_eq!(
            value,
            json!({
                "a": { "Ref": "Table" },
                "b": { "Fn::GetAtt": ["Queue", "Arn"] },
                "c": { "Fn::Sub": "${A}-x" },
                "d": { "Fn::If": ["C", 1, { "Ref": "AWS::NoValue" }] },
                "e": [{ "Ref": "X" }, true, 2.5, null, "2012-10-17"],
                "f": { "Fn::Join": ["", ["a", "b"]] },
            })
        );
    }

    #[test]
    fn an_unknown_tag_is_refused() {
        assert!(parse("a: !Reff Table").is_err());
    }
}
