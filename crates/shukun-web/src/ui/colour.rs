//! 三色 as a word and a shape: a colour alone is not seen by everyone.

use maud::{Markup, html};
use shukun_base::Lang;
use shukun_casework::alert::Colour;

/// `● 红`, `▲ 橙`, `◆ 黄`.
pub fn colour_tag(colour: Colour, lang: Lang) -> Markup {
    let class = match colour {
        Colour::Red => "tag tag-red",
        Colour::Orange => "tag tag-orange",
        Colour::Yellow => "tag tag-yellow",
    };
    html! { span class=(class) { span.shape aria-hidden="true" { (colour.shape()) } (colour.text().in_lang(lang)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_colour_has_its_word_and_a_shape_of_its_own() {
        let shown: Vec<String> = Colour::ALL.iter().map(|colour| colour_tag(*colour, Lang::Zh).into_string()).collect();
        for (tag, (shape, word)) in shown.iter().zip([("◆", "黄"), ("▲", "橙"), ("●", "红")]) {
            assert!(tag.contains(shape) && tag.contains(word), "{tag}");
        }
    }
}
