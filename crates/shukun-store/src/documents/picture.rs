//! What a camera writes into a picture beside the picture (where it was taken, with what, when) is left out; how it is
//! to be turned stays. Nothing is encoded again: the picture's own bytes are those that came.
//!
//! Knows JPEG's segments and PNG's chunks, not what they paint. Start at [`without_traces`].

use super::DocumentForm;

/// More pixels than any scan of a page has.
const MOST_PIXELS: u64 = 40_000_000;

/// Why a picture is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFault {
    /// It ends early, or its parts do not follow each other.
    Broken,
    /// More than 40 million pixels.
    TooManyPixels,
}

/// The bytes as they are kept; a PDF as it came.
pub fn without_traces(form: DocumentForm, bytes: &[u8]) -> Result<Vec<u8>, PictureFault> {
    match form {
        DocumentForm::Pdf => Ok(bytes.to_vec()),
        DocumentForm::Jpeg => jpeg(bytes),
        DocumentForm::Png => png(bytes),
    }
}

/// Bytes from which one takes the next.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], PictureFault> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(PictureFault::Broken)?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self, bytes: usize) -> Result<usize, PictureFault> {
        let taken = self.take(bytes)?;
        Ok(taken.iter().fold(0, |number, byte| (number << 8) | usize::from(*byte)))
    }
}

fn check_pixels(width: usize, height: usize) -> Result<(), PictureFault> {
    let pixels = u64::try_from(width).ok().zip(u64::try_from(height).ok()).and_then(|(w, h)| w.checked_mul(h));
    match pixels {
        Some(0) | None => Err(PictureFault::Broken),
        Some(pixels) if pixels > MOST_PIXELS => Err(PictureFault::TooManyPixels),
        Some(_) => Ok(()),
    }
}

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const COMMENT: u8 = 0xfe;
const EXIF: u8 = 0xe1;

fn jpeg(bytes: &[u8]) -> Result<Vec<u8>, PictureFault> {
    let mut rest = Rest(bytes);
    rest.take(2)?;
    let mut kept = vec![0xff, START];
    let mut has_size = false;
    loop {
        let marker = marker(&mut rest)?;
        if marker == END {
            kept.extend([0xff, END]);
            return if has_size { Ok(kept) } else { Err(PictureFault::Broken) };
        }
        let length = rest.number(2)?;
        let body = rest.take(length.checked_sub(2).ok_or(PictureFault::Broken)?)?;
        if is_frame(marker) {
            let mut frame = Rest(body);
            frame.take(1)?;
            let (height, width) = (frame.number(2)?, frame.number(2)?);
            check_pixels(width, height)?;
            has_size = true;
        }
        if marker == EXIF {
            kept.extend(turned(body));
        } else if is_kept(marker, body) {
            kept.extend([0xff, marker]);
            kept.extend(u16::try_from(length).map_err(|_| PictureFault::Broken)?.to_be_bytes());
            kept.extend(body);
        }
        if marker == SCAN {
            kept.extend(painted(&mut rest));
        }
    }
}

/// The next marker; any number of filling bytes stands before it.
fn marker(rest: &mut Rest<'_>) -> Result<u8, PictureFault> {
    if rest.number(1)? != 0xff {
        return Err(PictureFault::Broken);
    }
    loop {
        match rest.take(1)? {
            [0xff] => {}
            [marker] => return Ok(*marker),
            _ => return Err(PictureFault::Broken),
        }
    }
}

/// Start of a frame, which says how large the picture is.
const fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

/// Tables and frames; of what programs add, only that which says how colours are meant.
fn is_kept(marker: u8, body: &[u8]) -> bool {
    match marker {
        0xe0 | 0xee => true,
        0xe2 => body.starts_with(b"ICC_PROFILE\0"),
        0xe1..=0xef | COMMENT => false,
        _ => true,
    }
}

/// The painted part: up to the next marker that is neither a stuffed byte nor a restart.
fn painted<'a>(rest: &mut Rest<'a>) -> &'a [u8] {
    let is_end = |pair: &[u8]| matches!(pair, [0xff, second] if !matches!(second, 0x00 | 0xd0..=0xd7));
    let end = rest.0.windows(2).position(is_end).unwrap_or(rest.0.len());
    rest.take(end).unwrap_or_default()
}

/// Exif with nothing but how the picture is to be turned; nothing where it stands upright.
fn turned(exif: &[u8]) -> Vec<u8> {
    match orientation(exif) {
        Some(turn @ 2..=8) => [
            &[0xff, EXIF, 0x00, 0x22][..],
            b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0",
            &[turn, 0, 0, 0, 0, 0, 0],
        ]
        .concat(),
        _ => Vec::new(),
    }
}

/// Tag 0x0112 of the first directory.
fn orientation(exif: &[u8]) -> Option<u8> {
    let tiff = exif.strip_prefix(b"Exif\0\0")?;
    let is_little = tiff.starts_with(b"II");
    let number = |at: usize, bytes: usize| -> Option<usize> {
        let taken = tiff.get(at..at.checked_add(bytes)?)?;
        let add = |number: usize, byte: &u8| (number << 8) | usize::from(*byte);
        Some(if is_little { taken.iter().rev().fold(0, add) } else { taken.iter().fold(0, add) })
    };
    let directory = number(4, 4)?;
    let entries = number(directory, 2)?.min(500);
    let entry = |index: usize| directory.checked_add(2)?.checked_add(index * 12);
    let found = (0..entries).filter_map(entry).find(|at| number(*at, 2) == Some(0x0112))?;
    u8::try_from(number(found.checked_add(8)?, 2)?).ok()
}

const PNG_HEAD: usize = 8;

fn png(bytes: &[u8]) -> Result<Vec<u8>, PictureFault> {
    let mut rest = Rest(bytes);
    let mut kept = rest.take(PNG_HEAD)?.to_vec();
    let mut is_first = true;
    loop {
        let length = rest.number(4)?;
        let kind = rest.take(4)?;
        let body = rest.take(length)?;
        let sum = rest.take(4)?;
        if is_first {
            check_head(kind, body)?;
            is_first = false;
        }
        if is_kept_chunk(kind) {
            kept.extend(u32::try_from(length).map_err(|_| PictureFault::Broken)?.to_be_bytes());
            kept.extend([kind, body, sum].concat());
        }
        if kind == b"IEND" {
            return Ok(kept);
        }
    }
}

fn check_head(kind: &[u8], body: &[u8]) -> Result<(), PictureFault> {
    let mut head = Rest(body);
    if kind != b"IHDR" {
        return Err(PictureFault::Broken);
    }
    check_pixels(head.number(4)?, head.number(4)?)
}

/// Capital letters first: needed for the picture. Of the others those that say how colours are meant.
fn is_kept_chunk(kind: &[u8]) -> bool {
    const COLOURS: [&[u8]; 8] = [b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs"];
    kind.first().is_some_and(u8::is_ascii_uppercase) || COLOURS.contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker][..], &length, body].concat()
    }

    /// A frame of this size, between what cameras write and a scan with a stuffed byte and a restart.
    fn camera(width: u16, height: u16, exif: &[u8]) -> Vec<u8> {
        let frame = [&[8][..], &height.to_be_bytes(), &width.to_be_bytes(), &[1, 1, 0x11, 0]].concat();
        [
            vec![0xff, START],
            segment(0xe0, b"JFIF\0"),
            segment(EXIF, exif),
            segment(0xed, b"Photoshop 3.0 120.63E"),
            segment(COMMENT, b"at home"),
            segment(0xc0, &frame),
            segment(SCAN, &[1, 1, 0, 0, 63, 0]),
            vec![1, 2, 0xff, 0x00, 3, 0xff, 0xd0, 4],
            vec![0xff, END],
            b"a trailer with a place".to_vec(),
        ]
        .concat()
    }

    fn exif(turn: u8) -> Vec<u8> {
        let directory = [&[1, 0][..], &[0x12, 0x01, 3, 0, 1, 0, 0, 0, turn, 0, 0, 0], &[0, 0, 0, 0]].concat();
        [&b"Exif\0\0II\x2a\0\x08\0\0\0"[..], &directory, b"GPS 27.78N 120.63E"].concat()
    }

    fn holds(bytes: &[u8], word: &[u8]) -> bool {
        bytes.windows(word.len()).any(|window| window == word)
    }

    #[test]
    fn what_a_camera_adds_goes_and_the_turn_stays() {
        let kept = jpeg(&camera(640, 480, &exif(6))).unwrap();
        for word in [&b"GPS"[..], b"Photoshop", b"at home", b"trailer"] {
            assert!(!holds(&kept, word));
        }
        assert!(holds(&kept, b"JFIF") && holds(&kept, &[1, 2, 0xff, 0x00, 3, 0xff, 0xd0, 4]));
        let at = kept.windows(2).position(|pair| pair == [0xff, EXIF]).unwrap();
        assert_eq!(orientation(&kept[at + 4..at + 36]), Some(6));
        assert_eq!(jpeg(&kept).unwrap(), kept, "a second time changes nothing");
        assert!(!holds(&jpeg(&camera(640, 480, &exif(1))).unwrap(), b"Exif"));
    }

    #[test]
    fn too_many_pixels_and_broken_pictures_are_refused() {
        assert_eq!(jpeg(&camera(10_000, 4_001, b"")), Err(PictureFault::TooManyPixels));
        assert_eq!(jpeg(&camera(0, 5, b"")), Err(PictureFault::Broken));
        let whole = camera(640, 480, &exif(6));
        for end in 0..whole.len() - b"a trailer with a place".len() {
            assert_eq!(jpeg(&whole[..end]), Err(PictureFault::Broken), "{end}");
        }
    }

    #[test]
    fn words_in_a_png_go() {
        let chunk = |kind: &[u8; 4], body: &[u8]| {
            [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], kind, body, b"sums"].concat()
        };
        let size = |width: u32| [&width.to_be_bytes()[..], &10_u32.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
        let of = |width: u32| {
            let parts = [chunk(b"IHDR", &size(width)), chunk(b"tEXt", b"Author"), chunk(b"gAMA", b"1")];
            [&b"\x89PNG\r\n\x1a\n"[..], &parts.concat(), &chunk(b"IDAT", b"xy"), &chunk(b"IEND", b"")].concat()
        };
        let kept = png(&of(10)).unwrap();
        assert!(!holds(&kept, b"Author") && holds(&kept, b"gAMA") && kept.ends_with(b"IENDsums"));
        assert_eq!(png(&of(5_000_000)), Err(PictureFault::TooManyPixels));
        assert_eq!(png(&of(10)[..30]), Err(PictureFault::Broken));
    }

    proptest! {
        #[test]
        fn no_bytes_bring_it_down(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for head in [&[0xff, START, 0xff][..], b"\x89PNG\r\n\x1a\n"] {
                let bytes = [head, &bytes].concat();
                let _ = jpeg(&bytes);
                let _ = png(&bytes);
                let _ = orientation(&bytes);
            }
        }
    }
}
