//! Bytes as lower-case hexadecimal digits, read in either case.

/// The digits.
pub fn show(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes; none for an odd number of digits or anything else.
pub fn read(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok().filter(|pair| is_hex(pair))?, 16).ok()).collect()
}

/// Exactly so many bytes.
pub fn read_array<const COUNT: usize>(digits: &str) -> Option<[u8; COUNT]> {
    read(digits)?.try_into().ok()
}

fn is_hex(pair: &str) -> bool {
    pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Bytes of one length as hexadecimal digits in JSON.
pub mod array {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    /// Writes the digits.
    pub fn serialize<S: Serializer, const COUNT: usize>(bytes: &[u8; COUNT], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::show(bytes))
    }

    /// Reads the digits.
    pub fn deserialize<'de, D: Deserializer<'de>, const COUNT: usize>(from: D) -> Result<[u8; COUNT], D::Error> {
        let digits = String::deserialize(from)?;
        super::read_array(&digits).ok_or_else(|| D::Error::custom(format!("not {COUNT} bytes in hexadecimal digits")))
    }
}

/// A list of hashes as hexadecimal digits in JSON.
pub mod list {
    use serde::ser::SerializeSeq as _;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    /// Writes the digits of each.
    pub fn serialize<S: Serializer>(hashes: &[[u8; 32]], to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(hashes.len()))?;
        for hash in hashes {
            list.serialize_element(&super::show(hash))?;
        }
        list.end()
    }

    /// Reads the digits of each.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<[u8; 32]>, D::Error> {
        let digits = Vec::<String>::deserialize(from)?;
        let read: Option<Vec<[u8; 32]>> = digits.iter().map(|digits| super::read_array(digits)).collect();
        read.ok_or_else(|| D::Error::custom("not a list of 32 bytes in hexadecimal digits"))
    }
}
