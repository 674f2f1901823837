//! Holds every function to the policies that the template gives it, as IAM does: what is not allowed is denied.

use std::collections::BTreeMap;

use http::{HeaderMap, header};
use serde_json::Value;

use super::AwsError;
use crate::template::Right;

/// The access key of whoever may do everything: the stack itself, and tests that look behind the API.
pub(crate) const ADMINISTRATOR: &str = "local";

/// What each function may do. A function's access key is its name.
#[derive(Debug)]
pub(crate) struct Rights {
    functions: BTreeMap<String, Vec<Right>>,
    place: String,
}

/// One thing that a request wants to do, and the ARNs that a policy may know its object by.
struct Wish {
    action: String,
    resources: Vec<String>,
}

impl Rights {
    /// The rights of functions by name, in one region and account.
    pub(crate) fn new(
        functions: BTreeMap<String, Vec<Right>>,
        region: &str,
        account: &str,
    ) -> Self {
        let place = format!("{region}:{account}");
        Self { functions, place }
    }

    /// Denies a request of which any part is not allowed to the function that signed it.
    pub(super) fn check(
        &self,
        headers: &HeaderMap,
        service: &str,
        operation: &str,
        body: &[u8],
    ) -> Result<(), AwsError> {
        let caller = access_key(headers).unwrap_or("nobody");
        if caller == ADMINISTRATOR {
            return Ok(());
        }
        let rights = self.functions.get(caller).map_or(&[][..], Vec::as_slice);
        for wish in self.wishes(service, operation, body) {
            if !rights.iter().any(|right| wish.is_granted_by(right)) {
                let (action, resource) = (wish.action, wish.resources.join(" or "));
                let message =
                    format!("{caller} is not authorized to perform {action} on {resource}");
                tracing::error!(message, "access denied");
                return Err(AwsError::new("AccessDeniedException", message));
            }
        }
        Ok(())
    }

    /// Denies what a function wants to do with a file of S3, or with a bucket, if it is not allowed.
    pub(super) fn check_object(
        &self,
        caller: &str,
        action: &str,
        object: &str,
    ) -> Result<(), AwsError> {
        if caller == ADMINISTRATOR {
            return Ok(());
        }
        let rights = self.functions.get(caller).map_or(&[][..], Vec::as_slice);
        let wish = Wish {
            action: format!("s3:{action}"),
            resources: vec![format!("arn:aws:s3:::{object}")],
        };
        if rights.iter().any(|right| wish.is_granted_by(right)) {
            return Ok(());
        }
        let message = format!("{caller} is not authorized to perform s3:{action} on {object}");
        tracing::error!(message, "access denied");
        Err(AwsError::new("AccessDenied", message))
    }

    fn wishes(&self, service: &str, operation: &str, body: &[u8]) -> Vec<Wish> {
        let input: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match service {
            "DynamoDB_20120810" => self.of_dynamodb(operation, &input),
            "AmazonSQS" => {
                let url = text(&input["QueueUrl"]);
                let name = url.rsplit('/').next().unwrap_or_default();
                let action = operation.trim_end_matches("Batch");
                vec![self.wish("sqs", action, name)]
            }
            "AWSEvents" => {
                let entries = input["Entries"].as_array().into_iter().flatten();
                let buses =
                    entries.map(|entry| format!("event-bus/{}", text(&entry["EventBusName"])));
                buses
                    .map(|bus| self.wish("events", operation, &bus))
                    .collect()
            }
            "secretsmanager" => {
                let id = text(&input["SecretId"]);
                let arn = format!("arn:aws:{service}:{}:secret:", self.place);
                let name = id.strip_prefix(&arn).unwrap_or(&id);
                let mut wish = self.wish(service, operation, &format!("secret:{name}"));
                // A secret's ARN ends with six characters that nobody knows beforehand.
                wish.resources.push(format!("{}-local1", wish.resources[0]));
                vec![wish]
            }
            _ => self.of_ses(body),
        }
    }

    fn of_dynamodb(&self, operation: &str, input: &Value) -> Vec<Wish> {
        let table = |value: &Value| format!("table/{}", value.as_str().unwrap_or_default());
        let wish = |action: &str, resource: &str| self.wish("dynamodb", action, resource);
        match operation {
            "TransactWriteItems" | "TransactGetItems" => {
                let items = input["TransactItems"].as_array().into_iter().flatten();
                let actions = items.flat_map(|item| item.as_object().into_iter().flatten());
                let wishes = actions.map(|(kind, action)| {
                    wish(&format!("{kind}Item"), &table(&action["TableName"]))
                });
                wishes.collect()
            }
            "BatchGetItem" | "BatchWriteItem" => {
                let tables = input["RequestItems"].as_object().into_iter().flatten();
                let wishes = tables.map(|(name, _)| wish(operation, &format!("table/{name}")));
                wishes.collect()
            }
            _ => {
                let table = table(&input["TableName"]);
                let index = input["IndexName"].as_str();
                let resource = index.map(|index| format!("{table}/index/{index}"));
                vec![wish(operation, &resource.unwrap_or(table))]
            }
        }
    }

    fn of_ses(&self, body: &[u8]) -> Vec<Wish> {
        let field = |name: &str| {
            let mut fields = form_urlencoded::parse(body);
            let found = fields.find(|(field, _)| field == name);
            found
                .map(|(_, value)| value.into_owned())
                .unwrap_or_default()
        };
        let source = field("Source");
        let domain = source.rsplit('@').next().unwrap_or_default();
        let mut wish = self.wish("ses", &field("Action"), &format!("identity/{source}"));
        let of_domain = self.wish("ses", "", &format!("identity/{domain}"));
        wish.resources.extend(of_domain.resources);
        vec![wish]
    }

    fn wish(&self, service: &str, action: &str, resource: &str) -> Wish {
        Wish {
            action: format!("{service}:{action}"),
            resources: vec![format!("arn:aws:{service}:{}:{resource}", self.place)],
        }
    }
}

impl Wish {
    fn is_granted_by(&self, right: &Right) -> bool {
        let fits = |patterns: &[String], text: &str| {
            let mut patterns = patterns.iter();
            patterns.any(|pattern| matches(pattern.as_bytes(), text.as_bytes()))
        };
        let mut resources = self.resources.iter();
        fits(&right.actions, &self.action) && resources.any(|arn| fits(&right.resources, arn))
    }
}

/// The access key in a request's signature (Signature Version 4).
pub(super) fn access_key(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.split_once("Credential=")?.1.split('/').next()
}

/// Whether a text fits a pattern in which `*` stands for any characters and `?` for one.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|skipped| matches(rest, &text[skipped..])),
        Some((first, rest)) => text
            .split_first()
            .is_some_and(|(c, text)| (*first == b'?' || first == c) && matches(rest, text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied(service: &str, operation: &str, body: &str) -> bool {
        let right = |action: &str, resource: &str| Right {
            actions: vec![action.to_owned()],
            resources: vec![resource.to_owned()],
        };
        let rights = vec![
            right("dynamodb:PutItem", "arn:aws:dynamodb:r:1:table/main"),
            right(
                "dynamodb:Query",
                "arn:aws:dynamodb:r:1:table/main/index/by_change",
            ),
            right("sqs:SendMessage", "arn:aws:sqs:r:1:mails"),
            right(
                "secretsmanager:GetSecretValue",
                "arn:aws:secretsmanager:r:1:secret:links-??????",
            ),
            right(
                "secretsmanager:PutSecretValue",
                "arn:aws:secretsmanager:r:1:secret:pepper",
            ),
            right("ses:SendRawEmail", "arn:aws:ses:r:1:identity/example.com"),
        ];
        let rights = Rights::new([("posts-create".to_owned(), rights)].into(), "r", "1");
        let mut headers = HeaderMap::new();
        let signature = "AWS4-HMAC-SHA256 Credential=posts-create/20260601/r/x/aws4_request";
        headers.insert(header::AUTHORIZATION, signature.parse().unwrap());
        rights
            .check(&headers, service, operation, body.as_bytes())
            .is_err()
    }

    #[test]
    fn what_a_policy_names_is_allowed_and_nothing_else() {
        let dynamodb = "DynamoDB_20120810";
        for (service, operation, body, expected) in [
            (dynamodb, "PutItem", r#"{"TableName":"main"}"#, false),
            (dynamodb, "PutItem", r#"{"TableName":"vault"}"#, true),
            (dynamodb, "DeleteItem", r#"{"TableName":"main"}"#, true),
            (dynamodb, "Query", r#"{"TableName":"main"}"#, true),
            (
                dynamodb,
                "Query",
                r#"{"TableName":"main","IndexName":"by_change"}"#,
                false,
            ),
            (
                dynamodb,
                "TransactWriteItems",
                r#"{"TransactItems":[{"Put":{"TableName":"main"}}]}"#,
                false,
            ),
            (
                dynamodb,
                "TransactWriteItems",
                r#"{"TransactItems":[{"Put":{"TableName":"main"}},{"ConditionCheck":{"TableName":"main"}}]}"#,
                true,
            ),
            (
                "AmazonSQS",
                "SendMessageBatch",
                r#"{"QueueUrl":"http://h/1/mails"}"#,
                false,
            ),
            (
                "AmazonSQS",
                "SendMessage",
                r#"{"QueueUrl":"http://h/1/posts"}"#,
                true,
            ),
            (
                "secretsmanager",
                "GetSecretValue",
                r#"{"SecretId":"links"}"#,
                false,
            ),
            (
                "secretsmanager",
                "GetSecretValue",
                r#"{"SecretId":"vault"}"#,
                true,
            ),
            (
                "secretsmanager",
                "PutSecretValue",
                r#"{"SecretId":"pepper","SecretString":"x"}"#,
                false,
            ),
            (
                "secretsmanager",
                "PutSecretValue",
                r#"{"SecretId":"arn:aws:secretsmanager:r:1:secret:pepper"}"#,
                false,
            ),
            (
                "secretsmanager",
                "PutSecretValue",
                r#"{"SecretId":"links"}"#,
                true,
            ),
            (
                "secretsmanager",
                "GetSecretValue",
                r#"{"SecretId":"pepper"}"#,
                true,
            ),
            ("", "", "Action=SendRawEmail&Source=a%40example.com", false),
            ("", "", "Action=SendRawEmail&Source=a%40evil.example", true),
        ] {
            assert_eq!(
                denied(service, operation, body),
                expected,
                "{operation} {body}"
            );
        }
    }

    #[test]
    fn an_unsigned_request_may_do_nothing() {
        let rights = Rights::new(BTreeMap::new(), "r", "1");
        let body = br#"{"TableName":"main"}"#;
        let result = rights.check(&HeaderMap::new(), "DynamoDB_20120810", "GetItem", body);
        assert!(result.is_err());
    }
}
