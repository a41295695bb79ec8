//! `packs/person-year` by hand: one row for each person, so nothing accumulates.

use std::ops::Range;

use super::{Paid, between, round};
use crate::claims::Claims;

const YUAN: i64 = 100;
const NO_END: i64 = i64::MAX;

/// Adds each row's payments to `sums`, and keeps them where asked to.
pub fn settle(claims: &Claims, rows: Range<usize>, sums: &mut Paid, mut keep: Option<&mut [Vec<i64>; 5]>) {
    for row in rows {
        let (total, in_scope) = (claims.total[row], claims.in_scope[row]);
        let paid = of_row(total, in_scope, claims.level[row], claims.category[row]);
        sums.iter_mut().zip(paid).for_each(|(sum, paid)| *sum += paid);
        if let Some(keep) = &mut keep {
            keep.iter_mut().zip(paid).for_each(|(column, paid)| column.push(paid));
        }
    }
}

/// 基本医保, 大病保险, 医疗救助, 慈善救助, 个人
fn of_row(total: i64, in_scope: i64, level: u8, category: u8) -> Paid {
    // 第二条: without a level nobody can say at which rate.
    let rate = match level {
        1 => 85,
        2 => 75,
        3 => 65,
        _ => 0,
    };
    let basic = round(in_scope * rate).min(250_000 * YUAN);
    // 第三条
    let base = in_scope - basic;
    let critical = round(match category {
        0..=2 => tilted(base),
        _ => general(base),
    });
    // 第四条
    let left = base - critical;
    let assistance = match category {
        0 => left.min(200_000 * YUAN),
        1 => round(left * 80).min(50_000 * YUAN),
        2 => round(left * 70).min(30_000 * YUAN),
        _ => 0,
    };
    // 第五条
    let left = total - basic - critical - assistance;
    let charity = round(charity(left)).min(50_000 * YUAN);
    [basic, critical, assistance, charity, left - charity]
}

/// 大病保险一般, in hundredths of a fen
pub fn general(base: i64) -> i64 {
    between(base, 15_000 * YUAN, 100_000 * YUAN) * 60
        + between(base, 100_000 * YUAN, 300_000 * YUAN) * 65
        + between(base, 300_000 * YUAN, NO_END) * 70
}

/// 大病保险倾斜, in hundredths of a fen
pub fn tilted(base: i64) -> i64 {
    between(base, 7_500 * YUAN, 100_000 * YUAN) * 65 + between(base, 100_000 * YUAN, NO_END) * 75
}

/// 慈善救助, in hundredths of a fen
pub fn charity(base: i64) -> i64 {
    between(base, 20_000 * YUAN, 60_000 * YUAN) * 30 + between(base, 60_000 * YUAN, NO_END) * 50
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worked_example_of_the_pack() {
        let paid = of_row(140_000 * YUAN, 100_000 * YUAN, 3, 1);
        assert_eq!(paid, [6_500_000, 1_787_500, 1_370_000, 702_750, 3_639_750]);
    }
}
