//! pain.001.001.03, the ISO 20022 customer credit transfer: written, and read back to be held against the batch.
//!
//! Amounts are text with two decimals and the currency CNY; the number of payments and their sum stand in the header, as the
//! message asks, and are checked on reading.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use shukun_base::{Fen, Masked};

use super::fault::{FileRefusal, FileRefused, MOST_BYTES, MOST_ROWS};
use super::workbook::push_text;
use super::{Order, Payer, parse_amount, plain_amount};

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03";

/// A node: its name, and its text or its children.
enum Node {
    Text(&'static str, String),
    Amount(&'static str, Fen),
    Nodes(&'static str, Vec<Node>),
}

fn text(name: &'static str, value: &str) -> Node {
    Node::Text(name, value.to_owned())
}

fn nodes(name: &'static str, children: Vec<Node>) -> Node {
    Node::Nodes(name, children)
}

pub(super) fn write(payer: &Payer, orders: &[Order]) -> Result<Vec<u8>, FileRefused> {
    let sum = plain_amount(orders.iter().map(|order| order.amount).sum());
    let count = orders.len().to_string();
    let header = nodes(
        "GrpHdr",
        vec![
            text("MsgId", &payer.batch),
            text("CreDtTm", &format!("{}T00:00:00", payer.made_on)),
            text("NbOfTxs", &count),
            text("CtrlSum", &sum),
            nodes("InitgPty", vec![text("Nm", &payer.name)]),
        ],
    );
    let mut payment = vec![
        text("PmtInfId", &payer.batch),
        text("PmtMtd", "TRF"),
        text("NbOfTxs", &count),
        text("CtrlSum", &sum),
        text("ReqdExctnDt", &payer.made_on.to_string()),
        nodes("Dbtr", vec![text("Nm", &payer.name)]),
        nodes("DbtrAcct", account(&payer.account)),
        agent("DbtrAgt", &payer.bank),
    ];
    payment.extend(orders.iter().map(transfer));
    let document = nodes("CstmrCdtTrfInitn", vec![header, nodes("PmtInf", payment)]);
    let mut writer = Writer::new(Vec::new());
    let failed = |_| FileRefused::from(FileRefusal::Unwritable);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None))).map_err(failed)?;
    let mut root = BytesStart::new("Document");
    root.push_attribute(("xmlns", NAMESPACE));
    writer.write_event(Event::Start(root)).map_err(failed)?;
    write_node(&mut writer, &document).map_err(failed)?;
    writer.write_event(Event::End(BytesEnd::new("Document"))).map_err(failed)?;
    Ok(writer.into_inner())
}

fn account(number: &str) -> Vec<Node> {
    vec![nodes("Id", vec![nodes("Othr", vec![text("Id", number)])])]
}

fn agent(name: &'static str, bank: &str) -> Node {
    nodes(name, vec![nodes("FinInstnId", if bank.is_empty() { Vec::new() } else { vec![text("Nm", bank)] })])
}

fn transfer(order: &Order) -> Node {
    let mut parts = vec![
        nodes("PmtId", vec![text("EndToEndId", &order.reference)]),
        nodes("Amt", vec![Node::Amount("InstdAmt", order.amount)]),
    ];
    if !order.bank.is_empty() {
        parts.push(agent("CdtrAgt", &order.bank));
    }
    parts.push(nodes("Cdtr", vec![text("Nm", order.name.reveal())]));
    parts.push(nodes("CdtrAcct", account(order.account.reveal())));
    if !order.remark.is_empty() {
        parts.push(nodes("RmtInf", vec![text("Ustrd", &order.remark)]));
    }
    nodes("CdtTrfTxInf", parts)
}

fn write_node(writer: &mut Writer<Vec<u8>>, node: &Node) -> std::io::Result<()> {
    let name = match node {
        Node::Text(name, _) | Node::Amount(name, _) | Node::Nodes(name, _) => *name,
    };
    let mut start = BytesStart::new(name);
    if matches!(node, Node::Amount(..)) {
        start.push_attribute(("Ccy", "CNY"));
    }
    writer.write_event(Event::Start(start))?;
    match node {
        Node::Text(_, value) => writer.write_event(Event::Text(BytesText::new(value)))?,
        Node::Amount(_, amount) => writer.write_event(Event::Text(BytesText::new(&plain_amount(*amount))))?,
        Node::Nodes(_, children) => children.iter().try_for_each(|child| write_node(writer, child))?,
    }
    writer.write_event(Event::End(BytesEnd::new(name)))
}

/// Reads the payments of a pain.001 message.
///
/// # Errors
/// A message that is damaged, holds another currency, or does not add up to its own header.
pub fn read_pain(bytes: &[u8]) -> Result<Vec<Order>, FileRefused> {
    if bytes.len() > MOST_BYTES {
        return Err(FileRefusal::TooLarge.into());
    }
    let mut message = Message::default();
    read_elements(bytes, &mut |path, value, attributes| message.element(path, value, attributes))?;
    let sum = message.orders.iter().map(|order| i128::from(order.amount.0)).sum::<i128>();
    let states_it =
        message.count == Some(message.orders.len()) && message.sum.map(|sum| i128::from(sum.0)) == Some(sum);
    if states_it { Ok(message.orders) } else { Err(FileRefusal::Totals.into()) }
}

#[derive(Default)]
struct Message {
    count: Option<usize>,
    sum: Option<Fen>,
    orders: Vec<Order>,
}

impl Message {
    fn element(&mut self, path: &[String], value: &str, currency: Option<&str>) -> Result<(), FileRefused> {
        let tail: Vec<&str> = path.iter().skip(2).map(String::as_str).collect();
        match tail.as_slice() {
            ["GrpHdr", "NbOfTxs"] => self.count = value.parse().ok(),
            ["GrpHdr", "CtrlSum"] => self.sum = parse_amount(value).ok(),
            ["PmtInf", "CdtTrfTxInf", rest @ ..] => self.of_order(rest, value, currency)?,
            _ => {}
        }
        Ok(())
    }

    fn of_order(&mut self, path: &[&str], value: &str, currency: Option<&str>) -> Result<(), FileRefused> {
        if path == ["PmtId", "EndToEndId"] {
            if self.orders.len() >= MOST_ROWS {
                return Err(FileRefusal::TooLarge.into());
            }
            self.orders.push(blank(value));
            return Ok(());
        }
        let Some(order) = self.orders.last_mut() else { return Ok(()) };
        match path {
            ["Amt", "InstdAmt"] if currency != Some("CNY") => return Err(FileRefusal::OtherMoney.into()),
            ["Amt", "InstdAmt"] => order.amount = parse_amount(value).map_err(|_| FileRefusal::Field)?,
            ["CdtrAgt", "FinInstnId", "Nm"] => value.clone_into(&mut order.bank),
            ["Cdtr", "Nm"] => order.name = Masked::new(value.to_owned()),
            ["CdtrAcct", "Id", "Othr", "Id"] => order.account = Masked::new(value.to_owned()),
            ["RmtInf", "Ustrd"] => value.clone_into(&mut order.remark),
            _ => {}
        }
        Ok(())
    }
}

fn blank(reference: &str) -> Order {
    let nothing = || Masked::new(String::new());
    let (bank, remark) = (String::new(), String::new());
    Order { reference: reference.to_owned(), account: nothing(), name: nothing(), bank, amount: Fen::ZERO, remark }
}

/// Most levels of a message.
const MOST_LEVELS: usize = 32;
/// Bytes of one tag or text.
const MOST_OF_ONE: usize = 64 << 10;

/// What is told of an element when it ends: its path, its text, its currency.
pub(super) type Element<'a> = &'a mut dyn FnMut(&[String], &str, Option<&str>) -> Result<(), FileRefused>;

/// Hands every element that ends to `each`, in the order of the file; nothing but one path and one text is held.
pub(super) fn read_elements(bytes: &[u8], each: Element<'_>) -> Result<(), FileRefused> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| FileRefusal::Unknown)?;
    let mut xml = quick_xml::Reader::from_str(text);
    let (mut path, mut value, mut currency): (Vec<String>, String, Option<String>) = Default::default();
    let mut before = 0;
    loop {
        let event = xml.read_event().map_err(|_| FileRefusal::Damaged)?;
        let position = xml.buffer_position();
        if position.saturating_sub(before) > MOST_OF_ONE as u64 {
            return Err(FileRefusal::Hostile.into());
        }
        before = position;
        match &event {
            Event::Eof => break,
            Event::DocType(_) => return Err(FileRefusal::Hostile.into()),
            Event::Start(tag) => {
                if path.len() >= MOST_LEVELS {
                    return Err(FileRefusal::Hostile.into());
                }
                path.push(tag.local_name().as_ref().to_owned());
                currency = super::workbook::attribute(tag, "Ccy");
                value.clear();
            }
            Event::End(_) => {
                each(&path, value.trim(), currency.as_deref())?;
                path.pop();
                value.clear();
                currency = None;
            }
            other => push_text(&mut value, other),
        }
    }
    if path.is_empty() { Ok(()) } else { Err(FileRefusal::Damaged.into()) }
}
