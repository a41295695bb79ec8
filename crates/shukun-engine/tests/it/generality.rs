//! One test a pack.

use shukun_engine::facts::FactValue;
use shukun_engine::outcome::NoteKind;

use crate::household::{household, paid, program, settled};

#[test]
fn a_monthly_cap_is_linear_above_a_point_and_hits_lower_it() {
    let program = program("japan-monthly-cap");
    let months = ["2022-01-10", "2022-02-10", "2022-03-10", "2022-04-10", "2022-05-10"];
    let mut bills: Vec<_> = months.iter().map(|day| (1, *day, "inpatient", 1_000_000)).collect();
    // The first three hits are out of the eleven months before.
    bills.push((1, "2023-04-10", "inpatient", 1_000_000));
    let settlement = settled(&program, &household(&bills));
    // 300,000 less 80,100 + 1 % of 733,000 = 87,430.
    assert_eq!(paid(&settlement, "前三次"), [21_257_000; 4]);
    assert_eq!(paid(&settlement, "第四次起"), [25_560_000; 2]);
    // Two bills of a month count together; 267,000 is where the line bends: 80,100 exactly.
    let settlement = settled(
        &program,
        &household(&[(1, "2022-01-10", "inpatient", 200_000), (1, "2022-01-20", "outpatient", 67_000)]),
    );
    assert_eq!(paid(&settlement, "前三次"), Vec::<i64>::new());
    let settlement = settled(
        &program,
        &household(&[(1, "2022-01-10", "inpatient", 200_000), (1, "2022-01-20", "outpatient", 67_100)]),
    );
    // 80,130 − (80,100 + 1) = 29.
    assert_eq!(paid(&settlement, "前三次"), [2_900]);
}

#[test]
fn small_items_stay_out_of_the_households_pool() {
    let bills = [
        (1, "2022-01-10", "inpatient", 400_000),
        (2, "2022-01-12", "inpatient", 100_000),
        (2, "2022-01-13", "outpatient", 69_000),
    ];
    let settlement = settled(&program("household-pool"), &household(&bills));
    // 120,000 is brought down to 80,000. The pool holds 80,000 + 30,000; 20,700 stays out.
    assert_eq!(paid(&settlement, "个人封顶"), [4_000_000]);
    // 30,000 over, by what each has in the pool: 8 : 3.
    assert_eq!(paid(&settlement, "世带合算"), [2_181_818, 818_182]);
    let bills = [bills[0], bills[1], (2, "2022-01-13", "outpatient", 70_000)];
    let settlement = settled(&program("household-pool"), &household(&bills));
    assert_eq!(paid(&settlement, "世带合算").iter().sum::<i64>(), 5_100_000);
}

#[test]
fn a_cap_can_be_a_share_of_income() {
    let program = program("income-share");
    let mut facts = household(&[(1, "2022-01-10", "inpatient", 500), (2, "2022-06-10", "inpatient", 700)]);
    // 2 % of 40,000 = 800 for the household: 400 over, 5 : 7.
    assert_eq!(paid(&settled(&program, &facts), "two_percent"), [16_667, 23_333]);
    facts.persons.iter_mut().for_each(|person| person.disability_certificate = Some(true));
    assert_eq!(paid(&settled(&program, &facts), "one_percent").iter().sum::<i64>(), 80_000);
    facts.household.annual_income_fen = None;
    let unknown = settled(&program, &facts);
    assert_eq!(paid(&unknown, "one_percent"), Vec::<i64>::new());
    let missing = NoteKind::Unknown { missing: "家庭年收入".to_owned() };
    assert!(unknown.notes.iter().any(|note| note.outcome == missing));
}

#[test]
fn bands_follow_the_deductible_and_caps_the_policy_year_and_the_life() {
    let program = program("coinsurance-bands");
    let bills = [
        (1, "2022-06-30", "inpatient", 25_000),
        (1, "2022-07-01", "inpatient", 1_500),
        (1, "2023-06-30", "inpatient", 200_000),
    ];
    let settlement = settled(&program, &household(&bills));
    // 23,000: 4,500 + 4,750 + 12,610. Then a new year: 1,500 in the deductible, 500 left of it; 199,500 gives
    // 4,500 + 4,750 + 183,815 = 193,065, cut at 100,000.
    assert_eq!(paid(&settlement, "终身健保"), [2_186_000, 10_000_000]);
    let bills = [bills[0], bills[2], (1, "2023-07-01", "inpatient", 200_000)];
    // The life's 150,000 leaves 28,140.
    assert_eq!(paid(&settled(&program, &household(&bills)), "终身健保"), [2_186_000, 10_000_000, 2_814_000]);
}

#[test]
fn a_line_can_count_what_the_patient_paid() {
    let bills = [
        (1, "2022-01-10", "pharmacy", 2_500),
        (1, "2022-02-10", "pharmacy", 10_000),
        (1, "2023-01-01", "pharmacy", 500),
    ];
    let settlement = settled(&program("patient-paid"), &household(&bills));
    assert_eq!(paid(&settlement, "药品计划"), [150_000, 870_000]);
}

#[test]
fn a_deductible_knows_the_hospital_and_the_count_of_stays() {
    let mut facts = household(&[
        (1, "2022-01-10", "inpatient", 1_000),
        (1, "2022-02-10", "inpatient", 1_000),
        (1, "2022-03-10", "inpatient", 1_000),
        (1, "2023-01-10", "inpatient", 1_000),
    ]);
    facts.claims[2].hospital_level = Some(1);
    facts.persons[0].facts.insert("参保月数".to_owned(), FactValue::Number(3));
    let settlement = settled(&program("deductible-by-level"), &facts);
    assert_eq!(paid(&settlement, "住院统筹"), [16_000, 48_000, 56_000, 16_000]);
    // Half of what is left, for three months of twelve.
    assert_eq!(paid(&settlement, "部分年度补助"), [10_500, 6_500, 5_500, 10_500]);
    facts.persons[0].facts.clear();
    let settlement = settled(&program("deductible-by-level"), &facts);
    assert_eq!(paid(&settlement, "部分年度补助"), Vec::<i64>::new());
}

#[test]
fn caps_nest_are_shared_and_months_roll() {
    let bills = [
        (1, "2022-01-31", "outpatient", 1_800),
        (1, "2022-03-31", "outpatient", 1_000),
        (1, "2022-04-01", "outpatient", 400),
        (2, "2022-05-01", "outpatient", 3_000),
        (1, "2022-09-01", "outpatient", 1_200),
    ];
    let settlement = settled(&program("nested-caps"), &household(&bills));
    // January: 800 × 50 %. March: the deductible is used up; 500, cut at 600 − 400. April: January has rolled off with
    // its deductible, so 400 fall below a new one. May: person 2 has 1,000, cut at 600, and at the 380 that the
    // household's 1,500 leave. September: nothing left.
    assert_eq!(paid(&settlement, "门诊统筹"), [40_000, 20_000, 38_000]);
    assert_eq!(paid(&settlement, "门诊补充"), [28_000, 16_000, 8_000]);
}
