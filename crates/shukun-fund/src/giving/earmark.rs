//! What a gift is for: the donor's words as a restriction of the ledger, and a restriction in words again.

use shukun_base::{Day, RegionCode, Text};

use super::refusal::{GivingCode, Planned, ensure};
use crate::ledger::{OnExpiry, ProgrammeKey, Restriction};
use crate::{DonorId, RestrictionId};

/// What a donor asked for. Nothing in it = for anything the fund is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Earmark {
    /// Programmes it may pay for.
    pub purposes: Vec<ProgrammeKey>,
    /// Households of this area alone.
    pub area: Option<RegionCode>,
    /// Households of one of these classes alone, in the packs' words.
    pub classes: Vec<String>,
    /// The last day on which it may pay.
    pub until: Option<Day>,
    /// What becomes of what is left then. Has to be said where there is an end, and is nothing otherwise.
    pub on_expiry: Option<OnExpiry>,
}

impl Earmark {
    /// Whether the donor asked for nothing.
    pub fn is_free(&self) -> bool {
        *self == Earmark::default()
    }
}

/// The restriction of money received on a day; none where the donor asked for nothing.
///
/// The donor is never named in it: whose gifts lie in a pot is written with the gifts, where an anonymous donor is another
/// record.
///
/// # Errors
/// `G132` where it was over before, `G133` where it ends without saying what then.
pub fn plan_earmark(earmark: &Earmark, id: RestrictionId, received_on: Day) -> Planned<Option<Restriction>> {
    if earmark.is_free() {
        return Ok(None);
    }
    ensure(earmark.until.is_none_or(|end| end >= received_on), GivingCode::EarmarkIsOver)?;
    ensure(earmark.until.is_none() || earmark.on_expiry.is_some(), GivingCode::NoExpiryRule)?;
    Ok(Some(Restriction {
        id,
        donor: None::<DonorId>,
        purposes: earmark.purposes.clone(),
        area: earmark.area.clone(),
        classes: earmark.classes.clone(),
        valid_from: received_on,
        valid_to: earmark.until,
        // Without an end it never comes to that.
        on_expiry: earmark.on_expiry.unwrap_or(OnExpiry::Redesignate),
        priority: 0,
    }))
}

/// A restriction in words. `name` says programmes, places and classes as people call them.
pub fn earmark_text(restriction: Option<&Restriction>, name: &dyn Fn(&str) -> Text) -> Text {
    let Some(restriction) = restriction else {
        return Text::new("不限定用途", "for anything the fund is for");
    };
    let list = |keys: Vec<&str>| -> Text {
        let names: Vec<Text> = keys.into_iter().map(name).collect();
        let joined = |pick: fn(&Text) -> &str, comma| names.iter().map(pick).collect::<Vec<_>>().join(comma);
        Text::new(joined(|text| &text.zh, "、"), joined(|text| &text.en, ", "))
    };
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    if !restriction.purposes.is_empty() {
        let purposes = list(restriction.purposes.iter().map(ProgrammeKey::as_str).collect());
        zh.push(format!("用于{}", purposes.zh));
        en.push(format!("for {}", purposes.en));
    }
    if let Some(area) = &restriction.area {
        let area = name(area.as_str());
        zh.push(format!("限{}的家庭", area.zh));
        en.push(format!("households of {} only", area.en));
    }
    if !restriction.classes.is_empty() {
        let classes = list(restriction.classes.iter().map(String::as_str).collect());
        zh.push(format!("限{}", classes.zh));
        en.push(format!("only {}", classes.en));
    }
    if let Some(end) = restriction.valid_to {
        let then = restriction.on_expiry.text();
        zh.push(format!("到{end}为止，剩余部分{}", then.zh));
        en.push(format!("until {end}; then {}", then.en));
    }
    if zh.is_empty() {
        Text::new("单独列账，不限定用途", "kept apart, for any purpose")
    } else {
        Text::new(zh.join("，"), en.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn earmark() -> Earmark {
        Earmark {
            purposes: vec![ProgrammeKey::new("charity_relief").unwrap()],
            area: RegionCode::new("330381001"),
            classes: vec!["low_income".to_owned()],
            until: Some(date(2026, 12, 31)),
            on_expiry: Some(OnExpiry::Return),
        }
    }

    fn id() -> RestrictionId {
        RestrictionId::new("r1").unwrap()
    }

    #[test]
    fn what_the_donor_asked_for_is_the_restriction_and_names_nobody() {
        let made = plan_earmark(&earmark(), id(), date(2026, 3, 1)).unwrap().unwrap();
        assert_eq!((made.donor, made.valid_from, made.on_expiry), (None, date(2026, 3, 1), OnExpiry::Return));
        assert_eq!(plan_earmark(&Earmark::default(), id(), date(2026, 3, 1)), Ok(None));
        let late = plan_earmark(&earmark(), id(), date(2027, 1, 1)).unwrap_err();
        assert_eq!(late.code, GivingCode::EarmarkIsOver);
        let silent = Earmark { on_expiry: None, ..earmark() };
        let refused = plan_earmark(&silent, id(), date(2026, 3, 1)).unwrap_err();
        assert_eq!(refused.code, GivingCode::NoExpiryRule);
    }

    #[test]
    fn a_restriction_reads_as_a_sentence() {
        let name = |key: &str| match key {
            "charity_relief" => Text::new("慈善救助", "charity relief"),
            "330381001" => Text::new("测试街道", "Test Street"),
            _ => Text::new("低收入家庭", "low-income households"),
        };
        let made = plan_earmark(&earmark(), id(), date(2026, 3, 1)).unwrap();
        let text = earmark_text(made.as_ref(), &name);
        assert_eq!(text.zh, "用于慈善救助，限测试街道的家庭，限低收入家庭，到2026-12-31为止，剩余部分退还捐赠人");
        assert!(text.en.starts_with("for charity relief, households of Test Street only"), "{}", text.en);
        assert_eq!(earmark_text(None, &name).zh, "不限定用途");
    }
}
