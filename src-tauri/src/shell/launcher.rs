//! The number on the app's icon in docks of Linux desktops.
//!
//! Docks listen on the session bus to what programs say of themselves (`com.canonical.Unity.LauncherEntry`,
//! which KDE's task bar, Ubuntu's dock, Dash to Dock and Plank heed). Where nobody listens nothing happens.

use std::collections::HashMap;

use zbus::{Connection, zvariant::Value};

const INTERFACE: &str = "com.canonical.Unity.LauncherEntry";
const PATH: &str = "/com/canonical/unity/launcherentry/cubist";

/// The installed desktop entry, by which docks know the icon.
const ENTRY: &str = "application://Cubist.desktop";

/// Says numbers on the bus.
#[derive(Debug)]
pub(super) struct Launcher(Option<Connection>);

impl Launcher {
    /// Connects; without a session bus it says nothing.
    pub(super) async fn connect() -> Self {
        match Connection::session().await {
            Ok(bus) => Self(Some(bus)),
            Err(error) => {
                tracing::debug!(%error, "there is no session bus");
                Self(None)
            }
        }
    }

    /// Shows a number, or none for 0.
    pub(super) async fn show(&self, count: u32) {
        let Some(bus) = &self.0 else {
            return;
        };
        let properties = HashMap::from([
            ("count", Value::from(i64::from(count))),
            ("count-visible", Value::from(count > 0)),
        ]);
        let told = bus
            .emit_signal(
                None::<&str>,
                PATH,
                INTERFACE,
                "Update",
                &(ENTRY, properties),
            )
            .await;
        if let Err(error) = told {
            tracing::debug!(%error, "no number on the icon");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, time::Duration};

    use futures::StreamExt as _;
    use tokio::time::timeout;
    use zbus::{MatchRule, MessageStream, message::Type, zvariant::OwnedValue};

    use super::{ENTRY, INTERFACE, Launcher};
    use crate::shell::testing::MessageBus;

    #[tokio::test]
    async fn docks_hear_the_number_and_when_there_is_none() {
        let bus = MessageBus::start();
        let dock = bus.connect().await;
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .interface(INTERFACE)
            .unwrap()
            .member("Update")
            .unwrap()
            .build();
        let mut heard = MessageStream::for_match_rule(rule, &dock, None)
            .await
            .unwrap();
        let launcher = Launcher(Some(bus.connect().await));
        for (count, is_visible) in [(7, true), (0, false)] {
            launcher.show(count).await;
            let next = timeout(Duration::from_secs(30), heard.next()).await;
            let signal = next.unwrap().unwrap().unwrap();
            let body = signal.body();
            let (entry, mut told): (String, HashMap<String, OwnedValue>) =
                body.deserialize().unwrap();
            assert_eq!(entry, ENTRY);
            let number = i64::try_from(told.remove("count").unwrap()).unwrap();
            let visible = bool::try_from(told.remove("count-visible").unwrap()).unwrap();
            assert_eq!((number, visible), (i64::from(count), is_visible));
        }
    }
}
