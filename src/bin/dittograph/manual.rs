//! `dittograph completions` and `dittograph man`: what shells and manuals want of the command.

use std::io;

use clap::Subcommand;
use clap_complete::Shell;

use crate::print;

#[derive(Subcommand)]
pub enum Command {
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

impl Command {
    /// Prints what is asked for of the whole command.
    pub fn run(self, whole: &mut clap::Command) -> Result<(), String> {
        print::with(|out| match self {
            Self::Completions { shell } => {
                let mut script = Vec::new(); // it panics where it cannot write
                clap_complete::generate(shell, whole, "dittograph", &mut script);
                out.write_all(&script)
            }
            Self::Man => man(whole, out),
        })
    }
}

/// Writes one manual page of all commands, each command's part as clap makes it.
fn man(command: &mut clap::Command, out: &mut dyn io::Write) -> io::Result<()> {
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
