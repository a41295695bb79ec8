//! The proof of a payment, or that it was not made: one page that names payment, amount, day and the bank's file it rests on,
//! as a PDF.
//!
//! Numbers and hashes only, in the letters that every PDF reader has; nobody's name or account. The same payment gives the same
//! bytes.

use shukun_base::{ContentHash, Day, Fen};

use super::PaymentId;
use super::files::plain_amount;
use crate::BatchId;

/// The page.
pub fn payment_proof(
    (batch, payment): (&BatchId, &PaymentId),
    (amount, on): (Fen, Day),
    arrived: bool,
    file: &ContentHash,
) -> Vec<u8> {
    let lines = [
        if arrived { "PROOF OF PAYMENT" } else { "THE PAYMENT WAS NOT MADE" }.to_owned(),
        format!("Batch    {batch}"),
        format!("Payment  {payment}"),
        format!("Amount   CNY {}", plain_amount(amount)),
        format!("Day      {on}"),
        "Rests on the bank's file or the signed receipt with the SHA-256".to_owned(),
        file.as_str().to_owned(),
    ];
    let mut page = "BT /F1 11 Tf 16 TL 56 780 Td".to_owned();
    for line in lines {
        page.push_str(&format!(" ({line}) Tj T*"));
    }
    page.push_str(" ET");
    document(&page)
}

/// A document of one page: ids, amounts and hashes hold no letter that a PDF's text would have to escape.
fn document(page: &str) -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>"
            .to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
    ];
    let mut text = "%PDF-1.4\n".to_owned();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (number, object) in (1..).zip(&objects) {
        table.push_str(&format!("{:010} 00000 n \n", text.len()));
        text.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
    }
    let start = text.len();
    text.push_str(&format!("xref\n0 6\n{table}trailer << /Size 6 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"));
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_what_was_paid_and_its_table_points_at_its_objects() {
        let (batch, payment) = (BatchId::new("b-1").unwrap(), PaymentId::new("p-0001").unwrap());
        let file = ContentHash::new(&"0a".repeat(32)).unwrap();
        let bytes = payment_proof((&batch, &payment), (Fen::yuan(49_500), jiff::civil::date(2026, 3, 2)), true, &file);
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("(Amount   CNY 49500.00)") && text.contains(file.as_str()));
        let entries: Vec<usize> =
            text.lines().filter(|line| line.ends_with(" n ")).map(|line| line[..10].parse().unwrap()).collect();
        assert_eq!(entries.len(), 5);
        for (number, at) in (1..).zip(entries) {
            assert!(text[at..].starts_with(&format!("{number} 0 obj")));
        }
    }
}
