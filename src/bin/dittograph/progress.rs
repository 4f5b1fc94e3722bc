//! How far the work is: one line on standard error, if that is a terminal.

use std::cell::Cell;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A hundredth of the work on the bar.
const PERCENT: u64 = 100;

pub struct Progress {
    bar: ProgressBar,
    /// Where the stage begins and ends on the bar.
    from: Cell<u64>,
    to: Cell<u64>,
    done: Cell<u64>,
}

impl Progress {
    pub fn new(quiet: bool) -> Self {
        let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::new(100 * PERCENT) };
        let style = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3} % {elapsed}");
        bar.set_style(style.expect("the template is good"));
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, from: Cell::new(0), to: Cell::new(0), done: Cell::new(0) }
    }

    /// Ends the stage before and begins one. `end` is the percentage of the whole work that is done when it ends.
    pub fn stage(&self, name: &'static str, end: u64) {
        self.from.set(self.to.get());
        self.to.set(end * PERCENT);
        self.done.set(0);
        self.bar.set_message(name);
        self.bar.set_position(self.from.get());
    }

    /// Counts so much more of the stage as done, of `all` in it.
    pub fn advance(&self, count: u64, all: Option<u64>) {
        self.done.set(self.done.get() + count);
        let Some(all) = all.filter(|&all| all > 0) else { return };
        let stage = self.to.get().saturating_sub(self.from.get());
        let done = u128::from(stage) * u128::from(self.done.get().min(all)) / u128::from(all);
        let position = self.from.get() + u64::try_from(done).unwrap_or(stage);
        // The bar looks at the clock each time.
        if position != self.bar.position() {
            self.bar.set_position(position);
        }
    }

    /// Leaves nothing on the terminal.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
