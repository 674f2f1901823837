//! The people with a Facebook account and their pages, the codes they gave out and the tokens made of these.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    call::{Call, text},
    journal::{Rows, Table},
    oauth::Challenge,
    social::Choice,
    state::State,
};

/// Somebody with a Facebook account.
#[derive(Debug)]
pub(crate) struct Person {
    /// What the dialog calls this person in its form.
    pub(crate) account: &'static str,
    /// The id that this one application knows the person by.
    pub(crate) id: &'static str,
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    /// Some people registered with a phone number only.
    pub(crate) email: Option<&'static str>,
    pub(crate) colours: [&'static str; 2],
}

impl Person {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

pub(crate) const PEOPLE: &[Person] = &[
    Person {
        account: "eka",
        id: "122100000000000001",
        first_name: "Eka",
        last_name: "Saputra",
        email: Some("eka@surat.example"),
        colours: ["#1877f2", "#0b4aa2"],
    },
    Person {
        account: "fitri",
        id: "122100000000000002",
        first_name: "Fitri",
        last_name: "Handayani",
        email: None,
        colours: ["#a855f7", "#6b21a8"],
    },
    Person {
        account: "sari",
        id: "122100000000000003",
        first_name: "Sari",
        last_name: "Wijaya",
        // The same address as her Google account has.
        email: Some("sari.wijaya.sandbox@gmail.com"),
        colours: ["#14b8a6", "#0f766e"],
    },
    Person {
        account: "bima",
        id: "122100000000000004",
        first_name: "Bima",
        last_name: "Prasetyo",
        email: Some("bima.prasetyo@surat.example"),
        colours: ["#64748b", "#1e293b"],
    },
    Person {
        account: "citra",
        id: "122100000000000005",
        first_name: "Citra",
        last_name: "Lestari",
        email: Some("citra.lestari@surat.example"),
        colours: ["#f97316", "#9a3412"],
    },
    Person {
        account: "dimas",
        id: "122100000000000006",
        first_name: "Dimas",
        last_name: "Putra",
        email: None,
        colours: ["#22c55e", "#14532d"],
    },
];

/// A page as one person manages it.
#[derive(Debug)]
pub(crate) struct Page {
    /// The person who does.
    pub(crate) manager: &'static str,
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// Its name in addresses; many have none.
    pub(crate) username: Option<&'static str>,
    /// What the person may do there.
    pub(crate) tasks: &'static [&'static str],
}

const EVERYTHING: &[&str] = &[
    "ADVERTISE",
    "ANALYZE",
    "CREATE_CONTENT",
    "MANAGE",
    "MESSAGING",
    "MODERATE",
];

/// Sari has several pages, one of which she shares with Bima, and one that she may only look at; Eka has one; Citra may publish on none;
/// the others have none.
pub(crate) static PAGES: [Page; 6] = [
    Page {
        manager: "sari",
        id: "100200300400501",
        name: "Kopi Senja",
        username: Some("kopisenja"),
        tasks: EVERYTHING,
    },
    Page {
        manager: "sari",
        id: "100200300400502",
        name: "Toko Buku Wijaya",
        username: None,
        tasks: &["CREATE_CONTENT", "MODERATE"],
    },
    Page {
        manager: "sari",
        id: "100200300400503",
        name: "Komunitas Lari Pagi",
        username: Some("laripagi"),
        tasks: &["ANALYZE"],
    },
    Page {
        manager: "eka",
        id: "100200300400504",
        name: "Warung Eka",
        username: Some("warung.eka"),
        tasks: &["PROFILE_PLUS_CREATE_CONTENT", "PROFILE_PLUS_ANALYZE"],
    },
    Page {
        manager: "bima",
        id: "100200300400501",
        name: "Kopi Senja",
        username: Some("kopisenja"),
        tasks: &["CREATE_CONTENT"],
    },
    Page {
        manager: "citra",
        id: "100200300400503",
        name: "Komunitas Lari Pagi",
        username: Some("laripagi"),
        tasks: &["ANALYZE"],
    },
];

/// The same, for the dialog to choose from.
pub(crate) static CHOICES: [Choice; 6] = [
    choice(&PAGES[0]),
    choice(&PAGES[1]),
    choice(&PAGES[2]),
    choice(&PAGES[3]),
    choice(&PAGES[4]),
    choice(&PAGES[5]),
];

const fn choice(page: &'static Page) -> Choice {
    Choice {
        account: page.manager,
        value: page.id,
        label: page.name,
        many: true,
    }
}

/// The person that the dialog's form names.
pub(super) fn person(account: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.account == account)
}

/// A code and what it may be exchanged for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) person: String,
    pub(crate) redirect_uri: String,
    pub(crate) permissions: Vec<String>,
    /// What was asked for and not granted.
    #[serde(default)]
    pub(crate) declined: Vec<String>,
    /// The pages that the application may see.
    #[serde(default)]
    pub(crate) pages: Vec<String>,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) expires_at: Timestamp,
    pub(crate) used: bool,
}

/// An access token of a person, or of a page that the person manages.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) person: String,
    pub(crate) permissions: Vec<String>,
    #[serde(default)]
    pub(crate) declined: Vec<String>,
    #[serde(default)]
    pub(crate) pages: Vec<String>,
    /// The page that it speaks for.
    #[serde(default)]
    pub(crate) page: Option<String>,
    /// Whether it was exchanged for one that lives long.
    #[serde(default)]
    pub(crate) long: bool,
    /// Without end, when there is none.
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) revoked: bool,
}

impl Token {
    pub(super) fn allows(&self, permission: &str) -> bool {
        self.permissions.iter().any(|name| name == permission)
    }
}

/// The parameters of a call to the Graph API, wherever they stand.
pub(super) fn parameters(call: &Call) -> Map<String, Value> {
    let mut parameters = call.parameters();
    parameters.extend(call.fields());
    parameters
}

/// What the code in the call stands for.
pub(super) fn grant_of<'a>(state: &'a State, call: &Call) -> Option<&'a Grant> {
    state.facebook.grants.get(&text(&parameters(call), "code")?)
}

/// The token text of the call, from its parameters or its header.
pub(super) fn token_text(call: &Call) -> Option<String> {
    text(&parameters(call), "access_token").or_else(|| call.bearer().map(str::to_owned))
}

/// The token of the call, with its text.
pub(super) fn token_of<'a>(state: &'a State, call: &Call) -> Option<(String, &'a Token)> {
    let parameters = parameters(call);
    // One token may be exchanged for another, or asked about.
    let named = ["fb_exchange_token", "input_token"];
    let named = named.into_iter().filter_map(|name| text(&parameters, name));
    named.chain(token_text(call)).find_map(|text| {
        let token = state.facebook.tokens.get(&text)?;
        Some((text, token))
    })
}

#[derive(Debug)]
pub(crate) struct Tables {
    /// By code.
    pub(crate) grants: Table<Grant>,
    /// By token.
    pub(crate) tokens: Table<Token>,
    /// What a person declined, and is not asked for again unless the application wants that; by account.
    pub(crate) declined: Table<Vec<String>>,
}

impl Tables {
    pub(crate) fn new() -> Self {
        Self {
            grants: Table::new("facebook.grants"),
            tokens: Table::new("facebook.tokens"),
            declined: Table::new("facebook.declined"),
        }
    }

    pub(crate) fn all(&mut self) -> Vec<&mut dyn Rows> {
        vec![&mut self.grants, &mut self.tokens, &mut self.declined]
    }
}
