-- What is written stays written; relief is paid as a resolution says, once; closed months stay closed.

CREATE FUNCTION transfers_are_only_appended_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'transfers are only appended to'; END $$;
CREATE TRIGGER transfers_are_not_changed BEFORE UPDATE ON transfers
FOR EACH ROW EXECUTE FUNCTION transfers_are_only_appended_to();
CREATE TRIGGER transfers_are_not_deleted BEFORE DELETE ON transfers
FOR EACH ROW EXECUTE FUNCTION transfers_are_only_appended_to();
CREATE TRIGGER transfers_is_not_emptied BEFORE TRUNCATE ON transfers
FOR EACH STATEMENT EXECUTE FUNCTION transfers_are_only_appended_to();

CREATE FUNCTION vouchers_are_only_appended_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'vouchers are only appended to'; END $$;
CREATE TRIGGER vouchers_are_not_changed BEFORE UPDATE ON vouchers
FOR EACH ROW EXECUTE FUNCTION vouchers_are_only_appended_to();
CREATE TRIGGER vouchers_are_not_deleted BEFORE DELETE ON vouchers
FOR EACH ROW EXECUTE FUNCTION vouchers_are_only_appended_to();
CREATE TRIGGER vouchers_is_not_emptied BEFORE TRUNCATE ON vouchers
FOR EACH STATEMENT EXECUTE FUNCTION vouchers_are_only_appended_to();

CREATE FUNCTION statement_lines_are_only_appended_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'statement_lines are only appended to'; END $$;
CREATE TRIGGER statement_lines_are_not_changed BEFORE UPDATE ON statement_lines
FOR EACH ROW EXECUTE FUNCTION statement_lines_are_only_appended_to();
CREATE TRIGGER statement_lines_are_not_deleted BEFORE DELETE ON statement_lines
FOR EACH ROW EXECUTE FUNCTION statement_lines_are_only_appended_to();
CREATE TRIGGER statement_lines_is_not_emptied BEFORE TRUNCATE ON statement_lines
FOR EACH STATEMENT EXECUTE FUNCTION statement_lines_are_only_appended_to();

CREATE FUNCTION restrictions_are_only_appended_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'restrictions are only appended to'; END $$;
CREATE TRIGGER restrictions_are_not_changed BEFORE UPDATE ON restrictions
FOR EACH ROW EXECUTE FUNCTION restrictions_are_only_appended_to();
CREATE TRIGGER restrictions_are_not_deleted BEFORE DELETE ON restrictions
FOR EACH ROW EXECUTE FUNCTION restrictions_are_only_appended_to();
CREATE TRIGGER restrictions_is_not_emptied BEFORE TRUNCATE ON restrictions
FOR EACH STATEMENT EXECUTE FUNCTION restrictions_are_only_appended_to();

-- Of a resolution line only its state goes on.
CREATE FUNCTION resolution_lines_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a line of a resolution is not rewritten'; END $$;
CREATE TRIGGER resolution_lines_are_not_changed BEFORE UPDATE OF line_id, resolution_id, book_id, case_id, person_key, business_key, programme, area, classes, amount_fen ON resolution_lines
FOR EACH ROW EXECUTE FUNCTION resolution_lines_refuse_change();
CREATE TRIGGER resolution_lines_are_not_deleted BEFORE DELETE ON resolution_lines
FOR EACH ROW EXECUTE FUNCTION resolution_lines_refuse_change();
CREATE TRIGGER resolution_lines_is_not_emptied BEFORE TRUNCATE ON resolution_lines
FOR EACH STATEMENT EXECUTE FUNCTION resolution_lines_refuse_change();

CREATE FUNCTION periods_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a closed month stays closed'; END $$;
CREATE TRIGGER periods_stay_closed BEFORE UPDATE ON periods
FOR EACH ROW WHEN (OLD.state = 'closed') EXECUTE FUNCTION periods_refuse_change();
CREATE TRIGGER periods_are_not_deleted BEFORE DELETE ON periods
FOR EACH ROW WHEN (OLD.state = 'closed') EXECUTE FUNCTION periods_refuse_change();

CREATE FUNCTION transfers_pay_approved_lines_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM resolution_lines AS line
        WHERE line.line_id = NEW.line_id AND line.book_id = NEW.book_id AND line.amount_fen = NEW.amount_fen
            AND line.state IN ('approved', 'returned')
            AND substr(line.business_key, 1, length(line.business_key) - 1)
                = substr(NEW.business_key, 1, length(line.business_key) - 1))
        AND NOT EXISTS (SELECT 1 FROM restoring) THEN
        RAISE EXCEPTION 'no approved line of this amount';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER transfers_pay_approved_lines BEFORE INSERT ON transfers
FOR EACH ROW WHEN (NEW.business_key IS NOT NULL) EXECUTE FUNCTION transfers_pay_approved_lines_check();

CREATE FUNCTION transfers_pay_a_line_once_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM transfers AS paid
        WHERE paid.line_id = NEW.line_id AND paid.business_key IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM transfers AS let_go WHERE let_go.pending_id = paid.transfer_id AND let_go.phase = 3)
            AND COALESCE((SELECT SUM(back.amount_fen) FROM transfers AS back
                    WHERE back.corrects_id = paid.transfer_id AND back.phase = 0), 0)
                < COALESCE((SELECT posted.amount_fen FROM transfers AS posted
                    WHERE posted.pending_id = paid.transfer_id), paid.amount_fen))
        AND NOT EXISTS (SELECT 1 FROM restoring) THEN
        RAISE EXCEPTION 'the line was paid already';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER transfers_pay_a_line_once BEFORE INSERT ON transfers
FOR EACH ROW WHEN (NEW.business_key IS NOT NULL) EXECUTE FUNCTION transfers_pay_a_line_once_check();

CREATE FUNCTION transfers_end_what_was_held_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM transfers AS held
        WHERE held.transfer_id = NEW.pending_id AND held.phase = 1 AND held.book_id = NEW.book_id
            AND held.debit = NEW.debit AND held.credit = NEW.credit AND held.effective <= NEW.effective
            AND (held.amount_fen = NEW.amount_fen OR (NEW.phase = 2 AND held.amount_fen > NEW.amount_fen)))
        AND NOT EXISTS (SELECT 1 FROM restoring) THEN
        RAISE EXCEPTION 'nothing of the kind was held';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER transfers_end_what_was_held BEFORE INSERT ON transfers
FOR EACH ROW WHEN (NEW.pending_id IS NOT NULL) EXECUTE FUNCTION transfers_end_what_was_held_check();

CREATE FUNCTION transfers_go_into_open_months_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM books WHERE books.book_id = NEW.book_id AND NEW.effective <= books.closed_through)
        AND NOT EXISTS (SELECT 1 FROM restoring) THEN
        RAISE EXCEPTION 'the month is closed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER transfers_go_into_open_months BEFORE INSERT ON transfers
FOR EACH ROW EXECUTE FUNCTION transfers_go_into_open_months_check();

-- The second wall: a book lies where its region is, and what is in it goes with it. A cap of a county holds in its towns too.
DO $$
DECLARE
    walled RECORD;
    in_area TEXT := 'region LIKE ANY ((SELECT shukun_places())::text[])';
    around TEXT := in_area
        || ' OR EXISTS (SELECT 1 FROM unnest((SELECT shukun_places())) AS place WHERE place LIKE region || ''%'')';
    in_book TEXT := 'EXISTS (SELECT 1 FROM books WHERE books.book_id = %s.book_id)';
BEGIN
    FOR walled IN
        SELECT * FROM (VALUES
            ('books', in_area),
            ('benefit_years', around),
            ('ledger_audits', around),
            ('restrictions', format(in_book, 'restrictions')),
            ('book_accounts', format(in_book, 'book_accounts')),
            ('vouchers', format(in_book, 'vouchers')),
            ('voucher_drafts', format(in_book, 'voucher_drafts')),
            ('transfers', format(in_book, 'transfers')),
            ('periods', format(in_book, 'periods')),
            ('resolutions', format(in_book, 'resolutions')),
            ('resolution_lines', format(in_book, 'resolution_lines')),
            ('statement_lines', format(in_book, 'statement_lines')),
            ('statement_matches', 'EXISTS (SELECT 1 FROM statement_lines
                WHERE statement_lines.statement_line_id = statement_matches.statement_line_id)')
        ) AS list (name, condition)
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', walled.name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', walled.name);
        EXECUTE format('CREATE POLICY wall ON %I USING ((SELECT shukun_is_own()) OR %s)', walled.name, walled.condition);
    END LOOP;
END $$;
