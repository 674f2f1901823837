//! PDF: that it begins and ends as one. What is in it is for its readers.

use crate::{Result, damaged, not_a};

pub(crate) fn check(head: &[u8], tail: &[u8]) -> Result<()> {
    let is_known = |head: &[u8]| head.starts_with(b"%PDF-1.") || head.starts_with(b"%PDF-2.");
    if !is_known(head) {
        return Err(not_a("PDF"));
    }
    let end = b"%%EOF";
    if !tail.windows(end.len()).any(|text| text == end) {
        return Err(damaged("PDF"));
    }
    Ok(())
}
