-- What was given stays written: amount, day, account and voucher are never changed, and no gift or certificate is taken away.

CREATE FUNCTION giving_stays_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was given, promised or certified stays written'; END $$;

CREATE TRIGGER gifts_keep_their_money BEFORE UPDATE OF amount_fen, received_on, into_account, bank_account, voucher_id, book_id
ON gifts FOR EACH ROW EXECUTE FUNCTION giving_stays_written();

CREATE TRIGGER gifts_are_not_deleted BEFORE DELETE ON gifts FOR EACH ROW EXECUTE FUNCTION giving_stays_written();

CREATE TRIGGER gifts_is_not_emptied BEFORE TRUNCATE ON gifts FOR EACH STATEMENT EXECUTE FUNCTION giving_stays_written();

CREATE TRIGGER pledge_instalments_are_not_changed BEFORE UPDATE ON pledge_instalments
FOR EACH ROW EXECUTE FUNCTION giving_stays_written();

CREATE TRIGGER pledge_instalments_are_not_deleted BEFORE DELETE ON pledge_instalments
FOR EACH ROW EXECUTE FUNCTION giving_stays_written();

CREATE TRIGGER certificates_are_not_deleted BEFORE DELETE ON certificates
FOR EACH ROW EXECUTE FUNCTION giving_stays_written();

-- The second wall, as in 0013: what lies somewhere, and what goes with it.
DO $$
DECLARE
    walled RECORD;
    in_area TEXT := 'region LIKE ANY ((SELECT shukun_places())::text[])';
    of_book TEXT := 'EXISTS (SELECT 1 FROM books WHERE books.book_id = %s.book_id)';
BEGIN
    FOR walled IN
        SELECT * FROM (VALUES
            ('fund_units', in_area),
            ('donors', in_area),
            ('campaigns', in_area),
            ('pledges', in_area),
            ('gifts', in_area),
            ('campaign_asked', 'EXISTS (SELECT 1 FROM campaigns WHERE campaigns.campaign_id = campaign_asked.campaign_id)'),
            ('pledge_instalments', 'EXISTS (SELECT 1 FROM pledges WHERE pledges.pledge_id = pledge_instalments.pledge_id)'),
            ('gift_refunds', 'EXISTS (SELECT 1 FROM gifts WHERE gifts.gift_id = gift_refunds.gift_id)'),
            ('case_aid', 'EXISTS (SELECT 1 FROM cases WHERE cases.case_id = aid_of)'),
            ('certificates', format(of_book, 'certificates')),
            ('certificate_counters', format(of_book, 'certificate_counters'))
        ) AS list (name, condition)
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', walled.name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', walled.name);
        EXECUTE format('CREATE POLICY wall ON %I USING ((SELECT shukun_is_own()) OR %s)', walled.name, walled.condition);
    END LOOP;
END $$;
