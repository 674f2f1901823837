//! Secrets Manager: values from the template or made on the first start, read by GetSecretValue and replaced by PutSecretValue.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, bail};
use app::random;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{AwsError, unknown_operation};
use crate::ids;
use crate::state::State;
use crate::template::{Secret, SecretOrigin, SecretShape};

/// What was generated, by the secret's name.
const GENERATED: &str = "secret";
/// What was put, by the secret's name.
const PUT: &str = "secret-value";
const CURRENT: &str = "AWSCURRENT";
/// Longest value that Secrets Manager takes.
const MAX_BYTES: usize = 65_536;

/// The secrets of the template.
pub(crate) struct Secrets {
    versions: Mutex<BTreeMap<String, Version>>,
    state: Arc<State>,
    /// What every ARN begins with.
    prefix: String,
}

/// The value that a secret has now.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Version {
    id: String,
    text: String,
}

impl Secrets {
    /// Opens the secrets. One that is generated keeps what was generated, or put over it; one that stands in the template follows it.
    pub(crate) fn open(
        secrets: &[Secret],
        state: &Arc<State>,
        region: &str,
        account: &str,
    ) -> Result<Self> {
        let mut versions = BTreeMap::new();
        for Secret { name, origin } in secrets {
            let version = match origin {
                SecretOrigin::Generated(shape) => match state.get(PUT, name)? {
                    Some(version) => version,
                    None => Version::first(generate(name, shape, state)?),
                },
                SecretOrigin::Text(text) => {
                    state.remove(PUT, name)?;
                    Version::first(text.clone())
                }
            };
            versions.insert(name.clone(), version);
        }
        Ok(Self {
            versions: Mutex::new(versions),
            state: Arc::clone(state),
            prefix: format!("arn:aws:secretsmanager:{region}:{account}:secret:"),
        })
    }

    /// The texts of all secrets, by name.
    pub(crate) fn all(&self) -> BTreeMap<String, String> {
        let versions = self.versions();
        let texts = versions.iter();
        texts
            .map(|(name, version)| (name.clone(), version.text.clone()))
            .collect()
    }

    fn get(&self, input: &Value) -> Result<Value, AwsError> {
        let versions = self.versions();
        let (name, version) = self.find(&versions, input)?;
        // Only the current version is kept.
        let wanted =
            |field: &str, current: &str| input[field].as_str().is_none_or(|it| it == current);
        if !wanted("VersionStage", CURRENT) || !wanted("VersionId", &version.id) {
            let message = "Secrets Manager can't find the specified secret value for this version.";
            return Err(AwsError::new("ResourceNotFoundException", message));
        }
        let mut answer = self.describe(name, version);
        answer["SecretString"] = json!(version.text);
        Ok(answer)
    }

    fn put(&self, input: &Value) -> Result<Value, AwsError> {
        let mut versions = self.versions();
        let (name, version) = self.find(&versions, input)?;
        let name = name.to_owned();
        let invalid = |message: &str| Err(AwsError::new("InvalidParameterException", message));
        let text = match input["SecretString"].as_str() {
            Some(text) if (1..=MAX_BYTES).contains(&text.len()) => text.to_owned(),
            Some(_) => return invalid("SecretString must have 1 to 65536 bytes."),
            None => return invalid("local mode keeps texts: SecretString is missing."),
        };
        if !input["VersionStages"].is_null() && input["VersionStages"] != json!([CURRENT]) {
            return invalid("local mode knows no stage but AWSCURRENT.");
        }
        // The SDK sends a token of its own making, so that a request it repeats makes one version.
        let id = match input["ClientRequestToken"].as_str() {
            Some(token) if token == version.id && text != version.text => {
                let message = "You can't modify a version that already exists.";
                return Err(AwsError::new("ResourceExistsException", message));
            }
            Some(token) => token.to_owned(),
            None => ids::random().to_string(),
        };
        let version = Version { id, text };
        let kept = self.state.put(PUT, &name, &version);
        kept.map_err(|error| AwsError::internal(&error))?;
        let answer = self.describe(&name, &version);
        versions.insert(name, version);
        Ok(answer)
    }

    /// The secret that the input names, by its name or its ARN.
    fn find<'a>(
        &self,
        versions: &'a BTreeMap<String, Version>,
        input: &Value,
    ) -> Result<(&'a str, &'a Version), AwsError> {
        let id = input["SecretId"].as_str().unwrap_or_default();
        let name = id.strip_prefix(&self.prefix).unwrap_or(id);
        let found = versions.get_key_value(name);
        let found = found.map(|(name, version)| (name.as_str(), version));
        found.ok_or_else(|| {
            let message = "Secrets Manager can't find the specified secret.";
            AwsError::new("ResourceNotFoundException", message)
        })
    }

    fn describe(&self, name: &str, version: &Version) -> Value {
        json!({
            "ARN": format!("{}{name}", self.prefix),
            "Name": name,
            "VersionId": version.id,
            "VersionStages": [CURRENT],
        })
    }

    fn versions(&self) -> MutexGuard<'_, BTreeMap<String, Version>> {
        self.versions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Version {
    /// The version that a secret begins with.
    fn first(text: String) -> Self {
        let id = Uuid::nil().to_string();
        Self { id, text }
    }
}

/// The value of a generated secret: its template with the text that was generated once.
fn generate(name: &str, shape: &SecretShape, state: &State) -> Result<String> {
    let kept: Option<String> = state.get(GENERATED, name)?;
    let generated = kept.unwrap_or_else(|| random_text(shape.password_length));
    state.put(GENERATED, name, &generated)?;
    let mut value: Value = serde_json::from_str(&shape.secret_string_template)
        .with_context(|| format!("SecretStringTemplate of {name} is not JSON"))?;
    if !value.is_object() {
        bail!("SecretStringTemplate of {name} is not a JSON object");
    }
    value[&shape.generate_string_key] = generated.into();
    Ok(value.to_string())
}

pub(super) fn answer(secrets: &Secrets, operation: &str, input: &Value) -> Result<Value, AwsError> {
    match operation {
        "GetSecretValue" => secrets.get(input),
        "PutSecretValue" => secrets.put(input),
        _ => Err(unknown_operation("secretsmanager", operation)),
    }
}

/// Random letters and digits.
fn random_text(length: usize) -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let random_bytes = std::iter::repeat_with(random::bytes::<64>).flatten();
    // 248 is the largest multiple of 62 below 256: without the rest every letter is equally likely.
    random_bytes
        .filter(|byte| *byte < 248)
        .map(|byte| char::from(ALPHABET[usize::from(byte) % 62]))
        .take(length)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const GENERATED_NAME: &str = "generated";
    const TEXT_NAME: &str = "text";

    fn open(file: Option<&Path>, text: &str) -> Secrets {
        let state = file.map_or_else(State::memory, |file| State::open(file).unwrap());
        let shape = json!({ "SecretStringTemplate": "{}", "GenerateStringKey": "seed" });
        let shape = SecretOrigin::Generated(serde_json::from_value(shape).unwrap());
        let origins = [
            (GENERATED_NAME, shape),
            (TEXT_NAME, SecretOrigin::Text(text.to_owned())),
        ];
        let secrets = origins.map(|(name, origin)| {
            let name = name.to_owned();
            Secret { name, origin }
        });
        Secrets::open(&secrets, &Arc::new(state), "r", "1").unwrap()
    }

    fn get(secrets: &Secrets, name: &str) -> Value {
        answer(secrets, "GetSecretValue", &json!({ "SecretId": name })).unwrap()
    }

    fn put(secrets: &Secrets, input: &Value) -> Result<Value, &'static str> {
        answer(secrets, "PutSecretValue", input).map_err(|error| error.code)
    }

    #[test]
    fn generated_text_has_its_length_and_is_never_the_same() {
        let (one, two) = (random_text(64), random_text(64));
        assert_eq!(one.len(), 64);
        assert!(one.chars().all(|letter| letter.is_ascii_alphanumeric()));
        assert_ne!(one, two);
    }

    #[test]
    fn what_was_put_is_what_is_read_under_another_version() {
        let secrets = open(None, "first");
        for name in [GENERATED_NAME, TEXT_NAME] {
            let before = get(&secrets, name);
            let arn = before["ARN"].as_str().unwrap();
            let put = put(
                &secrets,
                &json!({ "SecretId": arn, "SecretString": "second" }),
            )
            .unwrap();
            let after = get(&secrets, name);
            assert_eq!(after["SecretString"], "second");
            assert_ne!(after["VersionId"], before["VersionId"]);
            for field in ["ARN", "Name", "VersionId", "VersionStages"] {
                assert_eq!(after[field], put[field]);
            }
            let old = json!({ "SecretId": name, "VersionId": before["VersionId"] });
            assert!(secrets.get(&old).is_err());
        }
    }

    #[test]
    fn a_repeated_request_makes_one_version() {
        let secrets = open(None, "first");
        let input = |text: &str| json!({ "SecretId": TEXT_NAME, "SecretString": text, "ClientRequestToken": "t" });
        let once = put(&secrets, &input("second")).unwrap();
        assert_eq!(once["VersionId"], "t");
        assert_eq!(put(&secrets, &input("second")), Ok(once));
        let other = put(&secrets, &input("third"));
        assert_eq!(other, Err("ResourceExistsException"));
        assert_eq!(get(&secrets, TEXT_NAME)["SecretString"], "second");
    }

    #[test]
    fn what_cannot_be_put_is_refused() {
        let secrets = open(None, "first");
        let long = "x".repeat(MAX_BYTES + 1);
        for (input, expected) in [
            (
                json!({ "SecretId": "none", "SecretString": "x" }),
                "ResourceNotFoundException",
            ),
            (
                json!({ "SecretId": TEXT_NAME }),
                "InvalidParameterException",
            ),
            (
                json!({ "SecretId": TEXT_NAME, "SecretString": "" }),
                "InvalidParameterException",
            ),
            (
                json!({ "SecretId": TEXT_NAME, "SecretString": long }),
                "InvalidParameterException",
            ),
            (
                json!({ "SecretId": TEXT_NAME, "SecretString": "x", "VersionStages": ["AWSPENDING"] }),
                "InvalidParameterException",
            ),
        ] {
            assert_eq!(put(&secrets, &input), Err(expected), "{input}");
        }
    }

    #[test]
    fn after_a_restart_a_generated_secret_is_as_it_was_and_a_text_is_the_templates() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.db");
        let generated = get(&open(Some(&file), "first"), GENERATED_NAME);
        let secrets = open(Some(&file), "first");
        assert_eq!(get(&secrets, GENERATED_NAME), generated);
        for name in [GENERATED_NAME, TEXT_NAME] {
            put(
                &secrets,
                &json!({ "SecretId": name, "SecretString": "put" }),
            )
            .unwrap();
        }
        let put = get(&secrets, GENERATED_NAME);
        drop(secrets);

        for text in ["second", "third"] {
            let secrets = open(Some(&file), text);
            assert_eq!(get(&secrets, GENERATED_NAME), put);
            assert_eq!(get(&secrets, TEXT_NAME)["SecretString"], text);
        }
    }
}
