//! Counting: who is there for a line, how the votes stand, whether they carry it.
//!
//! Who keeps out of a line neither counts as present for it nor votes on it. Whether that member still counts among those
//! of whom the quorum is a share, the charter says.

use std::collections::BTreeMap;

use super::act::{MemberId, Presence, Vote};
use super::charter::{MajorityOf, QuorumOf, Rules};
use super::meeting::LineRecord;

/// How a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Members of the council.
    pub members: usize,
    /// Members who keep out.
    pub keeping_out: usize,
    /// Present, and not keeping out.
    pub present: usize,
    /// Votes for it.
    pub yes: usize,
    /// Votes against it.
    pub no: usize,
    /// Abstentions.
    pub abstain: usize,
}

/// Counts one line.
pub fn tally(members: usize, attendance: &BTreeMap<MemberId, Presence>, record: &LineRecord) -> Tally {
    let is_in = |member: &&MemberId| !record.conflicts.contains_key(*member);
    let present = attendance.iter().filter(|(_, presence)| **presence == Presence::Present);
    let votes = |vote: Vote| {
        let cast = record.votes.iter().filter(|(member, cast)| **cast == vote && is_in(member));
        cast.count()
    };
    Tally {
        members,
        keeping_out: record.conflicts.len(),
        present: present.map(|(member, _)| member).filter(is_in).count(),
        yes: votes(Vote::Yes),
        no: votes(Vote::No),
        abstain: votes(Vote::Abstain),
    }
}

impl Tally {
    /// Whether enough are there.
    pub fn has_quorum(&self, rules: &Rules) -> bool {
        let of = match rules.quorum_of {
            QuorumOf::Members => self.members,
            QuorumOf::WithoutConflict => self.members.saturating_sub(self.keeping_out),
        };
        rules.quorum.is_reached(self.present, of)
    }

    /// Whether everybody who may has voted.
    pub fn is_complete(&self) -> bool {
        self.yes + self.no + self.abstain == self.present
    }

    /// Whether it is carried: quorum, and enough votes for it.
    pub fn is_carried(&self, rules: &Rules) -> bool {
        let of = match rules.majority_of {
            MajorityOf::Present => self.present,
            MajorityOf::Members => self.members,
        };
        self.has_quorum(rules) && rules.majority.is_reached(self.yes, of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: fn() -> Rules = || Rules {
        quorum: ">=2/3".parse().unwrap(),
        quorum_of: QuorumOf::Members,
        majority: ">1/2".parse().unwrap(),
        majority_of: MajorityOf::Present,
        call_days: 0,
        notice_days: 7,
        routine_decides: false,
    };

    fn stands(present: usize, keeping_out: usize, yes: usize, no: usize) -> Tally {
        Tally { members: 6, keeping_out, present, yes, no, abstain: present - yes - no }
    }

    #[test]
    fn a_line_is_carried_as_the_charter_says() {
        let rules = RULES();
        // present without who keeps out, keeping out, yes, no, carried
        for (present, out, yes, no, carried) in
            [(6, 0, 4, 2, true), (6, 0, 3, 3, false), (4, 0, 3, 1, true), (4, 0, 2, 0, false), (3, 0, 3, 0, false)]
        {
            assert_eq!(stands(present, out, yes, no).is_carried(&rules), carried, "{present} {yes} {no}");
        }
        // Three of six are there, two keep out: three of four without them.
        let one_way = stands(3, 2, 3, 0);
        assert!(!one_way.is_carried(&rules));
        assert!(one_way.is_carried(&Rules { quorum_of: QuorumOf::WithoutConflict, ..rules }));
        assert!(!one_way.is_carried(&Rules {
            quorum_of: QuorumOf::WithoutConflict,
            majority_of: MajorityOf::Members,
            ..rules
        }));
    }
}
