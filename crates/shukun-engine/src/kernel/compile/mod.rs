//! From a linked program to a [`Plan`].
//!
//! What the kernel cannot do with whole columns is [`Beyond`] it, with the reason; such a rule is watched instead:
//! whoever it may concern is settled by the reference evaluator. Start at [`compile`].

mod amounts;
mod blocks;
mod conditions;
mod steps;
mod uses;
mod watchers;

use std::collections::BTreeMap;

use shukun_policy::program::{Accumulation, DateField, Field, Period, PeriodKind, Program, Unit};

use super::needs::Needs;
use super::plan::{FlagField, GroupSpec, Ix, Lane, Limit, NumberField, Plan, SeenOn, SettledSource, Watch, WordField};
use crate::evaluate::prepared::{LimitIx, Prepared};
use amounts::View;
pub(crate) use amounts::number_field;
pub(crate) use conditions::{day_number, flag_field};

/// Money of a claim, and what rules call it.
const MONEY: [(&str, Field); 5] = [
    ("total_fen", Field::Total),
    ("in_scope_fen", Field::InScope),
    ("out_of_catalogue_fen", Field::OutOfCatalogue),
    ("over_limit_fen", Field::OverLimit),
    ("pre_selfpay_fen", Field::PreSelfpay),
];

/// Why something cannot be done with columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beyond(pub &'static str);

pub(crate) type Compiled<T> = Result<T, Beyond>;

pub(crate) struct Compiler<'p> {
    program: &'p Program,
    prepared: &'p Prepared<'p>,
    plan: Plan,
    needs: Needs,
    /// Counters of limits by rule and place.
    limit_places: BTreeMap<LimitIx, Ix>,
}

/// Compiles a program and says which columns it looks at.
pub(crate) fn compile(prepared: &Prepared<'_>) -> (Plan, Needs) {
    let program = prepared.program;
    let mut compiler = Compiler {
        program,
        prepared,
        plan: Plan { lanes: vec![Lane::Silent; program.rules.len()], ..Plan::default() },
        needs: Needs::default(),
        limit_places: BTreeMap::new(),
    };
    compiler.always_needed();
    // INVARIANT: group 0 is the person's calendar year, which standings are told by.
    let year = Period { kind: PeriodKind::Year, key: DateField::Incurred };
    let _years = compiler.group(Accumulation { unit: Unit::Person, period: year });
    compiler.count_limits();
    let ops = compiler.ops();
    compiler.plan.blocks = blocks::blocks(ops);
    compiler.watchers();
    compiler.measures();
    compiler.find_bounds_only();
    (compiler.plan, compiler.needs)
}

impl Compiler<'_> {
    /// What order, years and standings need of every program.
    fn always_needed(&mut self) {
        self.needs.claims.extend(MONEY.map(|(name, _)| name));
        self.needs.claims.insert("reverses_claim_id");
        self.note_date(DateField::Incurred);
        for key in &self.program.event_order {
            if let shukun_policy::program::SortKey::Date(date) = key {
                self.note_date(*date);
            }
        }
    }

    /// Every claim is split up to its total; of the other money only rules and standings know.
    fn find_bounds_only(&mut self) {
        let asked = self.program.needs().fields;
        let others = MONEY.into_iter().filter(|(_, field)| *field != Field::Total && !asked.contains(field));
        self.needs.bounds_only.extend(others.map(|(name, _)| name));
    }

    /// A counter for each limit. Those that cannot be grouped have none; their rules are beyond the kernel.
    fn count_limits(&mut self) {
        for (number, rule) in self.program.rules.iter().enumerate() {
            for (place, limit) in rule.limits.iter().enumerate() {
                if let Ok(group) = self.group(limit.over) {
                    self.limit_places.insert((number, place), self.plan.limits.len());
                    self.plan.limits.push(Limit { group });
                    self.plan.rule_of_limit.push(number);
                }
            }
        }
    }

    fn measures(&mut self) {
        for measure in &self.program.measures {
            match self.amount(&measure.amount, View { held: None, seen: SeenOn::Bill }) {
                Ok(scaled) => self.plan.measures.push(scaled),
                Err(Beyond(why)) => self.plan.beyond = Some(why),
            }
        }
    }

    /// The place of an accumulation's groups.
    fn group(&mut self, over: Accumulation) -> Compiled<Ix> {
        match over.period.kind {
            PeriodKind::Rolling { .. } => return Err(Beyond("a rolling period")),
            PeriodKind::Window => return Err(Beyond("a personal window")),
            _ => {}
        }
        if matches!(over.period.key, DateField::Certified | DateField::Applied) {
            return Err(Beyond("a period by a personal date"));
        }
        self.note_date(over.period.key);
        let spec = GroupSpec { unit: over.unit, kind: over.period.kind, key: over.period.key };
        let known = self.plan.groups.iter().position(|known| *known == spec);
        Ok(known.unwrap_or_else(|| {
            self.plan.groups.push(spec);
            self.plan.groups.len() - 1
        }))
    }

    fn lane_of(&mut self, rule: usize, compiled: Compiled<()>) {
        let lane = match compiled {
            Ok(()) => Lane::Columns,
            Err(Beyond(why)) => Lane::Reference(why),
        };
        self.set_lane(rule, lane);
    }

    fn lane_watched(&mut self, rule: usize, watch: &Watch) {
        self.set_lane(rule, if matches!(watch, Watch::Colours(_)) { Lane::Columns } else { Lane::Watched });
    }

    fn lane_silent(&mut self, rule: usize) {
        self.set_lane(rule, Lane::Silent);
    }

    fn set_lane(&mut self, rule: usize, lane: Lane) {
        if let Some(place) = self.plan.lanes.get_mut(rule) {
            *place = lane;
        }
    }

    fn note_date(&mut self, date: DateField) {
        match date {
            DateField::Incurred => self.needs.claims.extend(["discharged_on", "settled_on"]),
            DateField::Admitted => self.needs.claims.extend(["admitted_on", "discharged_on", "settled_on", "kind"]),
            DateField::Discharged => self.needs.claims.extend(["discharged_on", "settled_on", "kind"]),
            DateField::Settled => drop(self.needs.claims.insert("settled_on")),
            DateField::Certified | DateField::Applied => self.needs.certifications = true,
        }
    }

    fn note_number(&mut self, field: NumberField) {
        match field {
            NumberField::Money(_) | NumberField::CalendarYear(_) => {}
            NumberField::HospitalLevel => drop(self.needs.claims.insert("hospital_level")),
            NumberField::AdmissionNumber => {
                self.plan.asks_admission_number = true;
                self.needs.claims.insert("kind");
            }
            NumberField::Age(_) => drop(self.needs.persons.insert("birth_date")),
            NumberField::Income => drop(self.needs.households.insert("annual_income_fen")),
            NumberField::Members => drop(self.needs.households.insert("members")),
            NumberField::ClaimFact(_) => self.needs.claim_facts = true,
            NumberField::PersonFact(_) => self.needs.person_facts = true,
        }
    }

    fn note_flag(&mut self, field: FlagField) {
        match field {
            FlagField::OutOfArea => drop(self.needs.claims.insert("out_of_area")),
            FlagField::Insured => drop(self.needs.persons.insert("insurance")),
            FlagField::LocalRegister => drop(self.needs.persons.insert("local_register")),
            FlagField::DisabilityCertificate => drop(self.needs.persons.insert("disability_certificate")),
            FlagField::DueToIllness | FlagField::NewlyCertified => self.needs.certifications = true,
            FlagField::ClaimFact(_) => self.needs.claim_facts = true,
            FlagField::PersonFact(_) => self.needs.person_facts = true,
        }
    }

    fn note_word(&mut self, field: WordField) {
        match field {
            WordField::Institution => drop(self.needs.claims.insert("institution_code")),
            WordField::Drg => drop(self.needs.claims.insert("drg_code")),
            WordField::Diagnosis => drop(self.needs.claims.insert("principal_diagnosis")),
            WordField::ClaimFact(_) => self.needs.claim_facts = true,
            WordField::PersonFact(_) => self.needs.person_facts = true,
        }
    }

    /// Any field that a table tests.
    fn note_field(&mut self, field: Field) {
        self.plan.asks_admission_number |= field == Field::AdmissionNumber;
        let column = match field {
            Field::Kind | Field::AdmissionNumber => Some("kind"),
            Field::HospitalLevel => Some("hospital_level"),
            Field::OutOfArea => Some("out_of_area"),
            Field::DrgCode => Some("drg_code"),
            Field::PrincipalDiagnosis => Some("principal_diagnosis"),
            Field::Institution => Some("institution_code"),
            _ => None,
        };
        self.needs.claims.extend(column);
        let column = match field {
            Field::Age => Some("birth_date"),
            Field::Sex => Some("sex"),
            Field::Insurance | Field::Insured => Some("insurance"),
            Field::LocalRegister => Some("local_register"),
            Field::DisabilityCertificate => Some("disability_certificate"),
            _ => None,
        };
        self.needs.persons.extend(column);
        match field {
            Field::HouseholdIncome => drop(self.needs.households.insert("annual_income_fen")),
            Field::HouseholdMembers => drop(self.needs.households.insert("members")),
            Field::Declared(fact) => match self.program.facts.get(fact.0).is_some_and(|fact| fact.of_claim) {
                true => self.needs.claim_facts = true,
                false => self.needs.person_facts = true,
            },
            _ => {}
        }
    }

    fn note_settled(&mut self, source: SettledSource) {
        const COLUMNS: [&str; 5] = [
            "basic_paid_fen",
            "critical_illness_paid_fen",
            "medical_assistance_paid_fen",
            "supplementary_paid_fen",
            "other_paid_fen",
        ];
        match source {
            SettledSource::Column(column) => self.needs.claims.extend(COLUMNS.get(column)),
            SettledSource::Fact(_) => self.needs.claim_facts = true,
        }
    }
}
