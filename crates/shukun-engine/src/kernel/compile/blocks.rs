//! Which ops must be run bill by bill together.
//!
//! An op alone runs down all bills at once. Where a limit counts what several payers paid, what one pays at a bill
//! depends on what the others paid at earlier bills, so they and all between them go through each bill together.

use super::super::plan::{Ix, Op};

/// Ops in order, cut into blocks.
pub(crate) fn blocks(ops: Vec<Op>) -> Vec<Vec<Op>> {
    let mut last_in_block: Vec<usize> = (0..ops.len()).collect();
    for (place, op) in ops.iter().enumerate() {
        let Op::Rule(step) = op else { continue };
        for limit in &step.own_limits {
            let counting = ops.iter().enumerate().filter(|(_, op)| counts_toward(op, *limit)).map(|(place, _)| place);
            let (first, last) = counting.fold((place, place), |(first, last), at| (first.min(at), last.max(at)));
            if let Some(end) = last_in_block.get_mut(first) {
                *end = last.max(*end);
            }
        }
    }
    let mut blocks: Vec<Vec<Op>> = Vec::new();
    let mut end = None;
    for ((place, op), last) in ops.into_iter().enumerate().zip(last_in_block) {
        match (blocks.last_mut(), end) {
            (Some(block), Some(open)) if place <= open => block.push(op),
            _ => blocks.push(vec![op]),
        }
        end = Some(end.unwrap_or(0).max(last));
    }
    blocks
}

fn counts_toward(op: &Op, limit: Ix) -> bool {
    match op {
        Op::Rule(step) => step.counted_by.contains(&limit),
        Op::Settled(settled) => settled.counted_by.contains(&limit),
    }
}
