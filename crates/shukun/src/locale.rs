//! Which language the reader has: `--lang`, else the locale.

use std::ffi::OsString;

use shukun_base::Lang;

/// The language of help, messages and results.
///
/// `--lang` counts first (it is looked for here already, because a wrong command line must be answered in it), then
/// `LC_ALL`, `LC_MESSAGES`, `LANG`. A locale that says nothing (`C`, `POSIX`, unset) means Chinese, the first
/// language; any other than Chinese means English.
pub fn find_lang(arguments: &[OsString], variable: impl Fn(&str) -> Option<String>) -> Lang {
    if let Some(lang) = named_lang(arguments) {
        return lang;
    }
    let from_variables =
        ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(variable).find(|value| !value.is_empty());
    lang_of(&from_variables.or_else(sys_locale::get_locale).unwrap_or_default())
}

fn named_lang(arguments: &[OsString]) -> Option<Lang> {
    let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
    let value = words.iter().enumerate().find_map(|(index, word)| match *word {
        "--lang" => words.get(index + 1).copied(),
        other => other.strip_prefix("--lang="),
    });
    match value? {
        "zh" => Some(Lang::Zh),
        "en" => Some(Lang::En),
        _ => None,
    }
}

fn lang_of(locale: &str) -> Lang {
    let language = locale.split(['_', '-', '.', '@']).next().unwrap_or_default();
    match language {
        "" | "C" | "POSIX" | "zh" => Lang::Zh,
        _ => Lang::En,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_argument_counts_before_the_locale() {
        for (arguments, lc_all, lang, found) in [
            ("", "", "zh_CN.UTF-8", Lang::Zh),
            ("", "", "en_GB.UTF-8", Lang::En),
            ("", "", "C.UTF-8", Lang::Zh),
            ("", "de_DE.UTF-8", "zh_CN.UTF-8", Lang::En),
            ("demo --lang en", "", "zh_CN.UTF-8", Lang::En),
            ("--lang=zh demo", "", "en_US.UTF-8", Lang::Zh),
            ("--lang fr", "", "zh_CN.UTF-8", Lang::Zh),
        ] {
            let arguments: Vec<OsString> = arguments.split_whitespace().map(OsString::from).collect();
            let variable = |name: &str| match name {
                "LC_ALL" => Some(lc_all.to_owned()),
                "LANG" => Some(lang.to_owned()),
                _ => None,
            };
            assert_eq!(find_lang(&arguments, variable), found, "{arguments:?} {lc_all} {lang}");
        }
    }
}
