//! Tables: a row is a paragraph of its cells.

use super::{Checkpoint, Kind, Page};

/// A cell of the line that is being read.
pub(super) struct Cell {
    /// The line began with `!`, and `!!` begins its next cell.
    is_header: bool,
    /// Where the cell begins, while it may turn out to be attributes: `style=…|text`.
    attributes: Option<Checkpoint>,
}

/// Parts of the classes of tables that are boxes or navigation. Unlike templates they have the same names in all wikis.
const BOXES: [&str; 5] = ["infobox", "navbox", "sidebar", "metadata", "noprint"];

impl Page<'_> {
    /// Opens a table, whose first line has its attributes.
    pub(super) fn open_table(&mut self) {
        let line = self.rest.split('\n').next().unwrap_or_default();
        let attributes = line.to_ascii_lowercase();
        let is_left_out = BOXES.iter().any(|part| attributes.contains(part));
        self.out.break_paragraph();
        self.open(Kind::Table { is_left_out });
        self.cell = None;
        self.advance(line.len());
    }

    pub(super) fn is_in_table(&self) -> bool {
        // Links are nested only so deep.
        let mut kinds = self.open.iter().rev().map(|open| &open.kind);
        let innermost =
            kinds.find(|kind| !matches!(kind, Kind::Link { .. } | Kind::Variant | Kind::External));
        matches!(innermost, Some(Kind::Table { .. }))
    }

    /// Takes the mark at the beginning of a line in a table.
    pub(super) fn table_line(&mut self) {
        match self.rest.as_bytes() {
            [b'|', b'}', ..] => {
                self.advance(2);
                self.close_table();
            }
            [b'|', b'-', ..] => {
                // The rest of the line is attributes.
                self.advance(self.rest.find('\n').unwrap_or(self.rest.len()));
                self.out.break_paragraph();
            }
            [b'|', b'+', ..] => {
                self.advance(2);
                self.out.break_paragraph();
                self.begin_cell(false);
            }
            [mark, ..] => {
                self.advance(1);
                self.out.join_line();
                self.begin_cell(*mark == b'!');
            }
            [] => {}
        }
    }

    fn close_table(&mut self) {
        while let Some(open) = self.pop() {
            if let Kind::Table { is_left_out } = open.kind {
                if is_left_out {
                    self.out.cut_back(open.start);
                }
                break;
            }
        }
        self.cell = None;
        self.out.break_paragraph();
    }

    fn begin_cell(&mut self, is_header: bool) {
        // Links that were left open in the cell before it are text.
        while !matches!(self.innermost(), Some(Kind::Table { .. }) | None) {
            self.pop();
        }
        self.out.break_word();
        self.line_text = None;
        self.cell = Some(Cell { is_header, attributes: Some(self.out.checkpoint()) });
    }

    /// Handles a bar: `||` begins a cell, and the first `|` of a cell ends its attributes.
    pub(super) fn cell_bar(&mut self) -> usize {
        let Some(cell) = &mut self.cell else { return 0 };
        if self.rest.starts_with("||") {
            let is_header = cell.is_header;
            self.end_line();
            self.begin_cell(is_header);
            return 2;
        }
        let Some(start) = cell.attributes.take() else { return 0 };
        self.alone = None;
        self.out.cut_back(start);
        1
    }

    /// Handles `!!`, which begins a cell in a line of headers.
    pub(super) fn header_bar(&mut self) -> usize {
        let is_header = self.cell.as_ref().is_some_and(|cell| cell.is_header);
        if !is_header || !matches!(self.innermost(), Some(Kind::Table { .. })) {
            return 0;
        }
        self.end_line();
        self.begin_cell(true);
        2
    }

    /// What has a link is no attribute.
    pub(super) fn end_cell_attributes(&mut self) {
        if let (Some(Kind::Table { .. }), Some(cell)) =
            (self.open.last().map(|open| &open.kind), &mut self.cell)
        {
            cell.attributes = None;
        }
    }

    /// Ends a line, after which a bar no longer begins a cell.
    pub(super) fn end_cell_line(&mut self) {
        if let Some(Kind::Table { .. }) = self.innermost() {
            self.cell = None;
        }
    }
}
