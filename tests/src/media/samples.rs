//! Small files as cameras write them; only the pictures themselves are nonsense.

/// Where the camera was.
pub(super) const PLACE: &[u8] = b"-8.650000+115.216667";

fn segment(to: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) {
    let body = parts.concat();
    to.extend([0xff, marker]);
    to.extend(u16::try_from(body.len() + 2).unwrap().to_be_bytes());
    to.extend(body);
}

/// A JPEG of 40 x 30 pixels, taken with the camera on its side, that says where.
pub(super) fn jpeg() -> Vec<u8> {
    let mut exif = b"Exif\0\0II\x2a\0\x08\0\0\0\x02\0".to_vec();
    exif.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]);
    exif.extend([0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0, 0, 0, 0, 0]);
    exif.extend([1, 0, 0x1b, 0, 2, 0, 20, 0, 0, 0, 56, 0, 0, 0, 0, 0, 0, 0]);
    exif.extend(PLACE);
    let mut file = vec![0xff, 0xd8];
    segment(&mut file, 0xe0, &[b"JFIF\0\x01\x02\0\0\x48\0\x48\0\0"]);
    segment(&mut file, 0xe1, &[&exif]);
    segment(&mut file, 0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", PLACE]);
    segment(&mut file, 0xfe, &[PLACE]);
    segment(&mut file, 0xdb, &[&[0; 65]]);
    segment(&mut file, 0xc0, &[&[8, 0, 30, 0, 40, 1, 1, 0x11, 0]]);
    segment(&mut file, 0xc4, &[&[0; 17]]);
    segment(&mut file, 0xda, &[&[1, 1, 0, 0, 63, 0]]);
    file.extend(b"picture\xff\xd9");
    file
}

/// A GIF of one pixel.
pub(super) const GIF: &[u8] =
    b"GIF89a\x01\0\x01\0\0\0\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b";

/// A document.
pub(super) const PDF: &[u8] = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n";

fn boxed(kind: [u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let length = u32::try_from(body.len() + 8).unwrap();
    [&length.to_be_bytes()[..], &kind, &body].concat()
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    let bytes = numbers.iter().flat_map(|number| number.to_be_bytes());
    bytes.collect()
}

/// An MP4 of 40 x 30 pixels and two and a half seconds with so many bytes of pictures; where it was taken stands behind them.
pub(super) fn film(bytes: usize, says_where: bool) -> Vec<u8> {
    let start = boxed(*b"ftyp", &[b"isom\0\0\0\0isommp42"]);
    let matrix = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
    let head = [&[0; 10][..], &matrix, &[40 << 16, 30 << 16]].concat();
    let table = boxed(
        *b"stbl",
        &[
            &boxed(*b"stsc", &[&numbers(&[0, 0])]),
            &boxed(*b"stsz", &[&numbers(&[0, 0, 0])]),
            &boxed(*b"stco", &[&numbers(&[0, 0])]),
        ],
    );
    let handler = boxed(*b"hdlr", &[&[0; 8], b"vide", &[0; 13]]);
    let media = boxed(*b"mdia", &[&handler, &boxed(*b"minf", &[&table])]);
    let track = boxed(*b"trak", &[&boxed(*b"tkhd", &[&numbers(&head)]), &media]);
    let told = boxed(*b"udta", &[&boxed(*b"\xa9xyz", &[PLACE])]);
    let movie = boxed(
        *b"moov",
        &[
            &boxed(*b"mvhd", &[&numbers(&[0, 0, 0, 1_000, 2_500])]),
            &track,
            if says_where { &told } else { b"" },
        ],
    );
    let pictures: Vec<u8> = (0..=250).cycle().take(bytes).collect();
    [start, boxed(*b"mdat", &[&pictures]), movie].concat()
}
