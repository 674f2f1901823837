//! Compares how texts are read for X with the vendor's own examples: `tests/conformance/run` fetches them and runs this.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use platforms::rules::weighted::{
    self, cashtags, hashtags, length, length_without_emoji, links, mentions,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// How many examples there are at least. Fewer means that something was not read, and that nothing was proved.
const EXPECTED: [(&str, usize); 29] = [
    ("validate tweets", 8),
    ("validate usernames", 4),
    ("validate lists", 5),
    ("validate hashtags", 7),
    ("validate urls_without_protocol", 5),
    ("validate WeightedTweetsCounterTest", 20),
    ("validate WeightedTweetsWithDiscountedEmojiCounterTest", 22),
    ("validate UnicodeDirectionalMarkerCounterTest", 2),
    ("extract mentions", 23),
    ("extract mentions_with_indices", 3),
    ("extract mentions_or_lists_with_indices", 5),
    ("extract replies", 13),
    ("extract urls", 91),
    ("extract urls_with_indices", 10),
    ("extract urls_with_directional_markers", 2),
    ("extract tco_urls_with_params", 5),
    ("extract hashtags", 65),
    ("extract hashtags_from_astral", 3),
    ("extract hashtags_with_indices", 8),
    ("extract cashtags", 8),
    ("extract cashtags_with_indices", 2),
    ("autolink usernames", 19),
    ("autolink lists", 12),
    ("autolink hashtags", 70),
    ("autolink urls", 78),
    ("autolink cashtags", 2),
    ("autolink all", 10),
    ("emoji of Unicode 11", 2_789),
    ("emoji of Unicode 17", 3_944),
];
/// What is about other things: another, stricter reading of addresses; JSON from X's servers; the highlighting of search results.
const NOT_OURS: [&str; 2] = ["validate urls", "autolink json"];

#[derive(Deserialize)]
struct File {
    tests: BTreeMap<String, Option<Vec<Example>>>,
}

#[derive(Deserialize)]
struct Example {
    #[serde(default)]
    description: String,
    text: String,
    expected: Value,
}

#[derive(Default)]
struct Report {
    passed: BTreeMap<String, usize>,
    failed: Vec<String>,
}

impl Report {
    fn note<T: PartialEq + Debug>(&mut self, group: &str, about: &str, found: &T, expected: &T) {
        if found == expected {
            *self.passed.entry(group.to_owned()).or_default() += 1;
        } else {
            self.failed.push(format!(
                "{group}: {about}\n  found    {found:?}\n  expected {expected:?}"
            ));
        }
    }
}

#[expect(
    clippy::print_stdout,
    reason = "a program for the command line, which says what it found"
)]
fn main() -> ExitCode {
    let folder: PathBuf = std::env::args().skip(1).collect();
    let mut report = Report::default();
    let read = ["validate", "extract", "autolink"]
        .iter()
        .try_for_each(|name| examples(&mut report, &folder, name))
        .and_then(|()| emoji(&mut report, &folder, 11))
        .and_then(|()| emoji(&mut report, &folder, 17));
    if let Err(error) = read {
        println!("{error}");
        return ExitCode::FAILURE;
    }
    for (group, expected) in EXPECTED {
        let passed = report.passed.get(group).copied().unwrap_or_default();
        println!("{passed:>6} of {expected:>5}  {group}");
        if passed != expected {
            report
                .failed
                .push(format!("{group}: {passed} passed, {expected} should"));
        }
    }
    println!("{:>6} in all", report.passed.values().sum::<usize>());
    for failed in &report.failed {
        println!("FAILED {failed}");
    }
    if report.failed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn text_of(folder: &Path, name: &str) -> Result<String, String> {
    let path = folder.join(name);
    std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
}

fn examples(report: &mut Report, folder: &Path, name: &str) -> Result<(), String> {
    let yaml = text_of(folder, &format!("{name}.yml"))?;
    let file: File =
        serde_saphyr::from_str(&yaml).map_err(|error| format!("{name}.yml: {error}"))?;
    for (kind, examples) in file.tests {
        let group = format!("{name} {kind}");
        if NOT_OURS.contains(&group.as_str()) {
            continue;
        }
        for example in examples.into_iter().flatten() {
            let Example {
                description,
                text,
                expected,
            } = example;
            let about = format!("{description} {text:?}");
            match name {
                "validate" => {
                    report.note(
                        &group,
                        &about,
                        &validated(&kind, &text, &expected),
                        &expected,
                    );
                }
                "extract" => report.note(&group, &about, &extracted(&kind, &text), &expected),
                _ => {
                    let anchors = anchors(expected.as_str().unwrap_or_default());
                    report.note(&group, &about, &linked(&kind, &text), &anchors);
                }
            }
        }
    }
    Ok(())
}

/// Every whole emoji weighs two.
fn emoji(report: &mut Report, folder: &Path, version: u32) -> Result<(), String> {
    let list = text_of(folder, &format!("unicode{version}-emoji-test.txt"))?;
    for line in list
        .lines()
        .filter(|line| line.contains("; fully-qualified"))
    {
        let codes = line.split(';').next().unwrap_or_default();
        let emoji: Option<String> = codes
            .split_whitespace()
            .map(|code| u32::from_str_radix(code, 16).ok().and_then(char::from_u32))
            .collect();
        let emoji = emoji.ok_or("the list of emoji cannot be read")?;
        let around = length(&format!("a{emoji}b{emoji}"));
        report.note(&format!("emoji of Unicode {version}"), line, &around, &6);
    }
    Ok(())
}

fn validated(kind: &str, text: &str, expected: &Value) -> Value {
    let whole = |found: Vec<Range<usize>>| matches!(&found[..], [at] if *at == (0..text.len()));
    match kind {
        // These are of the time of 140 characters, whatever the character.
        "tweets" => json!((1..=140).contains(&length_of_old(text))),
        "usernames" => json!(whole(mentions(text)) && !text.contains('/')),
        "lists" => json!(whole(mentions(text)) && text.contains('/')),
        "hashtags" => json!(whole(hashtags(text))),
        "urls_without_protocol" => json!(whole(at(text))),
        "WeightedTweetsCounterTest" => weighed(text, length_without_emoji),
        "WeightedTweetsWithDiscountedEmojiCounterTest" | "UnicodeDirectionalMarkerCounterTest" => {
            weighed(text, length)
        }
        _ => json!({ "unknown": kind, "expected": expected }),
    }
}

fn length_of_old(text: &str) -> usize {
    let linked: usize = at(text)
        .iter()
        .map(|at| text[at.clone()].chars().count())
        .sum();
    text.chars().count() - linked + at(text).len() * 23
}

fn at(text: &str) -> Vec<Range<usize>> {
    links(text).into_iter().map(|link| link.at).collect()
}

fn weighed(text: &str, length: fn(&str) -> usize) -> Value {
    const LIMIT: usize = 280;
    let units = |text: &str| text.encode_utf16().count();
    let weight = length(text);
    let end = weighted::valid_end(text, LIMIT, length);
    json!({
        "weightedLength": weight,
        "valid": weight > 0 && end == text.len(),
        "permillage": weight * 1_000 / LIMIT,
        "displayRangeStart": 0,
        "displayRangeEnd": units(text).saturating_sub(1),
        "validRangeStart": 0,
        "validRangeEnd": units(&text[..end]).saturating_sub(1),
    })
}

fn extracted(kind: &str, text: &str) -> Value {
    let points = |at: &Range<usize>| {
        let count = |end: usize| text[..end].chars().count();
        json!([count(at.start), count(at.end)])
    };
    let name = |at: &Range<usize>| text[at.clone()].chars().skip(1).collect::<String>();
    let person = |at: &Range<usize>| name(at).split('/').next().unwrap_or_default().to_owned();
    let list = |at: &Range<usize>| {
        let name = name(at);
        name.find('/')
            .map_or_else(String::new, |slash| name[slash..].to_owned())
    };
    let tags_outside_links = || -> Vec<Range<usize>> {
        let links = at(text);
        let is_outside = |tag: &Range<usize>| {
            !links
                .iter()
                .any(|link| link.start < tag.end && tag.start < link.end)
        };
        hashtags(text).into_iter().filter(is_outside).collect()
    };
    let people = mentions(text);
    let tags = tags_outside_links();
    match kind {
        "mentions" => people.iter().map(person).collect(),
        "mentions_with_indices" => people
            .iter()
            .filter(|at| list(at).is_empty())
            .map(|at| json!({ "screen_name": person(at), "indices": points(at) }))
            .collect(),
        "mentions_or_lists_with_indices" => people
            .iter()
            .map(|at| json!({ "screen_name": person(at), "list_slug": list(at), "indices": points(at) }))
            .collect(),
        "replies" => {
            let is_first = |at: &&Range<usize>| text[..at.start].trim().is_empty();
            json!(people.first().filter(is_first).map(person))
        }
        "urls" | "tco_urls_with_params" => at(text).into_iter().map(|at| &text[at]).collect(),
        "urls_with_indices" | "urls_with_directional_markers" => at(text)
            .iter()
            .map(|at| json!({ "url": text[at.clone()], "indices": points(at) }))
            .collect(),
        "hashtags" | "hashtags_from_astral" => tags.iter().map(name).collect(),
        "hashtags_with_indices" => tags
            .iter()
            .map(|at| json!({ "hashtag": name(at), "indices": points(at) }))
            .collect(),
        "cashtags" => cashtags(text).iter().map(name).collect(),
        "cashtags_with_indices" => cashtags(text)
            .iter()
            .map(|at| json!({ "cashtag": name(at), "indices": points(at) }))
            .collect(),
        _ => json!({ "unknown": kind }),
    }
}

/// What becomes a link in a page, in order: only addresses with a protocol do there.
fn linked(kind: &str, text: &str) -> Vec<String> {
    let mut found: Vec<(Range<usize>, usize)> = Vec::new();
    let addresses = links(text).into_iter().filter(|link| link.has_protocol);
    let addresses = addresses.map(|link| (link.at, 0));
    let people = mentions(text).into_iter().map(|at| {
        let sign = text[at.clone()].chars().next().map_or(0, char::len_utf8);
        (at, sign)
    });
    let tags = hashtags(text).into_iter().map(|at| (at, 0));
    let shares = cashtags(text).into_iter().map(|at| (at, 0));
    match kind {
        "urls" => found.extend(addresses),
        "usernames" | "lists" => found.extend(people),
        "hashtags" => found.extend(tags),
        "cashtags" => found.extend(shares),
        _ => found.extend(addresses.chain(people).chain(tags).chain(shares)),
    }
    found.sort_by_key(|(at, _)| at.start);
    let mut end = 0;
    found.retain(|(at, _)| {
        let is_free = at.start >= end;
        if is_free {
            end = at.end;
        }
        is_free
    });
    found
        .into_iter()
        .map(|(at, sign)| text[at.start + sign..at.end].to_owned())
        .collect()
}

/// The text of every link in a page.
fn anchors(page: &str) -> Vec<String> {
    page.split("<a ")
        .skip(1)
        .filter_map(|rest| {
            let inside = rest.split_once('>')?.1.split_once("</a>")?.0;
            Some(
                inside
                    .replace("&quot;", "\"")
                    .replace("&#39;", "'")
                    .replace("&lt;", "<")
                    .replace("&gt;", ">")
                    .replace("&amp;", "&"),
            )
        })
        .collect()
}
