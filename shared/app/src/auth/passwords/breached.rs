//! Whether a password is known from breaches, asked without telling it: five hexadecimal digits of its hash leave, and hundreds of answers come back.

use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use http::HeaderName;
use platforms::{Call, Egress};
use secrecy::{ExposeSecret, SecretString};

/// Have I Been Pwned, which answers ranges of its hashes to everybody.
const HOST: &str = "api.pwnedpasswords.com";
const PREFIX: usize = 5;
/// Asks for entries that count nothing, so that the length of the answer does not tell the range.
const ADD_PADDING: HeaderName = HeaderName::from_static("add-padding");

/// Asks whether the password was in a breach. The caller decides what a failure means; it says nothing about the password.
pub async fn is_breached(password: &SecretString, egress: &Egress) -> Result<bool> {
    let hash = sha1(&super::normalise(password));
    let (prefix, suffix) = hash.expose_secret().split_at(PREFIX);
    let url = egress.url(HOST, &format!("/range/{prefix}"))?;
    let call = Call::get(url)
        .with_secret_path()
        .header(ADD_PADDING, "true");
    let answer = egress
        .read(call)
        .await
        .context("asking for breached passwords")?;
    ensure!(
        answer.status == http::StatusCode::OK,
        "the list of breached passwords answered {}",
        answer.status
    );
    let lines = std::str::from_utf8(&answer.body)
        .context("the list of breached passwords is not text")?
        .lines();
    // Every line is compared, and each in constant time, so that the time does not tell which one it was.
    let matches = lines.filter(|line| {
        line.split_once(':').is_some_and(|(listed, count)| {
            let listed = listed.to_ascii_uppercase();
            verify_slices_are_equal(listed.as_bytes(), suffix.as_bytes()).is_ok()
                && count.trim() != "0"
        })
    });
    Ok(matches.count() > 0)
}

/// In upper case hexadecimal, as the list has it.
fn sha1(password: &SecretString) -> SecretString {
    let digest = digest(
        &SHA1_FOR_LEGACY_USE_ONLY,
        password.expose_secret().as_bytes(),
    );
    let mut text = String::with_capacity(2 * digest.as_ref().len());
    for byte in digest.as_ref() {
        let _ = write!(text, "{byte:02X}");
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use wiremock::matchers::{header, method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;

    /// Its SHA-1 begins with 5BAA6 and goes on with this.
    const PASSWORD: &str = "password";
    const SUFFIX: &str = "1E4C9B93F3F0682250B6CF8331B7EE68FD8";

    async fn asked(answer: ResponseTemplate) -> Result<bool> {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .and(path("/range/5BAA6"))
            .and(header("add-padding", "true"))
            .respond_with(answer)
            .expect(1)
            .mount(&server)
            .await;
        let endpoints = BTreeMap::from([(HOST.to_owned(), server.uri().parse().unwrap())]);
        let egress = Egress::new(&endpoints).unwrap();
        let result = is_breached(&SecretString::from(PASSWORD), &egress).await;
        let requests = server.received_requests().await.unwrap();
        assert!(requests[0].url.query().is_none() && requests[0].body.is_empty());
        result
    }

    fn list(line: &str) -> ResponseTemplate {
        let others = "0018A45C4D1DEF81644B54AB7F969B88D65:3\r\n";
        ResponseTemplate::new(200).set_body_string(format!("{others}{line}\r\n{others}"))
    }

    #[tokio::test]
    async fn a_password_in_the_list_is_breached_and_five_digits_of_its_hash_are_all_that_leaves() {
        assert!(asked(list(&format!("{SUFFIX}:9545824"))).await.unwrap());
        let lower = SUFFIX.to_ascii_lowercase();
        assert!(asked(list(&format!("{lower}:1"))).await.unwrap());
    }

    #[tokio::test]
    async fn padding_and_other_passwords_are_no_breach() {
        assert!(!asked(list(&format!("{SUFFIX}:0"))).await.unwrap());
        assert!(!asked(list("nonsense")).await.unwrap());
        let shortened = &SUFFIX[..SUFFIX.len() - 1];
        assert!(!asked(list(&format!("{shortened}:5"))).await.unwrap());
    }

    #[tokio::test]
    async fn an_answer_that_is_no_list_is_an_error_and_shows_neither_password_nor_hash() {
        let error = asked(ResponseTemplate::new(503)).await.unwrap_err();
        let shown = format!("{error:#}");
        assert!(shown.contains("503") && !shown.contains(SUFFIX) && !shown.contains("5BAA6"));
        assert!(
            asked(ResponseTemplate::new(200).set_body_bytes([0xff, 0xfe]))
                .await
                .is_err()
        );
    }

    #[tokio::test]
    async fn no_connection_is_an_error() {
        let closed = BTreeMap::from([(HOST.to_owned(), "http://127.0.0.1:1".parse().unwrap())]);
        let egress = Egress::new(&closed).unwrap();
        let password = SecretString::from(PASSWORD);
        assert!(is_breached(&password, &egress).await.is_err());
    }
}
