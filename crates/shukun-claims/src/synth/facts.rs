//! A synthetic household as the engine's facts, and the whole county as batches for a lake, without files.
//!
//! Ids are the lake's own keyed codes, so that a county committed this way and the same county imported from its files
//! are the same people. Start at [`County::batches`].

use sha2::{Digest as _, Sha256};
use shukun_base::{ClaimId, HouseholdId, Masked, PersonId};
use shukun_engine::facts as engine;

use super::people::{Household, Member};
use super::{County, Settled};
use crate::{Batch, Identity, IdentityVault, Kind, SourceFile, identity};

/// The codes that stand for people, households and claims.
pub trait Codes {
    /// The code of a person, from the ID number.
    fn person_id(&self, id_number: &str) -> PersonId;
    /// The code of a household, from its householder's ID number.
    fn household_id(&self, householder_id_number: &str) -> HouseholdId;
    /// The code of a claim, from its settlement number.
    fn claim_id(&self, settlement_no: &str) -> ClaimId;
}

impl Codes for IdentityVault {
    fn person_id(&self, id_number: &str) -> PersonId {
        IdentityVault::person_id(self, id_number)
    }

    fn household_id(&self, householder_id_number: &str) -> HouseholdId {
        IdentityVault::household_id(self, householder_id_number)
    }

    fn claim_id(&self, settlement_no: &str) -> ClaimId {
        identity::claim_id(settlement_no)
    }
}

impl Household {
    /// The facts the engine settles, and the identities that go into the encrypted file. What no office would know
    /// (the income of a household on no roster) is `None`.
    pub fn facts(&self, codes: &dyn Codes) -> (engine::HouseholdFacts, Vec<(PersonId, Identity)>) {
        let ids: Vec<PersonId> = self.members.iter().map(|member| codes.person_id(&member.id_number)).collect();
        let head = self.members.first().map_or("", |member| member.id_number.as_str());
        let household = engine::Household {
            household_id: codes.household_id(head),
            region_code: self.village.code.clone(),
            annual_income_fen: self.is_on_roster().then_some(self.annual_income),
            members: i16::try_from(self.members.len()).unwrap_or(i16::MAX),
        };
        let people = || self.members.iter().zip(ids.iter().copied());
        let facts = engine::HouseholdFacts {
            persons: people().map(|(member, id)| self.person(member, id, &household)).collect(),
            certifications: people().flat_map(|(member, id)| certifications(member, id)).collect(),
            claims: people()
                .flat_map(|(member, id)| member.claims.iter().map(move |one| claim(one, id, codes)))
                .collect(),
            household,
            resolutions: Vec::new(),
        };
        (facts, people().map(|(member, id)| (id, identity_of(member))).collect())
    }

    fn declared_facts(&self) -> engine::Facts {
        let joins = self.joins_mutual_aid.map(|joins| (JOINS_MUTUAL_AID.to_owned(), engine::FactValue::Flag(joins)));
        joins.into_iter().collect()
    }

    fn person(&self, member: &Member, person_id: PersonId, household: &engine::Household) -> engine::Person {
        engine::Person {
            person_id,
            household_id: household.household_id,
            birth_date: Some(member.birth),
            sex: Some(member.sex),
            region_code: household.region_code.clone(),
            insurance: Some(member.insurance),
            local_register: Some(self.local_register),
            disability_certificate: Some(member.disability.is_some()),
            facts: self.declared_facts(),
        }
    }
}

/// The fact by which the example plan of mutual aid knows its members.
const JOINS_MUTUAL_AID: &str = "参加互助";

fn identity_of(member: &Member) -> Identity {
    Identity { name: Masked::new(member.name.clone()), id_number: Masked::new(member.id_number.clone()), phone: None }
}

fn certifications(member: &Member, person_id: PersonId) -> impl Iterator<Item = engine::Certification> + '_ {
    member.certifications.iter().map(move |span| engine::Certification {
        person_id,
        category: span.category,
        valid_from: span.valid_from,
        valid_to: span.valid_to,
        certified_on: span.valid_from,
        applied_on: None,
        due_to_illness: span.due_to_illness,
    })
}

fn claim(settled: &Settled, person_id: PersonId, codes: &dyn Codes) -> engine::Claim {
    engine::Claim {
        claim_id: codes.claim_id(&settled.settlement_no),
        settlement_no: Some(settled.settlement_no.clone()),
        person_id,
        admitted_on: Some(settled.admitted_on),
        discharged_on: Some(settled.discharged_on),
        settled_on: settled.settled_on,
        kind: settled.kind,
        institution_code: settled.institution.code.clone(),
        hospital_level: Some(settled.institution.level),
        out_of_area: Some(settled.institution.out_of_area),
        drg_code: settled.drg.map(str::to_owned),
        principal_diagnosis: Some(settled.diagnosis.code.to_owned()),
        settled_category: settled.category,
        total_fen: settled.amounts.total,
        in_scope_fen: settled.amounts.in_scope,
        out_of_catalogue_fen: settled.amounts.out_of_catalogue,
        over_limit_fen: settled.amounts.over_limit,
        pre_selfpay_fen: settled.amounts.pre_selfpay,
        basic_paid_fen: Some(settled.paid.basic),
        critical_illness_paid_fen: Some(settled.paid.critical_illness),
        medical_assistance_paid_fen: Some(settled.paid.medical_assistance),
        supplementary_paid_fen: None,
        other_paid_fen: None,
        account_paid_fen: Some(settled.paid.account),
        cash_paid_fen: Some(settled.paid.cash),
        reverses_claim_id: settled.reverses.as_deref().map(|original| codes.claim_id(original)),
        facts: engine::Facts::new(),
    }
}

impl County {
    /// The county as batches of whole households, at most `households` each (at least one): memory holds one at a
    /// time. Each is a roster batch, because it knows the households.
    pub fn batches<'a>(&'a self, codes: &'a dyn Codes, households: usize) -> impl Iterator<Item = Batch> + 'a {
        let mut all = self.households();
        (1_u64..).map_while(move |part| {
            let mut batch = self.empty_batch(part);
            for household in all.by_ref().take(households.max(1)) {
                add_household(&mut batch, &household, codes);
            }
            (!batch.persons.is_empty()).then_some(batch)
        })
    }

    fn empty_batch(&self, part: u64) -> Batch {
        let plan = self.plan();
        let name = format!(
            "synthetic {} people {} seed {} years {}-{} part {part}",
            plan.county.key(),
            plan.people,
            plan.seed,
            plan.years.start(),
            plan.years.end()
        );
        let sha256 = Sha256::digest(name.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        Batch {
            persons: Vec::new(),
            households: Vec::new(),
            certifications: Vec::new(),
            claims: Vec::new(),
            identities: Vec::new(),
            source: SourceFile { name, sha256, bytes: 0, kind: Kind::Roster },
        }
    }
}

fn add_household(batch: &mut Batch, household: &Household, codes: &dyn Codes) {
    let (facts, identities) = household.facts(codes);
    batch.persons.extend(facts.persons);
    batch.households.push(facts.household);
    batch.certifications.extend(facts.certifications);
    batch.claims.extend(facts.claims);
    batch.identities.extend(identities);
}
