//! Lists of refusals: each has a stable code, says what happened and how to mend it, in both languages.

use crate::Text;

/// An enum of refusals, as [`words!`](crate::words) with how to mend each:
/// `Variant "C101" "发生了什么" "what happened" "怎么办。" "How to mend it.",`. With `of Kind` after the name, each says after its
/// code of which kind it is.
#[macro_export]
macro_rules! refusals {
    ($(#[$meta:meta])* pub enum $name:ident {
        $($variant:ident $key:literal $zh:literal $en:literal $mend_zh:literal $mend_en:literal,)+
    }) => {
        $crate::words! {
            $(#[$meta])*
            pub enum $name {
                $($variant $key $zh $en,)+
            }
        }

        impl $name {
            /// How to mend it.
            pub fn mend(self) -> $crate::Text {
                match self {
                    $($name::$variant => $crate::Text::new($mend_zh, $mend_en),)+
                }
            }

            /// What happened, what it is about, and how to mend it.
            pub fn sentence(self, about: Option<&$crate::Text>) -> $crate::Text {
                $crate::refusal_sentence(&self.text(), about, &self.mend())
            }
        }
    };
    ($(#[$meta:meta])* pub enum $name:ident of $kind:ident {
        $($variant:ident $key:literal $of:ident $zh:literal $en:literal $mend_zh:literal $mend_en:literal,)+
    }) => {
        $crate::refusals! {
            $(#[$meta])*
            pub enum $name {
                $($variant $key $zh $en $mend_zh $mend_en,)+
            }
        }

        impl $name {
            /// What sort it is.
            pub const fn kind(self) -> $kind {
                match self {
                    $($name::$variant => $kind::$of,)+
                }
            }
        }
    };
}

/// Two sentences: what happened (and to what), how to mend it.
pub fn refusal_sentence(what: &Text, about: Option<&Text>, mend: &Text) -> Text {
    let (zh, en) = match about {
        Some(about) => (format!("（{}）", about.zh), format!(" ({})", about.en)),
        None => Default::default(),
    };
    Text::new(format!("{}{zh}。{}", what.zh, mend.zh), format!("{}{en}. {}", capital(&what.en), mend.en))
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What sort.
    #[derive(Debug, PartialEq, Eq)]
    pub enum Sort {
        Late,
    }

    refusals! {
        /// Why a letter is not taken.
        pub enum Letter of Sort {
            Closed "X101" Late "窗口已下班" "the counter is closed" "请明天再来。" "Come again tomorrow.",
        }
    }

    #[test]
    fn a_refusal_reads_as_two_sentences() {
        assert_eq!((Letter::Closed.kind(), Letter::find("X101")), (Sort::Late, Some(Letter::Closed)));
        let about = Text::new("三号", "number three");
        let (bare, whole) = (Letter::Closed.sentence(None), Letter::Closed.sentence(Some(&about)));
        assert_eq!(bare.zh, "窗口已下班。请明天再来。");
        assert_eq!(
            whole.to_string(),
            "窗口已下班（三号）。请明天再来。 / The counter is closed (number three). Come again tomorrow."
        );
    }
}
