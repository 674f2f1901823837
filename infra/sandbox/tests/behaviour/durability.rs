//! What survives the end of the process.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    sync::Arc,
};

use jiff::Timestamp;
use sandbox::{Mail, Sandbox};
use serde_json::{Value, json};

use crate::google;
use crate::stage::{Stage, json as body, string};

fn reopened(folder: &std::path::Path) -> Sandbox {
    let sandbox = Sandbox::new(Arc::new(|| {
        "2026-11-22T10:00:00Z".parse::<Timestamp>().unwrap()
    }));
    sandbox.persist_to(folder).unwrap();
    sandbox
}

#[tokio::test]
async fn posts_tokens_and_mails_survive_without_a_goodbye() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::set().await;
    stage.sandbox.persist_to(folder.path()).unwrap();
    let token = stage.mastodon_token("write:statuses").await;
    let answer = stage
        .toot(&token, "kept")
        .header("Idempotency-Key", "k")
        .send()
        .await
        .unwrap();
    let first = string(&body(answer).await["id"]);
    let mail = Mail {
        to: "a@example.com".to_owned(),
        from: "b@example.com".to_owned(),
        subject: "Hello".to_owned(),
        text: "Hi".to_owned(),
        html: None,
        at: stage.now(),
    };
    stage.sandbox.deliver_mail(mail.clone()).unwrap();

    let other = Stage::set().await;
    other.sandbox.persist_to(folder.path()).unwrap();
    assert_eq!(other.sandbox.executed(), stage.sandbox.executed());
    assert_eq!(other.sandbox.mails(), [mail]);
    let again = other
        .toot(&token, "kept")
        .header("Idempotency-Key", "k")
        .send()
        .await
        .unwrap();
    assert_eq!(body(again).await["id"], first);
    let next = other.toot(&token, "next").send().await.unwrap();
    assert_ne!(body(next).await["id"], first);
    assert_eq!(reopened(folder.path()).executed().len(), 2);
}

#[tokio::test]
async fn codes_for_sign_in_survive() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::set().await;
    stage.sandbox.persist_to(folder.path()).unwrap();
    let used = google::code(&stage, "sari").await;
    let unused = google::code(&stage, "sari").await;
    google::exchange(&stage, &used, &[]).await;

    let other = Stage::set().await;
    other.sandbox.persist_to(folder.path()).unwrap();
    for (code, expected) in [(used, 400), (unused, 200)] {
        let answer = google::exchange(&other, &code, &[]).await;
        assert_eq!(answer.status(), expected);
    }
}

#[tokio::test]
async fn a_line_that_was_being_written_at_the_end_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::set().await;
    stage.sandbox.persist_to(folder.path()).unwrap();
    let token = stage.mastodon_token("write:statuses").await;
    stage.toot(&token, "whole").send().await.unwrap();
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .open(folder.path().join("sandbox.jsonl"))
        .unwrap();
    file.write_all(br#"{"table":"posts","key":"000000000001","row":{"exec"#)
        .unwrap();
    assert_eq!(reopened(folder.path()).executed().len(), 1);
    assert_eq!(reopened(folder.path()).executed().len(), 1);
}

/// A sandbox in a process of its own, and where it listens.
fn started(folder: &std::path::Path) -> (std::process::Child, String) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_sandbox"))
        .args(["127.0.0.1:0".as_ref(), folder.as_os_str()])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stderr.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    (process, line.trim().to_owned())
}

#[tokio::test]
async fn a_killed_process_has_kept_everything_it_answered() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::set().await;
    let mut answered = 0;
    for round in 0..5 {
        let (mut process, base) = started(folder.path());
        let put = async |number: u32| {
            let login =
                json!({ "identifier": "alice.bluesky.sandbox", "password": "demo-pass-word-0001" });
            let xrpc = format!("{base}/bluesky.sandbox/xrpc");
            let session: Value = stage
                .http
                .post(format!("{xrpc}/com.atproto.server.createSession"))
                .json(&login)
                .send()
                .await?
                .json()
                .await?;
            let record =
                json!({ "text": format!("{round} {number}"), "createdAt": "2026-11-22T09:00:00Z" });
            let body = json!({ "repo": "alice.bluesky.sandbox", "collection": "app.bsky.feed.post", "record": record });
            let request = stage
                .http
                .post(format!("{xrpc}/com.atproto.repo.createRecord"))
                .bearer_auth(session["accessJwt"].as_str().unwrap());
            request.json(&body).send().await?.error_for_status()
        };
        for number in 0..5 {
            put(number).await.unwrap();
            answered += 1;
        }
        process.kill().unwrap();
        process.wait().unwrap();
    }
    assert_eq!(reopened(folder.path()).executed().len(), answered);
}
