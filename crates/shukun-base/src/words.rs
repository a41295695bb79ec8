//! Closed lists of words: each has one stable key (stored, in URLs), its Chinese and its English.
//!
//! A list is written once; serde, [`Display`](std::fmt::Display), the list of all and look-up by key follow from it.

/// An enum whose variants are words of the trade: `Variant "key" "中文" "English"`.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$note:meta])* $variant:ident $key:literal $zh:literal $en:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        pub enum $name {
            $(
                #[doc = concat!($zh, ": ", $en)]
                $(#[$note])*
                #[serde(rename = $key)]
                $variant,
            )+
        }

        impl $name {
            /// Every word of the list, in its order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The stable key: stored, in JSON and in URLs.
            pub const fn key(self) -> &'static str {
                match self {
                    $($name::$variant => $key,)+
                }
            }

            /// The word in both languages.
            pub fn text(self) -> $crate::Text {
                match self {
                    $($name::$variant => $crate::Text::new($zh, $en),)+
                }
            }

            /// The word with this key.
            pub fn find(key: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|word| word.key() == key)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.key())
            }
        }
    };
}
