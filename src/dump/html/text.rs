//! The text of a tree, in paragraphs.

use super::tree::{NodeIndex, ROOT, Role, Tree};
use crate::dump::record::TextAndFields;
use crate::dump::text_builder::TextBuilder;

/// Returns the text of a page, and its `title`, `lang` and `dir`.
pub(super) fn read(tree: &Tree) -> TextAndFields {
    let mut page = PageText { tree, text: TextBuilder::new(), title: None, open_lines: 0 };
    let mut node = ROOT;
    // From a node to its first child, else on to the next one, out of as many as end here.
    'page: loop {
        if page.enter(node)
            && let Some(child) = tree.first(node)
        {
            node = child;
            continue;
        }
        loop {
            page.leave(node);
            if let Some(next) = tree.next(node) {
                node = next;
                break;
            }
            let Some(parent) = tree.parent(node) else { break 'page };
            node = parent;
        }
    }
    page.finish()
}

/// The text of a page as far as the tree was walked.
struct PageText<'t> {
    tree: &'t Tree,
    text: TextBuilder,
    /// The first title that there is.
    title: Option<String>,
    /// How many elements are open whose line breaks count.
    open_lines: u64,
}

impl PageText<'_> {
    /// Begins a node, and returns true if its children are in the text.
    fn enter(&mut self, node: NodeIndex) -> bool {
        match self.tree.role(node) {
            Role::Hidden => return false,
            Role::Title => {
                if self.title.is_none() {
                    let words = self.tree.first(node).map_or("", |text| self.tree.text(text));
                    self.title = Some(words.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
                }
                return false;
            }
            Role::Lines => {
                self.text.break_paragraph();
                self.open_lines += 1;
            }
            Role::Text if self.open_lines > 0 => self.text.push_lines(self.tree.text(node)),
            Role::Text => self.text.push_folded(self.tree.text(node)),
            Role::Block => self.text.break_paragraph(),
            Role::Break => self.text.break_line(),
            Role::Cell => self.text.break_word(),
            Role::Inline => {}
        }
        true
    }

    fn leave(&mut self, node: NodeIndex) {
        match self.tree.role(node) {
            Role::Lines => {
                self.text.break_paragraph();
                self.open_lines -= 1;
            }
            Role::Block => self.text.break_paragraph(),
            Role::Cell => self.text.break_word(),
            Role::Hidden | Role::Title | Role::Break | Role::Inline | Role::Text => {}
        }
    }

    fn finish(self) -> TextAndFields {
        let title = self.title.filter(|title| !title.is_empty());
        let fields = [
            ("title", title.as_ref()),
            ("lang", self.tree.language.as_ref()),
            ("dir", self.tree.direction.as_ref()),
        ];
        let fields =
            fields.into_iter().filter_map(|(name, value)| Some((name.into(), value?.as_str().into())));
        (self.text.finish(), fields.collect())
    }
}
