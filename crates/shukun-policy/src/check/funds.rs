//! A fund pays only for the purposes it is declared for.

use shukun_base::Text;

use crate::document::DeclarationKind;
use crate::finding::Finding;
use crate::inherit::Part;
use crate::link::Draft;
use crate::registry::nearest;
use crate::typed::declared::purposes;
use crate::typed::names::canonical;
use crate::typed::rule::{Clauses, place_of};

/// Rules whose fund is declared and whose purpose is not one of its own.
pub(crate) fn funds(parts: &[Part], drafts: &[Draft<'_>]) -> Vec<Finding> {
    drafts.iter().filter_map(|draft| of_rule(parts, draft.part)).collect()
}

fn of_rule(parts: &[Part], part: &Part) -> Option<Finding> {
    let clauses = Clauses::of(&part.decl);
    let fund = canonical(&clauses.text("fund")?);
    let declared =
        parts.iter().find(|other| other.decl.kind == DeclarationKind::Fund && canonical(&other.decl.name) == fund)?;
    let allowed = purposes(&declared.decl);
    let stated = clauses.text("purpose");
    if stated.as_ref().is_some_and(|stated| allowed.contains(stated)) {
        return None;
    }
    let message = match &stated {
        Some(stated) => {
            Text::new(format!("“{fund}”没有“{stated}”这一用途"), format!("“{stated}” is not a purpose of “{fund}”"))
        }
        None => Text::new(
            format!("“{fund}”只能用在规定的用途上，本规则没有写“用途”"),
            format!("“{fund}” pays for stated purposes only, and this rule states no `purpose`"),
        ),
    };
    let near = stated.as_deref().and_then(|stated| nearest(stated, allowed.iter().map(String::as_str)));
    let mend = match near {
        Some(near) => Text::new(format!("是不是“{near}”？"), format!("did you mean “{near}”?")),
        None => {
            Text::new(format!("用途有：{}", allowed.join("、")), format!("its purposes are: {}", allowed.join(", ")))
        }
    };
    let place = place_of(&part.decl, if stated.is_some() { "purpose" } else { "fund" });
    let why = Text::new("基金的用途", "the purposes of the fund");
    Some(Finding::error("P0313", place, message, mend).with_related(place_of(&declared.decl, "purpose"), why))
}
