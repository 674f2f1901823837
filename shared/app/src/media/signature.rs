//! Signature Version 4 for what somebody else sends: forms that upload a file to S3, and addresses that read one.

use std::collections::BTreeMap;
use std::fmt::Write;

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use url::Url;

use crate::config::Aws;

/// The algorithm's name.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Where and when a signature is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    region: String,
    at: Timestamp,
}

impl Scope {
    /// A region of S3, and the time.
    pub fn new(region: &str, at: Timestamp) -> Self {
        Self {
            region: region.to_owned(),
            at,
        }
    }

    fn text(&self) -> String {
        format!(
            "{}/{}/s3/aws4_request",
            self.at.strftime("%Y%m%d"),
            self.region
        )
    }

    fn time(&self) -> String {
        self.at.strftime("%Y%m%dT%H%M%SZ").to_string()
    }
}

/// Signs with somebody's credentials.
#[derive(Debug)]
pub struct Signer<'a> {
    aws: &'a Aws,
    scope: Scope,
}

impl<'a> Signer<'a> {
    /// A signer with the credentials of the environment.
    pub fn new(aws: &'a Aws, scope: Scope) -> Self {
        Self { aws, scope }
    }

    fn credential(&self) -> String {
        format!("{}/{}", self.aws.access_key_id, self.scope.text())
    }

    /// The fields of a form that posts a file under these conditions, until a time.
    pub fn post_fields(
        &self,
        conditions: &[Value],
        expires_at: Timestamp,
    ) -> BTreeMap<String, String> {
        let mut fields = BTreeMap::from([
            ("x-amz-algorithm".to_owned(), ALGORITHM.to_owned()),
            ("x-amz-credential".to_owned(), self.credential()),
            ("x-amz-date".to_owned(), self.scope.time()),
        ]);
        if let Some(token) = &self.aws.session_token {
            fields.insert("x-amz-security-token".to_owned(), token.clone());
        }
        let own = fields.iter().map(|(name, value)| json!({ name: value }));
        let policy = json!({
            "expiration": expires_at.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
            "conditions": conditions.iter().cloned().chain(own).collect::<Vec<_>>(),
        });
        let policy = STANDARD.encode(policy.to_string());
        let signature = sign(&self.aws.secret_access_key, &self.scope.text(), &policy);
        fields.insert("x-amz-signature".to_owned(), signature);
        fields.insert("policy".to_owned(), policy);
        fields
    }

    /// The address with a signature that lets whoever has it read what is there, for so long.
    pub fn presign_get(&self, mut url: Url, query: &[(&str, &str)], within: SignedDuration) -> Url {
        let own = [
            ("X-Amz-Algorithm", ALGORITHM.to_owned()),
            ("X-Amz-Credential", self.credential()),
            ("X-Amz-Date", self.scope.time()),
            ("X-Amz-Expires", within.as_secs().to_string()),
            ("X-Amz-SignedHeaders", "host".to_owned()),
        ];
        let token = self.aws.session_token.iter();
        let more = query.iter().map(|(name, value)| (*name, *value));
        let all: BTreeMap<_, _> = own
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .chain(token.map(|token| ("X-Amz-Security-Token", token.as_str())))
            .chain(more)
            .collect();
        let query = canonical_query(all);
        let signature = query_signature(
            &self.aws.secret_access_key,
            &self.scope.text(),
            &self.scope.time(),
            ("GET", &url, &query),
        );
        url.set_query(Some(&format!("{query}&X-Amz-Signature={signature}")));
        url
    }
}

/// The signature of an address: of everything in its query but the signature, which `query` must be in the right order and spelling.
pub fn query_signature(
    secret: &str,
    scope: &str,
    time: &str,
    (method, url, query): (&str, &Url, &str),
) -> String {
    let host = url.host_str().unwrap_or_default();
    let host = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let path = url.path();
    let request = format!("{method}\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD");
    let digest = hex(digest::digest(&digest::SHA256, request.as_bytes()).as_ref());
    sign(
        secret,
        scope,
        &format!("{ALGORITHM}\n{time}\n{scope}\n{digest}"),
    )
}

/// A query in the order and the spelling that are signed.
pub fn canonical_query<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let sorted: BTreeMap<_, _> = fields.into_iter().collect();
    let pairs = sorted
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The signature of a text, in a scope such as `20300131/eu-west-1/s3/aws4_request`.
pub fn sign(secret: &str, scope: &str, text: &str) -> String {
    let first = format!("AWS4{secret}").into_bytes();
    let key = scope.split('/').fold(first, |key, part| mac(&key, part));
    hex(&mac(&key, text))
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Everything but letters, digits and `-._~` as `%` and two capital digits.
fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aws() -> Aws {
        Aws {
            region: "us-east-1".into(),
            endpoint_url: None,
            access_key_id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            session_token: None,
        }
    }

    /// The example of the S3 API reference, "Authenticating Requests: Using Query Parameters".
    #[test]
    fn the_documented_address_gets_the_documented_signature() {
        let aws = aws();
        let scope = Scope::new("us-east-1", "2013-05-24T00:00:00Z".parse().unwrap());
        let url = Url::parse("https://examplebucket.s3.amazonaws.com/test.txt").unwrap();
        let signed =
            Signer::new(&aws, scope).presign_get(url, &[], SignedDuration::from_secs(86_400));
        assert!(
            signed.as_str().ends_with(
                "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
            ),
            "{signed}"
        );
    }

    /// The example of the S3 API reference, "Browser-Based Upload using HTTP POST".
    #[test]
    fn the_documented_policy_gets_the_documented_signature() {
        let policy = "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9";
        assert_eq!(
            sign(
                &aws().secret_access_key,
                "20151229/us-east-1/s3/aws4_request",
                policy
            ),
            "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"
        );
    }

    #[test]
    fn the_token_of_a_role_is_a_condition_of_the_form_and_a_part_of_the_address() {
        let aws = Aws {
            session_token: Some("to+ken".into()),
            ..aws()
        };
        let at: Timestamp = "2030-01-31T09:00:00Z".parse().unwrap();
        let signer = Signer::new(&aws, Scope::new("us-east-1", at));
        let fields = signer.post_fields(&[], at);
        let policy = STANDARD.decode(&fields["policy"]).unwrap();
        let policy: Value = serde_json::from_slice(&policy).unwrap();
        let token = json!({ "x-amz-security-token": "to+ken" });
        assert!(policy["conditions"].as_array().unwrap().contains(&token));
        assert_eq!(policy["expiration"], "2030-01-31T09:00:00.000Z");
        let url = Url::parse("https://b.example/k").unwrap();
        let address = signer.presign_get(url, &[], SignedDuration::from_secs(60));
        let sorted = "X-Amz-Expires=60&X-Amz-Security-Token=to%2Bken&X-Amz-SignedHeaders=host";
        assert!(address.as_str().contains(sorted), "{address}");
    }
}
