//! Secrets Manager: values made on the first start, and GetSecretValue.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use app::random;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{AwsError, unknown_operation};
use crate::state::State;
use crate::template::Secret;

const KIND: &str = "secret";

/// The secrets of the template.
pub(crate) struct Secrets {
    values: BTreeMap<String, String>,
    region: String,
    account: String,
}

impl Secrets {
    /// Opens the secrets; what was generated once is kept, the rest follows the template.
    pub(crate) fn open(
        secrets: &[Secret],
        state: &State,
        region: &str,
        account: &str,
    ) -> Result<Self> {
        let mut values = BTreeMap::new();
        for Secret { name, shape } in secrets {
            let kept: Option<String> = state.get(KIND, name)?;
            let generated = kept.unwrap_or_else(|| random_text(shape.password_length));
            state.put(KIND, name, &generated)?;
            let mut value: Value = serde_json::from_str(&shape.secret_string_template)
                .with_context(|| format!("SecretStringTemplate of {name} is not JSON"))?;
            if !value.is_object() {
                bail!("SecretStringTemplate of {name} is not a JSON object");
            }
            value[&shape.generate_string_key] = generated.into();
            values.insert(name.clone(), value.to_string());
        }
        Ok(Self {
            values,
            region: region.to_owned(),
            account: account.to_owned(),
        })
    }

    /// The name and ARN of a secret, and its value.
    fn find(&self, id: &str) -> Option<(&str, String, &str)> {
        let prefix = format!(
            "arn:aws:secretsmanager:{}:{}:secret:",
            self.region, self.account
        );
        let name = id.strip_prefix(&prefix).unwrap_or(id);
        let (name, value) = self.values.get_key_value(name)?;
        Some((name, format!("{prefix}{name}"), value))
    }
}

pub(super) fn answer(secrets: &Secrets, operation: &str, input: &Value) -> Result<Value, AwsError> {
    if operation != "GetSecretValue" {
        return Err(unknown_operation("secretsmanager", operation));
    }
    let id = input["SecretId"].as_str().unwrap_or_default();
    let Some((name, arn, value)) = secrets.find(id) else {
        let message = "Secrets Manager can't find the specified secret.";
        return Err(AwsError::new("ResourceNotFoundException", message));
    };
    Ok(json!({
        "ARN": arn,
        "Name": name,
        "SecretString": value,
        "VersionId": Uuid::nil().to_string(),
        "VersionStages": ["AWSCURRENT"],
    }))
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
    use super::*;

    #[test]
    fn generated_text_has_its_length_and_is_never_the_same() {
        let (one, two) = (random_text(64), random_text(64));
        assert_eq!(one.len(), 64);
        assert!(one.chars().all(|letter| letter.is_ascii_alphanumeric()));
        assert_ne!(one, two);
    }
}
