-- What was given stays written: amount, day, account and voucher are never changed, and no gift or certificate is taken away.

CREATE TRIGGER gifts_keep_their_money BEFORE UPDATE OF amount_fen, received_on, into_account, bank_account, voucher_id, book_id
ON gifts BEGIN SELECT RAISE(ABORT, 'what a gift says of money is never changed'); END;

CREATE TRIGGER gifts_are_not_deleted BEFORE DELETE ON gifts
BEGIN SELECT RAISE(ABORT, 'a gift is never deleted'); END;

CREATE TRIGGER pledge_instalments_are_not_changed BEFORE UPDATE ON pledge_instalments
BEGIN SELECT RAISE(ABORT, 'an instalment stays as it was promised'); END;

CREATE TRIGGER pledge_instalments_are_not_deleted BEFORE DELETE ON pledge_instalments
BEGIN SELECT RAISE(ABORT, 'an instalment stays as it was promised'); END;

CREATE TRIGGER certificates_are_not_deleted BEFORE DELETE ON certificates
BEGIN SELECT RAISE(ABORT, 'certificates have no gaps'); END;
