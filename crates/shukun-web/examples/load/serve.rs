//! The server, in a process of its own: what `shukun serve` calls, without the commands around it.

use std::net::SocketAddr;
use std::path::PathBuf;

use shukun_web::http::cookies::Transport;
use shukun_web::start::{self, Start, Told};

use crate::Outcome;

/// `serve DATA [DATABASE-URL]`: answers on a free port and says where, until it is killed.
pub fn serve(mut words: impl Iterator<Item = String>) -> Outcome {
    let start = Start {
        data: PathBuf::from(words.next().ok_or("serve which folder?")?),
        database_url: words.next(),
        keys: None,
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        transport: Transport::Plain,
        region: None,
        packs: Vec::new(),
        oidc: None,
        readings: Vec::new(),
    };
    let ended = start::run(&start, |told| {
        if let Told::Listening(address) = told {
            println!("http://{address}");
        }
    });
    ended.map_err(|error| error.what.en.clone().into())
}
