//! From a command line to a running server: open the store, make the first accounts, listen until asked to end.
//!
//! Prints nothing: whoever starts it is told what happened ([`Told`]) and words it. Start at [`run`].

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use shukun_base::{RegionCode, Text};
use shukun_casework::authority::{Grant, Role};
use shukun_store::{FirstPassword, NewAccount, Store, StoreError, Wall};
use tokio::net::TcpListener;

use crate::desk::jobs::{Hold, runner};
use crate::desk::{Desk, Folders, Numbers, Press, Settings, imports, screening};
use crate::http::cookies::Transport;
use crate::listen;
use crate::oidc::Oidc;
use crate::works::Works;

/// What the command line says.
#[derive(Clone, Debug)]
pub struct Start {
    /// The folder of everything; made if it is not there.
    pub data: PathBuf,
    /// Another database than the file in the folder: `postgres://…`.
    pub database_url: Option<String>,
    /// The file with the keys; beside the folder unless told.
    pub keys: Option<PathBuf>,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Whether browsers come through https.
    pub transport: Transport,
    /// The county of the first administrators; needed at the first start only.
    pub region: Option<RegionCode>,
    /// The packs that are in force here, where `data/packs` is not there.
    pub packs: Vec<PathBuf>,
    /// An outside sign-in service beside our own passwords.
    pub oidc: Option<Oidc>,
    /// Readings of ambiguities that are not the packs' own, as `Y1=整额`.
    pub readings: Vec<String>,
}

/// What happened on the way.
#[derive(Debug)]
pub enum Told<'a> {
    /// The first start: the administrators' passwords for one use.
    FirstPasswords(&'a [FirstPassword]),
    /// The server answers here.
    Listening(SocketAddr),
    /// Others can reach it, and what travels is not encrypted.
    Unencrypted,
    /// The database shows this role everything: of the two walls around an area only the program's own stands.
    OneWall,
}

/// Why it did not start, or ended. Boxed, so that every answer that could be an error stays small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartError(Box<StartFailure>);

/// What happened, where, how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartFailure {
    /// Stable.
    pub code: &'static str,
    /// What happened.
    pub what: Text,
    /// A path or an address.
    pub place: Option<String>,
    /// How to mend it.
    pub mend: Text,
}

impl StartError {
    fn new(code: &'static str, what: Text, place: Option<String>, mend: Text) -> StartError {
        StartError(Box::new(StartFailure { code, what, place, mend }))
    }

    /// What whoever started it could not do, in its own words.
    pub fn told(code: &'static str, what: Text, mend: Text) -> StartError {
        StartError::new(code, what, None, mend)
    }

    /// The same at a path.
    pub(crate) fn at_place(code: &'static str, what: Text, place: String, mend: Text) -> StartError {
        StartError::new(code, what, Some(place), mend)
    }

    /// The program's own fault.
    pub(crate) fn broken(error: &dyn std::fmt::Display) -> StartError {
        broken(error)
    }
}

impl std::ops::Deref for StartError {
    type Target = StartFailure;

    fn deref(&self) -> &StartFailure {
        &self.0
    }
}

/// The store's text says what happened and how to mend it in one.
impl From<StoreError> for StartError {
    fn from(error: StoreError) -> StartError {
        let mend =
            Text::new("检查数据文件夹、密钥文件和 --database-url", "check the folder, the key file and --database-url");
        StartError::new(error.code, error.text, None, mend)
    }
}

/// Serves until the program is asked to end.
///
/// # Errors
/// The folder, the database or the address cannot be used; a first start without a county.
pub fn run(start: &Start, told: impl Fn(Told<'_>)) -> Result<(), StartError> {
    with_runtime(async {
        let store = open(start).await?;
        if store.is_new().await? {
            let first = first_accounts(&store, start).await?;
            told(Told::FirstPasswords(&first));
        }
        if store.wall().await? == Wall::Bypassed {
            told(Told::OneWall);
        }
        let folders = Folders::of(&start.data, &start.packs).with_readings(&start.readings);
        let desk = Desk::new(store, settings(start.transport, false, folders)?);
        let desk = start.oidc.iter().fold(desk, |desk, oidc| desk.with_oidc(oidc.clone()));
        serve(desk, start.listen, told).await
    })
}

/// Runs the server's work on all cores, with its log.
///
/// # Errors
/// The work's own, or the system gives no threads.
pub fn with_runtime<T>(work: impl Future<Output = Result<T, StartError>>) -> Result<T, StartError> {
    listen::start_log();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| broken(&error))?.block_on(work)
}

/// Runs a command's work on this thread, without the log of a server.
pub(crate) fn quietly<T>(work: impl Future<Output = Result<T, StartError>>) -> Result<T, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| broken(&error))?.block_on(work)
}

/// The settings of a server on this machine's clock.
///
/// # Errors
/// The system gives no random bytes.
pub fn settings(transport: Transport, is_illustrative: bool, folders: Folders) -> Result<Settings, StartError> {
    let mut seed = [0; 8];
    getrandom::fill(&mut seed).map_err(|error| broken(&error))?;
    let numbers = Arc::new(Numbers::defaults(u64::from_le_bytes(seed)));
    let works = Works::of_this_program();
    Ok(Settings {
        transport,
        is_illustrative,
        clock: Arc::new(Timestamp::now),
        numbers,
        folders,
        works,
        press: Press::find(),
    })
}

/// Opens the database that the command line means.
///
/// # Errors
/// The folder cannot be made, or the store's own.
pub async fn open(start: &Start) -> Result<Store, StartError> {
    std::fs::create_dir_all(&start.data).map_err(|error| unwritable(&start.data, &error))?;
    let url = start.database_url.clone().unwrap_or_else(|| Store::sqlite_url(&start.data));
    let keys = start.keys.clone().unwrap_or_else(|| beside(&start.data));
    Ok(Store::open(&url, &keys).await?)
}

/// Serves what the desk has at the address until the program is asked to end.
///
/// # Errors
/// The address is taken or not this machine's.
pub async fn serve(desk: Desk, address: SocketAddr, told: impl Fn(Told<'_>)) -> Result<(), StartError> {
    desk.read_numbers().await?;
    let router = crate::router(&desk).map_err(|fault| broken(&fault))?;
    let listener = TcpListener::bind(address).await.map_err(|error| taken(address, &error))?;
    let at = listener.local_addr().map_err(|error| taken(address, &error))?;
    if !at.ip().is_loopback() && desk.transport() == Transport::Plain {
        told(Told::Unencrypted);
    }
    told(Told::Listening(at));
    let hold = Hold::take(desk.folders().data(), &desk.random_word().map_err(|_| unstarted())?)
        .map_err(|error| unwritable(desk.folders().data(), &error))?;
    runner::give_back(&desk, &hold, false).await;
    if hold.is_alone() {
        // Nobody is bringing a file yet: one that belongs to no import was cut short.
        sweep(&desk, Duration::ZERO).await;
    }
    let clocks = tokio::spawn(keep_clocks(desk.clone()));
    let jobs = tokio::spawn(runner::keep(desk.clone(), hold.name().to_owned()));
    let served = listen::serve(listener, router, listen::asked_to_end()).await;
    clocks.abort();
    jobs.abort();
    // It is over once its jobs are let go of.
    let _ = jobs.await;
    runner::give_back(&desk, &hold, true).await;
    served.map_err(|error| broken(&error))
}

/// How often the clocks of all open cases are read anew.
const CLOCKS_EVERY: Duration = Duration::from_secs(3_600);

/// The clocks that lists show go on while nobody acts.
async fn keep_clocks(desk: Desk) {
    match desk.store().renew_old_rows().await {
        Ok(0) => {}
        Ok(cases) => tracing::info!(cases, "rows of an earlier version made again"),
        Err(error) => tracing::error!(%error, "rows of an earlier version could not be made again"),
    }
    loop {
        if let Err(error) = desk.read_numbers().await {
            tracing::error!(%error, "the county's numbers could not be read");
        }
        match desk.store().refresh_clocks(desk.numbers().watch(desk.now())).await {
            Ok(cases) => tracing::info!(cases, "clocks read anew"),
            Err(error) => tracing::error!(%error, "clocks could not be read"),
        }
        if let Err(error) = desk.store().drop_old_exports(desk.now()).await {
            tracing::error!(%error, "files of old exports could not be taken away");
        }
        match desk.store().ask_for_screening_due(screening::SCREENING.key, desk.now()).await {
            Ok(0) => {}
            Ok(runs) => {
                tracing::info!(runs, "the day of the screening has come");
                desk.wake_runner();
            }
            Err(error) => tracing::error!(%error, "the day of the screening could not be looked up"),
        }
        sweep(&desk, imports::DAY).await;
        keep_books(&desk).await;
        tokio::time::sleep(CLOCKS_EVERY).await;
    }
}

/// Holds that had their time are let go, and once a day every book is audited.
async fn keep_books(desk: &Desk) {
    match desk.store().expire_holds(desk.now()).await {
        Ok(0) => {}
        Ok(holds) => tracing::info!(holds, "holds that had their time were let go"),
        Err(error) => tracing::error!(code = error.code, "holds that had their time could not be let go"),
    }
    match desk.store().audit_ledger_daily(desk.now()).await {
        Ok(Some(0)) => tracing::info!("the books were audited: every rule holds"),
        Ok(Some(wrong)) => tracing::error!(wrong, "the books were audited: rules do not hold, see /fund"),
        Ok(None) => {}
        Err(error) => tracing::error!(code = error.code, "the books could not be audited"),
    }
}

async fn sweep(desk: &Desk, coming_in: Duration) {
    match imports::sweep(desk, coming_in).await {
        Ok(0) => {}
        Ok(files) => tracing::info!(files, "sealed files that nobody needs were removed"),
        Err(error) => tracing::error!(code = error.code, "sealed files could not be looked through"),
    }
}

/// `county` → `county.keys`: a copy of the folder does not take the keys along.
pub(crate) fn beside(data: &Path) -> PathBuf {
    let mut name = data.file_name().unwrap_or_default().to_owned();
    name.push(".keys");
    data.with_file_name(name)
}

/// The three administrators of graded protection, who exclude each other.
const ADMINISTRATORS: [(&str, Role); 3] =
    [("system", Role::SystemAdmin), ("security", Role::SecurityAdmin), ("audit", Role::AuditAdmin)];

async fn first_accounts(store: &Store, start: &Start) -> Result<Vec<FirstPassword>, StartError> {
    let region = start.region.as_ref().ok_or_else(no_region)?;
    let accounts: Vec<NewAccount> = ADMINISTRATORS
        .iter()
        .map(|(login, role)| NewAccount {
            login: (*login).to_owned(),
            display_name: role.text().zh,
            office: String::new(),
            region: region.clone(),
            grants: vec![Grant { role: *role, region: region.clone(), programme: None, expires_on: None }],
        })
        .collect();
    Ok(store.set_up(&accounts, Timestamp::now()).await?)
}

fn no_region() -> StartError {
    StartError::new(
        "serve-region",
        Text::new("第一次启动要知道是哪个县", "a first start has to know the county"),
        None,
        Text::new(
            "加上 --region 和县的区划代码，如 --region 330381",
            "add --region with the county's code, as --region 330381",
        ),
    )
}

fn taken(address: SocketAddr, error: &std::io::Error) -> StartError {
    StartError::new(
        "serve-address",
        Text::new(format!("不能在这个地址上监听（{error}）"), format!("cannot listen at this address ({error})")),
        Some(address.to_string()),
        Text::new("换一个端口，或先停掉占用它的程序", "take another port, or end the program that holds it"),
    )
}

pub(crate) fn unwritable(path: &Path, error: &std::io::Error) -> StartError {
    StartError::new(
        "serve-folder",
        Text::new(format!("不能建立数据文件夹（{error}）"), format!("cannot make the folder ({error})")),
        Some(path.display().to_string()),
        Text::new("检查路径和权限", "check the path and its permissions"),
    )
}

/// The system gives no random bytes.
fn unstarted() -> StartError {
    broken(&"no random bytes")
}

fn broken(error: &dyn std::fmt::Display) -> StartError {
    StartError::new(
        "serve-broken",
        Text::new(format!("服务停止（{error}）"), format!("the server ended ({error})")),
        None,
        Text::new("再启动一次；仍不行，请把这一行报告给开发者", "start it again; if it stays, report this line"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(data: &Path, region: Option<&str>) -> Start {
        Start {
            data: data.to_owned(),
            database_url: None,
            keys: None,
            listen: "127.0.0.1:0".parse().unwrap(),
            transport: Transport::Plain,
            region: region.map(|code| RegionCode::new(code).unwrap()),
            packs: Vec::new(),
            oidc: None,
            readings: Vec::new(),
        }
    }

    #[tokio::test]
    async fn a_first_start_makes_three_administrators_and_a_key_file_beside_the_folder() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("county");
        let store = open(&start(&data, None)).await.unwrap();
        assert_eq!(first_accounts(&store, &start(&data, None)).await.unwrap_err().code, "serve-region");
        let first = first_accounts(&store, &start(&data, Some("330381"))).await.unwrap();
        let logins: Vec<_> = first.iter().map(|first| first.login.as_str()).collect();
        assert_eq!(logins, ["system", "security", "audit"]);
        assert!(dir.path().join("county.keys").is_file() && !store.is_new().await.unwrap());
    }

    #[tokio::test]
    async fn a_taken_address_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let store = open(&start(&dir.path().join("county"), None)).await.unwrap();
        let holder = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let settings = settings(Transport::Plain, false, Folders::of(dir.path(), &[])).unwrap();
        let error = serve(Desk::new(store, settings), holder.local_addr().unwrap(), |_| {}).await.unwrap_err();
        assert_eq!(error.code, "serve-address");
    }
}
