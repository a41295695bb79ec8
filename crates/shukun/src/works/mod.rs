//! `shukun work`: the child's side of [`shukun_web::works`]. It reads one order, limits itself, carries the order out and says
//! how far it is and what came of it, a line of JSON each.
//!
//! It ends when its standard input ends: then nobody waits for it any more. Not for people to type; the server starts it. One
//! file for each kind of order. Start at [`work`].

mod compare;
mod import;
mod limits;
mod policies;
mod screen;
mod sheet;
mod tell;
mod trial;

use std::io::{BufRead as _, Read as _};

use shukun_web::works::{Line, Order};

use crate::error::CliError;
use crate::exit::Exit;
use tell::Tell;

/// Runs the command.
pub fn work() -> Exit {
    let tell = Tell::default();
    let Some(order) = read_order() else { return Exit::Usage };
    limits::hold(order.limits());
    let (line, exit) = match carry_out(&order, &tell) {
        Ok(answer) => (Line::Done(answer), Exit::Done),
        Err(error) => (Line::Failed(tell::failure(&error)), error.exit),
    };
    tell.last(&line);
    exit
}

/// An order that is followed by bytes has them first; from then on the end of standard input ends the work.
fn carry_out(order: &Order, tell: &Tell) -> Result<serde_json::Value, CliError> {
    if !matches!(order, Order::Import(_)) {
        watch_parent();
    }
    match order {
        Order::Import(order) => import::read(order, tell),
        Order::Undo(order) => import::undo(order, tell),
        Order::Screen(order) => screen::carry_out(order, tell),
        Order::Trial(trial) => trial::carry_out(trial, tell),
        Order::Sheet(order) => sheet::carry_out(order, tell),
        Order::Policies(order) => policies::carry_out(order, tell),
        Order::Compare(order) => compare::carry_out(order, tell),
    }
}

/// The first line of standard input.
fn read_order() -> Option<Order> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).ok()?;
    serde_json::from_str(&line).ok()
}

/// Ends this process with its parent.
pub fn watch_parent() {
    std::thread::spawn(end_with_parent);
}

/// Nothing more comes from a parent that lives; the end comes from one that died.
fn end_with_parent() {
    let mut nothing = [0; 64];
    loop {
        match std::io::stdin().lock().read(&mut nothing) {
            Ok(0) | Err(_) => std::process::exit(Exit::NeedsAttention.code().into()),
            Ok(_) => {}
        }
    }
}
