//! The ciphers, behind one trait: AES-256-GCM, and SM4-GCM (GB/T 32907, RFC 8998) where commercial cryptography of
//! the state is asked for.

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, AeadCore, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, AesGcm, Nonce};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use sm3::Sm3;
use sm4::Sm4;

use crate::error::StoreError;

type Sm4Gcm = AesGcm<Sm4, U12>;

/// Which ciphers a data key is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SuiteName {
    /// AES-256-GCM with HMAC-SHA-256.
    #[default]
    Aes256Gcm,
    /// SM4-GCM with HMAC-SM3.
    Sm4Gcm,
}

impl SuiteName {
    /// The name in key files and tables.
    pub fn key(self) -> &'static str {
        match self {
            SuiteName::Aes256Gcm => "aes-256-gcm",
            SuiteName::Sm4Gcm => "sm4-gcm",
        }
    }

    /// The suite of this name.
    pub fn find(key: &str) -> Option<SuiteName> {
        [SuiteName::Aes256Gcm, SuiteName::Sm4Gcm].into_iter().find(|suite| suite.key() == key)
    }

    /// Its functions.
    pub(crate) fn suite(self) -> &'static dyn Suite {
        match self {
            SuiteName::Aes256Gcm => &AesSuite,
            SuiteName::Sm4Gcm => &SmSuite,
        }
    }
}

/// What a suite can do. A key is 32 random bytes; SM4 takes the first 16.
pub(crate) trait Suite: Send + Sync {
    /// Encrypts; `None` only if the value is beyond what the cipher takes (64 GiB).
    fn seal(&self, key: &[u8; 32], nonce: [u8; 12], bound: &[u8], value: &[u8]) -> Option<Vec<u8>>;
    /// Decrypts; `None` if anything was changed.
    fn open(&self, key: &[u8; 32], nonce: [u8; 12], bound: &[u8], sealed: &[u8]) -> Option<Vec<u8>>;
    /// A keyed hash, to look up by.
    fn index(&self, key: &[u8; 32], value: &[u8]) -> [u8; 32];
}

struct AesSuite;
struct SmSuite;

impl Suite for AesSuite {
    fn seal(&self, key: &[u8; 32], nonce: [u8; 12], bound: &[u8], value: &[u8]) -> Option<Vec<u8>> {
        seal(&Aes256Gcm::new(key.into()), nonce, bound, value)
    }

    fn open(&self, key: &[u8; 32], nonce: [u8; 12], bound: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        open(&Aes256Gcm::new(key.into()), nonce, bound, sealed)
    }

    fn index(&self, key: &[u8; 32], value: &[u8]) -> [u8; 32] {
        // A key of 32 bytes is always taken; the block size is 64.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
        mac.update(value);
        mac.finalize().into_bytes().into()
    }
}

impl Suite for SmSuite {
    fn seal(&self, key: &[u8; 32], nonce: [u8; 12], bound: &[u8], value: &[u8]) -> Option<Vec<u8>> {
        seal(&Sm4Gcm::new(first_half(key).into()), nonce, bound, value)
    }

    fn open(&self, key: &[u8; 32], nonce: [u8; 12], bound: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        open(&Sm4Gcm::new(first_half(key).into()), nonce, bound, sealed)
    }

    fn index(&self, key: &[u8; 32], value: &[u8]) -> [u8; 32] {
        let Ok(mut mac) = Hmac::<Sm3>::new_from_slice(key) else { return [0; 32] };
        mac.update(value);
        mac.finalize().into_bytes().into()
    }
}

fn first_half(key: &[u8; 32]) -> &[u8; 16] {
    key.first_chunk().unwrap_or(&[0; 16])
}

fn seal<C: Aead + AeadCore<NonceSize = U12>>(
    cipher: &C,
    nonce: [u8; 12],
    bound: &[u8],
    value: &[u8],
) -> Option<Vec<u8>> {
    cipher.encrypt(&Nonce::from(nonce), Payload { msg: value, aad: bound }).ok()
}

fn open<C: Aead + AeadCore<NonceSize = U12>>(
    cipher: &C,
    nonce: [u8; 12],
    bound: &[u8],
    sealed: &[u8],
) -> Option<Vec<u8>> {
    cipher.decrypt(&Nonce::from(nonce), Payload { msg: sealed, aad: bound }).ok()
}

pub(crate) fn named(key: &str) -> Result<SuiteName, StoreError> {
    SuiteName::find(key).ok_or_else(|| {
        StoreError::damaged(
            format!("数据密钥写着本程序不认识的算法 {key:?}。"),
            format!("A data key names {key:?}, ciphers this program does not know."),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::{hex, unhex};
    use aes_gcm::aes::Aes256;
    use sm3::Digest as _;

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        unhex(text).unwrap().try_into().unwrap()
    }

    /// NIST's GCM specification (McGrew and Viega), test case 16.
    #[test]
    fn aes_256_gcm_as_published() {
        let key = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
        let value = unhex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39").unwrap();
        let bound = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2").unwrap();
        let sealed = AesSuite.seal(&key, bytes("cafebabefacedbaddecaf888"), &bound, &value).unwrap();
        assert_eq!(
            hex(&sealed),
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
        );
        let _: Option<AesGcm<Aes256, U12>> = None;
    }

    /// RFC 8998, appendix A.1.
    #[test]
    fn sm4_gcm_as_published() {
        let mut key = [0; 32];
        key[..16].copy_from_slice(&bytes::<16>("0123456789abcdeffedcba9876543210"));
        let value = unhex("aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccddddddddddddddddeeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa").unwrap();
        let bound = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2").unwrap();
        let sealed = SmSuite.seal(&key, bytes("00001234567800000000abcd"), &bound, &value).unwrap();
        assert_eq!(
            hex(&sealed),
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d83de3541e4c2b58177e065a9bf7b62ec"
        );
        assert_eq!(SmSuite.open(&key, bytes("00001234567800000000abcd"), &bound, &sealed).unwrap(), value);
    }

    /// GB/T 32905-2016, example 1; RFC 4231, case 2.
    #[test]
    fn hashes_as_published() {
        assert_eq!(hex(&Sm3::digest(b"abc")), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
        let mut mac = Hmac::<Sha256>::new_from_slice(b"Jefe").unwrap();
        mac.update(b"what do ya want for nothing?");
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex(&mac.finalize().into_bytes()), expected);
    }

    #[test]
    fn nothing_changed_opens() {
        for name in [SuiteName::Aes256Gcm, SuiteName::Sm4Gcm] {
            let suite = name.suite();
            assert_eq!(named(name.key()).unwrap(), name);
            let sealed = suite.seal(&[7; 32], [1; 12], b"here", b"value").unwrap();
            assert_eq!(suite.open(&[7; 32], [1; 12], b"here", &sealed).unwrap(), b"value");
            assert_eq!(suite.open(&[7; 32], [1; 12], b"there", &sealed), None);
            assert_eq!(suite.open(&[8; 32], [1; 12], b"here", &sealed), None);
            for at in 0..sealed.len() {
                let mut changed = sealed.clone();
                changed[at] ^= 1;
                assert_eq!(suite.open(&[7; 32], [1; 12], b"here", &changed), None, "{name:?} byte {at}");
            }
            assert_ne!(suite.index(&[7; 32], b"value"), suite.index(&[8; 32], b"value"));
        }
    }
}
