//! A county at work, measured: hundreds of staff at once on the real server, and no update lost.
//!
//! `cargo xtask load` builds both programs for speed and calls this one. It furnishes a county once (people, open cases,
//! staff), starts `shukun serve` on it, lets everybody read and write for a while, and then reads the database: every
//! write that was acknowledged has to be there once. Start at [`main`].

mod county;
mod day;
mod figures;
mod http;
mod options;
mod proof;
mod staff;

use std::error::Error;
use std::sync::Arc;

use options::Options;
use shukun_store::Store;

/// Whatever goes wrong ends the measurement.
type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome {
    let options = Options::read(std::env::args().skip(1))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(options))
}

async fn measure(options: Options) -> Outcome {
    let store = open(&options).await?;
    let staff = county::furnish(&store, &options).await?;
    println!("{} people, {} open cases, {} staff", county::people(&options), options.cases, staff.len());
    let server = http::Server::start(&options)?;
    let day = day::Day::begin(server.address.clone(), &options);
    let tasks =
        staff.iter().cloned().enumerate().map(|(number, one)| tokio::spawn(day::work(Arc::clone(&day), number, one)));
    for task in tasks.collect::<Vec<_>>() {
        task.await??;
    }
    let peak = server.peak_mib();
    drop(server);
    print!("{}", day.figures());
    println!("server's peak memory: {peak} MiB");
    println!("{}", proof::nothing_lost(&store, &staff, day.written()).await?);
    Ok(())
}

async fn open(options: &Options) -> Outcome<Store> {
    std::fs::create_dir_all(&options.dir)?;
    let url = options.database_url.clone().unwrap_or_else(|| Store::sqlite_url(&options.dir));
    Ok(Store::open(&url, &options.keys()).await?)
}
