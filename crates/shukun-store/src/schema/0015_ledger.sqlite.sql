-- What is written stays written; relief is paid as a resolution says, once; closed months stay closed.

CREATE TRIGGER transfers_are_not_changed BEFORE UPDATE ON transfers
BEGIN SELECT RAISE(ABORT, 'transfers are only appended to'); END;
CREATE TRIGGER transfers_are_not_deleted BEFORE DELETE ON transfers
BEGIN SELECT RAISE(ABORT, 'transfers are only appended to'); END;

CREATE TRIGGER vouchers_are_not_changed BEFORE UPDATE ON vouchers
BEGIN SELECT RAISE(ABORT, 'vouchers are only appended to'); END;
CREATE TRIGGER vouchers_are_not_deleted BEFORE DELETE ON vouchers
BEGIN SELECT RAISE(ABORT, 'vouchers are only appended to'); END;

CREATE TRIGGER statement_lines_are_not_changed BEFORE UPDATE ON statement_lines
BEGIN SELECT RAISE(ABORT, 'statement_lines are only appended to'); END;
CREATE TRIGGER statement_lines_are_not_deleted BEFORE DELETE ON statement_lines
BEGIN SELECT RAISE(ABORT, 'statement_lines are only appended to'); END;

CREATE TRIGGER restrictions_are_not_changed BEFORE UPDATE ON restrictions
BEGIN SELECT RAISE(ABORT, 'restrictions are only appended to'); END;
CREATE TRIGGER restrictions_are_not_deleted BEFORE DELETE ON restrictions
BEGIN SELECT RAISE(ABORT, 'restrictions are only appended to'); END;

-- Of a resolution line only its state goes on.
CREATE TRIGGER resolution_lines_are_not_changed BEFORE UPDATE OF line_id, resolution_id, book_id, case_id, person_key, business_key, programme, area, classes, amount_fen ON resolution_lines
BEGIN SELECT RAISE(ABORT, 'a line of a resolution is not rewritten'); END;
CREATE TRIGGER resolution_lines_are_not_deleted BEFORE DELETE ON resolution_lines
BEGIN SELECT RAISE(ABORT, 'a line of a resolution is not rewritten'); END;

CREATE TRIGGER periods_stay_closed BEFORE UPDATE ON periods WHEN OLD.state = 'closed'
BEGIN SELECT RAISE(ABORT, 'a closed month stays closed'); END;
CREATE TRIGGER periods_are_not_deleted BEFORE DELETE ON periods WHEN OLD.state = 'closed'
BEGIN SELECT RAISE(ABORT, 'a closed month stays closed'); END;

CREATE TRIGGER transfers_pay_approved_lines BEFORE INSERT ON transfers WHEN NEW.business_key IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'no approved line of this amount') WHERE NOT EXISTS (SELECT 1 FROM resolution_lines AS line
        WHERE line.line_id = NEW.line_id AND line.book_id = NEW.book_id AND line.amount_fen = NEW.amount_fen
            AND line.state IN ('approved', 'returned')
            AND substr(line.business_key, 1, length(line.business_key) - 1)
                = substr(NEW.business_key, 1, length(line.business_key) - 1))
        AND NOT EXISTS (SELECT 1 FROM restoring);
END;

CREATE TRIGGER transfers_pay_a_line_once BEFORE INSERT ON transfers WHEN NEW.business_key IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'the line was paid already') WHERE EXISTS (SELECT 1 FROM transfers AS paid
        WHERE paid.line_id = NEW.line_id AND paid.business_key IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM transfers AS let_go WHERE let_go.pending_id = paid.transfer_id AND let_go.phase = 3)
            AND COALESCE((SELECT SUM(back.amount_fen) FROM transfers AS back
                    WHERE back.corrects_id = paid.transfer_id AND back.phase = 0), 0)
                < COALESCE((SELECT posted.amount_fen FROM transfers AS posted
                    WHERE posted.pending_id = paid.transfer_id), paid.amount_fen))
        AND NOT EXISTS (SELECT 1 FROM restoring);
END;

CREATE TRIGGER transfers_end_what_was_held BEFORE INSERT ON transfers WHEN NEW.pending_id IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'nothing of the kind was held') WHERE NOT EXISTS (SELECT 1 FROM transfers AS held
        WHERE held.transfer_id = NEW.pending_id AND held.phase = 1 AND held.book_id = NEW.book_id
            AND held.debit = NEW.debit AND held.credit = NEW.credit AND held.effective <= NEW.effective
            AND (held.amount_fen = NEW.amount_fen OR (NEW.phase = 2 AND held.amount_fen > NEW.amount_fen)))
        AND NOT EXISTS (SELECT 1 FROM restoring);
END;

CREATE TRIGGER transfers_go_into_open_months BEFORE INSERT ON transfers
BEGIN
    SELECT RAISE(ABORT, 'the month is closed') WHERE EXISTS (SELECT 1 FROM books WHERE books.book_id = NEW.book_id AND NEW.effective <= books.closed_through)
        AND NOT EXISTS (SELECT 1 FROM restoring);
END;
