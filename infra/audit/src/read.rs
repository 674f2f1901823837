//! Reading the whole log, page by page.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::{Client, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

/// How many entries are asked for at once.
const PAGE: &str = "100";
/// How often a page is asked for that the API could not give at this moment, and the pause in between.
const TRIES: u8 = 5;
const PAUSE: Duration = Duration::from_secs(1);
const TIMEOUT: Duration = Duration::from_secs(30);

/// The log of a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// The team.
    pub team: String,
    /// Its entries as they were shown, oldest first.
    pub entries: Vec<Map<String, Value>>,
    /// The end of the chain, as it was before the first entry was read.
    pub head: Head,
}

/// The end of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Head {
    /// How many entries are in the chain.
    pub sequence: u64,
    /// The hash of the last one.
    pub hash: String,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Map<String, Value>>,
    next_cursor: Option<String>,
    head: Head,
}

/// Reads the log of a team from the API at `api`, with the access token of one of its members.
pub async fn read(api: &Url, team: &str, token: &str) -> Result<Log> {
    let client = client()?;
    let mut address = api.clone();
    address
        .path_segments_mut()
        .map_err(|()| anyhow::anyhow!("{api} is no address of an API"))?
        .pop_if_empty()
        .push("activity");
    let (mut entries, mut head, mut cursor) = (Vec::new(), None, None::<String>);
    loop {
        let mut page = address.clone();
        page.query_pairs_mut()
            .append_pair("team_id", team)
            .append_pair("limit", PAGE)
            .extend_pairs(cursor.as_ref().map(|cursor| ("cursor", cursor)));
        let page = ask(&client, page, token).await?;
        entries.extend(page.items);
        // That of the first page: what is in the chain by then shows its place on every page.
        let head = head.get_or_insert(page.head);
        cursor = page.next_cursor;
        if cursor.is_none() {
            entries.reverse();
            let (team, head) = (team.to_owned(), head.clone());
            return Ok(Log {
                team,
                entries,
                head,
            });
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program for people, which speaks to the API they name"
)]
fn client() -> Result<Client> {
    let builder = Client::builder().timeout(TIMEOUT);
    Ok(builder.build()?)
}

async fn ask(client: &Client, address: Url, token: &str) -> Result<Page> {
    for _ in 1..TRIES {
        let answer = client.get(address.clone()).bearer_auth(token).send().await;
        let answer = answer.context("asking the API")?;
        if !is_passing(answer.status()) {
            return understood(answer).await;
        }
        pause().await;
    }
    let answer = client.get(address).bearer_auth(token).send().await;
    understood(answer.context("asking the API")?).await
}

fn is_passing(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE
}

async fn understood(answer: reqwest::Response) -> Result<Page> {
    let status = answer.status();
    let body = answer.bytes().await.context("reading an answer")?;
    if !status.is_success() {
        let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
        let detail = problem["detail"].as_str().unwrap_or("no reason is given");
        bail!("the API answered {status}: {detail}");
    }
    serde_json::from_slice(&body).context("the API answered with something else than a log")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the API is given real time to recover"
)]
async fn pause() {
    tokio::time::sleep(PAUSE).await;
}
