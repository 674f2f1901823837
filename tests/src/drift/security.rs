//! `docs/security.md` names the tests that hold each requirement: they are there, and none is switched off.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::template::{file, read};

const DOCUMENT: &str = "docs/security.md";
/// The requirements that are all of identity, teams and posts, and all of files.
const COMPLETE: [std::ops::RangeInclusive<u32>; 2] = [1..=57, 67..=70];
/// Where the modules of a crate begin.
const CRATES: [(&str, &str); 8] = [
    ("app", "shared/app/src/lib.rs"),
    ("domain", "shared/domain/src/lib.rs"),
    ("local", "infra/local/src/lib.rs"),
    ("media", "shared/media/src/lib.rs"),
    ("platforms", "shared/platforms/src/lib.rs"),
    ("sandbox", "infra/sandbox/src/lib.rs"),
    ("store", "shared/store/src/lib.rs"),
    ("tests", "tests/src/lib.rs"),
];

/// The source of a module.
struct Module {
    lines: Vec<String>,
    /// Where the files of its own modules are.
    folder: PathBuf,
}

/// What a line declares, without who may see it.
fn declared(line: &str) -> &str {
    let line = line.trim();
    ["pub(crate) ", "pub(super) ", "pub "]
        .iter()
        .find_map(|seen_by| line.strip_prefix(seen_by))
        .unwrap_or(line)
}

impl Module {
    fn of(path: &Path, folder: PathBuf) -> Self {
        let source = std::fs::read_to_string(path);
        let source = source.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self {
            lines: source.lines().map(str::to_owned).collect(),
            folder,
        }
    }

    fn root(krate: &str) -> Option<Self> {
        let (_, path) = CRATES.iter().find(|(name, _)| *name == krate)?;
        let path = file(path);
        let folder = path.parent()?.to_owned();
        Some(Self::of(&path, folder))
    }

    /// A module that this one declares, in a file of its own or in this one.
    fn module(&self, name: &str) -> Option<Self> {
        let folder = self.folder.join(name);
        let [in_file, here] = [format!("mod {name};"), format!("mod {name} {{")];
        let mut declarations = self.lines.iter().map(|line| declared(line));
        if declarations.any(|line| line == in_file) {
            let flat = self.folder.join(format!("{name}.rs"));
            let path = if flat.exists() {
                flat
            } else {
                folder.join("mod.rs")
            };
            return Some(Self::of(&path, folder));
        }
        let is_here = |line: &String| declared(line) == here;
        let begin = self.lines.iter().position(is_here)?;
        let indent = self.lines[begin].len() - self.lines[begin].trim_start().len();
        let end = format!("{}}}", " ".repeat(indent));
        let lines = self.lines[begin + 1..].iter();
        let lines = lines.take_while(|line| **line != end).cloned().collect();
        Some(Self { lines, folder })
    }

    /// Whether a function of this name is a test that is run.
    fn has_test(&self, name: &str) -> bool {
        let [plain, asynchronous] = [format!("fn {name}("), format!("async fn {name}(")];
        let is = |line: &String| {
            declared(line).starts_with(&plain) || declared(line).starts_with(&asynchronous)
        };
        let Some(at) = self.lines.iter().position(is) else {
            return false;
        };
        let above = self.lines[..at].iter().rev().map(|line| line.trim());
        let above: Vec<_> = above
            .take_while(|line| !line.is_empty() && *line != "}")
            .collect();
        let has = |begin: &str| above.iter().any(|line| line.starts_with(begin));
        // What runs on Linux runs wherever it counts.
        let is_off = |line: &&str| line.starts_with("#[cfg") && !line.contains("\"linux\"");
        let is_test = has("#[test]") || has("#[tokio::test");
        is_test && !has("#[ignore") && !above.iter().any(is_off)
    }
}

/// Whether there is such a test: `crate::path::name`.
fn exists(test: &str) -> bool {
    let mut path: Vec<_> = test.split("::").collect();
    let name = path.pop().unwrap();
    let mut modules = path.into_iter();
    let root = Module::root(modules.next().unwrap());
    let module = modules.fold(root, |module, name| module?.module(name));
    module.is_some_and(|module| module.has_test(name))
}

/// The tests of each requirement, by its number.
fn requirements() -> BTreeMap<u32, BTreeSet<String>> {
    let mut rows = BTreeMap::new();
    for line in read(DOCUMENT).lines() {
        let Some((number, _)) = line.strip_prefix("| ").and_then(|row| row.split_once(' ')) else {
            continue;
        };
        let Ok(number) = number.parse() else { continue };
        let held_by = line.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let tests = held_by.split('`').skip(1).step_by(2);
        let before = rows.insert(number, tests.map(str::to_owned).collect());
        assert!(before.is_none(), "requirement {number} has two rows");
    }
    rows
}

#[test]
fn every_requirement_of_what_is_built_has_a_row_and_every_row_a_test() {
    let rows = requirements();
    for number in COMPLETE.into_iter().flatten() {
        assert!(
            rows.contains_key(&number),
            "requirement {number} has no row"
        );
    }
    for (number, tests) in rows {
        assert!(!tests.is_empty(), "nothing holds requirement {number}");
    }
}

#[test]
fn every_test_that_holds_a_requirement_is_there_and_runs() {
    for (number, tests) in requirements() {
        for test in tests {
            assert!(
                exists(&test),
                "requirement {number}: there is no such test, or it is switched off: {test}"
            );
        }
    }
}

#[test]
fn a_test_that_is_missing_elsewhere_or_switched_off_is_noticed() {
    let here = "tests::drift::security::";
    let this = "a_test_that_is_missing_elsewhere_or_switched_off_is_noticed";
    assert!(exists(&format!("{here}{this}")));
    for wrong in [
        "tests::drift::security::no_such_test",
        "tests::drift::security::requirements",
        "tests::drift::documents::a_test_that_is_missing_elsewhere_or_switched_off_is_noticed",
        "tests::drift::nowhere::x",
        "nowhere::x",
    ] {
        assert!(!exists(wrong), "{wrong}");
    }
    let lines = |attributes: &str| Module {
        lines: format!("mod x {{\n    {attributes}\n    async fn it() {{\n    }}\n}}")
            .lines()
            .map(str::to_owned)
            .collect(),
        folder: PathBuf::new(),
    };
    let runs = |attributes: &str| lines(attributes).module("x").unwrap().has_test("it");
    assert!(runs("#[tokio::test]") && runs("#[test]\n    #[should_panic]"));
    assert!(runs("#[cfg(target_os = \"linux\")]\n    #[test]"));
    assert!(!runs("#[test]\n    #[ignore = \"slow\"]") && !runs("#[cfg(unix)]\n    #[test]"));
    assert!(!runs("/// No test."));
}
