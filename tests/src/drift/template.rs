//! The template as data, read on its own here, so that a mistake in how it is served cannot hide one in what it says.

use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::Value;

/// A route of the API, and the function that answers it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Route {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The function, in the spelling of its resource.
    pub(crate) function: String,
}

impl Route {
    /// Such as `GET /posts/{postId}`.
    pub(crate) fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// A file of the repository.
pub(crate) fn file(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(path)
}

/// The text of a file of the repository.
pub(crate) fn read(path: &str) -> String {
    std::fs::read_to_string(file(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The template, read once.
static TEMPLATE: LazyLock<Value> =
    LazyLock::new(|| serde_saphyr::from_str(&read("template.yaml")).unwrap());

/// The template. Short forms lose their tag: `!Ref Table` is `"Table"`, `!GetAtt Table.Arn` is `"Table.Arn"`.
pub(crate) fn template() -> Value {
    TEMPLATE.clone()
}

/// The resources of one type: name and properties.
pub(crate) fn resources(kind: &str) -> Vec<(String, Value)> {
    let template = template();
    let found: Vec<_> = object(&template["Resources"])
        .filter(|(_, resource)| resource["Type"] == kind)
        .map(|(name, resource)| (name.clone(), resource["Properties"].clone()))
        .collect();
    assert!(!found.is_empty(), "no {kind} in the template");
    found
}

/// The functions: name and properties.
pub(crate) fn functions() -> Vec<(String, Value)> {
    resources("AWS::Serverless::Function")
}

/// Every route of the API.
pub(crate) fn routes() -> Vec<Route> {
    let mut routes = Vec::new();
    for (function, properties) in functions() {
        for (_, event) in
            object(&properties["Events"]).filter(|(_, event)| event["Type"] == "HttpApi")
        {
            let text = |name: &str| event["Properties"][name].as_str().unwrap().to_owned();
            routes.push(Route {
                method: text("Method"),
                path: text("Path"),
                function: function.clone(),
            });
        }
    }
    routes.sort();
    routes
}

/// `PostsCreate` as the binary spells it: `posts-create`.
pub(crate) fn binary(resource: &str) -> String {
    let spelled = resource.chars().enumerate().flat_map(|(n, c)| {
        (n > 0 && c.is_uppercase())
            .then_some('-')
            .into_iter()
            .chain(c.to_lowercase())
    });
    spelled.collect()
}

/// The fields of an object; nothing is an object without any.
pub(crate) fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// One text or several, as policies have them.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Null => Vec::new(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        other => panic!("neither a text nor several: {other}"),
    }
}
