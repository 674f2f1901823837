//! GET /health — whether the API answers

use app::lambda::Function;
use app::{App, Request, Response, Result, respond};
use serde::Serialize;
use utoipa::ToSchema;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("system-health", |app, request| {
    Box::pin(handle(app, request))
});

/// That it does.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`: whoever reads this got an answer.
    #[schema(example = "ok")]
    status: &'static str,
    /// The version of the code.
    version: &'static str,
}

/// Says that the API answers. It asks nothing else, so it tells nothing about the database.
#[expect(clippy::unused_async, reason = "every endpoint has the same shape")]
#[utoipa::path(get, path = "/health", tag = "system", operation_id = "system-health", responses((status = 200, description = "It answers", body = Health)))]
pub async fn handle(_: &App, _: Request) -> Result<Response> {
    respond::ok(&Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
    })
}
