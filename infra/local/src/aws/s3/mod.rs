//! S3: files in buckets, put by signed requests and signed forms, read by signed requests and signed addresses.

mod form;
mod presigned;
mod refusal;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};

use super::{Services, rights};
use crate::objects::Object;
use refusal::Refusal;

/// Largest request: the largest film, and what a form has besides.
const MAX_BODY: usize = 520 * 1024 * 1024;
/// What is kept of the headers that a file is put with.
const KEPT: [&str; 3] = ["content-type", "content-disposition", "cache-control"];

/// The routes: a bucket is the first part of a path, which no other service has.
pub(super) fn router() -> Router<Arc<Services>> {
    Router::new()
        .route("/{bucket}", any(answer))
        .route("/{bucket}/", any(answer))
        .route("/{bucket}/{*key}", any(answer))
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

/// A request, taken apart.
struct Call<'a> {
    services: &'a Services,
    method: Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    query: BTreeMap<String, String>,
    bucket: String,
    key: String,
}

async fn answer(
    State(services): State<Arc<Services>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (bucket, key) = uri
        .path()
        .trim_start_matches('/')
        .split_once('/')
        .unwrap_or((uri.path().trim_start_matches('/'), ""));
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .into_owned()
    };
    let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let call = Call {
        services: &services,
        method,
        uri: &uri,
        headers: &headers,
        query: query.into_owned().collect(),
        bucket: decode(bucket),
        key: decode(key),
    };
    let mut response = match call.answer(body) {
        Ok(response) => response,
        Err(refusal) => refusal.answer(),
    };
    // Pages of other origins may upload, as the template allows.
    let anyone = HeaderValue::from_static("*");
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, anyone.clone());
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, anyone);
    response
}

impl Call<'_> {
    fn answer(&self, body: Bytes) -> Result<Response, Refusal> {
        if !self.services.objects.has(&self.bucket) {
            return Err(Refusal::no_such("Bucket"));
        }
        if self.method == Method::OPTIONS {
            return Ok(StatusCode::OK.into_response());
        }
        let has = |name: &str| self.query.contains_key(name);
        match (self.method.as_str(), self.key.as_str()) {
            ("POST", "") => form::take(self.services, &self.bucket, self.headers, &body),
            (_, "") => Err(Refusal::not_implemented()),
            ("GET" | "HEAD", _) => self.read(),
            ("PUT", _) if has("uploadId") => self.piece(body),
            ("PUT", _) if self.headers.contains_key("x-amz-copy-source") => self.copy(),
            ("PUT", _) => self.put(body),
            ("POST", _) if has("uploads") => self.begin(),
            ("POST", _) if has("uploadId") => self.complete(),
            ("DELETE", _) if has("uploadId") => self.abort(),
            ("DELETE", _) => self.delete(),
            _ => Err(Refusal::not_implemented()),
        }
    }

    /// Who signed the request, by its header or its address.
    fn caller(&self) -> Result<String, Refusal> {
        if self.query.contains_key(presigned::SIGNATURE) {
            return presigned::caller(self);
        }
        let caller = rights::access_key(self.headers);
        caller.map(str::to_owned).ok_or_else(Refusal::denied)
    }

    fn allowed(&self, action: &str, key: &str) -> Result<(), Refusal> {
        let object = format!("{}/{key}", self.bucket);
        self.services.may(&self.caller()?, action, &object)
    }

    fn read(&self) -> Result<Response, Refusal> {
        self.allowed("GetObject", &self.key)?;
        let object = self.find(&self.key)?;
        self.still("if-match", &object)?;
        let range = self.range(object.bytes)?;
        let mut response = if self.method == Method::HEAD {
            StatusCode::OK.into_response()
        } else {
            let bytes = self.services.objects.bytes(&object)?;
            match &range {
                Some((from, to)) => {
                    let mut part = bytes.slice(*from..*to).into_response();
                    *part.status_mut() = StatusCode::PARTIAL_CONTENT;
                    let of = format!("bytes {from}-{}/{}", to - 1, object.bytes);
                    insert(part.headers_mut(), "content-range", &of);
                    part
                }
                None => bytes.into_response(),
            }
        };
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_TYPE);
        for (name, value) in &object.headers {
            insert(headers, name, value);
        }
        for name in KEPT {
            if let Some(value) = self.query.get(&format!("response-{name}")) {
                insert(headers, name, value);
            }
        }
        insert(headers, "etag", &format!("\"{}\"", object.etag));
        insert(headers, "accept-ranges", "bytes");
        if self.method == Method::HEAD {
            insert(headers, "content-length", &object.bytes.to_string());
        }
        Ok(response)
    }

    /// The file; who may not list what is in a bucket is not told either what is not there.
    fn find(&self, key: &str) -> Result<Object, Refusal> {
        let found = self.services.objects.get(&self.bucket, key);
        found.ok_or_else(|| {
            let caller = self.caller().unwrap_or_default();
            match self.services.may(&caller, "ListBucket", &self.bucket) {
                Ok(()) => Refusal::no_such("Key"),
                Err(refusal) => refusal,
            }
        })
    }

    /// Refuses when the file is not the one that the request means.
    fn still(&self, name: &str, object: &Object) -> Result<(), Refusal> {
        let wanted = self.headers.get(name).and_then(|tag| tag.to_str().ok());
        if wanted.is_some_and(|tag| tag.trim_matches('"') != object.etag) {
            return Err(Refusal::new(
                StatusCode::PRECONDITION_FAILED,
                "PreconditionFailed",
                "At least one of the pre-conditions you specified did not hold",
            ));
        }
        Ok(())
    }

    /// The bytes that are asked for: from, and up to before.
    fn range(&self, size: u64) -> Result<Option<(usize, usize)>, Refusal> {
        let Some(range) = self.headers.get(header::RANGE) else {
            return Ok(None);
        };
        let numbers = range.to_str().ok().and_then(|range| {
            let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
            let (from, to): (u64, u64) = (from.parse().ok()?, to.parse().ok()?);
            let to = to.saturating_add(1).min(size);
            let is_there = from < to;
            is_there.then_some((from.try_into().ok()?, to.try_into().ok()?))
        });
        numbers.map(Some).ok_or_else(|| {
            Refusal::new(
                StatusCode::RANGE_NOT_SATISFIABLE,
                "InvalidRange",
                "The requested range is not satisfiable",
            )
        })
    }

    fn put(&self, body: Bytes) -> Result<Response, Refusal> {
        self.allowed("PutObject", &self.key)?;
        let object = self
            .services
            .objects
            .put(&self.bucket, &self.key, self.kept(), body)?;
        Ok(tagged(&object.etag))
    }

    fn copy(&self) -> Result<Response, Refusal> {
        let source = self.headers.get("x-amz-copy-source");
        let source = source.and_then(|source| source.to_str().ok());
        let source = source.unwrap_or_default().trim_start_matches('/');
        let (bucket, key) = source.split_once('/').unwrap_or_default();
        if bucket != self.bucket || self.headers.get("x-amz-metadata-directive").is_none() {
            return Err(Refusal::not_implemented());
        }
        self.allowed("GetObject", key)?;
        self.allowed("PutObject", &self.key)?;
        let object = self.find(key)?;
        self.still("x-amz-copy-source-if-match", &object)?;
        let objects = &self.services.objects;
        let bytes = objects.bytes(&object)?;
        let copied = objects.put(&self.bucket, &self.key, self.kept(), bytes)?;
        let tag = ("ETag", copied.etag);
        let at = ("LastModified", copied.modified.to_string());
        Ok(xml("CopyObjectResult", &[tag, at]))
    }

    fn begin(&self) -> Result<Response, Refusal> {
        self.allowed("PutObject", &self.key)?;
        let objects = &self.services.objects;
        let upload = objects.begin(&self.bucket, &self.key, self.kept());
        let fields = [
            ("Bucket", self.bucket.clone()),
            ("Key", self.key.clone()),
            ("UploadId", upload),
        ];
        Ok(xml("InitiateMultipartUploadResult", &fields))
    }

    fn piece(&self, body: Bytes) -> Result<Response, Refusal> {
        self.allowed("PutObject", &self.key)?;
        let number = self.query.get("partNumber");
        let number = number.and_then(|number| number.parse().ok());
        let number = number.ok_or_else(Refusal::not_implemented)?;
        let tag = self.services.objects.piece(self.upload(), number, body);
        Ok(tagged(&tag.ok_or_else(|| Refusal::no_such("Upload"))?))
    }

    fn complete(&self) -> Result<Response, Refusal> {
        self.allowed("PutObject", &self.key)?;
        let object = self.services.objects.complete(self.upload())?;
        let object = object.ok_or_else(|| Refusal::no_such("Upload"))?;
        let fields = [
            ("Bucket", object.bucket),
            ("Key", object.key),
            ("ETag", object.etag),
        ];
        Ok(xml("CompleteMultipartUploadResult", &fields))
    }

    fn abort(&self) -> Result<Response, Refusal> {
        self.allowed("AbortMultipartUpload", &self.key)?;
        self.services.objects.abort(self.upload());
        Ok(StatusCode::NO_CONTENT.into_response())
    }

    fn delete(&self) -> Result<Response, Refusal> {
        self.allowed("DeleteObject", &self.key)?;
        self.services.objects.delete(&self.bucket, &self.key)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    }

    fn upload(&self) -> &str {
        self.query.get("uploadId").map_or("", String::as_str)
    }

    fn kept(&self) -> BTreeMap<String, String> {
        let headers = KEPT.iter().filter_map(|name| {
            let value = self.headers.get(*name)?.to_str().ok()?;
            Some(((*name).to_owned(), value.to_owned()))
        });
        headers.collect()
    }
}

impl Services {
    /// Denies what the policies of a function do not allow.
    fn may(&self, caller: &str, action: &str, object: &str) -> Result<(), Refusal> {
        let allowed = self.rights.check_object(caller, action, object);
        allowed.map_err(|_| Refusal::denied())
    }
}

fn insert(headers: &mut HeaderMap, name: &str, value: &str) {
    let name = header::HeaderName::try_from(name).ok();
    if let Some((name, value)) = name.zip(HeaderValue::from_str(value).ok()) {
        headers.insert(name, value);
    }
}

fn tagged(etag: &str) -> Response {
    let mut response = StatusCode::OK.into_response();
    insert(response.headers_mut(), "etag", &format!("\"{etag}\""));
    response
}

fn xml(name: &str, fields: &[(&str, String)]) -> Response {
    let body = fields
        .iter()
        .fold(String::new(), |mut body, (name, value)| {
            let value = value.replace('&', "&amp;").replace('<', "&lt;");
            // Writing to a string cannot fail.
            let _ = write!(body, "<{name}>{value}</{name}>");
            body
        });
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{name}>{body}</{name}>");
    ([(header::CONTENT_TYPE, "application/xml")], body).into_response()
}
