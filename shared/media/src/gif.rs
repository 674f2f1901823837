//! GIF (87a and 89a): the pictures with their times are copied, and comments and the data of programs are left out.

use crate::bytes::Cursor;
use crate::{Cleaned, Refused, Result, Shape, damaged, not_a};

/// The most pictures that one file may show.
const MAX_FRAMES: u64 = 3_000;
/// The most pixels that all pictures together may have: what somebody must unpack who turns it into a film.
const MAX_FRAME_PIXELS: u64 = 5_000_000_000;
/// What is shown for less than 20 milliseconds, browsers show for a tenth of a second.
const SHORTEST: u64 = 2;
const INSTEAD: u64 = 10;

struct Animation {
    bytes: Vec<u8>,
    frames: u64,
    hundredths: u64,
    delay: u64,
}

pub(crate) fn clean(file: &[u8]) -> Result<Cleaned> {
    let mut at = Cursor::new(file);
    if !matches!(at.take(6), Some(b"GIF87a" | b"GIF89a")) {
        return Err(not_a("GIF"));
    }
    let screen = at.take(7).ok_or_else(cut)?;
    let mut sides = Cursor::new(screen);
    let (width, height) = sides.le16().zip(sides.le16()).ok_or_else(cut)?;
    let mut animation = Animation {
        // Only the later version knows times.
        bytes: b"GIF89a".to_vec(),
        frames: 0,
        hundredths: 0,
        delay: 0,
    };
    animation.bytes.extend(screen);
    animation.colours(&mut at, screen.get(4).copied().ok_or_else(cut)?)?;
    loop {
        match at.u8().ok_or_else(cut)? {
            0x3b => break,
            0x2c => animation.frame(&mut at)?,
            0x21 => animation.extension(&mut at)?,
            _ => return Err(cut()),
        }
    }
    animation.bytes.push(0x3b);
    if animation.frames == 0 {
        return Err(cut());
    }
    let pixels = animation.frames * u64::from(width) * u64::from(height);
    if animation.frames > MAX_FRAMES || pixels > MAX_FRAME_PIXELS {
        return Err(Refused::new(format!(
            "it shows too much: {} pictures of {width} x {height} pixels",
            animation.frames
        )));
    }
    let shape = Shape {
        width: width.into(),
        height: height.into(),
        duration_ms: if animation.frames == 1 {
            0
        } else {
            animation.hundredths * 10
        },
    };
    Ok(Cleaned {
        bytes: animation.bytes,
        shape,
    })
}

fn cut() -> Refused {
    damaged("GIF")
}

impl Animation {
    /// Copies a table of colours, if the flags say that one follows.
    fn colours(&mut self, at: &mut Cursor<'_>, flags: u8) -> Result<()> {
        if flags & 0x80 != 0 {
            let colours = 2_usize << (flags & 0x07);
            let table = at.take(3 * colours).ok_or_else(cut)?;
            self.bytes.extend(table);
        }
        Ok(())
    }

    fn frame(&mut self, at: &mut Cursor<'_>) -> Result<()> {
        let place = at.take(9).ok_or_else(cut)?;
        self.bytes.push(0x2c);
        self.bytes.extend(place);
        self.colours(at, place.get(8).copied().ok_or_else(cut)?)?;
        let code_size = at.u8().filter(|bits| (2..=11).contains(bits));
        self.bytes.push(code_size.ok_or_else(cut)?);
        let data = blocks(at)?;
        self.bytes.extend(data);
        self.frames += 1;
        self.hundredths += match self.delay {
            0..SHORTEST => INSTEAD,
            delay => delay,
        };
        self.delay = 0;
        Ok(())
    }

    fn extension(&mut self, at: &mut Cursor<'_>) -> Result<()> {
        let label = at.u8().ok_or_else(cut)?;
        let body = blocks(at)?;
        let is_kept = match label {
            0xf9 => {
                let mut control = Cursor::new(body.get(2..).ok_or_else(cut)?);
                self.delay = control.le16().ok_or_else(cut)?.into();
                body.len() == 6
            }
            // How often it is shown again.
            0xff => {
                let known = [b"\x0bNETSCAPE2.0", b"\x0bANIMEXTS1.0"];
                known.iter().any(|known| body.starts_with(*known)) && body.len() == 17
            }
            _ => false,
        };
        if is_kept {
            self.bytes.extend([0x21, label]);
            self.bytes.extend(body);
        }
        Ok(())
    }
}

/// A row of blocks with their lengths, up to the empty one that ends it.
fn blocks<'a>(at: &mut Cursor<'a>) -> Result<&'a [u8]> {
    let start = *at;
    let begin = at.at();
    loop {
        let length = at.u8().ok_or_else(cut)?;
        if length == 0 {
            break;
        }
        at.take(length.into()).ok_or_else(cut)?;
    }
    let length = at.at() - begin;
    start.rest().get(..length).ok_or_else(cut)
}
