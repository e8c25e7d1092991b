//! Whether the desktop shows icons of programs anywhere.
//!
//! On Linux a panel does, or nobody: GNOME without an extension has no place for them. Whoever shows
//! them says so on the session bus (`StatusNotifierItem` specification). Other systems always do.

#[cfg(target_os = "linux")]
pub use linux::{follow, is_here};

/// The system shows them.
#[cfg(not(target_os = "linux"))]
#[allow(clippy::unused_async, reason = "asks the desktop elsewhere")]
pub async fn is_here() -> bool {
    true
}

/// The system shows them, for good.
#[cfg(not(target_os = "linux"))]
#[allow(clippy::unused_async, reason = "listens to the desktop elsewhere")]
pub async fn follow(told: impl Fn(bool) + Send + Sync) {
    told(true);
}

#[cfg(target_os = "linux")]
mod linux {
    use std::time::Duration;

    use futures::{StreamExt as _, stream};
    use zbus::{
        Connection, MatchRule, MessageStream,
        fdo::{DBusProxy, PropertiesProxy},
        message::Type,
        names::InterfaceName,
    };

    /// Knows the icons and those who show them.
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const PATH: &str = "/StatusNotifierWatcher";
    const PROPERTY: &str = "IsStatusNotifierHostRegistered";

    /// Signals that may wait while one is looked at.
    const QUEUE: usize = 8;

    /// A desktop that does not answer within this time holds up no start.
    const PATIENCE: Duration = Duration::from_secs(1);

    /// Whether somebody shows icons now.
    pub async fn is_here() -> bool {
        let asking = async {
            let bus = Connection::session().await?;
            is_shown(&bus, &DBusProxy::new(&bus).await?).await
        };
        match tokio::time::timeout(PATIENCE, asking).await {
            Ok(Ok(is_shown)) => is_shown,
            Ok(Err(error)) => {
                tracing::debug!(%error, "nobody says whether icons are shown");
                false
            }
            Err(_) => false,
        }
    }

    /// Calls `told` with what is so at first, and each time it may have changed. Ends when there is
    /// nobody to listen to.
    pub async fn follow(told: impl Fn(bool) + Send + Sync) {
        match Connection::session().await {
            Ok(bus) => {
                if let Err(error) = listen(&bus, told).await {
                    tracing::debug!(%error, "nobody says whether icons are shown");
                }
            }
            Err(error) => tracing::debug!(%error, "there is no session bus"),
        }
    }

    async fn listen(bus: &Connection, told: impl Fn(bool) + Send + Sync) -> zbus::Result<()> {
        let names = DBusProxy::new(bus).await?;
        let owners = names
            .receive_name_owner_changed_with_args(&[(0, WATCHER)])
            .await?;
        // Those who show icons come and go without the watcher.
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .interface(WATCHER)?
            .build();
        let hosts = MessageStream::for_match_rule(rule, bus, Some(QUEUE)).await?;
        let mut changes = stream::select(owners.map(|_| ()), hosts.map(|_| ()));
        told(is_shown(bus, &names).await?);
        while let Some(()) = changes.next().await {
            told(is_shown(bus, &names).await?);
        }
        Ok(())
    }

    async fn is_shown(bus: &Connection, names: &DBusProxy<'_>) -> zbus::Result<bool> {
        // Asking a name that nobody has may start a program.
        if !names.name_has_owner(WATCHER.try_into()?).await? {
            return Ok(false);
        }
        let watcher = PropertiesProxy::new(bus, WATCHER, PATH).await?;
        let answer = watcher
            .get(InterfaceName::try_from(WATCHER)?, PROPERTY)
            .await;
        match answer {
            Ok(value) => Ok(bool::try_from(value).unwrap_or_default()),
            // It may have gone since; that is heard of, too.
            Err(error) => {
                tracing::debug!(%error, "the place for icons does not say whether it shows any");
                Ok(false)
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use std::time::Duration;

        use tokio::{sync::mpsc, time::timeout};
        use zbus::{connection, interface};

        use super::{PATH, WATCHER, listen};
        use crate::shell::testing::MessageBus;

        struct Watcher(bool);

        #[interface(name = "org.kde.StatusNotifierWatcher")]
        impl Watcher {
            #[zbus(property)]
            fn is_status_notifier_host_registered(&self) -> bool {
                self.0
            }

            #[zbus(signal)]
            async fn status_notifier_host_registered(
                emitter: &zbus::object_server::SignalEmitter<'_>,
            ) -> zbus::Result<()>;
        }

        /// Waits until it is told that icons are shown, or that they are not.
        async fn heard(told: &mut mpsc::UnboundedReceiver<bool>, wanted: bool) {
            let hearing = async { while told.recv().await.unwrap() != wanted {} };
            timeout(Duration::from_secs(30), hearing).await.unwrap();
        }

        #[tokio::test]
        async fn icons_are_shown_from_when_somebody_says_so_until_they_go() {
            let bus = MessageBus::start();
            let client = bus.connect().await;
            let (tell, mut told) = mpsc::unbounded_channel();
            let listening = tokio::spawn(async move {
                listen(&client, move |is_shown| tell.send(is_shown).unwrap()).await
            });
            assert_eq!(told.recv().await, Some(false), "there is no watcher");
            let panel = connection::Builder::address(bus.address.as_str())
                .unwrap()
                .serve_at(PATH, Watcher(false))
                .unwrap()
                .name(WATCHER)
                .unwrap()
                .build()
                .await
                .unwrap();
            assert_eq!(told.recv().await, Some(false), "it shows nothing yet");
            let served = panel.object_server().interface::<_, Watcher>(PATH);
            let watcher = served.await.unwrap();
            watcher.get_mut().await.0 = true;
            Watcher::status_notifier_host_registered(watcher.signal_emitter())
                .await
                .unwrap();
            heard(&mut told, true).await;
            drop(watcher);
            panel.close().await.unwrap();
            heard(&mut told, false).await;
            listening.abort();
        }
    }
}
