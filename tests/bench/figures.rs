//! What was measured, on standard output: one line of JSON for each series.
//!
//! Medians and percentiles are made by the script that started the program, so that they are made
//! in one place for everything it runs.

use std::time::Duration;

use serde::Serialize;

/// Samples of one quantity.
#[derive(Debug, Serialize)]
pub(crate) struct Series<'a> {
    /// What was measured: `part.quantity`.
    pub(crate) series: &'a str,
    /// Unit of the samples.
    pub(crate) unit: &'a str,
    /// In the order they were taken.
    pub(crate) samples: &'a [f64],
}

/// Prints a series.
pub(crate) fn report(series: &str, unit: &str, samples: &[f64]) {
    let line = Series {
        series,
        unit,
        samples,
    };
    println!("{}", serde_json::to_string(&line).unwrap());
}

/// Prints durations in milliseconds.
pub(crate) fn report_millis(series: &str, samples: &[Duration]) {
    let millis: Vec<f64> = samples.iter().copied().map(millis).collect();
    report(series, "ms", &millis);
}

/// Tells the person who waits what is being done.
pub(crate) fn progress(what: &str) {
    eprintln!("{what}");
}

/// A duration in milliseconds.
pub(crate) fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// How many of `count` pass in a second.
pub(crate) fn per_second(count: usize, duration: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap()) / duration.as_secs_f64()
}
