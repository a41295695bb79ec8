//! Words that say what somebody suffers from. Start at [`find`].

use super::Leak;
use super::view::KNOWN;

/// Words of illness and of its treatment; a word inside a longer one is enough.
const WORDS: &[&str] = &[
    "癌",
    "肿瘤",
    "淋巴瘤",
    "骨髓瘤",
    "肉瘤",
    "母细胞瘤",
    "白血病",
    "尿毒症",
    "透析",
    "肾衰",
    "肾功能",
    "肝硬化",
    "肝炎",
    "乙肝",
    "丙肝",
    "移植",
    "糖尿",
    "高血压",
    "冠心",
    "心衰",
    "心力衰竭",
    "心梗",
    "心肌",
    "心律",
    "脑梗",
    "脑出血",
    "脑溢血",
    "脑卒中",
    "中风",
    "脑瘫",
    "偏瘫",
    "截瘫",
    "瘫痪",
    "癫痫",
    "帕金森",
    "阿尔茨海默",
    "痴呆",
    "精神分裂",
    "精神障碍",
    "抑郁",
    "双相",
    "焦虑症",
    "自闭",
    "孤独症",
    "智力障碍",
    "艾滋",
    "梅毒",
    "淋病",
    "结核",
    "血友病",
    "再生障碍",
    "贫血",
    "狼疮",
    "脊柱炎",
    "风湿",
    "渐冻",
    "肌萎缩",
    "肌无力",
    "多发性硬化",
    "骨折",
    "骨髓",
    "化疗",
    "放疗",
    "手术",
    "先天性",
    "唐氏",
    "哮喘",
    "慢阻肺",
    "肺炎",
    "尘肺",
    "纤维化",
    "胰腺炎",
    "阑尾炎",
    "胆结石",
    "克罗恩",
    "溃疡",
    "截肢",
    "烧伤",
    "烫伤",
    "流产",
    "不孕",
    "吸毒",
    "戒毒",
    "诊断为",
    "确诊",
    "病理",
    "病历号",
    "住院号",
    "恶性",
    "晚期",
    "植物人",
    "脊髓",
    "甲亢",
    "甲状腺",
    "乳腺",
    "前列腺",
    "宫颈",
    "卵巢",
];

/// What stands before 病 when it names an organ's illness.
const ORGANS: &str = "心肝肾肺脑胃血骨眼胆脾肠皮神精牙性腺脉症";

const LATIN: &[&str] = &[
    "leukemia",
    "leukaemia",
    "cancer",
    "carcinoma",
    "tumour",
    "tumor",
    "lymphoma",
    "uremia",
    "uraemia",
    "dialysis",
    "diabetes",
    "hepatitis",
    "hiv",
    "aids",
    "schizophrenia",
    "depression",
    "epilepsy",
    "tuberculosis",
    "dementia",
    "syphilis",
    "baixuebing",
    "niaoduzheng",
    "aizheng",
];

/// A word of illness, also where its characters stand apart.
pub(super) fn find(text: &[char]) -> Option<Leak> {
    let joined: String = text.iter().filter(|letter| letter.is_alphanumeric() || **letter == KNOWN).collect();
    let of_organ = || {
        let mut before = None;
        joined
            .chars()
            .any(|letter| before.replace(letter).is_some_and(|organ| letter == '病' && ORGANS.contains(organ)))
    };
    let is_named = WORDS.iter().any(|word| joined.contains(word)) || of_organ() || in_latin(text) || by_code(text);
    is_named.then_some(Leak::Disease)
}

/// Whole words in Latin letters.
fn in_latin(text: &[char]) -> bool {
    let lower: String = text.iter().flat_map(|letter| letter.to_lowercase()).collect();
    lower.split(|letter: char| !letter.is_ascii_alphabetic()).any(|word| LATIN.contains(&word))
}

/// A code of the international classification: `C91.0`.
fn by_code(text: &[char]) -> bool {
    let shape: String = text.iter().map(|letter| shape_of(*letter)).collect();
    let padded = format!(" {shape} ");
    padded.contains(" A99.9 ") || padded.contains(" A99.99 ") || padded.contains(" A99.999 ")
}

fn shape_of(letter: char) -> char {
    match letter {
        'A'..='Z' => 'A',
        '0'..='9' => '9',
        '.' => '.',
        'a'..='z' => 'a',
        _ => ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publishing::leaks::view::View;

    fn found(text: &str) -> bool {
        find(&View::of(text).shown).is_some()
    }

    #[test]
    fn illness_is_seen_and_insurance_is_not() {
        for text in ["白 血 病", "肺<b>癌</b>", "慢性肾病", "C91.0", "Lung cancer", "尿\u{200b}毒症", "白-血-病"]
        {
            assert!(found(text), "{text}");
        }
        for text in ["大病保险", "因病致贫", "病贫无忧暖心基金", "慈善医疗救助", "version 1.0", "重大疾病"]
        {
            assert!(!found(text), "{text}");
        }
    }
}
