//! The chain of a team's log: each entry carries the hash of the one before it, so whoever changes, takes out or moves one is found out.

use crate::content::ContentHash;

/// What stands where the first entry names the one before it.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The end of a team's chain: the last entry that was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number; 0 before the first one.
    pub sequence: u64,
    /// Its hash.
    pub hash: ContentHash,
}

/// The place of an entry in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its number: 1 for the first one, and one more for each.
    pub sequence: u64,
    /// The hash of the entry before it.
    pub previous: ContentHash,
    /// Its own hash.
    pub hash: ContentHash,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            sequence: 0,
            hash: ContentHash::stored(BEGINNING),
        }
    }
}

impl Head {
    /// The number of the entry that comes next.
    pub fn next(&self) -> u64 {
        self.sequence + 1
    }

    /// Seals the entry that comes next; `shown` is what everybody is shown of it, its number included.
    pub fn seal(&self, shown: &str) -> Link {
        Link {
            sequence: self.next(),
            previous: self.hash.clone(),
            hash: ContentHash::of(format!("{}{shown}", self.hash.as_str()).as_bytes()),
        }
    }
}

impl From<&Link> for Head {
    fn from(link: &Link) -> Self {
        Self {
            sequence: link.sequence,
            hash: link.hash.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_link_carries_the_hash_of_the_one_before() {
        let first = Head::default().seal(r#"{"sequence":1}"#);
        assert_eq!((first.sequence, first.previous.as_str()), (1, BEGINNING));
        let second = Head::from(&first).seal(r#"{"sequence":2}"#);
        assert_eq!((second.sequence, &second.previous), (2, &first.hash));
        let whole = format!("{}{}", first.hash.as_str(), r#"{"sequence":2}"#);
        assert_eq!(second.hash, ContentHash::of(whole.as_bytes()));
    }

    #[test]
    fn the_same_entry_elsewhere_has_another_hash() {
        let first = Head::default().seal("{}");
        let other = Head::default().seal(r#"{"a":"b"}"#);
        let after = |link| Head::from(link).seal("{}").hash;
        assert_ne!(first.hash, after(&first));
        assert_ne!(after(&first), after(&other));
    }
}
