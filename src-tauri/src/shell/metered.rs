//! Whether the network is paid for by use.
//!
//! On Linux `NetworkManager` says so on the system bus, where it runs; it guesses for telephones that share
//! their network. Elsewhere, and where nobody says anything, the network counts as one that is not.

#[cfg(target_os = "linux")]
pub use linux::follow;

/// Nothing is known of the network here.
#[cfg(not(target_os = "linux"))]
#[allow(clippy::unused_async, reason = "listens to the desktop elsewhere")]
pub async fn follow(_told: impl Fn(bool) + Send + Sync) {}

#[cfg(target_os = "linux")]
mod linux {
    use futures::StreamExt as _;
    use zbus::{Connection, Proxy};

    const SERVICE: &str = "org.freedesktop.NetworkManager";
    const PATH: &str = "/org/freedesktop/NetworkManager";
    const PROPERTY: &str = "Metered";

    /// Calls `told` with what is known at first, and each time it changes. Ends when there is
    /// nobody to listen to.
    pub async fn follow(told: impl Fn(bool) + Send + Sync) {
        match Connection::system().await {
            Ok(bus) => {
                if let Err(error) = listen(&bus, told).await {
                    tracing::debug!(%error, "nobody says what the network costs");
                }
            }
            Err(error) => tracing::debug!(%error, "there is no system bus"),
        }
    }

    async fn listen(bus: &Connection, told: impl Fn(bool) + Send + Sync) -> zbus::Result<()> {
        let manager = Proxy::new(bus, SERVICE, PATH, SERVICE).await?;
        // Its first item is what is so now.
        let mut changes = manager.receive_property_changed::<u32>(PROPERTY).await;
        told(is_metered(manager.get_property(PROPERTY).await?));
        while let Some(change) = changes.next().await {
            told(is_metered(change.get().await?));
        }
        Ok(())
    }

    /// The values of `NMMetered`: 1 and 3 are “yes” and “it seems so”, 0 is “unknown”, 2 and 4 are “no”.
    const fn is_metered(value: u32) -> bool {
        matches!(value, 1 | 3)
    }

    #[cfg(test)]
    mod tests {
        use std::time::Duration;

        use tokio::{sync::mpsc, time::timeout};
        use zbus::{connection, interface};

        use super::{PATH, SERVICE, is_metered, listen};
        use crate::shell::testing::MessageBus;

        struct Manager(u32);

        #[interface(name = "org.freedesktop.NetworkManager")]
        impl Manager {
            #[zbus(property)]
            fn metered(&self) -> u32 {
                self.0
            }
        }

        #[test]
        fn what_seems_to_cost_costs() {
            let values = [0, 1, 2, 3, 4, 99].map(is_metered);
            assert_eq!(values, [false, true, false, true, false, false]);
        }

        /// Waits until it is told that the network costs, or that it does not.
        async fn heard(told: &mut mpsc::UnboundedReceiver<bool>, wanted: bool) {
            let hearing = async { while told.recv().await.unwrap() != wanted {} };
            timeout(Duration::from_secs(30), hearing).await.unwrap();
        }

        #[tokio::test]
        async fn a_change_of_the_network_is_told() {
            let bus = MessageBus::start();
            let service = connection::Builder::address(bus.address.as_str())
                .unwrap()
                .serve_at(PATH, Manager(4))
                .unwrap()
                .name(SERVICE)
                .unwrap()
                .build()
                .await
                .unwrap();
            let client = bus.connect().await;
            let (tell, mut told) = mpsc::unbounded_channel();
            let listening = tokio::spawn(async move {
                listen(&client, move |metered| tell.send(metered).unwrap()).await
            });
            heard(&mut told, false).await;
            let served = service.object_server().interface::<_, Manager>(PATH);
            let manager = served.await.unwrap();
            manager.get_mut().await.0 = 1;
            let emitter = manager.signal_emitter();
            manager.get().await.metered_changed(emitter).await.unwrap();
            heard(&mut told, true).await;
            listening.abort();
        }
    }
}
