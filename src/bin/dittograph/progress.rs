//! How far the work is: one line on standard error, if that is a terminal.

use std::cell::Cell;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// The whole work on the bar.
const WHOLE: u64 = 10_000;

pub struct Progress {
    bar: ProgressBar,
    /// Where the stage begins and ends on the bar.
    from: Cell<u64>,
    to: Cell<u64>,
    done: Cell<u64>,
}

impl Progress {
    pub fn new(quiet: bool) -> Self {
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(WHOLE) };
        let style = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3} % {elapsed}");
        bar.set_style(style.expect("the template is good"));
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, from: Cell::new(0), to: Cell::new(0), done: Cell::new(0) }
    }

    /// Begins a stage, which ends at this share of the whole work; the one before is done.
    pub fn stage(&self, name: &'static str, end: f64) {
        self.from.set(self.to.get());
        self.to.set((end * WHOLE as f64) as u64);
        self.done.set(0);
        self.bar.set_message(name);
        self.bar.set_position(self.from.get());
    }

    /// Counts so much more of the stage as done, of `all` in it.
    pub fn advance(&self, count: u64, all: Option<u64>) {
        self.done.set(self.done.get() + count);
        let Some(all) = all.filter(|&all| all > 0) else { return };
        let share = (self.done.get() as f64 / all as f64).min(1.0);
        let stage = self.to.get().saturating_sub(self.from.get());
        self.bar.set_position(self.from.get() + (share * stage as f64) as u64);
    }

    /// Leaves nothing on the terminal.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
