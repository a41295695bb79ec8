//! Ids of the fund. What makes two calls one is made by whoever calls: a voucher's id is chosen before it is sent.

use shukun_base::text_id;

text_id! {
    /// A book (账册): one pot of money with one owner, one set of bank accounts, one chain of hashes.
    BookId
}
text_id! {
    /// A voucher (凭证): transfers that are posted together or not at all.
    VoucherId
}
text_id! {
    /// One transfer between two accounts of a book.
    TransferId
}
text_id! {
    /// A donor's restriction (限定用途) of what was given.
    RestrictionId
}
text_id! {
    /// A donor: an organisation, a group, a person, or nobody that is named.
    DonorId
}
text_id! {
    /// A campaign for gifts, such as 慈善一日捐.
    CampaignId
}
text_id! {
    /// A gift received.
    GiftId
}
text_id! {
    /// A pledge (认捐) with its instalments.
    PledgeId
}
text_id! {
    /// Money that goes back to a donor.
    RefundId
}
text_id! {
    /// A unit that raises funds (募捐单位): the federation, a town's branch, a society.
    UnitId
}
text_id! {
    /// A joint meeting (联席会议).
    MeetingId
}
text_id! {
    /// A resolution of a meeting.
    ResolutionId
}
text_id! {
    /// One line of a resolution: one household's relief.
    LineId
}
text_id! {
    /// A batch of payments (拨付批次).
    BatchId
}
text_id! {
    /// The case a line is for, as casework names it.
    CaseId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain_text() {
        assert_eq!(VoucherId::new("v-01").unwrap().to_string(), "v-01");
        assert!(BookId::new("县 基金").is_none());
        assert!(serde_json::from_value::<GiftId>("a/b".into()).is_err());
    }
}
