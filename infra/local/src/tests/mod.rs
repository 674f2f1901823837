//! Tests of the whole stack on a small template with functions of its own.

mod aws;
mod flow;
mod restart;

use std::path::Path;

use anyhow::{Result, bail};
use app::lambda::Function;
use app::{App, Body, Clock, Request, Response};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use serde_json::{Value, json};

use crate::{Data, Options, Stack};

const CATALOGUE: &[Function] = &[
    Function::endpoint("things-show", |_, request| {
        std::future::ready(Ok(show(&request))).boxed()
    }),
    Function::job("jobs-work", |app, event| work(app, event).boxed()),
    Function::job("jobs-relay", relay),
    Function::job("jobs-notify", notify),
    Function::job("jobs-tick", tick),
];

fn options(data: Data) -> Options {
    Options {
        template: Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/template.yaml"),
        data,
        clock: Clock::manual(start()),
        ..Options::default()
    }
}

async fn stack() -> Stack {
    Stack::start_with(options(Data::Memory), CATALOGUE)
        .await
        .unwrap()
}

fn start() -> Timestamp {
    "2026-03-01T10:00:30Z".parse().unwrap()
}

fn seconds(count: i64) -> SignedDuration {
    SignedDuration::from_secs(count)
}

/// Answers with what it was asked.
fn show(request: &Request) -> Response {
    let body = match request.body() {
        Body::Binary(_) => {
            let mut response = Response::new(Body::Binary(vec![0xff, 0xfe]));
            let kind = http::HeaderValue::from_static("image/png");
            response.headers_mut().insert("content-type", kind);
            return response;
        }
        text => String::from_utf8_lossy(text).into_owned(),
    };
    let answer = json!({
        "id": request.path_parameters().first("thingId"),
        "query": request.query_string_parameters().first("q"),
        "cookie": request.headers().get("cookie").and_then(|cookie| cookie.to_str().ok()),
        "body": body,
        "source": source(request),
    });
    let response = lambda_http::Response::builder()
        .status(201)
        .header("content-type", "application/json")
        .header("set-cookie", "seen=1")
        .body(Body::Text(answer.to_string()));
    response.unwrap()
}

/// Where the gateway says that a request came from.
fn source(request: &Request) -> Option<String> {
    match request.request_context() {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip,
        _ => None,
    }
}

/// Does what the body of each message says.
async fn work(app: &App, event: Value) -> Result<Value> {
    let mut failures = Vec::new();
    for record in event["Records"].as_array().into_iter().flatten() {
        let body = record["body"].as_str().unwrap_or_default();
        match body {
            "fail" => failures.push(json!({ "itemIdentifier": record["messageId"] })),
            "crash" => panic!("as told"),
            "error" => bail!("as told"),
            "sleep" => app.clock().sleep_until(app.now() + seconds(5)).await,
            "hang" => std::future::pending().await,
            _ => {}
        }
        if body != "fail" {
            write(app, &format!("done {body}"), "done").await?;
        }
    }
    Ok(json!({ "batchItemFailures": failures }))
}

/// Passes on to the bus what was told to the table.
fn relay(app: &App, event: Value) -> BoxFuture<'_, Result<Value>> {
    async move {
        for record in event["Records"].as_array().into_iter().flatten() {
            let id = record["dynamodb"]["NewImage"]["PK"]["S"].as_str();
            let id = id.unwrap_or_default();
            if id.contains("poison") {
                bail!("as told");
            }
            let entry = PutEventsRequestEntry::builder()
                .event_bus_name(&app.config.event_bus)
                .source("test")
                .detail_type("told")
                .detail(json!({ "id": id }).to_string());
            let put = app.aws.events().put_events().entries(entry.build());
            assert_eq!(put.send().await?.failed_entry_count(), 0);
        }
        Ok(Value::Null)
    }
    .boxed()
}

/// Passes on to the queue what was heard on the bus.
fn notify(app: &App, event: Value) -> BoxFuture<'_, Result<Value>> {
    async move {
        let id = event["detail"]["id"].as_str().unwrap_or_default();
        if id.contains("deaf") {
            bail!("as told");
        }
        let send = app.aws.sqs().send_message().message_body(id);
        let send = send
            .queue_url(&app.config.publish_queue_url)
            .delay_seconds(7);
        send.send().await?;
        Ok(Value::Null)
    }
    .boxed()
}

fn tick(app: &App, event: Value) -> BoxFuture<'_, Result<Value>> {
    async move {
        assert_eq!(event["source"], "aws.scheduler");
        let time = event["time"].as_str().unwrap_or_default();
        write(app, &format!("tick {time} at {}", app.now()), "tick").await?;
        Ok(Value::Null)
    }
    .boxed()
}

async fn write(app: &App, id: &str, kind: &str) -> Result<()> {
    let put = app.aws.dynamodb().put_item().table_name(&app.config.table);
    let put = put.item("PK", AttributeValue::S(id.to_owned()));
    let put = put.item("type", AttributeValue::S(kind.to_owned()));
    put.send().await?;
    Ok(())
}

/// The ids of all items that begin with this, in order.
async fn written(stack: &Stack, prefix: &str) -> Vec<String> {
    let app = stack.app();
    let scan = app.aws.dynamodb().scan().table_name(&app.config.table);
    let items = scan.send().await.unwrap().items.unwrap();
    let ids = items.iter().map(|item| item["PK"].as_s().unwrap().clone());
    let mut ids: Vec<_> = ids.filter(|id| id.starts_with(prefix)).collect();
    ids.sort();
    ids
}
