//! Lets the OAuth library send its requests through the egress client.

use futures::FutureExt;
use futures::future::BoxFuture;
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use url::Url;

use super::{Call, Egress, Failure};

impl<'c> AsyncHttpClient<'c> for Egress {
    type Error = Failure;
    type Future = BoxFuture<'c, Result<HttpResponse, Failure>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        exchange(self, request).boxed()
    }
}

/// Sends the request once: a code or a refresh token may be good for one use only. A server that is busy or broken has decided
/// nothing, whatever its body says, so the library does not get to read that as a refusal.
async fn exchange(egress: &Egress, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let (parts, body) = request.into_parts();
    let url = Url::parse(&parts.uri.to_string())
        .map_err(|error| Failure::Forbidden(error.to_string()))?;
    let mut call = Call::new(parts.method, url);
    call.headers = parts.headers;
    call.body = Some(body.into());
    let answer = egress.effect(call).await?;
    if answer.status.is_server_error() || answer.status.as_u16() == 429 {
        return Err(Failure::Ambiguous(format!("status {}", answer.status)));
    }
    let mut response = HttpResponse::new(answer.body.into());
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    Ok(response)
}
