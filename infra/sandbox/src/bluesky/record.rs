//! What makes a record of a post valid, and how it looks as HTML.

use jiff::Timestamp;
use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;
use url::Url;

use crate::pages::escape;

/// Says what is wrong with a post, in the words of the server.
pub(super) fn check(record: &Value) -> Result<(), String> {
    let text = string(record, "text", "Record")?;
    length(text, 3_000, 300, "$.record.text")?;
    let created_at = string(record, "createdAt", "Record")?;
    if !is_datetime(created_at) {
        return Err(format!(
            "Invalid datetime (got \"{created_at}\") at $.record.createdAt"
        ));
    }
    few(record, "langs", 3)?;
    few(record, "tags", 8)?;
    for (place, tag) in list(record, "tags").iter().enumerate() {
        let tag = tag.as_str().ok_or_else(|| {
            format!("Expected string value type (got {tag}) at $.record.tags[{place}]")
        })?;
        length(tag, 640, 64, &format!("$.record.tags[{place}]"))?;
    }
    check_facets(record, text)?;
    check_embed(record)?;
    if let Some(reply) = record.get("reply") {
        for end in ["root", "parent"] {
            let end = reply
                .get(end)
                .ok_or_else(|| format!("Record/reply must have the property \"{end}\""))?;
            string(end, "uri", "Record/reply")?;
            string(end, "cid", "Record/reply")?;
        }
    }
    Ok(())
}

fn string<'a>(value: &'a Value, name: &str, owner: &str) -> Result<&'a str, String> {
    match value.get(name) {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(format!(
            "Expected string value type (got {other}) at $.{}.{name}",
            owner.to_lowercase()
        )),
        None => Err(format!("{owner} must have the property \"{name}\"")),
    }
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value
        .get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn few(record: &Value, name: &str, most: usize) -> Result<(), String> {
    let count = list(record, name).len();
    if count > most {
        Err(format!(
            "array too big (maximum {most}, got {count}) at $.record.{name}"
        ))
    } else {
        Ok(())
    }
}

fn length(text: &str, bytes: usize, graphemes: usize, path: &str) -> Result<(), String> {
    if text.len() > bytes {
        return Err(format!(
            "string too big (maximum {bytes}, got {}) at {path}",
            text.len()
        ));
    }
    let count = text.graphemes(true).count();
    if count > graphemes {
        return Err(format!(
            "grapheme too big (maximum {graphemes}, got {count}) at {path}"
        ));
    }
    Ok(())
}

/// The AT Protocol wants a full date and time, `T`, seconds and a zone offset.
fn is_datetime(text: &str) -> bool {
    let zoned = text.ends_with('Z')
        || text
            .get(text.len().saturating_sub(6)..)
            .is_some_and(|zone| zone.starts_with(['+', '-']) && zone != "-00:00");
    text.len() >= 20
        && text.as_bytes().get(10) == Some(&b'T')
        && zoned
        && text.parse::<Timestamp>().is_ok()
}

/// The start and end of a facet, in bytes of the text.
fn span(facet: &Value) -> Option<(usize, usize)> {
    let index = facet.get("index")?;
    let place = |name: &str| usize::try_from(index.get(name)?.as_u64()?).ok();
    Some((place("byteStart")?, place("byteEnd")?))
}

/// A real server accepts any offsets; here wrong ones are refused, because readers would see wrong or missing links.
fn check_facets(record: &Value, text: &str) -> Result<(), String> {
    let mut spans = Vec::new();
    for (place, facet) in list(record, "facets").iter().enumerate() {
        let path = format!("$.record.facets[{place}]");
        let (start, end) = span(facet)
            .ok_or_else(|| format!("facet without byteStart and byteEnd at {path}.index"))?;
        if start >= end || end > text.len() {
            return Err(format!(
                "facet outside of the text ({start}..{end} of {} bytes) at {path}.index",
                text.len()
            ));
        }
        if !text.is_char_boundary(start) || !text.is_char_boundary(end) {
            return Err(format!(
                "facet splits a character ({start}..{end}) at {path}.index"
            ));
        }
        spans.push((start, end));
        let features = list(facet, "features");
        if features.is_empty() {
            return Err(format!("facet without features at {path}.features"));
        }
        for feature in features {
            check_feature(feature).map_err(|what| format!("{what} at {path}.features"))?;
        }
    }
    if spans.is_sorted() && spans.windows(2).all(|pair| pair[0].1 <= pair[1].0) {
        Ok(())
    } else {
        Err("facets overlap or are not sorted at $.record.facets".to_owned())
    }
}

fn check_feature(feature: &Value) -> Result<(), String> {
    let field = |name: &str| {
        feature
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let valid = match field("$type") {
        "app.bsky.richtext.facet#link" => Url::parse(field("uri")).is_ok(),
        "app.bsky.richtext.facet#mention" => field("did").starts_with("did:"),
        "app.bsky.richtext.facet#tag" => {
            !field("tag").is_empty()
                && !field("tag").starts_with('#')
                && field("tag").graphemes(true).count() <= 64
        }
        _ => false,
    };
    if valid {
        Ok(())
    } else {
        Err(format!("invalid feature {feature}"))
    }
}

fn check_embed(record: &Value) -> Result<(), String> {
    let Some(embed) = record.get("embed") else {
        return Ok(());
    };
    match embed.get("$type").and_then(Value::as_str) {
        Some("app.bsky.embed.external") => {
            let external = embed
                .get("external")
                .ok_or("Record/embed must have the property \"external\"")?;
            let uri = string(external, "uri", "Record/embed/external")?;
            string(external, "title", "Record/embed/external")?;
            string(external, "description", "Record/embed/external")?;
            Url::parse(uri)
                .map(|_| ())
                .map_err(|_| format!("Invalid uri (got \"{uri}\") at $.record.embed.external.uri"))
        }
        Some("app.bsky.embed.record") => {
            let linked = embed
                .get("record")
                .ok_or("Record/embed must have the property \"record\"")?;
            string(linked, "uri", "Record/embed/record")?;
            string(linked, "cid", "Record/embed/record").map(|_| ())
        }
        Some(kind) => Err(format!(
            "the sandbox does not take embeds of type {kind} yet at $.record.embed"
        )),
        None => Err("Record/embed must have the property \"$type\"".to_owned()),
    }
}

/// The post as safe HTML; only facets make links, as on the real platform.
pub(super) fn html(record: &Value) -> String {
    let text = record
        .get("text")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let (mut html, mut at) = (String::new(), 0);
    for facet in list(record, "facets") {
        let Some((start, end)) = span(facet) else {
            continue;
        };
        let (Some(before), Some(shown)) = (text.get(at..start), text.get(start..end)) else {
            continue;
        };
        html.push_str(&lines(before));
        html.push_str(&link(facet, shown));
        at = end;
    }
    html.push_str(&lines(text.get(at..).unwrap_or_default()));
    if let Some(external) = record.pointer("/embed/external") {
        html.push_str(&card(external));
    }
    html
}

fn lines(text: &str) -> String {
    escape(text).replace('\n', "<br />")
}

fn link(facet: &Value, shown: &str) -> String {
    let uri = list(facet, "features")
        .iter()
        .find_map(|feature| feature.get("uri"))
        .and_then(Value::as_str);
    match uri.filter(|uri| is_web(uri)) {
        Some(uri) => format!(
            r#"<a href="{}" target="_blank" rel="nofollow noopener noreferrer">{}</a>"#,
            escape(uri),
            lines(shown)
        ),
        None => format!(r#"<span class="hashtag">{}</span>"#, lines(shown)),
    }
}

fn card(external: &Value) -> String {
    let field = |name: &str| {
        external
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    if !is_web(field("uri")) {
        return String::new();
    }
    let host = Url::parse(field("uri"))
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default();
    format!(
        r#"<a class="card" href="{}" target="_blank" rel="nofollow noopener noreferrer"><strong>{}</strong><span>{}</span><small>{}</small></a>"#,
        escape(field("uri")),
        escape(field("title")),
        escape(field("description")),
        escape(&host)
    )
}

fn is_web(uri: &str) -> bool {
    uri.starts_with("https://") || uri.starts_with("http://")
}
