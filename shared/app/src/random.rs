//! The only source of randomness: the operating system's, through aws-lc.

/// `N` unpredictable bytes.
///
/// # Panics
/// If the operating system has no randomness to give.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // aws-lc aborts the process when the system has no randomness to give, so an error cannot be seen here.
    let filled = aws_lc_rs::rand::fill(&mut bytes);
    assert!(filled.is_ok(), "the system gives no randomness");
    bytes
}
