//! What the egress client refuses, and what it says about a request that failed.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;

fn at(host: &str, base: &str) -> Egress {
    Egress::new(&BTreeMap::from([(
        host.to_owned(),
        Url::parse(base).unwrap(),
    )]))
    .unwrap()
}

fn nowhere() -> Egress {
    Egress::new(&BTreeMap::new()).unwrap()
}

fn url(url: &str) -> Url {
    Url::parse(url).unwrap()
}

/// A resolver that always gives the same answer, and counts how often it was asked.
#[derive(Clone)]
struct Fixed(Vec<SocketAddr>, Arc<AtomicUsize>);

impl Resolve for Fixed {
    fn resolve(&self, _: Name) -> Resolving {
        self.1.fetch_add(1, Ordering::SeqCst);
        let addresses = self.0.clone();
        Box::pin(async move { Ok(Box::new(addresses.into_iter()) as Addrs) })
    }
}

/// A server that hands every connection to `answer` after reading a part of the request.
async fn raw_server(answer: &'static [u8]) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = connections.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let mut first = [0; 16];
            let _ = stream.read(&mut first).await;
            let _ = stream.write_all(answer).await;
        }
    });
    (address, connections)
}

#[test]
fn addresses_that_are_not_public_are_refused() {
    let denied = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:1ff::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "4000::1",
        "5f00::1",
    ];
    for address in denied {
        assert!(!addresses::is_public(address.parse().unwrap()), "{address}");
    }
}

#[test]
fn public_addresses_next_to_the_refused_networks_are_allowed() {
    let public = [
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.1",
        "192.0.1.1",
        "192.167.255.255",
        "192.169.0.1",
        "198.17.255.255",
        "198.20.0.1",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2001:200::1",
        "2a00:1450:4001::1",
        "2003::1",
    ];
    for address in public {
        assert!(addresses::is_public(address.parse().unwrap()), "{address}");
    }
}

#[tokio::test]
async fn tricky_urls_are_refused_before_anything_is_looked_up() {
    let refused = [
        "http://example.com/",
        "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
        "https://127.0.0.1/",
        "https://127.0.0.1:9001/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://0x7f.1/",
        "https://0/",
        "https://127.0.1/",
        "https://0x7f.0x0.0x0.0x1/",
        "https://017700000001/",
        "https://2852039166/",
        "https://0xa9fea9fe/",
        "https://169.254.43518/",
        "https://①②⑦.⓪.⓪.①/",
        "https://127。0。0。1/",
        "https://127.0.0.1./",
        "https://%31%32%37.0.0.1/",
        "https://１２７.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://8.8.8.8/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::127.0.0.1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[0:0:0:0:0:ffff:a9fe:a9fe]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[fd00:ec2::254]/",
        "https://[2606:4700:4700::1111]/",
        "https://localhost/",
        "https://localhost./",
        "https://intranet/",
        "https://example.com./",
        "https://under_score.example.com/",
        "https://user@example.com/",
        "https://user:password@example.com/",
        "https://:password@example.com/",
        "https://example.com:8443/",
        "https://example.com:80/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "data:text/plain,hello",
    ];
    for refused in refused {
        let result = nowhere().read(Call::get(url(refused))).await;
        assert!(
            matches!(result, Err(Failure::Forbidden(_))),
            "{refused}: {result:?}"
        );
    }
}

#[tokio::test]
async fn what_lambda_has_on_its_own_machine_cannot_be_asked() {
    let next = "2018-06-01/runtime/invocation/next";
    for at in [
        "127.0.0.1:9001",
        "169.254.100.1:9001",
        "localhost:9001",
        "[::1]:9001",
    ] {
        for place in [
            format!("http://{at}/{next}"),
            format!("https://{at}/{next}"),
        ] {
            let asked = nowhere().read(Call::get(url(&place))).await;
            assert!(matches!(asked, Err(Failure::Forbidden(_))), "{place}");
        }
    }
    // Where containers get their credentials, where machines get theirs, and where traces are taken.
    for place in [
        "http://169.254.170.2/v2/credentials",
        "http://169.254.170.23/v1/credentials",
        "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
        "http://169.254.79.129:2000/",
    ] {
        let asked = nowhere().effect(Call::post(url(place))).await;
        assert!(matches!(asked, Err(Failure::Forbidden(_))), "{place}");
    }
    for address in [
        "127.0.0.1",
        "169.254.100.1",
        "169.254.170.2",
        "169.254.79.129",
    ] {
        assert!(!addresses::is_public(address.parse().unwrap()), "{address}");
    }
}

/// A name that leads to another address each time it is looked up.
struct Changing(Mutex<Vec<SocketAddr>>);

impl Resolve for Changing {
    fn resolve(&self, _: Name) -> Resolving {
        let address = self.0.lock().unwrap().pop();
        Box::pin(async move { Ok(Box::new(address.into_iter()) as Addrs) })
    }
}

#[tokio::test]
async fn the_addresses_that_were_checked_are_the_ones_that_are_used() {
    let addresses = ["127.0.0.1:443", "8.8.8.8:443"].map(|it| it.parse().unwrap());
    let resolver = addresses::PublicOnly(Changing(Mutex::new(addresses.to_vec())));
    let name = || "rebinding.example".parse().unwrap();
    let first: Vec<_> = resolver.resolve(name()).await.unwrap().collect();
    assert_eq!(first, [addresses[1]]);
    assert_eq!(
        resolver.0.0.lock().unwrap().len(),
        1,
        "it was looked up once"
    );
    assert!(resolver.resolve(name()).await.is_err());
}

#[test]
fn ordinary_urls_pass_the_rules() {
    for allowed in [
        "https://mastodon.social/api",
        "https://mastodon.social:443/api",
        "https://xn--mnchen-3ya.de/",
        "https://a.b-c.example/?q=1",
        "https://münchen.de/",
    ] {
        assert_eq!(policy::objection(&url(allowed)), None, "{allowed}");
    }
}

#[test]
fn a_host_that_smuggles_in_more_than_a_name_is_refused() {
    for host in [
        "",
        "a.example/path",
        "a.example:8443",
        "user@a.example",
        "a.example?x",
        "a.example#x",
        "a.example\\b",
        "A.example",
        "127.0.0.1",
        "a b.example",
    ] {
        assert!(
            matches!(nowhere().url(host, "/api"), Err(Failure::Forbidden(_))),
            "{host}"
        );
    }
    assert_eq!(
        nowhere().url("a.example", "/api").unwrap().as_str(),
        "https://a.example/api"
    );
}

#[tokio::test]
async fn a_name_with_one_private_address_among_public_ones_is_refused_without_a_connection() {
    let (trap, connections) = raw_server(b"").await;
    let asked = Arc::new(AtomicUsize::new(0));
    for addresses in [
        vec![trap],
        vec!["1.1.1.1:443".parse().unwrap(), trap],
        vec![trap, "[2606:4700:4700::1111]:443".parse().unwrap()],
    ] {
        let client = public_client(Fixed(addresses, asked.clone())).unwrap();
        let error = client
            .get("https://rebinding.example/")
            .send()
            .await
            .unwrap_err();
        assert!(matches!(failure(error), Failure::Forbidden(_)));
    }
    assert_eq!(
        asked.load(Ordering::SeqCst),
        3,
        "each name is looked up once"
    );
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_public_client_speaks_nothing_but_https() {
    let client = public_client(Fixed(vec![], Arc::default())).unwrap();
    assert!(
        client
            .get("http://example.com/")
            .send()
            .await
            .unwrap_err()
            .is_builder()
    );
}

#[tokio::test]
async fn a_name_that_does_not_exist_means_that_nothing_was_sent() {
    let result = nowhere()
        .effect(Call::post(url("https://no-such-name.invalid/")))
        .await;
    assert!(matches!(result, Err(Failure::NotSent(_))), "{result:?}");
}

#[tokio::test]
async fn a_request_for_a_configured_host_goes_to_its_base_url() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/mastodon.sandbox/api/v1/x"))
        .respond_with(ResponseTemplate::new(200))
        .expect(1)
        .mount(&server)
        .await;
    let egress = at(
        "mastodon.sandbox",
        &format!("{}/mastodon.sandbox", server.uri()),
    );
    let answer = egress
        .read(Call::get(
            egress.url("mastodon.sandbox", "/api/v1/x?y=1").unwrap(),
        ))
        .await
        .unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(
        server.received_requests().await.unwrap()[0].url.query(),
        Some("y=1")
    );
}

#[test]
fn a_configured_host_is_shown_to_browsers_at_its_base_url_and_recognised_there() {
    let egress = at("mastodon.sandbox", "http://127.0.0.1:4001/mastodon.sandbox");
    let shown = egress.browser_url(&url("https://mastodon.sandbox/oauth/authorize?a=b"));
    assert_eq!(
        shown.as_str(),
        "http://127.0.0.1:4001/mastodon.sandbox/oauth/authorize?a=b"
    );
    assert_eq!(
        egress.browser_url(&url("https://other.example/x")).as_str(),
        "https://other.example/x"
    );
    assert_eq!(
        egress
            .host_of(&url("http://127.0.0.1:4001/mastodon.sandbox/"))
            .unwrap(),
        "mastodon.sandbox"
    );
    assert_eq!(
        egress.host_of(&url("https://pds.example")).unwrap(),
        "pds.example"
    );
    assert!(
        egress
            .host_of(&url("http://127.0.0.1:4001/elsewhere"))
            .is_err()
    );
    assert!(Egress::new(&BTreeMap::from([("a".to_owned(), url("ftp://a.example"))])).is_err());
}

#[tokio::test]
async fn a_url_below_a_configured_base_url_is_asked_as_it_is() {
    let server = MockServer::start().await;
    for below in ["/oidc", "/oidc/", "/oidc/keys", "/oidc/a/../b"] {
        server.reset().await;
        let target = url(&format!("{}{below}", server.uri()));
        Mock::given(method("GET"))
            .and(path(target.path()))
            .respond_with(ResponseTemplate::new(200))
            .expect(1)
            .mount(&server)
            .await;
        for base in ["/oidc", "/oidc/"] {
            let egress = at("oidc.sandbox", &format!("{}{base}", server.uri()));
            assert_eq!(egress.allows(&target), Ok(()), "{below}");
            assert_eq!(egress.browser_url(&target), target);
        }
        let egress = at("oidc.sandbox", &format!("{}/oidc", server.uri()));
        assert_eq!(egress.read(Call::get(target)).await.unwrap().status, 200);
    }
}

#[tokio::test]
async fn a_url_that_only_looks_as_if_it_lay_below_a_base_url_is_refused() {
    let (trap, connections) = raw_server(b"").await;
    let base = format!("http://{trap}/base");
    let port = trap.port();
    let egress = at("a.sandbox", &base);
    for refused in [
        format!("http://127.0.0.1:{}/base/x", port ^ 1),
        "http://127.0.0.1/base/x".to_owned(),
        format!("https://127.0.0.1:{port}/base/x"),
        format!("ftp://127.0.0.1:{port}/base/x"),
        format!("http://localhost:{port}/base/x"),
        format!("http://127.0.0.2:{port}/base/x"),
        format!("http://[::1]:{port}/base/x"),
        format!("http://127.0.0.1.evil.example:{port}/base/x"),
        format!("http://127.0.0.1:{port}@evil.example/base/x"),
        format!("http://127.0.0.1:{port}%2fbase@evil.example/base/x"),
        format!("http://evil.example/#@127.0.0.1:{port}/base/x"),
        format!("http://evil.example\\@127.0.0.1:{port}/base/x"),
        format!("http://user@127.0.0.1:{port}/base/x"),
        format!("http://:password@127.0.0.1:{port}/base/x"),
        format!("http://127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{port}/other"),
        format!("http://127.0.0.1:{port}/bas"),
        format!("http://127.0.0.1:{port}/based/x"),
        format!("http://127.0.0.1:{port}/BASE/x"),
        format!("http://127.0.0.1:{port}//base/x"),
        format!("http://127.0.0.1:{port}/?/base/x"),
        format!("http://127.0.0.1:{port}/base/../x"),
        format!("http://127.0.0.1:{port}/base/%2e%2E/x"),
        format!("http://127.0.0.1:{port}/base\\..\\x"),
        format!("http://127.0.0.1:{port}/base/..%2fx"),
        format!("http://127.0.0.1:{port}/base/..%2Fx"),
        format!("http://127.0.0.1:{port}/base/..%5cx"),
    ] {
        let target = url(&refused);
        let result = egress.read(Call::get(target.clone())).await;
        assert!(
            matches!(result, Err(Failure::Forbidden(_))),
            "{refused}: {result:?}"
        );
        assert!(egress.allows(&target).is_err(), "{refused}");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[test]
fn without_configured_endpoints_nothing_lies_below_one() {
    for refused in [
        "http://127.0.0.1:4001/",
        "http://a.example/",
        "https://10.0.0.1/",
    ] {
        assert!(nowhere().allows(&url(refused)).is_err(), "{refused}");
    }
    assert_eq!(nowhere().allows(&url("https://a.example/")), Ok(()));
}

#[test]
fn a_url_below_a_base_url_does_not_stand_for_a_host() {
    let egress = at("pds.sandbox", "http://127.0.0.1:4001/pds.sandbox");
    assert!(
        egress
            .host_of(&url("http://127.0.0.1:4001/pds.sandbox/x"))
            .is_err()
    );
    assert_eq!(
        egress.host_of(&url("https://pds.sandbox/x")).unwrap(),
        "pds.sandbox"
    );
}

#[tokio::test]
async fn a_redirect_is_handed_back_and_not_followed() {
    let elsewhere = MockServer::start().await;
    let server = MockServer::start().await;
    for status in [301, 302, 303, 307, 308] {
        server.reset().await;
        let redirect = ResponseTemplate::new(status).insert_header("location", elsewhere.uri());
        Mock::given(method("POST"))
            .respond_with(redirect)
            .expect(1)
            .mount(&server)
            .await;
        let egress = at("a.sandbox", &server.uri());
        let answer = egress
            .effect(Call::post(url("https://a.sandbox/")))
            .await
            .unwrap();
        assert_eq!(answer.status, status);
    }
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_is_ambiguous_and_tried_once() {
    let answers: [&[u8]; 4] = [
        b"",
        b"HTTP/1.1 2",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
    ];
    for answer in answers {
        let (address, connections) = raw_server(answer).await;
        let egress = at("a.sandbox", &format!("http://{address}"));
        let result = egress
            .effect(Call::post(url("https://a.sandbox/")).json(&"x".repeat(100_000)))
            .await;
        assert!(matches!(result, Err(Failure::Ambiguous(_))), "{result:?}");
        assert_eq!(connections.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn a_failed_connection_or_handshake_means_that_nothing_was_sent() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let (no_tls, _) = raw_server(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    for base in [format!("http://{closed}"), format!("https://{no_tls}")] {
        let result = at("a.sandbox", &base)
            .effect(Call::post(url("https://a.sandbox/")))
            .await;
        assert!(
            matches!(result, Err(Failure::NotSent(_))),
            "{base}: {result:?}"
        );
    }
}

#[tokio::test]
async fn a_slow_answer_is_ambiguous() {
    let server = MockServer::start().await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(5));
    Mock::given(method("POST"))
        .respond_with(slow)
        .mount(&server)
        .await;
    let egress = at("a.sandbox", &server.uri()).impatient(Duration::from_millis(100));
    let result = egress.effect(Call::post(url("https://a.sandbox/"))).await;
    assert!(matches!(result, Err(Failure::Ambiguous(_))), "{result:?}");
}

#[tokio::test]
async fn long_bodies_are_cut_when_they_are_errors_and_refused_when_they_are_not() {
    let server = MockServer::start().await;
    for status in [200, 422] {
        Mock::given(path(format!("/{status}")))
            .respond_with(ResponseTemplate::new(status).set_body_bytes(vec![b'x'; 3 << 20]))
            .mount(&server)
            .await;
    }
    let egress = at("a.sandbox", &server.uri());
    assert!(matches!(
        egress.read(Call::get(url("https://a.sandbox/200"))).await,
        Err(Failure::Ambiguous(_))
    ));
    let error = egress
        .read(Call::get(url("https://a.sandbox/422")))
        .await
        .unwrap();
    assert!(error.status == 422 && error.body.len() <= ERROR_BODY_MAX_BYTES);
}

#[tokio::test]
async fn a_header_value_with_a_line_break_stops_the_call() {
    let call =
        Call::post(url("https://a.sandbox/")).header(http::header::ACCEPT, "a\r\nInjected: b");
    assert!(matches!(
        at("a.sandbox", "http://127.0.0.1:1").effect(call).await,
        Err(Failure::Forbidden(_))
    ));
}

#[tokio::test]
async fn neither_a_call_nor_an_error_shows_query_token_or_body() {
    let token = SecretString::from("canary-token".to_owned());
    let call = || {
        Call::post(url("https://a.sandbox/p?code=canary-query"))
            .bearer(&token)
            .json(&"canary-body")
    };
    assert!(!format!("{:?}", call()).contains("canary"));
    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let error = at("a.sandbox", &format!("http://{closed}"))
        .effect(call())
        .await
        .unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
}

#[test]
fn waiting_times_are_read_by_the_clock_of_the_platform() {
    let answer = |headers: &[(&'static str, &str)]| {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (
                    http::HeaderName::from_static(name),
                    http::HeaderValue::from_str(value).unwrap(),
                )
            })
            .collect();
        Answer {
            status: http::StatusCode::TOO_MANY_REQUESTS,
            headers,
            body: bytes::Bytes::new(),
        }
    };
    let date = ("date", "Sun, 22 Nov 2026 20:41:00 GMT");
    let reset = "2026-11-22T20:46:00Z".parse().unwrap();
    let seconds = |wait: Option<jiff::SignedDuration>| wait.map(|wait| wait.as_secs());
    assert_eq!(seconds(answer(&[date]).wait_until(reset)), Some(300));
    assert_eq!(seconds(answer(&[]).wait_until(reset)), None);
    assert_eq!(
        seconds(answer(&[date]).wait_until("2020-01-01T00:00:00Z".parse().unwrap())),
        Some(0)
    );
    assert_eq!(
        seconds(answer(&[("retry-after", "17")]).retry_after()),
        Some(17)
    );
    assert_eq!(
        seconds(answer(&[date, ("retry-after", "Sun, 22 Nov 2026 20:41:30 GMT")]).retry_after()),
        Some(30)
    );
    assert_eq!(
        seconds(answer(&[("retry-after", "99999999999")]).retry_after()),
        Some(86_400)
    );
    assert_eq!(
        seconds(answer(&[("retry-after", "-5")]).retry_after()),
        Some(0)
    );
    assert_eq!(
        seconds(answer(&[("retry-after", "soon")]).retry_after()),
        None
    );
}
