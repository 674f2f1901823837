//! Tests of requests, queues, streams, events and schedules working together.

use http::StatusCode;

use super::*;

#[tokio::test]
async fn a_request_reaches_its_function_and_comes_back() {
    let stack = stack().await;
    let client = reqwest_client();
    let url = format!("{}/things/a%2Fb?q=1%202", stack.api_url());
    let request = client
        .get(url)
        .header("cookie", "c=1")
        .header("origin", "https://a.example");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    assert_eq!(answer.headers()["set-cookie"], "seen=1");
    assert_eq!(
        answer.headers()["access-control-allow-origin"],
        "https://a.example"
    );
    assert!(answer.headers().contains_key("apigw-requestid"));
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["id"], "a/b");
    assert_eq!(body["query"], "1 2");
    assert_eq!(body["cookie"], "c=1");

    let unknown = client.delete(format!("{}/things/1", stack.api_url()));
    let answer = unknown.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(answer.text().await.unwrap(), r#"{"message":"Not Found"}"#);

    let too_large = client
        .post(format!("{}/things", stack.api_url()))
        .body(vec![b'a'; 10 * 1024 * 1024 + 1]);
    assert_eq!(
        too_large.send().await.unwrap().status(),
        StatusCode::PAYLOAD_TOO_LARGE
    );

    let binary = client
        .post(format!("{}/things", stack.api_url()))
        .header("content-type", "image/png")
        .body(vec![1]);
    assert_eq!(
        binary.send().await.unwrap().bytes().await.unwrap(),
        &[0xff, 0xfe][..]
    );
}

// Only Linux answers on all of 127.0.0.0/8 without being told to.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_request_comes_from_the_address_it_was_sent_from_whatever_its_headers_say() {
    let stack = stack().await;
    for address in ["127.7.7.7", "127.0.0.1"] {
        let client = client_at(Some(address.parse().unwrap()));
        let request = client
            .get(format!("{}/things/1", stack.api_url()))
            .header("x-forwarded-for", "192.0.2.1")
            .header("forwarded", "for=192.0.2.1")
            .header("x-real-ip", "192.0.2.1");
        let body: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(body["source"], address);
    }
}

#[tokio::test]
async fn what_is_told_to_the_table_reaches_the_queue_through_the_bus_on_time() {
    let stack = stack().await;
    write(stack.app(), "hello", "told").await.unwrap();
    write(stack.app(), "whisper", "silent").await.unwrap();
    stack.settle().await.unwrap();
    assert_eq!(stack.queue_depth("WorkQueue").unwrap(), 1);
    stack.advance(seconds(6)).await.unwrap();
    assert!(written(&stack, "done").await.is_empty());
    stack.advance(seconds(1)).await.unwrap();
    assert_eq!(written(&stack, "done").await, ["done hello"]);
    assert_eq!(stack.queue_depth("WorkQueue").unwrap(), 0);
    assert!(stack.failures().is_empty());
}

#[tokio::test]
async fn a_message_that_fails_comes_again_and_then_is_a_dead_letter() {
    let stack = stack().await;
    stack.send_to_queue("WorkQueue", "good").unwrap();
    stack.send_to_queue("WorkQueue", "fail").unwrap();
    stack.settle().await.unwrap();
    assert_eq!(written(&stack, "done").await, ["done good"]);
    let [failed] = &stack.messages("WorkQueue").unwrap()[..] else {
        panic!()
    };
    assert_eq!((failed.body.as_str(), failed.receive_count), ("fail", 1));
    stack.advance(seconds(120)).await.unwrap();
    assert_eq!(stack.messages("WorkQueue").unwrap()[0].receive_count, 2);
    assert!(stack.dead_letters().is_empty());
    stack.advance(seconds(120)).await.unwrap();
    let [letter] = &stack.dead_letters()[..] else {
        panic!()
    };
    assert_eq!(
        (letter.queue.as_str(), letter.body.as_str()),
        ("DeadLetters", "fail")
    );
}

#[tokio::test]
async fn a_function_that_crashes_hangs_or_errs_fails_its_whole_batch() {
    for (body, error) in [
        ("crash", "the function panicked"),
        ("error", "as told"),
        ("hang", "the function ran out of time"),
    ] {
        let stack = stack().await;
        stack.send_to_queue("WorkQueue", body).unwrap();
        // A function that hangs without sleeping on the clock is not at rest, so it is not waited for.
        while stack.messages("WorkQueue").unwrap()[0].receive_count == 0 {
            tokio::task::yield_now().await;
        }
        if body == "hang" {
            stack.clock().advance(seconds(20));
            stack.bell.ring();
        }
        stack.settle().await.unwrap();
        assert_eq!(stack.queue_depth("WorkQueue").unwrap(), 1, "{body}");
        let [failure] = &stack.failures()[..] else {
            panic!("{body}")
        };
        assert_eq!(
            (failure.function.as_str(), failure.error.as_str()),
            ("jobs-work", error)
        );
    }
}

#[tokio::test]
async fn a_stack_is_settled_while_functions_sleep_on_its_clock() {
    let stack = stack().await;
    stack.send_to_queue("WorkQueue", "sleep").unwrap();
    stack.settle().await.unwrap();
    stack.advance(seconds(4)).await.unwrap();
    assert!(written(&stack, "done").await.is_empty());
    stack.advance(seconds(2)).await.unwrap();
    assert_eq!(written(&stack, "done").await, ["done sleep"]);
}

#[tokio::test]
async fn a_schedule_fires_at_every_boundary_that_the_clock_passes() {
    let stack = stack().await;
    stack.advance(seconds(29)).await.unwrap();
    assert!(written(&stack, "tick").await.is_empty());
    stack.advance(seconds(61)).await.unwrap();
    assert_eq!(
        written(&stack, "tick").await,
        [
            "tick 2026-03-01T10:01:00Z at 2026-03-01T10:01:00Z",
            "tick 2026-03-01T10:02:00Z at 2026-03-01T10:02:00Z",
        ]
    );
}

#[tokio::test]
async fn an_event_that_fails_is_retried_twice_and_then_is_a_dead_letter() {
    let stack = stack().await;
    write(stack.app(), "deaf", "told").await.unwrap();
    stack.settle().await.unwrap();
    assert_eq!(stack.failures().len(), 1);
    stack.advance(seconds(60)).await.unwrap();
    assert_eq!(stack.failures().len(), 2);
    stack.advance(seconds(120)).await.unwrap();
    assert_eq!(stack.failures().len(), 3);
    let [letter] = &stack.dead_letters()[..] else {
        panic!()
    };
    let event: Value = serde_json::from_str(&letter.body).unwrap();
    assert_eq!(
        (&event["source"], &event["detail"]["id"]),
        (&json!("test"), &json!("deaf"))
    );
}

#[tokio::test]
async fn a_record_that_cannot_be_relayed_is_isolated_and_given_up_and_the_rest_goes_on() {
    let stack = stack().await;
    for id in ["one", "poison", "two"] {
        write(stack.app(), id, "told").await.unwrap();
    }
    stack.advance(seconds(60)).await.unwrap();
    let [letter] = &stack.dead_letters()[..] else {
        panic!("{:?}", stack.dead_letters())
    };
    assert!(
        letter.body.contains("RetryAttemptsExhausted"),
        "{}",
        letter.body
    );
    stack.advance(seconds(30)).await.unwrap();
    assert_eq!(written(&stack, "done").await, ["done one", "done two"]);
}

#[tokio::test]
async fn a_function_without_code_is_an_error_at_the_start() {
    let result = Stack::start_with(options(Data::Memory), &CATALOGUE[..3]).await;
    let error = result.err().unwrap().to_string();
    assert!(error.contains("jobs-notify, jobs-tick"), "{error}");
}

#[tokio::test]
async fn the_projects_own_template_runs_with_its_functions() {
    let options = Options {
        clock: Clock::manual(start()),
        ..Options::default()
    };
    let stack = Stack::start(options).await.unwrap();
    let url = format!("{}/health", stack.api_url());
    let answer = reqwest_client().get(url).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    stack.advance(seconds(120)).await.unwrap();
    assert!(stack.failures().is_empty(), "{:?}", stack.failures());
}

fn reqwest_client() -> reqwest::Client {
    client_at(None)
}

/// A client that sends from an address of its own.
#[expect(clippy::disallowed_methods, reason = "talks to this process only")]
fn client_at(address: Option<std::net::IpAddr>) -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy();
    client.local_address(address).build().unwrap()
}
