//! GET /.well-known/jwks.json — the public keys that access tokens are verified with

use app::lambda::Function;
use app::{App, Request, Response, Result, respond};
use http::HeaderValue;
use http::header::CACHE_CONTROL;
use serde::Serialize;
use utoipa::ToSchema;

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("auth-jwks", |app, request| Box::pin(handle(app, request)));

/// A set of keys (RFC 7517).
#[derive(Debug, Serialize, ToSchema)]
pub struct Jwks {
    /// The keys.
    keys: Vec<Jwk>,
}

/// An Ed25519 key (RFC 8037).
#[derive(Debug, Serialize, ToSchema)]
pub struct Jwk {
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    r#use: &'static str,
    kid: String,
    x: String,
}

/// The keys, each from before it first signs until the last token that it signed has expired.
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "identity", operation_id = "auth-jwks",
    responses((status = 200, description = "The keys", body = Jwks)))]
pub async fn handle(app: &App, _: Request) -> Result<Response> {
    let keys = app.store.signing_keys().await?;
    let keys = keys
        .into_iter()
        .filter(|key| key.ends_at.is_none_or(|end| app.now() < end))
        .map(|key| Jwk {
            kty: "OKP",
            crv: "Ed25519",
            alg: "EdDSA",
            r#use: "sig",
            kid: key.kid,
            x: key.x,
        })
        .collect();
    let mut response = respond::ok(&Jwks { keys })?;
    response.headers_mut().insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    Ok(response)
}
