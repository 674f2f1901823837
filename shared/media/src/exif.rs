//! Of EXIF only this is kept: which way up a picture is shown.

use crate::bytes::{Cursor, size};

const ORIENTATION: u16 = 0x0112;
const SHORT: u16 = 3;
/// The most entries that are looked at: cameras write a few dozen.
const MAX_ENTRIES: u16 = 512;

/// The orientation in EXIF data (a TIFF file), where it says something else than "as it is": 2 to 8.
pub(crate) fn orientation(tiff: &[u8]) -> Option<u16> {
    let big = match tiff.get(..4)? {
        [b'M', b'M', 0, 42] => true,
        [b'I', b'I', 42, 0] => false,
        _ => return None,
    };
    let short = |at: &mut Cursor<'_>| if big { at.be16() } else { at.le16() };
    let long = |at: &mut Cursor<'_>| if big { at.be32() } else { at.le32() };
    let start = long(&mut Cursor::new(tiff.get(4..)?))?;
    let mut directory = Cursor::new(tiff.get(size(start)?..)?);
    let entries = short(&mut directory)?.min(MAX_ENTRIES);
    for _ in 0..entries {
        let mut entry = Cursor::new(directory.take(12)?);
        let (tag, kind, _count) = (short(&mut entry)?, short(&mut entry)?, long(&mut entry)?);
        if tag == ORIENTATION && kind == SHORT {
            return short(&mut entry).filter(|value| (2..=8).contains(value));
        }
    }
    None
}

/// EXIF data that says which way up, and nothing else.
pub(crate) fn only(orientation: u16) -> Vec<u8> {
    let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x01".to_vec();
    tiff.extend(ORIENTATION.to_be_bytes());
    tiff.extend(SHORT.to_be_bytes());
    tiff.extend(1_u32.to_be_bytes());
    tiff.extend(orientation.to_be_bytes());
    // The rest of the value's four bytes, and that no directory follows.
    tiff.extend([0; 6]);
    tiff
}

/// The sides as they are shown: four of the orientations turn a picture on its side.
pub(crate) fn turned(orientation: Option<u16>, width: u32, height: u32) -> (u32, u32) {
    if orientation.is_some_and(|orientation| orientation >= 5) {
        (height, width)
    } else {
        (width, height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for value in 2..=8 {
            assert_eq!(orientation(&only(value)), Some(value));
        }
        assert_eq!(orientation(&only(1)), None);
        assert_eq!(orientation(&only(9)), None);
    }

    #[test]
    fn both_orders_of_bytes_are_read() {
        let little = b"II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        assert_eq!(orientation(little), Some(6));
    }
}
