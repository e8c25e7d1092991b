//! Whether the system's screen is locked.
//!
//! Linux desktops say so on the session bus (`org.freedesktop.ScreenSaver`, GNOME under its own
//! name), and logind on the system bus, whichever of them there is. Other systems are not asked.

#[cfg(target_os = "linux")]
pub use linux::follow;

/// Nothing is known of the screen here.
#[cfg(not(target_os = "linux"))]
#[allow(clippy::unused_async, reason = "listens to the desktop elsewhere")]
pub async fn follow(_locked: impl Fn() + Send + Sync) {}

#[cfg(target_os = "linux")]
mod linux {
    use futures::{StreamExt as _, future::join};
    use zbus::{Connection, MatchRule, MessageStream, message::Type};

    /// Signals that say that the screen is locked, or unlocked, by their first value.
    const SAVERS: [&str; 2] = ["org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver"];

    /// Where logind asks the sessions of the machine to lock.
    const SESSION: &str = "org.freedesktop.login1.Session";

    /// Signals that may wait while one is looked at.
    const QUEUE: usize = 8;

    /// Calls `locked` each time the screen is locked. Ends when there is nobody to listen to.
    pub async fn follow(locked: impl Fn() + Send + Sync) {
        join(savers(&locked), sessions(&locked)).await;
    }

    async fn savers(locked: &(impl Fn() + Send + Sync)) {
        let rules = SAVERS.map(|interface| rule(interface, "ActiveChanged"));
        match Connection::session().await {
            Ok(bus) => {
                listen(&bus, rules, |is_active| {
                    if is_active == Some(true) {
                        locked();
                    }
                })
                .await;
            }
            Err(error) => tracing::debug!(%error, "there is no session bus"),
        }
    }

    async fn sessions(locked: &(impl Fn() + Send + Sync)) {
        match Connection::system().await {
            Ok(bus) => {
                let own = std::env::var("XDG_SESSION_ID").ok();
                listen(&bus, [session_rule(own.as_deref())], |_| locked()).await;
            }
            Err(error) => tracing::debug!(%error, "there is no system bus"),
        }
    }

    /// The asking of this session: others may be locked by their own people. Where it is not known which
    /// one this is, every one counts.
    fn session_rule(own: Option<&str>) -> zbus::Result<MatchRule<'static>> {
        match own.filter(|id| !id.is_empty()) {
            Some(id) => Ok(MatchRule::builder()
                .msg_type(Type::Signal)
                .interface(SESSION)?
                .member("Lock")?
                .path(format!("/org/freedesktop/login1/session/{}", label(id)))?
                .build()),
            None => rule(SESSION, "Lock"),
        }
    }

    /// An id as it stands in the path of an object: a digit in front, and whatever is neither letter nor
    /// digit, by its number (`sd_bus_path_encode(3)`).
    fn label(id: &str) -> String {
        let parts = id.bytes().enumerate().map(|(at, byte)| {
            if byte.is_ascii_alphabetic() || (at > 0 && byte.is_ascii_digit()) {
                char::from(byte).to_string()
            } else {
                format!("_{byte:02x}")
            }
        });
        parts.collect()
    }

    fn rule(interface: &'static str, member: &'static str) -> zbus::Result<MatchRule<'static>> {
        Ok(MatchRule::builder()
            .msg_type(Type::Signal)
            .interface(interface)?
            .member(member)?
            .build())
    }

    /// Hands the first value of every signal on, if it is a truth value.
    async fn listen<const COUNT: usize>(
        bus: &Connection,
        rules: [zbus::Result<MatchRule<'static>>; COUNT],
        tell: impl Fn(Option<bool>),
    ) {
        let mut streams = Vec::with_capacity(COUNT);
        for rule in rules {
            let stream = match rule {
                Ok(rule) => MessageStream::for_match_rule(rule, bus, Some(QUEUE)).await,
                Err(error) => Err(error),
            };
            match stream {
                Ok(stream) => streams.push(stream),
                Err(error) => tracing::debug!(%error, "the screen is not listened to"),
            }
        }
        let mut signals = futures::stream::select_all(streams);
        while let Some(signal) = signals.next().await {
            match signal {
                Ok(signal) => tell(signal.body().deserialize::<bool>().ok()),
                Err(error) => tracing::debug!(%error, "the bus went away"),
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::session_rule;

        #[test]
        fn only_the_own_session_is_listened_to_where_it_is_known() {
            let rule = |own| session_rule(own).unwrap().to_string();
            assert!(rule(Some("2")).contains("path='/org/freedesktop/login1/session/_32'"));
            assert!(rule(Some("c12")).contains("path='/org/freedesktop/login1/session/c12'"));
            assert!(rule(Some("a-b")).contains("path='/org/freedesktop/login1/session/a_2db'"));
            for unknown in [None, Some("")] {
                assert!(!rule(unknown).contains("path="));
            }
        }
    }
}
