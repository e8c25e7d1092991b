//! What a connection costs that only waits.

use std::path::Path;
use std::time::Duration;

use cubist_tests::within;

use crate::figures::{progress, report};
use crate::raw_client;
use crate::servers::{self, Server};
use crate::tls;

/// Rest after the last login, so that what logging in needed is given back (and Prosody's collector
/// has had its turn).
const REST: Duration = Duration::from_secs(10);

/// Measures both servers.
pub(crate) async fn measure(work: &Path, quick: bool) {
    let (runs, connections) = if quick { (1, 50) } else { (3, 500) };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (mut our_base, mut their_base) = (Vec::new(), Vec::new());
    for run in 1..=runs {
        progress(&format!(
            "{connections} idle connections, run {run} of {runs}"
        ));
        let (base, each) = cost(servers::cubist(work, connections + 1).await).await;
        our_base.push(base);
        ours.push(each);
        let (base, each) = cost(servers::prosody(work, connections + 1).await).await;
        their_base.push(base);
        theirs.push(each);
    }
    report("idle.cubist", "kB", &ours);
    report("idle.prosody", "kB", &theirs);
    report("idle.base.cubist", "kB", &our_base);
    report("idle.base.prosody", "kB", &their_base);
}

/// Kilobytes of the server with one connection, and of each further one.
async fn cost(server: Server) -> (f64, f64) {
    let connector = tls::connector(&server.authority_pem);
    let (first, others) = server.people.split_first().unwrap();
    let mut lines = Vec::with_capacity(others.len() + 1);
    // One connection before the count: what is loaded once is no cost of each.
    lines.push(raw_client::enter(&connector, &server, first, true).await);
    tokio::time::sleep(REST).await;
    let before = server.pss_kilobytes();
    for login in others {
        let entering = raw_client::enter(&connector, &server, login, true);
        lines.push(within("a client to log in", entering).await);
    }
    tokio::time::sleep(REST).await;
    let after = server.pss_kilobytes();
    let count = f64::from(u32::try_from(others.len()).unwrap());
    (before, (after - before) / count)
}
