//! One sealed value: AES-256-GCM with a random nonce, bound to its table, column, person and key version.
//!
//! The bytes are the nonce (12), the encrypted value, and the tag (16). A value moved to another row or column, or
//! changed in one bit, does not open.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use shukun_base::{Masked, PersonId};

use super::key::KEY_VERSION;
use crate::lake::error::{LakeError, no_randomness, seal_broken};

/// Where a sealed value belongs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub column: &'static str,
    pub person: PersonId,
}

impl Place {
    fn bound_data(self) -> String {
        format!("identity|{}|{}|{KEY_VERSION}", self.column, self.person)
    }
}

pub(crate) fn seal(key: &[u8; 32], place: Place, value: &Masked<String>) -> Result<Vec<u8>, LakeError> {
    let mut nonce = [0; 12];
    getrandom::fill(&mut nonce).map_err(no_randomness)?;
    let bound = place.bound_data();
    let payload = Payload { msg: value.reveal().as_bytes(), aad: bound.as_bytes() };
    let sealed = Aes256Gcm::new(key.into()).encrypt(&Nonce::from(nonce), payload).map_err(|_| broken(place))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

pub(crate) fn open(key: &[u8; 32], place: Place, sealed: &[u8]) -> Result<Masked<String>, LakeError> {
    let (nonce, sealed) = sealed.split_first_chunk::<12>().ok_or_else(|| broken(place))?;
    let bound = place.bound_data();
    let payload = Payload { msg: sealed, aad: bound.as_bytes() };
    let plain = Aes256Gcm::new(key.into()).decrypt(&Nonce::from(*nonce), payload).map_err(|_| broken(place))?;
    String::from_utf8(plain).map(Masked::new).map_err(|_| broken(place))
}

fn broken(place: Place) -> LakeError {
    seal_broken(format!("{} of person {}", place.column, place.person))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME_OF_1: Place = Place { column: "name", person: PersonId(1) };

    #[test]
    fn opens_only_in_its_own_place() {
        let key = [7; 32];
        let sealed = seal(&key, NAME_OF_1, &Masked::new("某某".to_owned())).unwrap();
        assert_eq!(open(&key, NAME_OF_1, &sealed).unwrap().reveal(), "某某");
        for wrong in [Place { person: PersonId(2), ..NAME_OF_1 }, Place { column: "id_number", ..NAME_OF_1 }] {
            assert_eq!(open(&key, wrong, &sealed).unwrap_err().code, "identity-seal-broken");
        }
        assert!(open(&[8; 32], NAME_OF_1, &sealed).is_err());
    }

    #[test]
    fn any_changed_bit_is_found() {
        let key = [7; 32];
        let sealed = seal(&key, NAME_OF_1, &Masked::new("某某".to_owned())).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&key, NAME_OF_1, &changed).is_err(), "byte {at}");
        }
        assert!(open(&key, NAME_OF_1, &sealed[..11]).is_err());
    }

    #[test]
    fn the_same_value_is_never_sealed_the_same_way() {
        let value = Masked::new("某某".to_owned());
        assert_ne!(seal(&[7; 32], NAME_OF_1, &value).unwrap(), seal(&[7; 32], NAME_OF_1, &value).unwrap());
    }
}
