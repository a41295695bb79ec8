//! Who is who: the codes that stand for persons in every table, and the sealed file of names and ID numbers.
//!
//! A person's code is a keyed hash of the ID number, so a table alone does not give the number back. The number,
//! name and phone themselves lie encrypted in `identity/` of the lake. The key lies **beside** the lake's folder
//! (`<lake>.identity.key`, or where `SHUKUN_IDENTITY_KEY` points), so that a copy of the lake carries no key. An ID
//! number has few enough possible values that whoever has the key can try them all: the key is what must be kept.
//!
//! The one way back to a name is [`IdentityVault::reveal_for_report`]. Start at [`IdentityVault`].

mod code;
mod key;
mod seal;
mod vault;

pub use code::claim_id;
#[cfg(test)]
pub(crate) use key::key_path;
pub use vault::IdentityVault;
