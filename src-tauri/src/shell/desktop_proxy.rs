//! The proxy that GNOME and its relatives keep in their settings (`org.gnome.system.proxy`).
//!
//! KDE and most others put theirs into the environment of the session, and Windows and macOS are
//! asked by the HTTP library. A script that chooses the proxy (“automatic”) is not run, and a name
//! for the proxy is not taken from there: its password would lie open beside it.

/// Tells the engine's part of the program what the desktop's settings say.
#[cfg(target_os = "linux")]
pub async fn remember() {
    match tokio::task::spawn_blocking(linux::read).await {
        Ok(Some(found)) => found.remember(),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the desktop's proxy cannot be read"),
    }
}

/// The HTTP library asks the system itself.
#[cfg(not(target_os = "linux"))]
#[allow(clippy::unused_async, reason = "another system waits for its settings")]
pub async fn remember() {}

#[cfg(target_os = "linux")]
mod linux {
    use cubist_client::network::DesktopProxy;
    use gio::{
        Settings, SettingsSchemaSource,
        prelude::{SettingsExt as _, SettingsExtManual as _},
    };

    const SCHEMA: &str = "org.gnome.system.proxy";

    /// Nothing on a desktop that does not know these settings. They must be looked for first:
    /// opening some that are not there ends the program.
    pub(super) fn read() -> Option<DesktopProxy> {
        SettingsSchemaSource::default()?.lookup(SCHEMA, true)?;
        of(&Settings::new(SCHEMA))
    }

    fn of(settings: &Settings) -> Option<DesktopProxy> {
        if settings.string("mode").as_str() != "manual" {
            return None;
        }
        let proxy = |kind: &str| {
            let own = settings.child(kind);
            let host = own.string("host").trim().to_owned();
            let port = u16::try_from(own.int("port"))
                .ok()
                .filter(|port| *port > 0)?;
            (!host.is_empty()).then_some((host, port))
        };
        Some(DesktopProxy {
            http: proxy("http"),
            https: proxy("https"),
            socks: proxy("socks"),
            direct: settings
                .strv("ignore-hosts")
                .iter()
                .map(|host| host.as_str().to_owned())
                .collect(),
        })
    }

    #[cfg(test)]
    mod tests {
        use std::{fs, path::Path, process::Command};

        use cubist_client::network::DesktopProxy;
        use gio::{
            Settings, SettingsSchemaSource, memory_settings_backend_new, prelude::SettingsExt as _,
        };

        use super::{SCHEMA, of};

        /// The part of GNOME's description of these settings that counts here.
        const DESCRIPTION: &str = r#"<schemalist>
            <schema id="org.gnome.system.proxy" path="/system/proxy/">
                <key name="mode" type="s"><default>'none'</default></key>
                <key name="ignore-hosts" type="as"><default>['localhost', '*.intern']</default></key>
                <child name="http" schema="org.gnome.system.proxy.http"/>
                <child name="https" schema="org.gnome.system.proxy.https"/>
                <child name="socks" schema="org.gnome.system.proxy.socks"/>
            </schema>
            <schema id="org.gnome.system.proxy.http" path="/system/proxy/http/">
                <key name="host" type="s"><default>''</default></key>
                <key name="port" type="i"><default>8080</default></key>
            </schema>
            <schema id="org.gnome.system.proxy.https" path="/system/proxy/https/">
                <key name="host" type="s"><default>''</default></key>
                <key name="port" type="i"><default>0</default></key>
            </schema>
            <schema id="org.gnome.system.proxy.socks" path="/system/proxy/socks/">
                <key name="host" type="s"><default>''</default></key>
                <key name="port" type="i"><default>0</default></key>
            </schema>
        </schemalist>"#;

        /// Settings that nobody else sees.
        fn settings(folder: &Path) -> Settings {
            fs::write(folder.join("proxy.gschema.xml"), DESCRIPTION).unwrap();
            let compiled = Command::new("glib-compile-schemas")
                .arg(folder)
                .status()
                .unwrap();
            assert!(compiled.success());
            let source = SettingsSchemaSource::from_directory(folder, None, false).unwrap();
            let schema = source.lookup(SCHEMA, false).unwrap();
            let backend = memory_settings_backend_new();
            Settings::new_full(&schema, Some(&backend), None)
        }

        #[test]
        fn only_proxies_that_were_entered_by_hand_count() {
            let folder = tempfile::tempdir().unwrap();
            let settings = settings(folder.path());
            let https = settings.child("https");
            https.set_string("host", " proxy.example ").unwrap();
            https.set_int("port", 3128).unwrap();
            for mode in ["none", "auto"] {
                settings.set_string("mode", mode).unwrap();
                assert_eq!(of(&settings), None, "{mode}");
            }
            settings.set_string("mode", "manual").unwrap();
            settings
                .child("socks")
                .set_string("host", "no-port")
                .unwrap();
            assert_eq!(
                of(&settings),
                Some(DesktopProxy {
                    http: None,
                    https: Some(("proxy.example".to_owned(), 3128)),
                    socks: None,
                    direct: vec!["localhost".to_owned(), "*.intern".to_owned()],
                })
            );
        }
    }
}
