//! One entry for every chore: `cargo xtask demo`, `cargo xtask test` and the few that developers need.
//!
//! Knows no domain: it starts cargo and the built program, and reads the tree. Start at [`CHORES`].

mod api_fuzz;
mod bench;
mod bookkeepers;
mod browser;
mod demo;
mod fuzz;
mod instructions;
mod kill;
mod load;
mod month_end;
mod mutate;
mod postgres;
mod run;
mod siege;
mod test;
mod tidy;
mod venv;

use std::process::ExitCode;

use run::{Failure, Outcome};

/// One chore: its name, what it does, and the function behind it (which gets the arguments after the name).
struct Chore {
    name: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Outcome,
}

const CHORES: &[Chore] = &[
    Chore {
        name: "demo",
        about: "a synthetic county from files to the alert list, then its office: demo [--people N] [--dir DIR] [--serve]",
        run: demo::demo,
    },
    Chore { name: "test", about: "everything that must hold; CI runs exactly this", run: test::test },
    Chore {
        name: "tidy",
        about: "the rules of the tree: arrows between crates, module heads, words, links",
        run: tidy::tidy,
    },
    Chore { name: "fuzz", about: "the readers against arbitrary bytes: fuzz [TARGET] [SECONDS]", run: fuzz::fuzz },
    Chore {
        name: "api-fuzz",
        about: "the interface for programs against schemathesis: api-fuzz [ITS ARGUMENTS…]",
        run: api_fuzz::api_fuzz,
    },
    Chore { name: "kill", about: "import and settlement killed at many moments: kill [KILLS]", run: kill::kill },
    Chore {
        name: "siege",
        about: "the fund's ledger raced, cut off and killed at many moments: siege [ROUNDS] [ATTACK] [SEED]",
        run: siege::siege,
    },
    Chore {
        name: "month-end",
        about: "ten thousand lines paid and sealed, with times: month-end [sqlite]",
        run: month_end::month_end,
    },
    Chore {
        name: "load",
        about: "many staff at once on the real server: load [--cases N] [--households N] [--staff N] [--seconds N] [--repeat N] [--database-url URL] [--export CASES]",
        run: load::load,
    },
    Chore {
        name: "bench",
        about: "side by side with what one would otherwise pick: bench [--people N] [--runs N] [--only CASE] [--peers NAME]",
        run: bench::bench,
    },
    Chore {
        name: "instructions",
        about: "instruction counts of the hot places against the committed ones: instructions [--write] [NAME]",
        run: instructions::instructions,
    },
    Chore {
        name: "postgres",
        about: "a command with a throw-away PostgreSQL beside it: postgres COMMAND…",
        run: postgres::postgres,
    },
    Chore { name: "mutate", about: "does a test notice when the code is changed: mutate [CRATE]", run: mutate::mutate },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(message)) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Outcome {
    let Some((name, rest)) = arguments.split_first() else { return Err(Failure(usage())) };
    match CHORES.iter().find(|chore| chore.name == name) {
        Some(chore) => (chore.run)(rest),
        None => Err(Failure(format!("no chore is called {name:?}\n\n{}", usage()))),
    }
}

fn usage() -> String {
    let mut text = "cargo xtask CHORE\n".to_owned();
    for chore in CHORES {
        text.push_str(&format!("\n  {:<14}{}", chore.name, chore.about));
    }
    text
}
