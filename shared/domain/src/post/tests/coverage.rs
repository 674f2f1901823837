//! Histories at random take every step that the table of statuses has, so nothing stands there that cannot happen.

use std::collections::HashSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::histories::{Action, Step, World, turn};
use super::*;

/// What the histories are made of: the same ones every time.
const SEED: [u8; 32] = *b"every step of the table is taken";
/// After so many histories a step that none of them has taken counts as one that cannot be.
const MOST: usize = 10_000;

/// A step of the table: from which, by what, where, to which.
type Entry = (Option<Status>, Event, Where, Status);

/// Every single step that the table has.
fn table() -> Vec<Entry> {
    let mut steps = Vec::new();
    for (from, event, place, to) in TRANSITIONS {
        let begins = from.is_empty().then_some(None);
        for from in from.iter().copied().map(Some).chain(begins) {
            steps.extend(to.iter().map(|to| (from, *event, *place, *to)));
        }
    }
    steps
}

/// What moves the status, done by either of two admins: of all that there is to do, more of it is possible this way.
fn action() -> impl Strategy<Value = (u8, Action)> {
    let action = prop_oneof![
        2 => any::<u8>().prop_map(Action::Edit),
        4 => (0..60u16).prop_map(Action::Schedule),
        2 => Just(Action::Submit),
        3 => Just(Action::Approve(true)),
        1 => Just(Action::Reject),
        2 => prop::option::of(0..3u8).prop_map(Action::Cancel),
        1 => any::<bool>().prop_map(|asks| Action::Settings(asks, true)),
        8 => (0..6u8).prop_map(Action::Work),
        1 => (0..3u8, turn()).prop_map(|(account, turn)| Action::Turn(account, turn)),
        4 => (0..60u16).prop_map(Action::Wait),
        1 => (0..20_000u16).prop_map(Action::Wait),
    ];
    (0..2u8, action)
}

fn is_taken((from, event, place, to): Entry, taken: &HashSet<Step>) -> bool {
    let asks: &[bool] = match place {
        Where::Always => &[true, false],
        Where::Asks => &[true],
        Where::Free => &[false],
    };
    asks.iter()
        .any(|asks| taken.contains(&(from, event, *asks, to)))
}

#[test]
fn every_step_of_the_table_is_taken() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &SEED);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    let histories = vec(action(), 1..40);
    let mut missing = table();
    for _ in 0..MOST {
        let mut world = World::new();
        for (by, action) in histories.new_tree(&mut runner).unwrap().current() {
            world.act(by, &action).unwrap();
        }
        missing.retain(|step| !is_taken(*step, &world.steps));
        if missing.is_empty() {
            return;
        }
    }
    panic!("no history has taken {missing:#?}");
}
