//! What is kept of pictures and films, and what is not.

use super::read_film;
use super::samples::{
    COLOURS, Camera, PLACE, boxed, exif, film, film_of, gif, jpeg, png, png_of, track, webp,
};
use crate::film::Container;
use crate::{Picture, Shape, clean};

fn holds(file: &[u8], text: &[u8]) -> bool {
    file.windows(text.len()).any(|part| part == text)
}

fn shape(width: u32, height: u32, duration_ms: u64) -> Shape {
    Shape {
        width,
        height,
        duration_ms,
    }
}

#[test]
fn where_a_picture_was_taken_goes_and_its_colours_and_which_way_up_stay() {
    type Write = fn(&Camera) -> Vec<u8>;
    let writes: [(Picture, Write); 3] = [
        (Picture::Jpeg, jpeg),
        (Picture::Png, png),
        (Picture::WebP, webp),
    ];
    for (picture, write) in writes {
        for orientation in 1..=8 {
            let camera = Camera {
                orientation,
                ..Camera::default()
            };
            let file = write(&camera);
            assert!(holds(&file, PLACE) && holds(&file, COLOURS), "{picture:?}");
            let cleaned = clean(picture, &file).unwrap();
            assert!(!holds(&cleaned.bytes, PLACE), "{picture:?}");
            assert!(!holds(&cleaned.bytes, b"GPS"), "{picture:?}");
            assert!(holds(&cleaned.bytes, COLOURS), "{picture:?}");
            assert!(holds(&cleaned.bytes, b"picture"), "{picture:?}");
            let expected = if orientation < 5 { (40, 30) } else { (30, 40) };
            assert_eq!(
                cleaned.shape,
                shape(expected.0, expected.1, 0),
                "{picture:?}"
            );
            let kept = crate::exif::only(orientation);
            assert_eq!(holds(&cleaned.bytes, &kept), orientation > 1, "{picture:?}");
        }
    }
}

#[test]
fn what_follows_the_end_of_a_picture_does_not_go_out() {
    for (picture, mut file) in [
        (Picture::Jpeg, jpeg(&Camera::default())),
        (Picture::Png, png(&Camera::default())),
        (Picture::WebP, webp(&Camera::default())),
        (Picture::Gif, gif(2)),
    ] {
        let alone = clean(picture, &file).unwrap();
        file.extend(b"<script>alert(1)</script>");
        assert_eq!(clean(picture, &file).unwrap(), alone, "{picture:?}");
    }
}

#[test]
fn a_gif_plays_as_long_as_its_pictures_together_and_loses_its_comments() {
    let cleaned = clean(Picture::Gif, &gif(3)).unwrap();
    assert_eq!(cleaned.shape, shape(40, 30, 750));
    assert!(!holds(&cleaned.bytes, PLACE));
    assert!(holds(&cleaned.bytes, b"NETSCAPE2.0"));
    assert_eq!(clean(Picture::Gif, &gif(1)).unwrap().shape.duration_ms, 0);
    assert!(clean(Picture::Gif, &gif(0)).is_err());
    assert!(clean(Picture::Gif, &gif(3_001)).is_err());
}

#[test]
fn a_picture_that_would_be_huge_when_it_is_unpacked_is_refused() {
    for (width, height, is_fine) in [
        (1, 1, true),
        (0, 1, false),
        (1, 0, false),
        (20_000, 5_000, true),
        (20_000, 5_001, false),
        (20_001, 1, false),
        (1, 20_001, false),
        (u32::MAX, u32::MAX, false),
    ] {
        let result = clean(Picture::Png, &png_of(width, height, 1));
        assert_eq!(result.is_ok(), is_fine, "{width} x {height}");
    }
}

#[test]
fn a_jpeg_with_endless_scans_is_refused() {
    let file = jpeg(&Camera::default());
    let end = file.len() - 2;
    let scan = b"\xff\xda\0\x08\x01\x01\0\0\x3f\0data";
    let with = |scans| [&file[..end], &scan.repeat(scans)[..], &file[end..]].concat();
    assert!(clean(Picture::Jpeg, &with(98)).is_ok());
    assert!(clean(Picture::Jpeg, &with(99)).is_err());
}

#[test]
fn an_animated_webp_is_refused() {
    let mut file = webp(&Camera::default());
    let flags = file.windows(4).position(|part| part == b"VP8X").unwrap() + 8;
    file[flags] |= 0x02;
    let refused = clean(Picture::WebP, &file).unwrap_err();
    assert!(refused.to_string().contains("animated"), "{refused}");
}

#[test]
fn exif_that_refers_to_itself_is_read_to_an_end() {
    let mut tiff = exif(6);
    tiff[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(crate::exif::orientation(&tiff), None);
    assert_eq!(crate::exif::orientation(b"II\x2a\0\0\0\0\0"), None);
}

#[test]
fn where_a_film_was_taken_is_overwritten_and_nothing_else_moves() {
    for (brand, container) in [(b"isom", Container::Mp4), (b"qt  ", Container::QuickTime)] {
        let file = film_of(*brand, &Camera::default(), &[]);
        assert!(holds(&file, PLACE));
        let (found, patched) = read_film(container, &file).unwrap();
        assert_eq!(found, shape(30, 40, 2_500));
        assert_eq!(patched.len(), file.len());
        for told in [&PLACE[..8], &PLACE[8..16], b"location", b"GPS", b"xyz"] {
            assert!(!holds(&patched, told), "{}", String::from_utf8_lossy(told));
        }
        for kept in [b"picture1", b"picture2", b"moovXXXX"] {
            let kept = kept.strip_suffix(b"XXXX").unwrap_or(kept);
            let place = |file: &[u8]| file.windows(kept.len()).position(|part| part == kept);
            assert_eq!(place(&patched), place(&file));
            assert!(place(&file).is_some());
        }
        // What is left is a film as before, with nothing more to overwrite.
        assert_eq!(read_film(container, &patched).unwrap(), (found, patched));
    }
}

#[test]
fn a_film_is_what_it_was_said_to_be() {
    let file = film(&Camera::default());
    assert!(read_film(Container::QuickTime, &file).is_err());
    let file = film_of(*b"qt  ", &Camera::default(), &[]);
    assert!(read_film(Container::Mp4, &file).is_err());
    for brand in [b"heic", b"avif", b"jxl "] {
        let file = [
            boxed(*b"ftyp", &[brand, &[0; 4], brand]),
            film(&Camera::default())[24..].to_vec(),
        ];
        assert!(read_film(Container::Mp4, &file.concat()).is_err());
    }
}

#[test]
fn a_film_without_a_picture_or_in_pieces_is_refused() {
    let camera = Camera {
        width: 0,
        height: 0,
        ..Camera::default()
    };
    assert!(read_film(Container::Mp4, &film(&camera)).is_err());
    let pieces = boxed(*b"mvex", &[]);
    let file = film_of(*b"isom", &Camera::default(), &pieces);
    assert!(
        read_film(Container::Mp4, &file)
            .unwrap_err()
            .0
            .contains("pieces")
    );
    let many = [film(&Camera::default()), boxed(*b"free", &[]).repeat(100)].concat();
    assert!(
        read_film(Container::Mp4, &many)
            .unwrap_err()
            .0
            .contains("pieces")
    );
}

#[test]
fn a_track_that_points_outside_of_the_data_is_refused() {
    for place in [0, 8, 5_000, u32::MAX] {
        let hostile = track(*b"meta", &Camera::default(), &[place]);
        let file = film_of(*b"isom", &Camera::default(), &hostile);
        assert!(read_film(Container::Mp4, &file).is_err(), "{place}");
    }
}
