//! Versions of one pack: no two in force on one day, no day between them without any.

use shukun_base::{Day, Text};

use crate::document::Span;
use crate::finding::Finding;
use crate::pack::Pack;

/// Overlaps and gaps between packs of one id.
pub(crate) fn versions(packs: &[&Pack]) -> Vec<Finding> {
    let mut sorted: Vec<&Pack> = packs.to_vec();
    sorted.sort_by(|a, b| (&a.meta.id, a.benefit_days().0).cmp(&(&b.meta.id, b.benefit_days().0)));
    let pairs = sorted.iter().zip(sorted.iter().skip(1)).filter(|(a, b)| a.meta.id == b.meta.id);
    pairs.filter_map(|(earlier, later)| between(earlier, later)).collect()
}

fn between(earlier: &Pack, later: &Pack) -> Option<Finding> {
    let id = &earlier.meta.id;
    let (Some(last), Some(first)) = (earlier.benefit_days().1, later.benefit_days().0) else {
        return Some(both_in_force(later, later.benefit_days().0));
    };
    if first <= last {
        return Some(both_in_force(later, Some(first)));
    }
    let next = last.tomorrow().ok()?;
    (next < first).then(|| {
        Finding::warning(
            "P0703",
            place(later),
            Text::new(
                format!("“{id}”的两个版本之间，{next} 到 {first} 前一天没有版本有效"),
                format!("no version of “{id}” is in force from {next} to the day before {first}"),
            ),
            Text::new(
                "核对 expires 和下一版的 benefits_from",
                "check `expires` and the next version's `benefits_from`",
            ),
        )
    })
}

/// Where a version says from when it holds.
fn place(pack: &Pack) -> Option<Span> {
    pack.toml_place("benefits_from").or(pack.toml_place("in_force")).or(pack.toml_place("id"))
}

fn both_in_force(pack: &Pack, on: Option<Day>) -> Finding {
    let id = &pack.meta.id;
    let day = on.map(|day| day.to_string()).unwrap_or_default();
    Finding::error(
        "P0702",
        place(pack),
        Text::new(
            format!("“{id}”有两个版本在 {day} 同时有效"),
            format!("two versions of “{id}” are in force on {day}"),
        ),
        Text::new(
            "给前一版写 expires，早于后一版的 benefits_from",
            "let the earlier version expire before the later one's `benefits_from`",
        ),
    )
}
