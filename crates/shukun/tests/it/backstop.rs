//! What a district's own rule grants comes out of its own fund: from a family's bills through the rules to the pots, to the
//! fen. Dongtou brings 60,000 yuan down to 49,500 out of 医保云银行, Hangzhou pays all above 50,000 out of 病贫无忧暖心基金.

use serde_json::{Value, json};
use shukun_base::{Fen, RegionCode};
use shukun_fund::ledger::{
    AccountCode, BusinessKey, LedgerCode, LineState, OnExpiry, PayableLine, PersonKey, PotBalance, ProgrammeKey,
    Relief, Restriction, TransferCode, Voucher, relief_transfers, share_among_pots,
};
use shukun_fund::{BookId, LineId, RestrictionId, VoucherId};

use crate::run::shukun;

/// What the last payer of the rules gives a family of one with this bill, with the rule, the fund that the rule names, and
/// what is left to the family.
fn granted(packs: &str, region: &str, category: &str, bill_fen: i64) -> (String, String, Fen, Fen) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("case.json");
    let paid_before = ["basic_paid_fen", "critical_illness_paid_fen", "medical_assistance_paid_fen"];
    let mut claim = json!({ "kind": "inpatient", "settled_on": "2022-06-30", "in_scope_fen": bill_fen,
        "supplementary_paid_fen": 0, "other_paid_fen": 0 });
    for payer in paid_before {
        claim[payer] = json!(0);
    }
    let case = json!({
        "person": { "region_code": region, "insurance": "resident", "local_register": true },
        "household": { "members": 1 },
        "certifications": [{ "category": category, "certified_on": "2022-01-01", "due_to_illness": true }],
        "claims": [claim],
    });
    std::fs::write(&file, case.to_string()).unwrap();
    let said = shukun(&["explain", "--case", file.to_str().unwrap(), "--packs", packs, "--format", "json"]);
    let person = said.json()["persons"][0].clone();
    let lines = person["period_lines"].as_array().cloned().unwrap_or_default();
    let last = lines.iter().rfind(|line| line["account"] != "").unwrap_or_else(|| panic!("no fund pays: {lines:?}"));
    let text = |key: &str| last[key].as_str().unwrap().to_owned();
    (text("rule"), text("account"), fen(&last["amount_fen"]), fen(&person["family_fen"]))
}

fn fen(value: &Value) -> Fen {
    Fen(value.as_i64().unwrap())
}

fn code(text: &str) -> AccountCode {
    AccountCode::new(text).unwrap()
}

/// A line of a resolution that grants this.
fn line(amount: Fen, area: &str, class: &str) -> PayableLine {
    let programme = ProgrammeKey::new("charity_relief").unwrap();
    let person = PersonKey::new("0f3a").unwrap();
    PayableLine {
        id: LineId::new("line-1").unwrap(),
        book: BookId::new("own-fund").unwrap(),
        business_key: BusinessKey::new(programme, person, 2022, ("year", "backstop"), 1).unwrap(),
        amount,
        area: RegionCode::new(area).unwrap(),
        classes: vec![class.to_owned()],
        state: LineState::Approved,
    }
}

fn pot(id: &str, free: Fen, area: Option<&str>, class: Option<&str>) -> PotBalance {
    let restriction = Restriction {
        id: RestrictionId::new(id).unwrap(),
        donor: None,
        purposes: vec![ProgrammeKey::new("charity_relief").unwrap()],
        area: area.and_then(RegionCode::new),
        classes: class.map(str::to_owned).into_iter().collect(),
        valid_from: jiff::civil::date(2022, 1, 1),
        valid_to: None,
        on_expiry: OnExpiry::Return,
        priority: 0,
    };
    PotBalance { account: code(&format!("pot:{id}")), restriction: Some(restriction), free }
}

/// Pots of which the first two fit, one is another district's, and money that may pay anything.
fn pots(area: &str, class: &str) -> Vec<PotBalance> {
    vec![
        PotBalance { account: code("unrestricted"), restriction: None, free: Fen::yuan(50_000) },
        pot("class", Fen::yuan(3_000), None, Some(class)),
        pot("elsewhere", Fen::yuan(90_000), Some("110101"), None),
        pot("area", Fen::yuan(4_000), Some(area), None),
    ]
}

/// The voucher of the relief, and what each pot gives in it.
fn paid(line: &PayableLine, pots: &[PotBalance]) -> (Voucher, Vec<(String, Fen)>) {
    let on = jiff::civil::date(2022, 12, 31);
    let shares = share_among_pots(pots, &line.needed(on, line.amount)).unwrap();
    let relief = Relief { line, shares: &shares, cap: None, rule_hash: None, held_until: None };
    let id = VoucherId::new("v-1").unwrap();
    let voucher = Voucher {
        transfers: relief_transfers(&id, 0, &relief).unwrap(),
        id,
        effective: on,
        words: shukun_base::Note::new("年末兜底").unwrap(),
        maker: shukun_base::ActorId::new("maker").unwrap(),
        checker: shukun_base::ActorId::new("checker"),
    };
    voucher.check().unwrap();
    let funding = voucher.transfers.iter().filter(|transfer| transfer.code == TransferCode::Funding);
    let given = funding.map(|transfer| (transfer.debit.to_string(), transfer.amount)).collect();
    (voucher, given)
}

/// The narrowest area gives first, then the narrowest class, then what may pay anything; the payout is the rule's amount.
fn is_shared_in_order(amount: Fen, area: &str, class: &str) {
    let line = line(amount, area, class);
    let (voucher, given) = paid(&line, &pots(area, class));
    let rest = amount - Fen::yuan(7_000);
    let expected = [("pot:area", Fen::yuan(4_000)), ("pot:class", Fen::yuan(3_000)), ("unrestricted", rest)];
    assert_eq!(given, expected.map(|(pot, share)| (pot.to_owned(), share)));
    let payout: Vec<Fen> =
        voucher.transfers.iter().filter(|transfer| transfer.is_payout()).map(|transfer| transfer.amount).collect();
    assert_eq!(payout, [amount]);
    // What the fund lacks is said to the fen, and nothing is paid by half.
    let mut short = pots(area, class);
    short[0].free = rest - Fen(1);
    let refusal = share_among_pots(&short, &line.needed(jiff::civil::date(2022, 12, 31), amount)).unwrap_err();
    assert_eq!(refusal, LedgerCode::PotsTooSmall.at(Fen(1)));
}

#[test]
fn dongtou_brings_sixty_thousand_down_to_49_500_out_of_its_cloud_bank() {
    let (rule, fund, amount, left) =
        granted("policies/cn-330305-dongtou", "330305001", "dibao_marginal", Fen::yuan(60_000).0);
    assert_eq!((rule.as_str(), fund.as_str()), ("高额化解", "医保云银行"));
    assert_eq!((amount, left), (Fen::yuan(10_500), Fen::yuan(49_500)));
    is_shared_in_order(amount, "330305", "dibao_marginal");
}

#[test]
fn hangzhou_pays_all_above_fifty_thousand_out_of_its_warm_heart_fund() {
    let (rule, fund, amount, left) =
        granted("policies/cn-3301-hangzhou", "330106001", "low_income", Fen::yuan(120_000).0);
    assert_eq!((rule.as_str(), fund.as_str()), ("低收入封顶", "病贫无忧暖心基金"));
    assert_eq!((amount, left), (Fen::yuan(70_000), Fen::yuan(50_000)));
    let more_than_there_is = share_among_pots(
        &pots("3301", "low_income"),
        &line(amount, "330106001", "low_income").needed(jiff::civil::date(2022, 12, 31), amount),
    );
    assert_eq!(more_than_there_is.unwrap_err(), LedgerCode::PotsTooSmall.at(Fen::yuan(13_000)));
    let (_, _, amount, left) = granted("policies/cn-3301-hangzhou", "330106001", "low_income", Fen::yuan(62_345).0);
    assert_eq!((amount, left), (Fen::yuan(12_345), Fen::yuan(50_000)));
    is_shared_in_order(amount, "330106001", "low_income");
}
