//! What every publisher must do, whichever platform it is for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::content::{Part, Said};
use domain::{Link, Platform, PostText};
use jiff::Timestamp;
use serde_json::json;
use strum::IntoEnumIterator;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use url::Url;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::publisher::{Class, Content, Effect, ErrorKind, Outcome, Publisher, Target};
use crate::rules::{Finding, check, rules};
use crate::{Egress, Tokens, publisher};

const HOST: &str = "any.sandbox";

fn at(base: &str) -> Egress {
    Egress::new(&BTreeMap::from([(
        HOST.to_owned(),
        Url::parse(base).unwrap(),
    )]))
    .unwrap()
    .impatient(Duration::from_millis(300))
}

fn target() -> Target {
    let host = HOST.to_owned();
    Target {
        host,
        remote_id: "did:plc:ewvi7nxzyoun6zhxrhs64oiz".to_owned(),
        handle: "ada".to_owned(),
        max_characters: None,
    }
}

fn tokens() -> Tokens {
    Tokens {
        refresh: Some("canary-refresh".to_owned().into()),
        ..Tokens::lasting("canary-access".to_owned())
    }
}

/// A post of a text and nothing else.
fn said(text: &str) -> Said {
    let mut said = Said::default();
    said.body.text = PostText::parse(text).unwrap();
    said
}

fn content(said: &Said) -> Content<'_> {
    Content {
        said,
        key: "kfq2x7m4kfq2x7m4kfq2x7m4kf",
        created_at: Timestamp::UNIX_EPOCH,
    }
}

fn publishers() -> impl Iterator<Item = (Platform, &'static dyn Publisher)> {
    Platform::iter().filter_map(|platform| Some((platform, publisher(platform)?)))
}

async fn effect(publisher: &dyn Publisher) -> Effect {
    publisher
        .prepare(
            &at("http://127.0.0.1:1"),
            &target(),
            &tokens(),
            &content(&said("Hi")),
        )
        .await
        .unwrap()
}

async fn send(publisher: &dyn Publisher, base: &str) -> Outcome {
    let outcome = publisher
        .send(&at(base), &target(), &tokens(), &effect(publisher).await)
        .await;
    assert!(!format!("{outcome:?}").contains("canary"), "{outcome:?}");
    outcome
}

/// What comes of sending to a server that always answers like this, and how many requests it took.
async fn send_to(publisher: &dyn Publisher, answer: ResponseTemplate) -> (Outcome, usize) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let outcome = send(publisher, &server.uri()).await;
    (outcome, server.received_requests().await.unwrap().len())
}

/// A server that takes a request and breaks the connection, and a count of its connections.
async fn resetting_server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let count = connections.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 8]).await;
        }
    });
    (base, connections)
}

#[test]
fn every_platform_says_what_it_takes_and_what_it_promises() {
    for (platform, publisher) in publishers() {
        let capabilities = publisher.capabilities();
        assert_eq!(capabilities.platform, platform);
        assert!(!capabilities.delivery.promise.is_empty());
        assert_eq!(
            capabilities.delivery.repeat_within.is_some(),
            capabilities.delivery.class == Class::A2,
            "{platform}"
        );
    }
}

/// Asserts that a publisher refuses this without a single request, for exactly this reason.
async fn assert_refused(publisher: &dyn Publisher, said: &Said, code: &str) {
    let platform = publisher.capabilities().platform;
    let server = MockServer::start().await;
    let error = publisher
        .prepare(&at(&server.uri()), &target(), &tokens(), &content(said))
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Rejected, "{platform}");
    assert!(
        server.received_requests().await.unwrap().is_empty(),
        "{platform}"
    );
    let errors: Vec<Finding> = check(platform, said, &target())
        .into_iter()
        .filter(Finding::is_error)
        .collect();
    let codes: Vec<&str> = errors.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [code], "{platform}");
    assert_eq!(error.context, errors[0].detail, "{platform}");
}

#[tokio::test]
async fn a_text_over_the_announced_limit_is_refused_before_any_call() {
    for (platform, publisher) in publishers() {
        for limit in rules(platform).text.iter().filter(|limit| !limit.advice) {
            let longest = "a".repeat(limit.limit as usize);
            let too_long = said(&format!("{longest}a"));
            let server = MockServer::start().await;
            let prepared = publisher
                .prepare(
                    &at(&server.uri()),
                    &target(),
                    &tokens(),
                    &content(&too_long),
                )
                .await;
            assert_eq!(
                prepared.unwrap_err().kind,
                ErrorKind::Rejected,
                "{platform}"
            );
            assert!(
                server.received_requests().await.unwrap().is_empty(),
                "{platform}"
            );
            let words = limit.unit().words();
            let about_it = |said: &Said| {
                let findings = check(platform, said, &target());
                findings
                    .iter()
                    .any(|finding| finding.code == "too_long" && finding.detail.contains(words))
            };
            assert!(
                about_it(&too_long) && !about_it(&said(&longest)),
                "{platform}"
            );
        }
    }
}

#[tokio::test]
async fn an_empty_text_is_refused() {
    for (_, publisher) in publishers() {
        for empty in ["", " \n\t"] {
            assert_refused(publisher, &said(empty), "empty").await;
        }
    }
}

#[tokio::test]
async fn what_a_publisher_cannot_send_yet_is_refused_and_not_left_out() {
    const YET: &str = "not_published_yet";
    for (platform, publisher) in publishers() {
        let (rules, sends) = (rules(platform), publisher.capabilities().sends);
        let mut thread = said("Hi");
        thread.body.parts = vec![Part {
            text: PostText::parse("and so on").unwrap(),
            media: Vec::new(),
        }];
        if rules.threads.is_some() && !sends.threads {
            assert_refused(publisher, &thread, YET).await;
        }
        let mut comment = said("Hi");
        comment.body.first_comment = Some(PostText::parse("first").unwrap());
        if rules.first_comment.is_some() && !sends.first_comment {
            assert_refused(publisher, &comment, YET).await;
        }
        let mut card = said("Hi");
        card.body.link = Some(Link::parse("https://example.com/").unwrap());
        if rules.link.is_sent(false) && !sends.link_card {
            assert_refused(publisher, &card, YET).await;
        }
        let mut pictured = said("Hi");
        pictured.body.media = vec![crate::rules::testing::picture()];
        if !sends.media {
            assert_refused(publisher, &pictured, YET).await;
        }
    }
}

#[tokio::test]
async fn options_of_another_platform_are_refused() {
    for (platform, publisher) in publishers() {
        let other = if platform == Platform::Reddit {
            "slack"
        } else {
            "reddit"
        };
        let mut said = said("Hi");
        said.options = Some(serde_json::from_value(json!({ "platform": other })).unwrap());
        assert_refused(publisher, &said, "wrong_platform").await;
    }
}

#[tokio::test]
async fn preparing_twice_gives_the_same_effect_and_no_secret_is_in_it() {
    for (platform, publisher) in publishers() {
        let first = effect(publisher).await;
        assert_eq!(first, effect(publisher).await, "{platform}");
        assert!(!format!("{first:?}").contains("canary"), "{platform}");
        let said = said("Hi");
        let other = Content {
            key: "another-key",
            ..content(&said)
        };
        let other = publisher
            .prepare(&at("http://127.0.0.1:1"), &target(), &tokens(), &other)
            .await
            .unwrap();
        assert_ne!(first, other, "{platform}: the key is part of the effect");
    }
}

#[tokio::test]
async fn a_revoked_token_means_that_the_account_must_be_connected_again() {
    for (platform, publisher) in publishers() {
        let (outcome, requests) = send_to(
            publisher,
            ResponseTemplate::new(401).set_body_json(json!({"error": "AuthMissing"})),
        )
        .await;
        assert!(
            matches!(outcome, Outcome::ReconnectAccount { .. }),
            "{platform}: {outcome:?}"
        );
        assert_eq!(requests, 1, "{platform}");
    }
}

#[tokio::test]
async fn a_rate_limit_is_passed_on_with_its_waiting_time() {
    for (platform, publisher) in publishers() {
        let (outcome, requests) = send_to(
            publisher,
            ResponseTemplate::new(429).insert_header("retry-after", "42"),
        )
        .await;
        let Outcome::RateLimited {
            retry_after: Some(wait),
            ..
        } = outcome
        else {
            panic!("{platform}: {outcome:?}")
        };
        assert_eq!((wait.as_secs(), requests), (42, 1), "{platform}");
    }
}

#[tokio::test]
async fn faults_of_the_server_redirects_and_hollow_successes_are_unclear_and_sent_once() {
    for (platform, publisher) in publishers() {
        for status in [
            200, 201, 204, 301, 302, 307, 308, 408, 409, 425, 500, 502, 503, 504,
        ] {
            let answer =
                ResponseTemplate::new(status).insert_header("location", "https://example.com/");
            let (outcome, requests) = send_to(publisher, answer).await;
            assert!(
                matches!(outcome, Outcome::Unclear { .. }),
                "{platform} {status}: {outcome:?}"
            );
            assert_eq!(requests, 1, "{platform} {status}");
        }
    }
}

#[tokio::test]
async fn a_timeout_is_unclear() {
    for (platform, publisher) in publishers() {
        let (outcome, requests) = send_to(
            publisher,
            ResponseTemplate::new(200).set_delay(Duration::from_secs(5)),
        )
        .await;
        assert!(
            matches!(outcome, Outcome::Unclear { .. }),
            "{platform}: {outcome:?}"
        );
        assert_eq!(requests, 1, "{platform}");
    }
}

#[tokio::test]
async fn a_broken_connection_is_unclear_and_not_tried_again() {
    for (platform, publisher) in publishers() {
        let (base, connections) = resetting_server().await;
        let outcome = send(publisher, &base).await;
        assert!(
            matches!(outcome, Outcome::Unclear { .. }),
            "{platform}: {outcome:?}"
        );
        assert_eq!(connections.load(Ordering::SeqCst), 1, "{platform}");
    }
}

#[tokio::test]
async fn a_connection_that_never_was_means_that_nothing_was_sent() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    for (platform, publisher) in publishers() {
        let outcome = send(publisher, &format!("http://{closed}")).await;
        assert!(
            matches!(outcome, Outcome::NotSent { .. }),
            "{platform}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn a_host_that_is_not_allowed_or_an_effect_of_another_platform_is_not_sent() {
    for (platform, publisher) in publishers() {
        let effect = effect(publisher).await;
        for host in ["127.0.0.1", "localhost", "a.example:9001", "user@a.example"] {
            let target = Target {
                host: host.to_owned(),
                ..target()
            };
            let outcome = publisher
                .send(&at("http://127.0.0.1:1"), &target, &tokens(), &effect)
                .await;
            assert!(
                matches!(outcome, Outcome::NotSent { .. }),
                "{platform} {host}: {outcome:?}"
            );
        }
        let foreign = Effect::from(json!({"something": "else"}));
        let outcome = publisher
            .send(&at("http://127.0.0.1:1"), &target(), &tokens(), &foreign)
            .await;
        assert!(
            matches!(outcome, Outcome::NotSent { .. }),
            "{platform}: {outcome:?}"
        );
    }
}
