//! The site that an article is of.

/// Returns the host that an id names, if that is a URL.
pub fn host(id: &str) -> Option<&str> {
    let (scheme, rest) = id.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (_, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    // What is in brackets is an IPv6 address, which has colons of its own.
    let end = host.find(']').map_or_else(|| host.find(':'), |bracket| Some(bracket + 1));
    let host = &host[..end.unwrap_or(host.len())];
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    (is_scheme && !host.is_empty()).then_some(host)
}
