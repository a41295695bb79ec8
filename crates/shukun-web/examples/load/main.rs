//! A county at work, measured: hundreds of staff at once on the real server, and no update lost.
//!
//! `cargo xtask load` builds this program for speed and calls it. It furnishes a county once (people, alerts, open
//! cases, staff), starts the server on it as a process of its own ([`serve`]), asks each page alone, lets everybody read and write for a while, several
//! times, and then reads the database: every write that was acknowledged has to be there once. The staff run on the same
//! machine as the server and take their share of its processors; how large it was is told. Start at [`main`].

mod acts;
mod alone;
mod county;
mod day;
mod export;
mod figures;
mod http;
mod machine;
mod options;
mod proof;
mod serve;
mod staff;
mod workbook;

use std::error::Error;
use std::sync::Arc;

use day::Written;
use figures::Figures;
use machine::Ticks;
use options::Options;
use shukun_store::Store;
use staff::Worker;

/// Whatever goes wrong ends the measurement.
type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome {
    let mut words = std::env::args().skip(1).peekable();
    if words.next_if_eq("serve").is_some() {
        return serve::serve(words);
    }
    let options = Options::read(words)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(options))
}

async fn measure(options: Options) -> Outcome {
    let store = open(&options).await?;
    if options.exports {
        return export::measure(&store, &options).await;
    }
    let staff = county::furnish(&store, &options).await?;
    println!("{} people, {} open cases, {} staff", county::people(&options), options.cases, staff.len());
    let server = http::Server::start(&options)?;
    alone::ask(&server.address, &staff).await?;
    let (mut days, mut written) = (Vec::new(), Vec::new());
    for number in 1..=options.repeat {
        let (figures, acts) = one_day(&server, &options, &staff).await?;
        println!("day {number} of {}\n{}", options.repeat, figures.table());
        days.push(figures);
        written.extend(acts);
    }
    println!("server's peak memory: {} MiB", server.peak_mib());
    drop(server);
    tell_middle(&mut days);
    println!("{}", proof::nothing_lost(&store, &staff, written).await?);
    Ok(())
}

async fn one_day(server: &http::Server, options: &Options, staff: &[Worker]) -> Outcome<(Figures, Vec<Written>)> {
    let (day, before) = (day::Day::begin(server.address.clone(), options), Ticks::read(server.id()));
    let workers = staff.iter().cloned().enumerate();
    let tasks = workers.map(|(number, one)| tokio::spawn(day::work(Arc::clone(&day), number, one)));
    for task in tasks.collect::<Vec<_>>() {
        task.await??;
    }
    println!("{}", Ticks::read(server.id()).since(&before));
    Ok((day.figures(), day.written()))
}

/// The day whose 99th percentile of reads lies in the middle, and between which all lie.
fn tell_middle(days: &mut [Figures]) {
    days.sort_by_key(Figures::reads_p99);
    let (Some(first), Some(middle), Some(last)) = (days.first(), days.get(days.len() / 2), days.last()) else { return };
    let [least, most] = [first, last].map(|day| figures::ms(day.reads_p99()));
    println!("the day in the middle (p99 of reads from {least} to {most} ms)\n{}", middle.table());
}

async fn open(options: &Options) -> Outcome<Store> {
    std::fs::create_dir_all(&options.dir)?;
    let url = options.database_url.clone().unwrap_or_else(|| Store::sqlite_url(&options.dir));
    Ok(Store::open(&url, &options.keys()).await?)
}
