//! JSON objects within a body, as objects only: left to itself serde takes a list for a struct too.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields(PhantomData)).map(Self)
    }
}

struct Fields<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields))
    }
}

/// One object, or nothing: for `#[serde(default, deserialize_with = "…")]`.
pub fn optional<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let object = Option::<Object<T>>::deserialize(deserializer)?;
    Ok(object.map(|object| object.0))
}

/// A list of objects.
pub fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let objects = Vec::<Object<T>>::deserialize(deserializer)?;
    Ok(objects.into_iter().map(|object| object.0).collect())
}

/// A list of objects, or nothing.
pub fn optional_list<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let objects = Option::<Vec<Object<T>>>::deserialize(deserializer)?;
    Ok(objects.map(|objects| objects.into_iter().map(|object| object.0).collect()))
}

#[cfg(test)]
mod tests {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Part {
        text: String,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Body {
        #[serde(default, deserialize_with = "super::list")]
        parts: Vec<Part>,
        #[serde(default, deserialize_with = "super::optional")]
        first: Option<Part>,
    }

    #[test]
    fn a_list_is_no_object() {
        let read = |json| serde_json::from_str::<Body>(json);
        assert_eq!(
            read(r#"{"parts":[{"text":"a"}]}"#).unwrap().parts[0].text,
            "a"
        );
        assert_eq!(read(r#"{"first":null}"#).unwrap().first, None);
        assert!(read(r#"{"parts":[["a"]]}"#).is_err());
        assert!(read(r#"{"first":["a"]}"#).is_err());
        assert!(read(r#"{"parts":[{"text":"a","more":1}]}"#).is_err());
    }
}
