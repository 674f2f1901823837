//! The entry points that Lambda calls, and the same entry points for a process that plays Lambda.

use std::sync::Arc;

use anyhow::anyhow;
use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::FutureExt;
use futures::future::BoxFuture;
use lambda_http::request::LambdaRequest;
use lambda_http::{LambdaEvent, Request, Service, service_fn};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::http::problem;
use crate::{App, Clock, Config, Error, RequestExt, Response};

/// The handler of an endpoint.
pub type Endpoint = for<'a> fn(&'a App, Request) -> BoxFuture<'a, Result<Response, Error>>;
/// The handler of a job: Lambda's event in, Lambda's answer out.
pub type Job = for<'a> fn(&'a App, Value) -> BoxFuture<'a, anyhow::Result<Value>>;

/// What the `main` of a function can fail with.
pub use lambda_http::Error as RunError;

/// One deployed function: its name and what it does.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The name, the same as of its binary.
    pub name: &'static str,
    handler: Handler,
}

#[derive(Clone, Copy, Debug)]
enum Handler {
    Endpoint(Endpoint),
    Job(Job),
}

/// An invocation failed: Lambda's caller decides whether it is tried again.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
pub struct InvokeError(anyhow::Error);

impl Function {
    /// A function that answers HTTP requests.
    pub const fn endpoint(name: &'static str, handler: Endpoint) -> Self {
        Self {
            name,
            handler: Handler::Endpoint(handler),
        }
    }

    /// A function that works on events.
    pub const fn job(name: &'static str, handler: Job) -> Self {
        Self {
            name,
            handler: Handler::Job(handler),
        }
    }

    /// Whether it answers HTTP requests.
    pub const fn is_endpoint(&self) -> bool {
        matches!(self.handler, Handler::Endpoint(_))
    }

    /// Does what Lambda does with one event, given as the JSON that Lambda gives.
    pub async fn invoke(&self, app: &App, event: Value) -> Result<Value, InvokeError> {
        match self.handler {
            Handler::Endpoint(endpoint) => {
                let request: LambdaRequest =
                    serde_json::from_value(event).map_err(|error| InvokeError(error.into()))?;
                let service = service_fn(|request| async move {
                    Ok::<_, std::convert::Infallible>(serve(app, endpoint, request).await)
                });
                let mut adapter = lambda_http::Adapter::from(service);
                let Ok(response) = adapter
                    .call(LambdaEvent::new(request, lambda_http::Context::default()))
                    .await;
                serde_json::to_value(&response).map_err(|error| InvokeError(error.into()))
            }
            Handler::Job(job) => job(app, event).await.map_err(InvokeError),
        }
    }

    /// Serves Lambda's runtime until the environment ends: the `main` of every binary.
    pub fn run(self) -> Result<(), RunError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async move {
            tracing_subscriber::fmt()
                .json()
                .with_max_level(tracing::Level::INFO)
                .with_current_span(false)
                .without_time()
                .with_target(false)
                .init();
            let app = Arc::new(App::new(Config::from_env()?, Clock::system()));
            match self.handler {
                Handler::Endpoint(endpoint) => {
                    let app = &app;
                    lambda_http::run(service_fn(move |request: Request| async move {
                        Ok::<_, std::convert::Infallible>(serve(app, endpoint, request).await)
                    }))
                    .await
                }
                Handler::Job(job) => {
                    let app = &app;
                    let work = move |event: LambdaEvent<Value>| async move {
                        let done = std::panic::AssertUnwindSafe(job(app, event.payload))
                            .catch_unwind()
                            .await
                            .unwrap_or_else(|_| Err(anyhow!("the job panicked")));
                        done.map_err(|error| {
                            tracing::error!(error = format!("{error:#}"), "job failed");
                            lambda_http::Error::from(format!("{error:#}"))
                        })
                    };
                    lambda_http::lambda_runtime::run(service_fn(work)).await
                }
            }
        })
    }
}

/// Runs an endpoint and turns whatever becomes of it, a panic included, into an answer.
async fn serve(app: &App, endpoint: Endpoint, request: Request) -> Response {
    let request_id = request.request_id();
    let outcome = std::panic::AssertUnwindSafe(endpoint(app, request))
        .catch_unwind()
        .await;
    let outcome = outcome.unwrap_or_else(|_| Err(Error::Internal(anyhow!("the handler panicked"))));
    let mut response = outcome.unwrap_or_else(|error| problem::answer(&error, &request_id));
    for (name, value) in SECURITY_HEADERS {
        response
            .headers_mut()
            .entry(name)
            .or_insert(http::HeaderValue::from_static(value));
    }
    response
}

/// Sent with every answer; a page that needs more than nothing sets its own content policy.
const SECURITY_HEADERS: [(&str, &str); 4] = [
    (
        "strict-transport-security",
        "max-age=63072000; includeSubDomains",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    (
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'",
    ),
];

/// Works through a batch of SQS messages. Those that fail are reported, so that only they come again.
pub async fn sqs<'a, T, F>(
    app: &'a App,
    event: Value,
    handle: impl Fn(&'a App, T) -> F,
) -> anyhow::Result<Value>
where
    T: DeserializeOwned,
    F: Future<Output = anyhow::Result<()>>,
{
    let event: SqsEvent = serde_json::from_value(event)?;
    let mut response = SqsBatchResponse::default();
    for record in event.records {
        if let Err(error) = one(app, &record, &handle).await {
            tracing::error!(
                message_id = record.message_id,
                error = format!("{error:#}"),
                "message failed"
            );
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = record.message_id.unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
    }
    Ok(serde_json::to_value(response)?)
}

async fn one<'a, T, F>(
    app: &'a App,
    record: &SqsMessage,
    handle: &impl Fn(&'a App, T) -> F,
) -> anyhow::Result<()>
where
    T: DeserializeOwned,
    F: Future<Output = anyhow::Result<()>>,
{
    handle(
        app,
        serde_json::from_str(record.body.as_deref().unwrap_or_default())?,
    )
    .await
}
