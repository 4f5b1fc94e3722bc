//! The tree of a page, in one vector: nothing in it is recursive, neither a walk nor its end.

use std::borrow::Cow;
use std::cell::RefCell;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, ExpandedName, LocalName, Namespace, QualName, local_name, ns};

/// The place of a node.
pub(super) type NodeIndex = u32;

const NONE: NodeIndex = NodeIndex::MAX;
/// A comment of the page: it may split a text for the tree builder, and is not kept.
const COMMENT: NodeIndex = NONE - 1;
/// The first node: the document.
pub(super) const ROOT: NodeIndex = 0;

/// How a node shows in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Its content is left out.
    Hidden,
    /// The title of the page, which is left out of the text too.
    Title,
    /// A paragraph ends before and after it.
    Block,
    /// A block whose line breaks count.
    Lines,
    Break,
    /// A cell of a table.
    Cell,
    Inline,
    Text,
}

impl Role {
    fn of(name: &QualName) -> Self {
        if name.ns == ns!(html) {
            Self::of_html(&name.local)
        } else if name.ns == ns!(svg) {
            Self::Hidden
        } else {
            Self::Inline
        }
    }

    /// Returns how an element of HTML shows.
    pub(super) fn of_html(name: &str) -> Self {
        match name {
            "title" => Self::Title,
            "script" | "style" | "template" | "noscript" | "iframe" | "noembed" | "noframes" | "svg"
            | "canvas" | "audio" | "video" | "object" | "select" | "datalist" | "textarea" | "nav" => {
                Self::Hidden
            }
            "address" | "article" | "aside" | "blockquote" | "body" | "caption" | "center" | "dd"
            | "details" | "dialog" | "dir" | "div" | "dl" | "dt" | "fieldset" | "figcaption" | "figure"
            | "footer" | "form" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "head" | "header" | "hgroup"
            | "hr" | "html" | "legend" | "li" | "main" | "menu" | "ol" | "optgroup" | "option" | "p"
            | "search" | "section" | "summary" | "table" | "tbody" | "tfoot" | "thead" | "tr" | "ul" => {
                Self::Block
            }
            "pre" | "listing" | "xmp" | "plaintext" => Self::Lines,
            "br" => Self::Break,
            "td" | "th" => Self::Cell,
            _ => Self::Inline,
        }
    }
}

/// A node: 24 bytes. A text holds its range where an element has its first and last child.
#[derive(Debug, Clone, Copy)]
struct Node {
    parent: NodeIndex,
    previous: NodeIndex,
    next: NodeIndex,
    first: u32,
    last: u32,
    role: Role,
}

/// The tree of a page, and its text.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    text: String,
    pub(super) language: Option<String>,
    pub(super) direction: Option<String>,
}

impl Tree {
    fn new() -> Self {
        let mut tree = Self { nodes: Vec::new(), text: String::new(), language: None, direction: None };
        tree.push(Role::Block);
        tree
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn role(&self, node: NodeIndex) -> Role {
        self.nodes[node as usize].role
    }

    pub(super) fn text(&self, node: NodeIndex) -> &str {
        let Node { first, last, .. } = self.nodes[node as usize];
        &self.text[first as usize..last as usize]
    }

    pub(super) fn parent(&self, node: NodeIndex) -> Option<NodeIndex> {
        some(self.nodes[node as usize].parent)
    }

    pub(super) fn next(&self, node: NodeIndex) -> Option<NodeIndex> {
        some(self.nodes[node as usize].next)
    }

    /// Returns the first child of an element.
    pub(super) fn first(&self, node: NodeIndex) -> Option<NodeIndex> {
        some(self.nodes[node as usize].first).filter(|_| self.role(node) != Role::Text)
    }

    fn push(&mut self, role: Role) -> NodeIndex {
        let index = NodeIndex::try_from(self.nodes.len()).expect("no more nodes than bytes of a page");
        self.nodes.push(Node { parent: NONE, previous: NONE, next: NONE, first: NONE, last: NONE, role });
        index
    }

    /// Adds a text behind all others, and returns its node, or None if it went on that node.
    fn push_text(&mut self, text: &str, previous: NodeIndex) -> Option<NodeIndex> {
        let start = self.text.len();
        self.text.push_str(text);
        let [start, end] =
            [start, self.text.len()].map(|end| u32::try_from(end).expect("a page has a limit"));
        if let Some(node) = some(previous).map(|previous| &mut self.nodes[previous as usize])
            && node.role == Role::Text
            && node.last == start
        {
            node.last = end;
            return None;
        }
        let node = self.push(Role::Text);
        (self.nodes[node as usize].first, self.nodes[node as usize].last) = (start, end);
        Some(node)
    }

    /// Puts a node between two others, or at an end, in a parent.
    fn link(&mut self, node: NodeIndex, parent: NodeIndex, previous: NodeIndex, next: NodeIndex) {
        let linked = &mut self.nodes[node as usize];
        (linked.parent, linked.previous, linked.next) = (parent, previous, next);
        self.set_next(previous, parent, node);
        self.set_previous(next, parent, node);
    }

    fn unlink(&mut self, node: NodeIndex) {
        let Node { parent, previous, next, .. } = self.nodes[node as usize];
        if parent != NONE {
            self.set_next(previous, parent, next);
            self.set_previous(next, parent, previous);
            let unlinked = &mut self.nodes[node as usize];
            (unlinked.parent, unlinked.previous, unlinked.next) = (NONE, NONE, NONE);
        }
    }

    /// Sets what follows a node, or the first child if there is no node.
    fn set_next(&mut self, node: NodeIndex, parent: NodeIndex, next: NodeIndex) {
        match some(node) {
            Some(node) => self.nodes[node as usize].next = next,
            None => self.nodes[parent as usize].first = next,
        }
    }

    /// Sets what precedes a node, or the last child if there is no node.
    fn set_previous(&mut self, node: NodeIndex, parent: NodeIndex, previous: NodeIndex) {
        match some(node) {
            Some(node) => self.nodes[node as usize].previous = previous,
            None => self.nodes[parent as usize].last = previous,
        }
    }

    /// Puts a node or a text into a parent, before one of its children or at the end.
    fn insert(&mut self, parent: NodeIndex, before: NodeIndex, child: NodeOrText<Handle>) {
        let previous = match some(before) {
            Some(next) => self.nodes[next as usize].previous,
            None => self.nodes[parent as usize].last,
        };
        let node = match child {
            NodeOrText::AppendNode(handle) if handle.node == COMMENT => return,
            NodeOrText::AppendNode(handle) => handle.node,
            NodeOrText::AppendText(text) => match self.push_text(&text, previous) {
                Some(node) => node,
                None => return,
            },
        };
        self.unlink(node);
        self.link(node, parent, previous, before);
    }

    /// Moves all children of a node behind those of another.
    fn move_children(&mut self, from: NodeIndex, to: NodeIndex) {
        let Node { first, last, .. } = self.nodes[from as usize];
        if first == NONE {
            return;
        }
        let mut child = first;
        while child != NONE {
            self.nodes[child as usize].parent = to;
            child = self.nodes[child as usize].next;
        }
        let end = self.nodes[to as usize].last;
        self.nodes[first as usize].previous = end;
        self.set_next(end, to, first);
        self.nodes[to as usize].last = last;
        (self.nodes[from as usize].first, self.nodes[from as usize].last) = (NONE, NONE);
    }

    /// Takes the language and the direction from the tag of a page or its body, if none was there before.
    fn keep_fields(&mut self, attributes: Vec<Attribute>) {
        for attribute in attributes {
            let field = match attribute.name.local {
                local_name!("lang") => &mut self.language,
                local_name!("dir") => &mut self.direction,
                _ => continue,
            };
            let value = attribute.value.trim();
            if field.is_none() && !value.is_empty() {
                *field = Some(value.to_owned());
            }
        }
    }
}

fn some(index: NodeIndex) -> Option<NodeIndex> {
    (index != NONE).then_some(index)
}

/// What the tree builder knows of a node. It asks for names a hundred times as often as for anything else.
#[derive(Debug, Clone)]
pub(super) struct Handle {
    node: NodeIndex,
    namespace: Namespace,
    name: LocalName,
    /// An `annotation-xml` of `MathML` whose content is HTML.
    holds_html: bool,
}

impl Handle {
    fn unnamed(node: NodeIndex) -> Self {
        Self { node, namespace: ns!(), name: local_name!(""), holds_html: false }
    }
}

/// Takes the tree from the tree builder of html5ever.
#[derive(Debug)]
pub(super) struct Sink(RefCell<Tree>);

impl Sink {
    pub(super) fn new() -> Self {
        Self(RefCell::new(Tree::new()))
    }

    /// Returns how many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.0.borrow().len()
    }
}

impl TreeSink for Sink {
    type Handle = Handle;
    type Output = Tree;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Tree {
        self.0.into_inner()
    }

    fn get_document(&self) -> Handle {
        Handle::unnamed(ROOT)
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        ExpandedName { ns: &target.namespace, local: &target.name }
    }

    fn same_node(&self, a: &Handle, b: &Handle) -> bool {
        a.node == b.node
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> Handle {
        let mut tree = self.0.borrow_mut();
        let node = tree.push(Role::of(&name));
        if name.ns == ns!(html) && matches!(name.local, local_name!("html") | local_name!("body")) {
            tree.keep_fields(attributes);
        }
        let holds_html = flags.mathml_annotation_xml_integration_point;
        Handle { node, namespace: name.ns, name: name.local, holds_html }
    }

    /// Creates a break between two paragraphs if there is a text: [`parse`](super::parse) puts it where an element is left out.
    fn create_comment(&self, text: StrTendril) -> Handle {
        let node = if text.is_empty() { COMMENT } else { self.0.borrow_mut().push(Role::Block) };
        Handle::unnamed(node)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Handle {
        Handle::unnamed(COMMENT)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.0.borrow_mut().insert(parent.node, NONE, child);
    }

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        let mut tree = self.0.borrow_mut();
        if let Some(parent) = tree.parent(sibling.node) {
            tree.insert(parent, sibling.node, child);
        }
    }

    fn append_based_on_parent_node(&self, table: &Handle, before: &Handle, child: NodeOrText<Handle>) {
        if self.0.borrow().parent(table.node).is_some() {
            self.append_before_sibling(table, child);
        } else {
            self.append(before, child);
        }
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.0.borrow_mut().unlink(target.node);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        self.0.borrow_mut().move_children(node.node, new_parent.node);
    }

    fn add_attrs_if_missing(&self, _: &Handle, attributes: Vec<Attribute>) {
        self.0.borrow_mut().keep_fields(attributes); // called for the page and its body alone
    }

    /// Keeps what is in a template as its children.
    fn get_template_contents(&self, target: &Handle) -> Handle {
        target.clone()
    }

    fn is_mathml_annotation_xml_integration_point(&self, handle: &Handle) -> bool {
        handle.holds_html
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn set_quirks_mode(&self, _: QuirksMode) {}
}
