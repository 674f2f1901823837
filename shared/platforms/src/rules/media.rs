//! What files a platform does not take.

use domain::content::Attachment;
use domain::{MediaKind, MediaType, Platform};

use super::check::{Piece, Question};
use super::files::{FileRules, MediaRules, Mixing};
use super::finding::Finding;
use super::options::{self, Format};

pub(super) fn check(question: &Question<'_>, piece: &Piece<'_>, found: &mut Vec<Finding>) {
    let rules = &question.rules.media;
    if piece.media.is_empty() {
        if question.rules.requires_media && piece.part.is_none() {
            let detail = format!("{} takes no post without a file", question.name());
            let pointer = question.pointer("media");
            found.push(Finding::error("media_missing", pointer, detail));
        }
        return;
    }
    together(question, piece, rules, found);
    for (at, file) in piece.media.iter().enumerate() {
        let pointer = question.pointer(&piece.field(&format!("media/{at}")));
        match rules.of(file.kind) {
            None => found.push(Finding::error(
                "media_kind",
                pointer,
                format!("{} takes no {}", question.name(), words(file.kind)),
            )),
            Some(rules) => {
                let is_shaped = options::format(question.said) != Format::Story;
                single(rules, file, is_shaped, &pointer, found);
                description(question, file, &pointer, found);
            }
        }
    }
}

/// A kind of file in words, in the plural.
pub(super) fn words(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "pictures",
        MediaKind::Animation => "moving pictures (GIF)",
        MediaKind::Video => "films",
        MediaKind::Document => "documents",
    }
}

/// How many, and which beside which.
fn together(
    question: &Question<'_>,
    piece: &Piece<'_>,
    rules: &MediaRules,
    found: &mut Vec<Finding>,
) {
    const KINDS: [MediaKind; 4] = [
        MediaKind::Image,
        MediaKind::Animation,
        MediaKind::Video,
        MediaKind::Document,
    ];
    let pointer = || question.pointer(&piece.field("media"));
    let count = |kind| piece.media.iter().filter(|file| file.kind == kind).count();
    let mut too_many = |what: &str, count: usize, most: u32| {
        if count > most as usize {
            let detail = format!("there are {count} {what}, and the limit is {most}");
            found.push(Finding::error("too_many_files", pointer(), detail));
        }
    };
    let mut is_told = false;
    for kind in KINDS {
        if let Some(rules) = rules.of(kind) {
            too_many(words(kind), count(kind), rules.most);
            is_told |= count(kind) > rules.most as usize;
        }
    }
    if !is_told {
        too_many("files", piece.media.len(), rules.most);
    }
    let kinds: Vec<MediaKind> = KINDS.into_iter().filter(|kind| count(*kind) > 0).collect();
    let goes = match rules.mixing {
        Mixing::OneKind => kinds.len() <= 1,
        Mixing::PicturesAndFilms => {
            kinds.len() <= 1 || kinds == [MediaKind::Image, MediaKind::Video]
        }
        Mixing::Everything => true,
    };
    if !goes {
        let names: Vec<_> = kinds.into_iter().map(words).collect();
        let detail = format!(
            "{} does not take {} together: post them apart",
            question.name(),
            names.join(" and ")
        );
        found.push(Finding::error("mixed_media", pointer(), detail));
    }
    let sizes = piece.media.iter().map(|file| (file.width, file.height));
    let are_alike = sizes.clone().min() == sizes.max();
    if question.rules.platform == Platform::Pinterest && !are_alike {
        let detail = "Pinterest wants several pictures to have the same width and height";
        found.push(Finding::error("different_sizes", pointer(), detail));
    }
}

/// What one file is.
fn single(
    rules: &FileRules,
    file: &Attachment,
    is_shaped: bool,
    pointer: &str,
    found: &mut Vec<Finding>,
) {
    let mut refuse = |code, detail: String| {
        found.push(Finding::error(code, pointer.to_owned(), detail));
    };
    let taken = |types: &[MediaType]| types.iter().any(|one| one.to_string() == file.content_type);
    if !taken(rules.types) {
        let names: Vec<String> = rules.types.iter().map(ToString::to_string).collect();
        let (is, may) = (&file.content_type, names.join(", "));
        refuse("media_type", format!("the file is {is}, and may be {may}"));
    }
    if file.bytes > rules.max_bytes {
        let (is, may) = (size(file.bytes), size(rules.max_bytes));
        refuse(
            "file_too_large",
            format!("the file has {is}, and the limit is {may}"),
        );
    }
    let (width, height) = (file.width, file.height);
    let is = format!("the file has {width} × {height} pixels");
    if width.min(height) < rules.min_side {
        let detail = format!("{is}, and each side needs {}", rules.min_side);
        refuse("too_few_pixels", detail);
    }
    if rules.max_side > 0 && width.max(height) > rules.max_side {
        let detail = format!("{is}, and each side may have {}", rules.max_side);
        refuse("too_many_pixels", detail);
    } else if rules.max_sides > 0 && width.saturating_add(height) > rules.max_sides {
        let detail = format!("{is}, and both sides together may have {}", rules.max_sides);
        refuse("too_many_pixels", detail);
    } else if rules.max_pixels > 0 && u64::from(width) * u64::from(height) > rules.max_pixels {
        let detail = format!("{is}, and may have {} in all", rules.max_pixels);
        refuse("too_many_pixels", detail);
    }
    if is_shaped {
        if let Some(narrowest) = rules.narrowest.filter(|it| it.is_wider_than(width, height)) {
            let detail = format!("{is}: it is too narrow, and {narrowest} is the narrowest shape");
            refuse("too_narrow", detail);
        }
        if let Some(widest) = rules.widest.filter(|it| it.is_narrower_than(width, height)) {
            let detail = format!("{is}: it is too wide, and {widest} is the widest shape");
            refuse("too_wide", detail);
        }
    }
    lasts(file, rules.min_ms, rules.max_ms, pointer, found);
}

/// How long it plays.
pub(super) fn lasts(
    file: &Attachment,
    min_ms: u64,
    max_ms: u64,
    pointer: &str,
    found: &mut Vec<Finding>,
) {
    if file.kind != MediaKind::Video {
        return;
    }
    let is = seconds(file.duration_ms);
    if file.duration_ms < min_ms {
        let detail = format!("the film has {is}, and needs {}", seconds(min_ms));
        found.push(Finding::error("film_too_short", pointer.to_owned(), detail));
    }
    if max_ms > 0 && file.duration_ms > max_ms {
        let detail = format!("the film has {is}, and the limit is {}", seconds(max_ms));
        found.push(Finding::error("film_too_long", pointer.to_owned(), detail));
    }
}

/// Its words for people who do not see it.
fn description(
    question: &Question<'_>,
    file: &Attachment,
    pointer: &str,
    found: &mut Vec<Finding>,
) {
    let pointer = format!("{pointer}/alt");
    let name = question.name();
    let is_seen = matches!(file.kind, MediaKind::Image | MediaKind::Animation);
    let shows = |limit: &super::files::AltLimit| is_seen || limit.of_films;
    let limit = question.rules.media.alt.filter(shows);
    match (&file.alt, limit) {
        (Some(alt), Some(limit)) => {
            let length = limit.measure.length(alt.as_str());
            if length > limit.limit as usize {
                let (unit, most) = (limit.measure.unit().words(), limit.limit);
                let detail = format!(
                    "the description is too long: {length} {unit}, and the limit is {most}"
                );
                found.push(Finding::error("alt_too_long", pointer, detail));
            }
        }
        (Some(_), None) => {
            let detail = format!("{name} shows no description of it");
            found.push(Finding::warning("alt_not_shown", pointer, detail));
        }
        (None, Some(_)) if is_seen => {
            let detail = "it has no description for people who do not see it";
            found.push(Finding::warning("alt_missing", pointer, detail));
        }
        (None, _) => {}
    }
}

/// A number of bytes as people say it.
fn size(bytes: u64) -> String {
    const KB: u64 = 1_000;
    const MB: u64 = 1_000 * KB;
    const GB: u64 = 1_000 * MB;
    let tenths = |unit: u64, name: &str| {
        let tenths = bytes.div_ceil(unit / 10);
        match tenths % 10 {
            0 => format!("{} {name}", tenths / 10),
            tenth => format!("{}.{tenth} {name}", tenths / 10),
        }
    };
    match bytes {
        0..KB => format!("{bytes} bytes"),
        KB..MB => tenths(KB, "kB"),
        MB..GB => tenths(MB, "MB"),
        GB.. => tenths(GB, "GB"),
    }
}

/// A time as people say it.
fn seconds(ms: u64) -> String {
    match (ms / 1_000, ms % 1_000) {
        (seconds, 0) => format!("{seconds} s"),
        (seconds, ms) => format!("{seconds}.{} s", format!("{ms:03}").trim_end_matches('0')),
    }
}
