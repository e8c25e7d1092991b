//! Waiting that ends.

use std::future::Future;
use std::time::Duration;

/// Reached only when something is broken: far above what a busy machine with two cores needs.
pub const DEADLINE: Duration = Duration::from_secs(45);

/// Waits for `future`, and fails the test with the name of what was waited for.
pub async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    let Ok(value) = tokio::time::timeout(DEADLINE, future).await else {
        panic!("waited {} s for {what}", DEADLINE.as_secs());
    };
    value
}
