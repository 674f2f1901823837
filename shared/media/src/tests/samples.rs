//! Small files as cameras write them: every part is there that is kept or left out, only the pictures themselves are nonsense.

use crate::png::checksum;

/// What must not be found in what goes out.
pub(crate) const PLACE: &[u8] = b"-8.650000+115.216667";
/// What must be found in what goes out.
pub(crate) const COLOURS: &[u8] = b"colours as they are meant";

/// How the camera was held and what it wrote down.
pub(crate) struct Camera {
    pub(crate) orientation: u16,
    pub(crate) width: u16,
    pub(crate) height: u16,
}

impl Default for Camera {
    fn default() -> Self {
        Self {
            orientation: 6,
            width: 40,
            height: 30,
        }
    }
}

/// EXIF with an orientation, and a directory of GPS that says where.
pub(crate) fn exif(orientation: u16) -> Vec<u8> {
    let mut tiff = b"II\x2a\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0]);
    tiff.extend(orientation.to_le_bytes());
    tiff.extend([0, 0]);
    // The directory of GPS stands at 38.
    tiff.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0]);
    tiff.extend([0; 4]);
    tiff.extend([1, 0, 0x1b, 0, 2, 0]);
    tiff.extend(u32::try_from(PLACE.len()).unwrap().to_le_bytes());
    tiff.extend([56, 0, 0, 0]);
    tiff.extend([0; 4]);
    tiff.extend(PLACE);
    tiff
}

fn xmp() -> Vec<u8> {
    [b"<x:xmpmeta exif:GPSLatitude=\"", PLACE, b"\"/>"].concat()
}

fn segment(to: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) {
    let body = parts.concat();
    to.extend([0xff, marker]);
    to.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
    to.extend(body);
}

pub(crate) fn jpeg(camera: &Camera) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8];
    segment(
        &mut file,
        0xe0,
        &[b"JFIF\0\x01\x02\0\0\x48\0\x48\x01\x01", b"abc"],
    );
    segment(&mut file, 0xe1, &[b"Exif\0\0", &exif(camera.orientation)]);
    segment(
        &mut file,
        0xe1,
        &[b"http://ns.adobe.com/xap/1.0/\0", &xmp()],
    );
    segment(&mut file, 0xe2, &[b"ICC_PROFILE\0\x01\x01", COLOURS]);
    segment(&mut file, 0xed, &[b"Photoshop 3.0\0", PLACE]);
    segment(&mut file, 0xfe, &[PLACE]);
    segment(&mut file, 0xdb, &[&[0; 65]]);
    let (height, width) = (camera.height.to_be_bytes(), camera.width.to_be_bytes());
    segment(&mut file, 0xc2, &[&[8], &height, &width, &[1, 1, 0x11, 0]]);
    segment(&mut file, 0xc4, &[&[0; 17]]);
    for _ in 0..2 {
        segment(&mut file, 0xda, &[&[1, 1, 0, 0, 63, 0]]);
        file.extend(b"picture\xff\x00and\xff\xd3more");
    }
    file.extend([0xff, 0xd9]);
    file
}

fn chunk(to: &mut Vec<u8>, name: [u8; 4], body: &[u8]) {
    to.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
    to.extend(name);
    to.extend(body);
    to.extend(checksum(name, body).to_be_bytes());
}

pub(crate) fn png_of(width: u32, height: u32, orientation: u16) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    chunk(&mut file, *b"IHDR", &[sides, vec![8, 6, 0, 0, 0]].concat());
    chunk(&mut file, *b"iCCP", COLOURS);
    chunk(&mut file, *b"eXIf", &exif(orientation));
    chunk(&mut file, *b"tEXt", &[b"Location\0", PLACE].concat());
    chunk(
        &mut file,
        *b"iTXt",
        &[b"XML:com.adobe.xmp\0\0\0\0\0", &xmp()[..]].concat(),
    );
    chunk(&mut file, *b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0]);
    chunk(&mut file, *b"IDAT", b"picture");
    chunk(&mut file, *b"IDAT", b"and more");
    chunk(&mut file, *b"IEND", b"");
    file
}

pub(crate) fn png(camera: &Camera) -> Vec<u8> {
    png_of(
        camera.width.into(),
        camera.height.into(),
        camera.orientation,
    )
}

fn riff(to: &mut Vec<u8>, name: [u8; 4], body: &[u8]) {
    to.extend(name);
    to.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
    to.extend(body);
    to.extend(vec![0; body.len() % 2]);
}

pub(crate) fn webp(camera: &Camera) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    let mut canvas = vec![0x20 | 0x10 | 0x08 | 0x04, 0, 0, 0];
    for side in [camera.width, camera.height] {
        canvas.extend(&u32::from(side - 1).to_le_bytes()[..3]);
    }
    riff(&mut body, *b"VP8X", &canvas);
    riff(&mut body, *b"ICCP", COLOURS);
    riff(&mut body, *b"ALPH", b"see-through");
    let mut image = vec![0x10, 0, 0, 0x9d, 0x01, 0x2a];
    image.extend(camera.width.to_le_bytes());
    image.extend(camera.height.to_le_bytes());
    image.extend(b"picture");
    riff(&mut body, *b"VP8 ", &image);
    riff(&mut body, *b"XMP ", &xmp());
    riff(&mut body, *b"EXIF", &exif(camera.orientation));
    let mut file = b"RIFF".to_vec();
    file.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
    file.extend(body);
    file
}

/// So many pictures of 40 x 30 pixels, each shown for a quarter of a second.
pub(crate) fn gif(frames: usize) -> Vec<u8> {
    let mut file = b"GIF89a\x28\0\x1e\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    file.extend(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0");
    file.extend(
        [
            b"\x21\xfe",
            &[u8::try_from(PLACE.len()).unwrap()][..],
            PLACE,
            b"\0",
        ]
        .concat(),
    );
    file.extend(
        [
            &b"\x21\xff\x0bXMP DataXMP"[..],
            &[u8::try_from(PLACE.len()).unwrap()],
            PLACE,
            b"\0",
        ]
        .concat(),
    );
    for _ in 0..frames {
        file.extend(b"\x21\xf9\x04\0\x19\0\0\0");
        file.extend(b"\x2c\0\0\0\0\x28\0\x1e\0\0\x02\x03abc\0");
    }
    file.push(0x3b);
    file
}

/// A box of a film.
pub(crate) fn boxed(kind: [u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = u32::try_from(body.len() + 8).unwrap();
    [&length.to_be_bytes()[..], &kind, &body].concat()
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_be_bytes())
        .collect()
}

/// A track. Its samples are 8 bytes each, in chunks of one, at these places.
pub(crate) fn track(handler: [u8; 4], camera: &Camera, chunks: &[u32]) -> Vec<u8> {
    let one = 0x1_0000;
    let (width, height) = (
        u32::from(camera.width) << 16,
        u32::from(camera.height) << 16,
    );
    // On its side, as a telephone films that is held upright.
    let matrix = [0, one, 0, u32::MAX - one + 1, 0, 0, 0, 0, 0x4000_0000];
    let head = [&[0; 10][..], &matrix, &[width, height]].concat();
    let count = u32::try_from(chunks.len()).unwrap();
    let table = boxed(
        *b"stbl",
        &[
            &boxed(*b"stsd", &[&numbers(&[0, 0])]),
            &boxed(*b"stsc", &[&numbers(&[0, 1, 1, 1, 1])]),
            &boxed(
                *b"stsz",
                &[&numbers(
                    &[&[0, 0, count][..], &vec![8; chunks.len()]].concat(),
                )],
            ),
            &boxed(*b"stco", &[&numbers(&[&[0, count][..], chunks].concat())]),
        ],
    );
    boxed(
        *b"trak",
        &[
            &boxed(*b"tkhd", &[&numbers(&head)]),
            &boxed(*b"udta", &[&boxed(*b"name", &[PLACE])]),
            &boxed(
                *b"mdia",
                &[
                    &boxed(*b"hdlr", &[&numbers(&[0, 0]), &handler, &[0; 13]]),
                    &boxed(*b"minf", &[&table]),
                ],
            ),
        ],
    )
}

/// A film of two and a half seconds, with all the places where cameras write down where they are.
pub(crate) fn film(camera: &Camera) -> Vec<u8> {
    film_of(*b"isom", camera, &[])
}

pub(crate) fn film_of(brand: [u8; 4], camera: &Camera, more: &[u8]) -> Vec<u8> {
    let start = boxed(
        *b"ftyp",
        &[
            &brand,
            &[0; 4],
            &brand,
            if &brand == b"qt  " { b"qt  " } else { b"mp42" },
        ],
    );
    let data = u32::try_from(start.len() + 8).unwrap();
    let samples = [b"picture1", &PLACE[..8], b"picture2", &PLACE[8..16]].concat();
    let movie = boxed(
        *b"moov",
        &[
            &boxed(*b"mvhd", &[&numbers(&[0, 0, 0, 1_000, 2_500])]),
            &track(*b"vide", camera, &[data, data + 16]),
            &track(*b"meta", camera, &[data + 8, data + 24]),
            &boxed(
                *b"udta",
                &[&boxed(*b"\xa9xyz", &[PLACE]), &boxed(*b"loci", &[PLACE])],
            ),
            &boxed(
                *b"meta",
                &[&boxed(
                    *b"ilst",
                    &[b"com.apple.quicktime.location.ISO6709", PLACE],
                )],
            ),
            more,
        ],
    );
    let told = boxed(
        *b"uuid",
        &[
            b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac",
            &xmp(),
        ],
    );
    [start, boxed(*b"mdat", &[&samples]), movie, told].concat()
}
