//! A sheet that is sound, and every way in which it is not.

use super::*;

/// A sound sheet: a bill of 100,000 yuan, 60,000 paid at the counter, `amount` by `programme`.
pub(crate) fn giving(version: u32, programme: Programme, amount: Fen, advance: Fen) -> Determination {
    let bill = Fen::yuan(100_000);
    let line = |tier: &str, programme, amount_fen| Line {
        tier: tier.to_owned(),
        programme,
        rule: format!("{tier}规则"),
        article: "第一条".to_owned(),
        base_fen: bill,
        amount_fen,
        cap_left_fen: Some(Fen::yuan(1)),
    };
    let counter = Fen::yuan(60_000);
    let lines = vec![line("基本医保", None, counter), line("救助", Some(programme), amount)];
    let hash = ContentHash::new(&"a1".repeat(32)).unwrap();
    let netting = Netting { programme, amount_fen: advance };
    Determination {
        version,
        supersedes: (version > 1).then(|| version - 1),
        input_sha256: hash.clone(),
        packs: vec![PackUsed { id: "cn-33".to_owned(), version: "1".to_owned(), sha256: hash }],
        people: vec![PersonSheet {
            person: PersonId(7),
            year: 2026,
            bill_fen: bill,
            lines,
            left_fen: bill - counter - amount,
        }],
        nettings: if advance.is_zero() { Vec::new() } else { vec![netting] },
        double_aid_searched: vec!["低保台账".to_owned()],
        readings: Vec::new(),
    }
}

#[test]
fn a_sound_sheet_tells_what_each_programme_pays() {
    let sheet = giving(1, Programme::CharityRelief, Fen(500), Fen(200));
    assert_eq!(sheet.faults(), []);
    assert_eq!(sheet.aid_fen(Programme::CharityRelief), Fen(500));
    assert_eq!(sheet.payable_fen(Programme::CharityRelief), Fen(300));
    assert_eq!(sheet.aid_fen(Programme::MedicalAssistance), Fen::ZERO);
    assert_eq!(sheet.programmes().collect::<Vec<_>>(), [Programme::CharityRelief]);
}

#[test]
fn versions_differ_by_programme() {
    let before = giving(1, Programme::CharityRelief, Fen(500), Fen::ZERO);
    let after = giving(2, Programme::MedicalAssistance, Fen(700), Fen::ZERO);
    let expected = [(Programme::MedicalAssistance, Fen(700)), (Programme::CharityRelief, Fen(-500))];
    assert_eq!(after.difference(&before), expected);
    assert_eq!(after.difference(&after), []);
}

#[test]
fn every_fault_is_found() {
    let sound = || giving(1, Programme::CharityRelief, Fen(500), Fen::ZERO);
    type Spoil = fn(&mut Determination);
    let cases: [(Spoil, SheetFault); 8] = [
        (|sheet| sheet.people.clear(), SheetFault::NoPeople),
        (|sheet| sheet.packs.clear(), SheetFault::NoPacks),
        (|sheet| sheet.double_aid_searched = vec![" ".to_owned()], SheetFault::DoubleAidNotSearched),
        (|sheet| sheet.people.push(sheet.people[0].clone()), SheetFault::PersonTwice(PersonId(7), 2026)),
        (|sheet| sheet.people[0].bill_fen += Fen(1), SheetFault::DoesNotAddUp(PersonId(7), 2026, Fen(1))),
        (
            |sheet| sheet.people[0].lines[1].cap_left_fen = Some(Fen(-1)),
            SheetFault::Negative(PersonId(7), "救助规则".to_owned()),
        ),
        (
            |sheet| sheet.people[0].lines[1].article = " ".to_owned(),
            SheetFault::NoArticle(PersonId(7), "救助".to_owned()),
        ),
        (|sheet| sheet.people[0].lines[0].rule.clear(), SheetFault::NoArticle(PersonId(7), "基本医保".to_owned())),
    ];
    for (spoil, fault) in cases {
        let mut sheet = sound();
        spoil(&mut sheet);
        assert_eq!(sheet.faults(), std::slice::from_ref(&fault));
        assert!(!fault.text().zh.is_empty() && !fault.text().en.is_empty());
    }
}
