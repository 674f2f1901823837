//! Everything the sandbox knows: the tables that survive a restart, and the counters that do not.

use std::{
    collections::{BTreeMap, VecDeque},
    io,
    path::Path,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    bluesky, brought,
    call::Call,
    facebook,
    faults::Faults,
    google,
    journal::{Journal, Rows, Table},
    limits::Limits,
    mastodon, mint, social,
};

const REQUESTS_KEPT: usize = 10_000;

/// A mail as it left the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The address it goes to.
    pub to: String,
    /// The address it comes from.
    pub from: String,
    /// The subject line.
    pub subject: String,
    /// The plain text body.
    pub text: String,
    /// The HTML body, where there is one.
    pub html: Option<String>,
    /// When it was handed over.
    pub at: Timestamp,
}

/// One thing that a platform really posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Executed {
    /// `mastodon` or `bluesky`.
    pub platform: String,
    /// The host that posted it, e.g. `mastodon.sandbox`.
    pub host: String,
    /// The username or handle of the account.
    pub account: String,
    /// The platform's id: a status id or an `at://` URI.
    pub id: String,
    /// The permalink.
    pub url: String,
    /// The text as it was first posted.
    pub text: String,
    /// When it was posted.
    pub at: Timestamp,
    /// What the client sent to make the request repeatable: the `Idempotency-Key`, or the record key it chose.
    pub request_key: Option<String>,
}

/// One API request that arrived, and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct Received {
    /// When it arrived.
    pub at: Timestamp,
    /// The platform's name, e.g. `mastodon` or `google`.
    pub platform: String,
    /// The host it was meant for.
    pub host: String,
    /// The operation, e.g. `create_status` or `com.atproto.repo.putRecord`.
    pub operation: String,
    /// The account whose token or code it carried.
    pub account: Option<String>,
    /// The HTTP method.
    pub method: String,
    /// The path on that host.
    pub path: String,
    /// The query string without its question mark.
    pub query: String,
    /// The headers in lower case, without `authorization` and `cookie`.
    pub headers: BTreeMap<String, String>,
    /// The body as text.
    pub body: String,
    /// The fault that struck it.
    pub fault: Option<String>,
    /// Whether the platform carried it out.
    pub executed: bool,
    /// The status it was answered with; nothing when the connection was dropped.
    pub status: Option<u16>,
}

/// A post on the timeline.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Post {
    pub(crate) executed: Executed,
    /// The permalink's path in the sandbox.
    pub(crate) path: String,
    /// The name of the account as people read it.
    pub(crate) name: String,
    /// The text as it is now.
    pub(crate) text: String,
    /// The same as safe HTML.
    pub(crate) html: String,
    /// A content warning above the text.
    pub(crate) warning: String,
    /// Who may see it, e.g. `public`.
    pub(crate) visibility: String,
    pub(crate) deleted: bool,
}

/// A request whose execution was put off by a fault.
#[derive(Debug)]
pub(crate) struct Late {
    pub(crate) due: Timestamp,
    pub(crate) call: Call,
}

#[derive(Debug)]
pub(crate) struct State {
    seed: String,
    journal: Option<Journal>,
    counter: Table<u64>,
    /// By a number that grows, so that the order is the order of posting.
    pub(crate) posts: Table<Post>,
    pub(crate) mails: Table<Mail>,
    pub(crate) mastodon: mastodon::Tables,
    pub(crate) bluesky: bluesky::Tables,
    pub(crate) google: google::Tables,
    pub(crate) facebook: facebook::Tables,
    pub(crate) brought: brought::Tables,
    pub(crate) social: social::Tables,
    pub(crate) requests: VecDeque<Received>,
    pub(crate) faults: Faults,
    pub(crate) limits: Limits,
    pub(crate) late: Vec<Late>,
}

impl State {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            seed: now.as_nanosecond().to_string(),
            journal: None,
            counter: Table::new("counter"),
            posts: Table::new("posts"),
            mails: Table::new("mails"),
            mastodon: mastodon::Tables::new(),
            bluesky: bluesky::Tables::new(),
            google: google::Tables::new(),
            facebook: facebook::Tables::new(),
            brought: brought::Tables::new(),
            social: social::Tables::new(),
            requests: VecDeque::new(),
            faults: Faults::default(),
            limits: Limits::new(),
            late: Vec::new(),
        }
    }

    pub(crate) fn persist_to(&mut self, folder: &Path) -> io::Result<()> {
        self.journal = Some(Journal::open(folder, self.tables())?);
        Ok(())
    }

    /// Makes every change since the last save durable.
    pub(crate) fn save(&mut self) -> io::Result<()> {
        let mut lines = Vec::new();
        for table in self.tables() {
            table.write_changes(&mut lines)?;
        }
        match &mut self.journal {
            Some(journal) if !lines.is_empty() => journal.append(&lines),
            _ => Ok(()),
        }
    }

    fn tables(&mut self) -> Vec<&mut dyn Rows> {
        let mut tables: Vec<&mut dyn Rows> =
            vec![&mut self.counter, &mut self.posts, &mut self.mails];
        tables.extend(self.mastodon.all());
        tables.extend(self.bluesky.all());
        tables.extend(self.google.all());
        tables.extend(self.facebook.all());
        tables.extend(self.brought.all());
        tables.extend(self.social.all());
        tables
    }

    /// The next number of a sequence that never repeats.
    pub(crate) fn count(&mut self) -> u64 {
        let next = self.counter.get("last").copied().unwrap_or_default() + 1;
        self.counter.insert("last", next);
        next
    }

    /// A key that was never given out before.
    pub(crate) fn key(&mut self, purpose: &str) -> String {
        let count = self.count();
        mint::key(&self.seed, count, purpose)
    }

    pub(crate) fn deliver(&mut self, mail: Mail) {
        let key = format!("{:012}", self.mails.len());
        self.mails.insert(key, mail);
    }

    pub(crate) fn publish(&mut self, post: Post) {
        let key = format!("{:012}", self.posts.len());
        self.posts.insert(key, post);
    }

    /// The post on the timeline with that platform id, to be changed.
    pub(crate) fn post_mut(&mut self, host: &str, id: &str) -> Option<&mut Post> {
        let key = self
            .posts
            .iter()
            .rev()
            .find(|(_, post)| post.executed.host == host && post.executed.id == id)?
            .0
            .clone();
        self.posts.get_mut(&key)
    }

    pub(crate) fn executed(&self) -> Vec<Executed> {
        self.posts
            .iter()
            .map(|(_, post)| post.executed.clone())
            .collect()
    }

    pub(crate) fn log(&mut self, received: Received) {
        if self.requests.len() == REQUESTS_KEPT {
            self.requests.pop_front();
        }
        self.requests.push_back(received);
    }
}
