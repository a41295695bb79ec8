//! Ten thousand names, numbers, telephones, bank cards and addresses go through the real server, and lie open nowhere.
//!
//! They come in by spreadsheets, are imported, screened, worked on, typed into forms that are refused, exported masked. Then every
//! place where something stays is searched: the log, every file of the office as it lies and as it decodes, every cell of
//! the database. Last, a value is laid open on purpose in a file, in the log and in a table, and the search finds each. Start
//! at [`Planted`] and [`search`].

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, BinaryArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use shukun_web::demo::authenticator::code;

use crate::database::{Seen, postgres};
use crate::office::{Office, PASSWORD, encoded, somebody, value_of};
use crate::people::{Bill, Somebody, settlements};

/// Each has five values.
const PEOPLE: u32 = 2_400;
const VILLAGE: &str = "330381001201";
const PLACES: &str = "county,town_code,town,village_code,village\n330381,330381001,测试街道,330381001201,测试村\n";
const FORM: &str = "application/x-www-form-urlencoded";

/// The values that are searched for, by the bytes they begin with.
struct Planted {
    people: Vec<Somebody>,
    /// What all values of a kind begin with, and those values.
    kinds: Vec<(Vec<u8>, usize, HashSet<Vec<u8>>)>,
    /// Whether any kind begins with this byte.
    begins: [bool; 256],
}

impl Planted {
    fn new() -> Planted {
        let people: Vec<Somebody> = (0..PEOPLE).map(Somebody::new).collect();
        let (mut kinds, mut begins) = (Vec::new(), [false; 256]);
        for kind in 0..5 {
            let values: HashSet<Vec<u8>> = people.iter().map(|one| one.values()[kind].as_bytes().to_vec()).collect();
            let one = values.iter().next().unwrap();
            let shared = |length: &usize| values.iter().all(|value| value[..*length] == one[..*length]);
            let length = (1..one.len()).rev().find(shared).unwrap();
            assert!(length >= 3 && values.iter().all(|value| value.len() == one.len()));
            begins[usize::from(one[0])] = true;
            kinds.push((one[..length].to_vec(), one.len(), values));
        }
        assert!(kinds.iter().map(|(_, _, values)| values.len()).sum::<usize>() >= 10_000);
        Planted { people, kinds, begins }
    }

    /// How many of the values stand in these bytes. Digits within longer rows of digits are another number.
    fn found_in(&self, bytes: &[u8]) -> usize {
        let is_found = |at: usize| {
            self.kinds.iter().any(|(begins, length, values)| {
                let value = bytes.get(at..at + length);
                bytes[at..].starts_with(begins)
                    && value.is_some_and(|value| values.contains(value) && !is_within_digits(bytes, at, *length))
            })
        };
        let starts = bytes.iter().enumerate().filter(|(_, byte)| self.begins[usize::from(**byte)]);
        starts.filter(|(at, _)| is_found(*at)).count()
    }
}

fn is_within_digits(bytes: &[u8], at: usize, length: usize) -> bool {
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    bytes[at].is_ascii_digit() && (is_digit(at.checked_sub(1)) || is_digit(Some(at + length)))
}

/// Everybody's settlement; one in twenty-five has a bill that nobody can bear, and some rows have a defect.
fn county(people: &[Somebody]) -> String {
    let bill = |(number, one)| {
        let yuan = if number % 25 == 0 { 300_000 } else { 1_000 };
        Bill { number: number as u64, one, yuan, total: (number % 200 == 7).then_some("不清楚") }
    };
    settlements(people.iter().enumerate().map(bill))
}

/// Everything that an office does with people's names and numbers, and much that it may not.
struct Day<'a> {
    office: &'a mut Office,
    planted: &'a Planted,
}

impl Day<'_> {
    fn brings(&mut self, name: &str, bytes: &[u8]) -> String {
        let (kind, body) = self.office.upload("yibao", name, bytes).unwrap();
        let path = self.office.ask("yibao", "POST", "/imports", (kind, &body)).taken().unwrap();
        self.office.settled("yibao", &path);
        path
    }

    fn presses(&mut self, who: &str, page: &str, path: &str, fields: &[(&str, &str)]) -> String {
        let leads = self.office.send(who, page, path, fields).taken().unwrap();
        self.office.settled(who, &leads);
        leads
    }

    fn imports(&mut self) {
        self.presses("yibao", "/regions", "/regions", &[("table", PLACES)]);
        let one = &self.planted.people[3];
        let name = format!("{} {}.csv", one.name, one.id_number);
        let text = county(&self.planted.people);
        let path = self.brings(&name, text.as_bytes());
        let rejects = self.office.ask("yibao", "GET", &format!("{path}/rejects"), ("text/plain", &[]));
        assert!(self.planted.found_in(&unzipped(&rejects.body)) > 12, "the rejected rows name people");
        self.presses("yibao", &path, &format!("{path}/commit"), &[]);
        let page = self.office.page("yibao", &path);
        assert!(page.contains("已入库") && page.contains(&one.name), "{page}");
    }

    /// Files that nobody can read, full of names.
    fn is_attacked(&mut self) {
        let text = county(&self.planted.people[..400]);
        let names = &self.planted.people[5].name;
        let without_headings = text.split_once('\n').unwrap().1;
        let broken_book = [b"PK\x03\x04".as_slice(), text.as_bytes()].concat();
        for (name, bytes) in
            [(format!("{names}.csv"), without_headings.as_bytes()), (format!("{names}.xlsx"), &broken_book)]
        {
            let path = self.brings(&name, bytes);
            let page = self.office.page("yibao", &path);
            assert!(page.contains("role=\"alert\""), "{page}");
            self.presses("yibao", &path, &format!("{path}/discard"), &[]);
        }
        let damaged =
            self.office.ask("yibao", "POST", "/imports", ("multipart/form-data; boundary=parts", text.as_bytes()));
        assert!(damaged.status >= 400, "{}", damaged.status);
    }

    fn screens(&mut self) {
        let fields = [("region", "330381"), ("year", "2022")];
        self.presses("yibao", "/runs", "/runs", &fields);
        let list = self.office.page("minzheng", "/cases?status=detected");
        assert!(list.matches("name=\"pick\"").count() > 20, "{list}");
    }

    /// One case from the first look to the visit, with names in every note.
    fn works(&mut self) -> String {
        let list = self.office.page("minzheng", "/cases?status=detected&region=330381001201");
        let mut picks = list.split("name=\"pick\" value=\"").skip(1).filter_map(|rest| rest.split('.').next());
        let case = picks.find(|case| !case.starts_with("demo")).unwrap().to_owned();
        let about = self.about(7);
        self.acts("minzheng", &case, "screen", &[("screen_result", "suspected"), ("screen_note", &about)]);
        let fields = [("dispatch_township", "330381001"), ("dispatch_task", &about), ("dispatch_due_on", "2099-12-01")];
        self.acts("minzheng", &case, "dispatch", &fields);
        self.acts("zhenjie", &case, "forward", &[("forward_village", VILLAGE)]);
        let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8))).date().to_string();
        let fields = [
            ("visit_on", today.as_str()),
            ("visit_met", "family"),
            ("visit_members", "3"),
            ("income_wages", "24000"),
            ("expense_medical", "60000"),
            ("visit_consent", "given"),
            ("visit_finding", "at_risk"),
            ("visit_note", &about),
        ];
        let page = self.office.page("cunshe", &format!("/cases/{case}/visit"));
        self.sends("cunshe", &page, &format!("/cases/{case}/visit"), &fields);
        case
    }

    /// Somebody in a few words, as officers write it.
    fn about(&self, number: usize) -> String {
        let one = &self.planted.people[number];
        format!("{}，住{}", one.name, one.address)
    }

    fn acts(&mut self, who: &str, case: &str, act: &str, fields: &[(&str, &str)]) {
        let page = self.office.page(who, &format!("/cases/{case}"));
        let path = format!("/cases/{case}/{act}");
        let Some(at) = page.find(&format!("action=\"{path}\"")) else { panic!("no {act} for {who}: {page}") };
        self.sends(who, &page[at..], &path, fields);
    }

    /// Sends a form with what it holds already.
    fn sends(&mut self, who: &str, form: &str, path: &str, fields: &[(&str, &str)]) {
        let own = ["form_token", "version", "transaction"].map(|name| (name, value_of(form, name).unwrap()));
        let own = own.iter().map(|(name, value)| (*name, value.as_str()));
        let body: Vec<String> =
            own.chain(fields.iter().copied()).map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let answer = self.office.ask(who, "POST", path, (FORM, body.join("&").as_bytes()));
        assert_eq!(answer.status, 303, "{path} {}", answer.text());
    }

    /// Looks behind the mask: here, and here alone, a name is read.
    fn reveals(&mut self, case: &str) {
        self.steps_up("yibao");
        let path = format!("/cases/{case}/reveal");
        let page = self.office.page("yibao", &path);
        let at = page.find("name=\"person\"").unwrap();
        let person = page[at..].split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let reason = format!("核对{}", self.about(9));
        let fields = [
            ("person", person.as_str()),
            ("field", "name"),
            ("field", "id_number"),
            ("field", "phone"),
            ("reason", &reason),
        ];
        let answer = self.office.send("yibao", &path, &path, &fields);
        assert!(self.planted.found_in(&answer.body) >= 3, "{} {}", answer.status, answer.text());
    }

    fn steps_up(&mut self, who: &str) {
        let page = self.office.send(who, "/account/enrol", "/account/enrol", &[("password", PASSWORD)]).text();
        let secret: String = secret_on(&page);
        let digits = code(&secret, jiff::Timestamp::now()).unwrap();
        let sent = self.office.send(who, "/account/enrol", "/account/enrol/finish", &[("code", &digits)]);
        assert_eq!(sent.status, 303, "{}", sent.text());
    }

    /// The list as a workbook, masked: nobody stands in it.
    fn exports(&mut self) {
        let fields = [("query", ""), ("reason", "季度核对名单")];
        let job = self.presses("yibao", "/exports/new", "/exports", &fields);
        let path = format!("{}/fetch", job.replace("/jobs/", "/exports/"));
        let book = self.office.send("yibao", "/exports/new", &path, &[]);
        assert!(book.status == 200 && book.body.len() > 4_000, "{} {}", book.status, book.body.len());
        let text = unzipped(&book.body);
        assert!(String::from_utf8_lossy(&text).contains("龘**"), "the rows of the list");
        assert_eq!(self.planted.found_in(&text), 0);
    }

    /// Names and numbers where they do not belong: addresses, forms that are refused, headers.
    fn goes_wrong(&mut self) {
        for number in 20..40 {
            let one = &self.planted.people[number];
            let [name, id_number, phone, card, address] = one.values();
            for path in [
                format!("/cases?number={id_number}&region={phone}&from={}", encoded(name)),
                format!("/{id_number}/{}", encoded(name)),
                format!("/cases/{id_number}"),
                format!("/imports/{card}"),
                format!("/api/v1/cases/{id_number}?of={}", encoded(address)),
                format!("/alerts?household={id_number}&rule={}", encoded(name)),
            ] {
                self.office.get("yibao", &path);
            }
            self.office.send("nobody", "/sign-in", "/sign-in", &[("login", name), ("password", id_number)]);
            let found = self.office.send("minzheng", "/cases", "/cases/find", &[("id_number", id_number)]);
            assert!(found.status == 200 || found.status == 303);
            let wrong = [("region", id_number), ("year", phone), ("once", name)];
            assert!(self.office.send("yibao", "/runs", "/runs", &wrong).status >= 400);
            let wrong = [("act", "dismiss"), ("pick", id_number), ("go", "do"), ("bulk_why", address), ("token", name)];
            assert!(self.office.send("minzheng", "/cases", "/cases/bulk", &wrong).status < 500);
            let wrong = [("table", address), ("form_token", card)];
            assert!(self.office.send("yibao", "/regions", "/regions", &wrong).status >= 400);
            self.office.ask("nobody", "GET", "/api/v1/me", (&format!("{phone}; {card}"), id_number.as_bytes()));
        }
    }
}

/// The secret of the one-time codes, as the page tells it for typing in.
fn secret_on(page: &str) -> String {
    let is_secret =
        |word: &&str| word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let words = page.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.into_iter().find(is_secret).unwrap_or_else(|| panic!("no secret: {page}")).to_owned()
}

/// Everything in a workbook, part after part.
fn unzipped(book: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(book)) else { return whole };
    for at in 0..archive.len() {
        archive.by_index(at).unwrap().read_to_end(&mut whole).unwrap();
        whole.push(b'\n');
    }
    whole
}

/// Every text and every bytes column of a Parquet file.
fn decoded(path: &Path) -> Vec<u8> {
    let file = std::fs::File::open(path).unwrap();
    let mut whole = Vec::new();
    for rows in ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap() {
        for column in rows.unwrap().columns() {
            add(column, &mut whole);
        }
    }
    whole
}

fn add(column: &ArrayRef, whole: &mut Vec<u8>) {
    let Ok(column) = cast(column, &DataType::Binary) else { return };
    let cells = column.as_any().downcast_ref::<BinaryArray>().unwrap();
    for cell in cells.iter().flatten() {
        whole.extend(cell);
        whole.push(b'\n');
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Where planted values lie open, and how many: files of the office by their names, columns of its database by theirs.
fn search(office: &Office, planted: &Planted) -> BTreeMap<String, usize> {
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut add = |place: String, bytes: &[u8]| {
        let count = planted.found_in(bytes);
        if count > 0 {
            *found.entry(place).or_default() += count;
        }
    };
    let around = office.data.parent().unwrap();
    for path in files(around) {
        let place = path.strip_prefix(around).unwrap().display().to_string();
        // A file that the server took away between our looking and our reading is no place.
        let Ok(bytes) = std::fs::read(&path) else { continue };
        add(place.clone(), &unzipped(&bytes));
        if place.ends_with(".parquet") {
            add(place.clone(), &decoded(&path));
        }
        add(place, &bytes);
    }
    let database = Seen::open(&office.database());
    database.each_cell(|table, column, cell| add(format!("{table}.{column}"), cell));
    found
}

/// Lays one value open in each of three places, as a careless program would; the places.
fn lay_open(office: &Office, planted: &Planted) -> BTreeSet<String> {
    let one = &planted.people[11];
    let file = std::fs::File::create(office.data.join("results/careless.parquet")).unwrap();
    let names: ArrayRef = Arc::new(StringArray::from(vec![one.name.as_str(); 3]));
    let batch = RecordBatch::try_from_iter([("name", names)]).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let log = office.data.with_extension("log");
    let line = format!("{{\"fields\":{{\"message\":\"looked for {}\"}}}}\n", one.id_number);
    std::fs::write(&log, office.log() + &line).unwrap();
    let update = format!("UPDATE screening_runs SET asked_by = '{}'", one.address);
    Seen::open(&office.database()).execute(&update);
    ["office/results/careless.parquet", "office.log", "screening_runs.asked_by"].map(str::to_owned).into()
}

fn nothing_lies_open(url: Option<String>) {
    let dir = tempfile::tempdir().unwrap();
    let planted = Planted::new();
    let is_sqlite = url.is_none();
    let mut office = Office::furnished(&dir.path().join("office"), url, None, &[somebody(VILLAGE)]);
    office.start();
    for who in ["yibao", "minzheng", "zhenjie", "cunshe"] {
        office.sign_in(who);
    }
    let mut day = Day { office: &mut office, planted: &planted };
    day.imports();
    day.is_attacked();
    day.screens();
    let case = day.works();
    day.reveals(&case);
    day.exports();
    day.goes_wrong();
    assert!(office.log().contains("\"route\":\"/cases/{case_id}\""), "the log tells what was asked for");
    assert!(
        files(&office.data.join("uploads")).iter().any(|path| path.extension().is_some()),
        "rejected rows are kept, sealed"
    );
    assert_eq!(search(&office, &planted), BTreeMap::new(), "while the server runs");
    (office.killer())();
    office.bury();
    assert_eq!(search(&office, &planted), BTreeMap::new(), "once it is over");
    let places = lay_open(&office, &planted);
    let mut found: BTreeSet<String> = search(&office, &planted).into_keys().collect();
    if is_sqlite {
        // The table's own bytes lie in the database's file or beside it.
        assert!(found.iter().any(|place| place.starts_with("office/shukun.db")), "{found:?}");
        found.retain(|place| !place.starts_with("office/shukun.db"));
    }
    assert_eq!(found, places, "what lies open is found");
}

#[test]
fn no_planted_value_lies_open_around_a_server_on_sqlite() {
    nothing_lies_open(None);
}

#[test]
fn no_planted_value_lies_open_around_a_server_on_postgres() {
    if let Some(url) = postgres("planted") {
        nothing_lies_open(Some(url));
    }
}
