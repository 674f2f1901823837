//! Whatever is changed, taken out, moved or cut off is found.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const TEAM: &str = "team_1";

fn now() -> Timestamp {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

fn entry(n: u64, details: &Value) -> Map<String, Value> {
    let entry = json!({
        "id": format!("activity_{n}"), "kind": "post.created", "at": "2026-06-01T11:00:00Z", "team_id": TEAM,
        "actor": { "type": "user", "id": "user_1" }, "details": details,
    });
    entry.as_object().unwrap().clone()
}

/// A log of so many entries that holds.
fn log(entries: u64) -> Log {
    let (mut previous, mut sealed) = (BEGINNING.to_owned(), Vec::new());
    for n in 1..=entries {
        let mut entry = entry(n, &json!({ "handle": format!("café \"{n}\"\n") }));
        entry.insert("sequence".into(), n.into());
        let own = hash(&entry, &previous);
        entry.insert("previous_hash".into(), previous.into());
        entry.insert("hash".into(), own.clone().into());
        sealed.push(entry);
        previous = own;
    }
    Log {
        team: TEAM.into(),
        entries: sealed,
        head: Head {
            sequence: entries,
            hash: previous,
        },
    }
}

#[track_caller]
fn broken_at(log: &Log) -> (Option<u64>, String) {
    let broken = verify(log, None, now()).unwrap_err();
    (broken.sequence, broken.why)
}

#[test]
fn a_log_that_nobody_touched_holds() {
    for entries in [0, 1, 7] {
        let log = log(entries);
        let holds = verify(&log, Some(&log.head), now()).unwrap();
        assert_eq!(
            (holds.entries, holds.hash, holds.waiting),
            (entries, log.head.hash, 0)
        );
    }
}

#[test]
fn the_hash_is_that_of_the_text_before_and_the_canonical_json() {
    let shown = json!({ "b": { "y": "\u{8}\u{1f}é/", "x": [1, true, null] }, "a": "1", "hash": "x", "previous_hash": "y" });
    let text = format!(
        "{BEGINNING}{}",
        r#"{"a":"1","b":{"x":[1,true,null],"y":"\b\u001fé/"}}"#
    );
    let expected = format!("{:x}", Sha256::digest(text));
    assert_eq!(hash(shown.as_object().unwrap(), BEGINNING), expected);
}

#[test]
fn an_entry_that_is_missing_is_named_by_its_number() {
    let mut cut = log(5);
    cut.entries.remove(2);
    assert_eq!(broken_at(&cut), (Some(3), "it is missing".into()));
    let mut cut = log(5);
    cut.entries.pop();
    assert_eq!(broken_at(&cut).0, Some(5));
}

#[test]
fn two_entries_that_changed_places_are_found() {
    let mut swapped = log(5);
    let numbers = [1, 2].map(|n| swapped.entries[n]["sequence"].clone());
    swapped.entries[1]["sequence"] = numbers[1].clone();
    swapped.entries[2]["sequence"] = numbers[0].clone();
    assert_eq!(broken_at(&swapped).0, Some(2));
    let mut exchanged = log(5);
    let details = [1, 2].map(|n| exchanged.entries[n]["details"].clone());
    exchanged.entries[1]["details"] = details[1].clone();
    exchanged.entries[2]["details"] = details[0].clone();
    assert_eq!(
        broken_at(&exchanged),
        (Some(2), "it is not what was sealed".into())
    );
}

#[test]
fn a_number_twice_an_id_twice_and_another_team_are_found() {
    let mut log = log(3);
    let again = log.entries[1].clone();
    log.entries.push(again);
    assert_eq!(broken_at(&log).1, "its id is there twice");
    log.entries[3]["id"] = "activity_9".into();
    assert_eq!(broken_at(&log).1, "another entry has the same number");
    log.entries[3]["team_id"] = "team_2".into();
    assert_eq!(broken_at(&log).1, "it is not of this team");
}

#[test]
fn a_chain_that_was_made_anew_or_cut_off_is_only_found_by_who_kept_its_end() {
    let kept = log(5).head;
    let mut anew = log(5);
    anew.entries[4]["details"] = json!({});
    let previous = anew.entries[3]["hash"].as_str().unwrap().to_owned();
    let own = hash(&anew.entries[4], &previous);
    anew.entries[4]["hash"] = own.clone().into();
    anew.head.hash = own;
    assert!(verify(&anew, None, now()).is_ok());
    assert_eq!(
        verify(&anew, Some(&kept), now()).unwrap_err().sequence,
        Some(5)
    );
    assert!(verify(&log(4), None, now()).is_ok());
    assert!(verify(&log(4), Some(&kept), now()).is_err());
    assert!(verify(&log(6), Some(&kept), now()).is_ok());
}

#[test]
fn an_entry_without_a_place_is_waited_for_ten_minutes() {
    let mut log = log(2);
    let mut late = entry(3, &json!({}));
    late.insert("at".into(), "2026-06-01T11:50:00Z".into());
    log.entries.push(late);
    assert_eq!(verify(&log, None, now()).unwrap().waiting, 1);
    let broken = verify(&log, None, now() + SignedDuration::from_secs(1)).unwrap_err();
    assert_eq!(
        (broken.id.as_deref(), broken.sequence),
        (Some("activity_3"), None)
    );
}

#[test]
fn entries_that_were_sealed_while_the_log_was_read_do_no_harm() {
    let mut read = log(5);
    read.head = log(3).head;
    assert_eq!(verify(&read, None, now()).unwrap().entries, 3);
    read.entries.remove(3);
    assert!(verify(&read, None, now()).is_ok());
}

proptest! {
    #[test]
    fn no_text_of_a_sealed_entry_can_be_another_one(n in 0_usize..6, name in "(id|kind|at|address_prefix|previous_hash|hash)", other in "\\PC{0,12}") {
        let mut log = log(6);
        prop_assume!(log.entries[n].get(&name).and_then(Value::as_str) != Some(other.as_str()));
        log.entries[n].insert(name, other.into());
        prop_assert!(verify(&log, None, now()).is_err());
    }
}
