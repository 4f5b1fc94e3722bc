//! The command `dittograph`: finds paragraphs that repeat in articles and in dumps of them, and keeps an index of articles.

#![allow(unreachable_pub)] // a program's modules have no other users
#![recursion_limit = "256"] // the summary is one `json!`

mod values;
mod detector_options;
mod print;
mod read;
mod output;
#[cfg(feature = "cli")]
mod format_options;
#[cfg(feature = "cli")]
mod progress;
#[cfg(feature = "cli")]
mod site;
mod scan;
#[cfg(feature = "cli")]
mod dedup;
#[cfg(feature = "cli")]
mod index;
#[cfg(feature = "cli")]
mod manual;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Find paragraphs that repeat, exactly or nearly
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Scan(scan::Arguments),
    #[cfg(feature = "cli")]
    Dedup(Box<dedup::Arguments>),
    #[cfg(feature = "cli")]
    Index(Box<index::Arguments>),
    #[cfg(feature = "cli")]
    #[command(flatten)]
    Manual(manual::Command),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Scan(arguments) => scan::run(&arguments),
        #[cfg(feature = "cli")]
        Command::Dedup(arguments) => dedup::run(&arguments),
        #[cfg(feature = "cli")]
        Command::Index(arguments) => index::run(&arguments),
        #[cfg(feature = "cli")]
        Command::Manual(command) => command.run(&mut <Arguments as clap::CommandFactory>::command()),
    };
    match done {
        Err(message) => {
            eprintln!("error: {}", print::one_line(&message));
            ExitCode::from(2)
        }
        Ok(()) => ExitCode::SUCCESS,
    }
}
