//! The command `dittograph`: finds paragraphs that repeat in articles and in dumps of them, and keeps an index of articles.

#![allow(unreachable_pub)] // a program's modules have no other users

mod detector_options;
mod format_options;
mod output;
mod print;
mod read;
mod scan;
mod dedup;
mod index;

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

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
    Dedup(Box<dedup::Arguments>),
    Index(index::Arguments),
    /// Print a script that completes the command's words in a shell
    ///
    /// For bash: dittograph completions bash > ~/.local/share/bash-completion/completions/dittograph
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, in roff
    ///
    /// To read it: dittograph man | man -l -
    Man,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Scan(arguments) => scan::run(&arguments),
        Command::Dedup(arguments) => dedup::run(&arguments),
        Command::Index(arguments) => index::run(&arguments),
        Command::Completions { shell } => print::with(|out| {
            clap_complete::generate(shell, &mut Arguments::command(), "dittograph", out);
            Ok(())
        }),
        Command::Man => print::with(man),
    };
    match done {
        Err(message) => {
            eprintln!("error: {}", message.replace('\n', " "));
            ExitCode::from(2)
        }
        Ok(()) => ExitCode::SUCCESS,
    }
}

/// Writes one manual page of all commands, each command's part as clap makes it.
fn man(out: &mut dyn io::Write) -> io::Result<()> {
    let mut command = Arguments::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(out)?;
    let parts = command.get_subcommands().filter(|part| part.get_name() != "help");
    for part in parts {
        let inner = part.get_subcommands().filter(|inner| inner.get_name() != "help");
        for part in std::iter::once(part).chain(inner) {
            let name = part.get_bin_name().unwrap_or_else(|| part.get_name()).to_owned();
            let man = clap_mangen::Man::new(part.clone());
            writeln!(out, ".SH {}", name.to_uppercase())?;
            man.render_description_section(out)?;
            man.render_options_section(out)?;
        }
    }
    Ok(())
}
