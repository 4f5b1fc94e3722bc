//! One article: the configuration, the detector made of it, and what it finds.

pub(crate) mod config;
pub(crate) mod reading;
pub(crate) mod copies;
pub(crate) mod cluster;
pub(crate) mod run;
pub(crate) mod doubled;
pub(crate) mod repetition;
pub(crate) mod report;
mod display;
pub(crate) mod detector;
