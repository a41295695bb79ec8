//! Who stands behind a household in a list: masked names, one statement for a whole page.

use std::collections::BTreeMap;

use shukun_base::{HouseholdId, Lang};
use shukun_store::MaskedPerson;

use crate::desk::Desk;
use crate::error::PageError;
use crate::visit::Visit;
use crate::words;

/// The people of some households.
pub struct Names(BTreeMap<HouseholdId, Vec<MaskedPerson>>);

impl Names {
    /// Of all these households at once.
    pub async fn load(desk: &Desk, visit: &Visit, ids: &[HouseholdId]) -> Result<Names, PageError> {
        let mut households: BTreeMap<HouseholdId, Vec<MaskedPerson>> = BTreeMap::new();
        for person in desk.store().list_households(visit.scope()?, ids).await? {
            households.entry(person.household_id).or_default().push(person);
        }
        Ok(Names(households))
    }

    /// Everybody of a household.
    pub fn people(&self, household: HouseholdId) -> &[MaskedPerson] {
        self.0.get(&household).map_or(&[], Vec::as_slice)
    }

    /// `张＊＊ 等3人`
    pub fn title(&self, household: HouseholdId, lang: Lang) -> String {
        match self.people(household) {
            [] => words::NO_NAME.text(lang).to_owned(),
            [one] => one.name.clone(),
            [first, ..] => {
                let count = self.people(household).len().to_string();
                words::AND_OTHERS.with(lang, &[("name", &first.name), ("n", &count)])
            }
        }
    }
}
