//! New ids, keys and hashes, the same for the same start time and the same requests.

use std::fmt::Write;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// SHA-256 in base64url without padding, as PKCE writes it.
pub(crate) fn sha256_base64url(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

/// Bytes in hexadecimal, in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// A key that was never given out before, 43 characters.
pub(crate) fn key(seed: &str, count: u64, purpose: &str) -> String {
    sha256_base64url(&format!("{seed}|{count}|{purpose}"))
}

/// A time-ordered decimal id as Mastodon makes them.
pub(crate) fn snowflake(now: Timestamp, count: u64) -> String {
    let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or_default();
    ((milliseconds << 16) | (count & 0xffff)).to_string()
}

/// A timestamp id of the AT Protocol: 13 characters that sort by time.
pub(crate) fn tid(now: Timestamp, count: u64) -> String {
    const ALPHABET: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
    let microseconds = u64::try_from(now.as_microsecond()).unwrap_or_default();
    let number = (microseconds << 10) | (count & 0x3ff);
    (0..13)
        .rev()
        .map(|place| {
            char::from(ALPHABET[usize::try_from((number >> (place * 5)) & 31).unwrap_or_default()])
        })
        .collect()
}

/// A content id with the look of the AT Protocol: equal content has an equal id.
pub(crate) fn cid(content: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut bytes = vec![0x01, 0x71, 0x12, 0x20];
    bytes.extend_from_slice(&Sha256::digest(content));
    let mut text = String::from("b");
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[(buffer >> bits) as usize & 31]));
        }
        buffer &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[(buffer << (5 - bits)) as usize & 31]));
    }
    text
}
