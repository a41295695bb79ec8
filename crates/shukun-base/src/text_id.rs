//! Ids that somebody else chose: plain text of one form.

/// An id of 1 to 64 ASCII letters, digits, `-` and `_`: `text_id! { /// What it names.\n CaseId }`.
#[macro_export]
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// 1 to 64 ASCII letters, digits, `-` and `_`; chosen by the caller, best at random.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads an id; `None` for anything that is not of its form.
            pub fn new(id: &str) -> Option<$name> {
                $crate::is_text_id(id).then(|| $name(id.to_owned()))
            }

            /// Its letters.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(id: String) -> Result<$name, String> {
                $name::new(&id).ok_or_else(|| format!("{id:?} is not an id of 1 to 64 letters, digits, - and _"))
            }
        }
    };
}

/// Whether it has the form of an id made by [`text_id!`](crate::text_id).
pub fn is_text_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

text_id! {
    /// Somebody's account.
    ActorId
}
