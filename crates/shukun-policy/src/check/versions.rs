//! Versions of one pack: no two in force on one day, no day between them without any.

use shukun_base::Text;

use crate::document::Span;
use crate::finding::Finding;
use crate::pack::Pack;

/// Gaps between packs of one id.
pub(crate) fn gaps(packs: &[&Pack]) -> Vec<Finding> {
    let gap = |(earlier, later): (&Pack, &Pack)| gap(earlier, later);
    neighbours(packs).into_iter().filter_map(gap).collect()
}

/// Packs of one id of which two are in force on one day: nothing says which of them counts.
pub(crate) fn overlaps(packs: &[&Pack]) -> Vec<Finding> {
    let overlap = |(earlier, later): (&Pack, &Pack)| {
        let (last, first) = (earlier.benefit_days().1, later.benefit_days().0);
        let is_apart = last.zip(first).is_some_and(|(last, first)| last < first);
        (!is_apart).then(|| both_in_force(earlier, later))
    };
    neighbours(packs).into_iter().filter_map(overlap).collect()
}

/// Packs of one id, each with the next by their first day.
fn neighbours<'a>(packs: &[&'a Pack]) -> Vec<(&'a Pack, &'a Pack)> {
    let mut sorted: Vec<&Pack> = packs.to_vec();
    sorted.sort_by(|a, b| (&a.meta.id, a.benefit_days().0).cmp(&(&b.meta.id, b.benefit_days().0)));
    let pairs = sorted.iter().copied().zip(sorted.iter().copied().skip(1));
    pairs.filter(|(a, b)| a.meta.id == b.meta.id).collect()
}

fn gap(earlier: &Pack, later: &Pack) -> Option<Finding> {
    let id = &earlier.meta.id;
    let (last, first) = earlier.benefit_days().1.zip(later.benefit_days().0)?;
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

fn both_in_force(earlier: &Pack, later: &Pack) -> Finding {
    let id = &later.meta.id;
    let folders = [earlier.folder(), later.folder()];
    let named = folders.iter().all(|folder| !folder.is_empty());
    let (zh, en) = if named {
        let [first, second] = folders;
        (format!("：{first}、{second}"), format!(": {first} and {second}"))
    } else {
        Default::default()
    };
    let finding = Finding::error(
        "P0702",
        later.toml_place("id"),
        Text::new(
            format!("两个文件夹的制度包都叫“{id}”，日期重叠{zh}"),
            format!("two folders carry the id “{id}”, and their days overlap{en}"),
        ),
        Text::new(
            "只给出其中一个；若是两个版本，给前一版写 expires，早于后一版的 benefits_from",
            "give only one of them; if they are versions, let the earlier expire before the later's `benefits_from`",
        ),
    );
    match earlier.toml_place("id") {
        Some(first) => finding.with_related(first, Text::new("另一个在这里", "the other one")),
        None => finding,
    }
}
