//! When something happened to somebody's account, and what is known of where.

use domain::{Activity, User};
use jiff::Zoned;

use super::letter::Fact;

/// When something happened, by the clocks of the person it happened to, and where.
pub(super) struct Moment {
    /// When.
    pub(super) at: Zoned,
    /// In which network.
    network: Option<String>,
    /// With which program.
    program: Option<Program>,
}

/// A program, and what it runs on.
struct Program {
    name: String,
    system: Option<&'static str>,
}

/// What programs call themselves, and what people call them. Most pretend to be some that stand below them.
const PROGRAMS: [(&str, &str); 8] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
/// What they say of the system, likewise.
const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];
/// The longest name of a program that is not known here.
const NAME_MAX_BYTES: usize = 30;

impl Moment {
    /// When and where an entry of the user's log happened.
    pub(super) fn of(entry: &Activity, user: &User) -> Self {
        let detail = |name| entry.details.get(name);
        Self {
            at: entry.at.to_zoned(user.zone.rules()),
            network: detail("place").cloned(),
            program: detail("agent").and_then(|agent| Program::named(agent)),
        }
    }

    /// What is known, in the words of a language: the time as it writes it, its names for time, network and program, and its word between
    /// a program and its system.
    pub(super) fn facts(&self, at: String, labels: [&'static str; 3], on: &str) -> Vec<Fact> {
        let [when, network, program] = labels;
        let mut facts = vec![Fact {
            label: when,
            value: at,
        }];
        facts.extend(self.network.clone().map(|value| Fact {
            label: network,
            value,
        }));
        facts.extend(self.program.as_ref().map(|Program { name, system }| Fact {
            label: program,
            value: system.map_or_else(|| name.clone(), |system| format!("{name} {on} {system}")),
        }));
        facts
    }
}

/// What people call the time zone at a moment, such as WIB; where they have no name for it, the difference from UTC.
pub(super) fn zone(at: &Zoned) -> String {
    let name = at.strftime("%Z").to_string();
    if name.starts_with(['+', '-']) {
        at.strftime("UTC%:z").to_string()
    } else {
        name
    }
}

impl Program {
    /// The program of a `User-Agent`. Anybody can write anything there, so no more of it is repeated than a plain name.
    fn named(agent: &str) -> Option<Self> {
        let known = |names: &[(&str, &'static str)]| {
            let found = names.iter().find(|(mark, _)| agent.contains(mark));
            found.map(|(_, name)| *name)
        };
        let name = known(&PROGRAMS).or_else(|| agent.split('/').next())?;
        let is_plain = name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.len() <= NAME_MAX_BYTES
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_ ".contains(&byte));
        is_plain.then(|| Self {
            name: name.to_owned(),
            system: known(&SYSTEMS),
        })
    }
}
