//! What tests of the desktop need.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use zbus::{Connection, connection};

/// A message bus of a test's own; it ends with it.
pub(super) struct MessageBus {
    daemon: Child,
    /// Where it listens.
    pub(super) address: String,
}

impl MessageBus {
    /// Starts it.
    pub(super) fn start() -> Self {
        let mut daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        let said = daemon.stdout.take().unwrap();
        BufReader::new(said).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        Self { daemon, address }
    }

    /// Somebody who asks on it.
    pub(super) async fn connect(&self) -> Connection {
        let client = connection::Builder::address(self.address.as_str());
        client.unwrap().build().await.unwrap()
    }
}

impl Drop for MessageBus {
    fn drop(&mut self) {
        self.daemon.kill().ok();
        self.daemon.wait().ok();
    }
}
