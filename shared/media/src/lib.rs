//! What is in uploaded files: each is read as the one type that it was said to be, measured, and written anew without what tells more
//! than it shows, such as where a picture was taken.

mod bytes;
mod exif;
pub mod film;
mod gif;
mod jpeg;
mod pdf;
mod png;
mod webp;

/// A type of picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
    /// GIF, which may move.
    Gif,
}

/// The most pixels of one side.
pub const MAX_SIDE: u32 = 20_000;
/// The most pixels of a picture.
pub const MAX_PIXELS: u64 = 100_000_000;

/// Why a file is not taken, in words for whoever uploaded it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

impl Refused {
    fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// The result of looking into a file.
pub type Result<T, E = Refused> = std::result::Result<T, E>;

/// What a file measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// How wide it is shown, in pixels; 0 for a document.
    pub width: u32,
    /// How high it is shown, in pixels; 0 for a document.
    pub height: u32,
    /// How long it plays, in milliseconds; 0 for what does not move.
    pub duration_ms: u64,
}

/// A file that was looked through and written anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleaned {
    /// The bytes that go out.
    pub bytes: Vec<u8>,
    /// What it measures.
    pub shape: Shape,
}

/// Reads a picture and writes it anew. Films and documents are not read at once: see `film` and `check_document`.
pub fn clean(picture: Picture, file: &[u8]) -> Result<Cleaned> {
    let cleaned = match picture {
        Picture::Jpeg => jpeg::clean(file)?,
        Picture::Png => png::clean(file)?,
        Picture::WebP => webp::clean(file)?,
        Picture::Gif => gif::clean(file)?,
    };
    fits(cleaned.shape)?;
    Ok(cleaned)
}

/// Looks at the first and the last bytes of a document, a kilobyte of each.
pub fn check_document(head: &[u8], tail: &[u8]) -> Result<()> {
    pdf::check(head, tail)
}

/// Refuses what is too small to be seen or too large to be unpacked.
fn fits(shape: Shape) -> Result<()> {
    let Shape { width, height, .. } = shape;
    let is_side = |side: u32| (1..=MAX_SIDE).contains(&side);
    if !is_side(width) || !is_side(height) {
        return Err(Refused::new(format!(
            "each side must have 1 to {MAX_SIDE} pixels, and it has {width} x {height}"
        )));
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Refused::new(format!(
            "it may have at most {} megapixels, and it has {width} x {height} pixels",
            MAX_PIXELS / 1_000_000
        )));
    }
    Ok(())
}

/// A file that does not begin as its type does.
fn not_a(what: &str) -> Refused {
    Refused::new(format!("it is not a {what} file"))
}

/// A file that begins as its type does and does not go on like that.
fn damaged(what: &str) -> Refused {
    Refused::new(format!("the {what} file is damaged or cut off"))
}

#[cfg(test)]
mod tests;
