//! Files as people and attackers upload them: what is kept of them, what is not, and what is refused.

pub(crate) mod samples;

mod pictures;

use proptest::prelude::*;

use crate::film::{self, Container, Outline};
use crate::{Picture, check_document, clean};
use samples::{Camera, film, gif, jpeg, png, webp};

const PICTURES: [Picture; 4] = [Picture::Jpeg, Picture::Png, Picture::WebP, Picture::Gif];

/// A right file of each type.
fn right(picture: Picture) -> Vec<u8> {
    match picture {
        Picture::Jpeg => jpeg(&Camera::default()),
        Picture::Png => png(&Camera::default()),
        Picture::WebP => webp(&Camera::default()),
        Picture::Gif => gif(3),
    }
}

/// Reads a film as it is read from S3, and gives it as it goes out.
pub(crate) fn read_film(
    container: Container,
    file: &[u8],
) -> crate::Result<(crate::Shape, Vec<u8>)> {
    let mut outline = Outline::new(file.len() as u64);
    while let Some(at) = outline.next() {
        let at = usize::try_from(at).unwrap();
        let end = file.len().min(at + usize::try_from(film::HEADER).unwrap());
        outline.read(&file[at..end])?;
    }
    let piece = |range: std::ops::Range<u64>| {
        &file[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()]
    };
    let (brands, movie) = (piece(outline.brands()?), piece(outline.movie()?));
    let found = film::check(container, &outline, brands, movie)?;
    let mut patched = file.to_vec();
    // In pieces, because that is how it goes out.
    for (number, piece) in patched.chunks_mut(7).enumerate() {
        found.patch(7 * number as u64, piece);
    }
    Ok((found.shape, patched))
}

#[test]
fn a_file_that_was_cut_off_anywhere_is_refused() {
    for picture in PICTURES {
        let whole = right(picture);
        assert!(clean(picture, &whole).is_ok(), "{picture:?}");
        for length in 0..whole.len() {
            assert!(
                clean(picture, &whole[..length]).is_err(),
                "{picture:?} {length}"
            );
        }
    }
}

#[test]
fn a_film_that_was_cut_off_anywhere_is_refused() {
    let mut whole = film(&Camera::default());
    // What comes last only tells about the film.
    let told = whole.windows(4).position(|part| part == b"uuid").unwrap();
    whole.truncate(told - 4);
    assert!(read_film(Container::Mp4, &whole).is_ok());
    for length in 0..whole.len() {
        assert!(
            read_film(Container::Mp4, &whole[..length]).is_err(),
            "{length}"
        );
    }
}

#[test]
fn a_file_of_another_type_is_refused_whatever_it_was_called() {
    let html = b"<!doctype html><script>alert(1)</script>".to_vec();
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec();
    let strange = [
        html,
        svg,
        b"%PDF-1.7\n%%EOF".to_vec(),
        b"MZ\x90\0".to_vec(),
        Vec::new(),
    ];
    for picture in PICTURES {
        for other in PICTURES {
            assert_eq!(clean(picture, &right(other)).is_ok(), picture == other);
        }
        for file in strange.iter().chain([&film(&Camera::default())]) {
            assert!(clean(picture, file).is_err(), "{picture:?}");
        }
    }
    for file in &strange {
        assert!(read_film(Container::Mp4, file).is_err());
        assert!(read_film(Container::QuickTime, file).is_err());
    }
}

#[test]
fn what_was_cleaned_once_stays_as_it_is() {
    for picture in PICTURES {
        let once = clean(picture, &right(picture)).unwrap();
        assert_eq!(clean(picture, &once.bytes).unwrap(), once, "{picture:?}");
    }
}

#[test]
fn a_document_begins_and_ends_as_a_pdf() {
    assert!(check_document(b"%PDF-1.7\n", b"\n%%EOF\n").is_ok());
    assert!(check_document(b"%PDF-2.0\n", b"%%EOF").is_ok());
    assert!(check_document(b" %PDF-1.7\n", b"%%EOF").is_err());
    assert!(check_document(b"<html>%PDF-1.7", b"%%EOF").is_err());
    assert!(check_document(b"%PDF-1.7\n", b"endobj").is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_without_a_panic(file in proptest::collection::vec(any::<u8>(), 0..600)) {
        for picture in PICTURES {
            let _ = clean(picture, &file);
        }
        let _ = read_film(Container::Mp4, &file);
        let _ = read_film(Container::QuickTime, &file);
        let _ = check_document(&file, &file);
    }

    #[test]
    fn a_right_file_with_wrong_bytes_in_it_is_read_without_a_panic(
        which in 0_usize..5,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        length in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut file = PICTURES.get(which).map_or_else(|| film(&Camera::default()), |picture| right(*picture));
        for (place, byte) in &changes {
            let place = place.index(file.len());
            file[place] = *byte;
        }
        if is_cut {
            file.truncate(length.index(file.len()));
        }
        match PICTURES.get(which) {
            Some(picture) => {
                if let Ok(cleaned) = clean(*picture, &file) {
                    prop_assert!(cleaned.shape.width > 0 && cleaned.shape.width <= crate::MAX_SIDE);
                    prop_assert!(cleaned.bytes.len() <= file.len() + 64);
                }
            }
            None => {
                if let Ok((shape, patched)) = read_film(Container::Mp4, &file) {
                    prop_assert!(shape.duration_ms > 0);
                    prop_assert_eq!(patched.len(), file.len());
                }
            }
        }
    }
}
