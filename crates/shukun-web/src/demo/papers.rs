//! The demo's papers: real files that open, on which 演示 (“demonstration”) is written so large that nobody takes them for a
//! paper. Photographed kinds are PNG, the others PDF.
//!
//! The two characters are drawn as strokes, so that no font is needed. Start at [`specimen`].

use std::sync::OnceLock;

use shukun_casework::DocumentKind;

/// A paper of this kind for one of the demo's cases; the same bytes every time.
pub fn specimen(kind: DocumentKind, number: usize) -> Vec<u8> {
    use DocumentKind::{BankCard, Identity, Receipt, VisitPhoto};
    match kind {
        BankCard | Identity | Receipt | VisitPhoto => PNG.get_or_init(png).clone(),
        _ => pdf(&format!("{}, case {}", kind.text().en, number + 1)),
    }
}

/// From, to, on a square of 100 × 100 with y downwards.
type Stroke = (i32, i32, i32, i32);

/// 演
const YAN: &[Stroke] = &[
    (10, 12, 22, 24),
    (5, 38, 17, 48),
    (7, 94, 25, 62),
    (63, 3, 63, 14),
    (34, 17, 34, 29),
    (34, 17, 93, 17),
    (93, 17, 93, 29),
    (43, 34, 84, 34),
    (40, 47, 87, 47),
    (87, 47, 87, 75),
    (40, 75, 87, 75),
    (40, 47, 40, 75),
    (40, 61, 87, 61),
    (63, 34, 63, 75),
    (53, 80, 36, 96),
    (74, 80, 92, 96),
];

/// 示
const SHI: &[Stroke] =
    &[(24, 20, 76, 20), (8, 43, 92, 43), (50, 43, 50, 92), (50, 92, 38, 84), (28, 58, 10, 84), (72, 58, 90, 84)];

/// One page of A4 with the two characters across it and a line of words that every viewer has letters for.
fn pdf(words: &str) -> Vec<u8> {
    let mut page = "0.75 0.2 0.15 RG 14 w 1 J 1 j\n".to_owned();
    for (strokes, left) in [(YAN, 90), (SHI, 310)] {
        for (x1, y1, x2, y2) in strokes {
            let (x1, y1, x2, y2) = (left + 2 * x1, 640 - 2 * y1, left + 2 * x2, 640 - 2 * y2);
            page.push_str(&format!("{x1} {y1} m {x2} {y2} l S\n"));
        }
    }
    let lines =
        [("SPECIMEN", 34, 370), (words, 18, 330), ("Made up for a demonstration. Nobody in it exists.", 14, 300)];
    for (line, size, y) in lines {
        page.push_str(&format!("BT /F1 {size} Tf 90 {y} Td ({line}) Tj ET\n"));
    }
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>".to_owned(),
        format!("<</Length {}>>stream\n{page}endstream", page.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    with_table(&objects).into_bytes()
}

/// A file of objects, with the table that says where each begins.
fn with_table(objects: &[String]) -> String {
    let mut file = "%PDF-1.4\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(objects) {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let begins = file.len();
    file.push_str(&table);
    file.push_str(&format!("trailer<</Size {}/Root 1 0 R>>\nstartxref\n{begins}\n%%EOF\n", objects.len() + 1));
    file
}

/// Drawn once.
static PNG: OnceLock<Vec<u8>> = OnceLock::new();

/// Size of the picture in dots: that of a card.
const WIDTH: i32 = 320;
const HEIGHT: i32 = 200;

/// A card in black and white with a frame and the two characters.
fn png() -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..HEIGHT {
        // Each row says first that it is written as it is.
        rows.push(0);
        for byte in 0..WIDTH / 8 {
            rows.push((0..8).fold(0_u8, |dots, bit| dots << 1 | u8::from(!is_ink(byte * 8 + bit, y))));
        }
    }
    let size = [WIDTH, HEIGHT].map(i32::to_be_bytes).concat();
    // One bit a dot, grey.
    let head = [&size[..], &[1, 0, 0, 0, 0]].concat();
    let parts = [chunk(b"IHDR", &head), chunk(b"IDAT", &stored(&rows)), chunk(b"IEND", b"")];
    [&b"\x89PNG\r\n\x1a\n"[..], &parts.concat()].concat()
}

fn is_ink(x: i32, y: i32) -> bool {
    let edge = x.min(y).min(WIDTH - 1 - x).min(HEIGHT - 1 - y);
    (6..9).contains(&edge) || [(YAN, 30), (SHI, 165)].iter().any(|(strokes, left)| is_on(strokes, x - left, y - 40))
}

/// Whether a dot lies on a stroke of a character of 120 dots.
fn is_on(strokes: &[Stroke], x: i32, y: i32) -> bool {
    let (x, y) = (i64::from(x) * 100, i64::from(y) * 100);
    strokes.iter().any(|(x1, y1, x2, y2)| {
        let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(|of| i64::from(*of) * 120);
        is_near((x, y), (x1, y1), (x2, y2), 450)
    })
}

/// Whether a point lies within a distance of the line between two others.
fn is_near((x, y): (i64, i64), (x1, y1): (i64, i64), (x2, y2): (i64, i64), within: i64) -> bool {
    let (dx, dy) = (x2 - x1, y2 - y1);
    let length = dx * dx + dy * dy;
    let along = ((x - x1) * dx + (y - y1) * dy).clamp(0, length);
    // The nearest point of the line, in the same hundredths of a dot.
    let (near_x, near_y) = (x1 + dx * along / length.max(1), y1 + dy * along / length.max(1));
    (x - near_x).pow(2) + (y - near_y).pow(2) <= within * within
}

/// A part of a PNG: its length, name, bytes and check value.
fn chunk(name: &[u8; 4], bytes: &[u8]) -> Vec<u8> {
    let named = [&name[..], bytes].concat();
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes()[..], &named, &crc32(&named).to_be_bytes()].concat()
}

/// A zlib stream (RFC 1950) of blocks that are not compressed (RFC 1951, 3.2.4).
fn stored(bytes: &[u8]) -> Vec<u8> {
    let blocks: Vec<&[u8]> = bytes.chunks(0xffff).collect();
    let mut stream = vec![0x78, 0x01];
    for (number, block) in blocks.iter().enumerate() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        stream.push(u8::from(number + 1 == blocks.len()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(*block);
    }
    stream.extend(adler32(bytes).to_be_bytes());
    stream
}

fn adler32(bytes: &[u8]) -> u32 {
    let (low, high) = bytes.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    high << 16 | low
}

fn crc32(bytes: &[u8]) -> u32 {
    let one = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    };
    !bytes.iter().fold(u32::MAX, one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shukun_store::DocumentForm;

    /// The check values that RFC 1950 and the PNG specification's example are tried with everywhere.
    #[test]
    fn check_values_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn a_pdf_is_as_long_as_its_table_says() {
        let file = String::from_utf8(specimen(DocumentKind::Minutes, 6)).unwrap();
        assert!(file.contains("(minutes of the meeting, case 7) Tj") && file.contains("SPECIMEN"));
        let begins: usize = file.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
        assert!(file[begins..].starts_with("xref\n0 6\n"));
        for (number, line) in file[begins..].lines().skip(3).take(5).enumerate() {
            let at: usize = line.split(' ').next().unwrap().parse().unwrap();
            assert!(file[at..].starts_with(&format!("{} 0 obj\n", number + 1)), "{line}");
        }
    }

    #[test]
    fn every_kind_is_a_form_that_is_taken() {
        for kind in DocumentKind::ALL {
            assert!(DocumentForm::of(&specimen(*kind, 0)).is_some(), "{kind}");
        }
        let picture = specimen(DocumentKind::Identity, 0);
        let ink: u32 = picture.iter().map(|byte| byte.count_zeros()).sum();
        assert!((5_000..30_000).contains(&ink), "{ink} dots are black");
    }
}
