//! What a file says, what is wrong with one and where, and which of several counts.

use std::{fs, path::Path};

use cubist_client::model::ChatAddress;

use super::{FILE, Organisations, contrast_with_white};
use crate::ipc::{
    error::IpcError,
    types::organisation::{Feature, OrganisationProblem},
};

const WHOLE: &str = r##"
name = "Example Works"
accent = "#0B6B7C"
logo = "logo.png"

[server]
api = "https://api.example.org"
chat = ["xmpps://chat.example.org:5223", "wss://chat.example.org:5291"]
app-id = 21
auth-key = "a key of the application"
certificate = "root.pem"

[features]
sign-up = false
other-servers = false
"##;

fn write(folder: &Path, text: &str) {
    fs::write(folder.join(FILE), text).unwrap();
    fs::write(folder.join("logo.png"), b"\x89PNG\r\n\x1a\nrest").unwrap();
    fs::write(folder.join("root.pem"), "a certificate").unwrap();
}

/// The organisation of a profile in `profile`, with a file in `folder`.
fn look(profile: &Path, folder: &Path) -> Organisations {
    Organisations::among(profile, vec![folder.join(FILE)], false)
}

fn problem(text: &str) -> OrganisationProblem {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), text);
    let (none, problem) = look(folder.path(), folder.path()).shown();
    assert_eq!(none, None, "{text}");
    problem.unwrap_or_else(|| panic!("taken: {text}"))
}

#[test]
fn a_whole_file_gives_name_colour_logo_servers_and_what_is_off() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), WHOLE);
    let organisations = look(folder.path(), folder.path());
    let shown = organisations.shown().0.unwrap();
    assert_eq!(
        (&*shown.name, shown.accent.as_deref()),
        ("Example Works", Some("#0b6b7c"))
    );
    assert!(
        shown
            .logo
            .unwrap()
            .starts_with("data:image/png;base64,iVBORw0KGgpyZXN0")
    );
    let endpoints = organisations.endpoints().unwrap();
    assert_eq!(endpoints.api_url.as_str(), "https://api.example.org/");
    assert_eq!(endpoints.domain, "chat.example.org");
    assert!(matches!(
        endpoints.chat.as_slice(),
        [ChatAddress::Tls { .. }, ChatAddress::WebSocket { .. }]
    ));
    assert_eq!(endpoints.ca_cert_pem.as_deref(), Some("a certificate"));
    for off in [Feature::SignUp, Feature::OtherServers] {
        assert!(
            matches!(organisations.allow(off), Err(IpcError::SwitchedOff)),
            "{off:?}"
        );
    }
    for on in [
        Feature::LocalServer,
        Feature::Export,
        Feature::LinkPreviews,
        Feature::VoiceMessages,
    ] {
        assert!(organisations.allow(on).is_ok(), "{on:?}");
    }
    assert!(!format!("{organisations:?}").contains("a key of the application"));
}

/// As `tauri signer generate` writes it.
const UPDATES_KEY: &str = concat!(
    "dW50cnVzdGVkIGNvbW1lbnQ6IG1pbmlzaWduIHB1YmxpYyBrZXk6IEVEMDU2NTIwOTZEREQyOTQKUldTVTB0MldJ",
    "R1VGN1RqN1pwWTRDb0tzVnNhMGczeE5uWHZZeWM0V09zS2d0RkgxemxKV0svSUEK",
);

#[test]
fn new_versions_come_from_an_address_with_a_key() {
    let updates = |text: &str| {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), text);
        look(folder.path(), folder.path()).updates()
    };
    let address = "https://example.org/{{target}}/{{arch}}?from={{current_version}}";
    let whole = format!("name = 'A'\n[updates]\naddress = '{address}'\nkey = '{UPDATES_KEY}'");
    let source = updates(&whole).unwrap();
    assert_eq!(source.address.host_str(), Some("example.org"));
    assert_eq!(source.key, UPDATES_KEY);
    assert_eq!(updates("name = 'A'"), None);
    assert_eq!(updates("name = "), None);

    let bad = |address: &str, key: &str| {
        problem(&format!(
            "name = 'A'\n[updates]\naddress = '{address}'\nkey = '{key}'"
        ))
    };
    assert_eq!(bad("http://example.org", UPDATES_KEY).line, Some(3));
    assert_eq!(bad("example.org", UPDATES_KEY).line, Some(3));
    for key in ["", "secret", "dW50cnVzdGVkIGNvbW1lbnQ6IHg="] {
        assert_eq!(bad("https://example.org", key).line, Some(4), "{key}");
    }
    for half in ["address = 'https://example.org'", "key = 'x'"] {
        problem(&format!("name = 'A'\n[updates]\n{half}"));
    }
}

#[test]
fn a_name_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "name = 'Example'");
    let organisations = look(folder.path(), folder.path());
    assert!(!organisations.shown().0.unwrap().has_server);
    assert!(matches!(organisations.endpoints(), Err(IpcError::NotFound)));
    assert!(organisations.allow(Feature::SignUp).is_ok());
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    for (text, line, words) in [
        ("", Some(1), "name"),
        ("name = 'A'\nnmae = 'B'", Some(2), "unknown field"),
        ("name = 'A'\n\naccent = 'blue'", Some(3), "#rrggbb"),
        ("name = 'A'\naccent = '#ffee00'", Some(2), "4.5 to 1"),
        ("name = 'A'\nlogo = '../../etc/passwd'", Some(2), "beside"),
        ("name = 'A'\nlogo = 'none.png'", Some(2), "none.png"),
        ("name = 'A'\nlogo = 'root.pem'", Some(2), "no PNG"),
        ("name = '  '", Some(1), "1 to 60"),
        ("name = 'A'\n[features]\nsign-up = 'no'", Some(3), "boolean"),
        (
            "name = 'A'\n[features]\ncalls = false",
            Some(3),
            "unknown field",
        ),
        ("name = 'A", Some(1), ""),
    ] {
        let found = problem(text);
        assert_eq!(found.line, line, "{text}: {found:?}");
        assert!(found.reason.contains(words), "{text}: {found:?}");
        assert!(found.file.ends_with(FILE));
    }
    let server = |api: &str, chat: &str, id: &str, key: &str| {
        problem(&format!(
            "name = 'A'\n[server]\napi = {api}\nchat = {chat}\napp-id = {id}\nauth-key = {key}"
        ))
    };
    let (api, chat) = ("'https://a.example'", "'xmpps://a.example'");
    for (found, line) in [
        (server("'a.example'", chat, "1", "'k'"), 3),
        (server("'ftp://a.example'", chat, "1", "'k'"), 3),
        (server(api, "'https://a.example'", "1", "'k'"), 4),
        (server(api, "[]", "1", "'k'"), 4),
        (server(api, chat, "0", "'k'"), 5),
        (server(api, chat, "-1", "'k'"), 5),
        (server(api, chat, "1", "' '"), 6),
        (server(api, chat, "1", "4711"), 6),
    ] {
        assert_eq!(found.line, Some(line), "{found:?}");
        assert!(!found.reason.contains("4711"), "a key is not repeated");
    }
}

#[test]
fn a_mistake_switches_nothing_on() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "name = 'A'\n[features]\nexprot = false");
    let organisations = look(folder.path(), folder.path());
    for feature in [Feature::Export, Feature::SignUp, Feature::OtherServers] {
        assert!(
            matches!(organisations.allow(feature), Err(IpcError::SwitchedOff)),
            "{feature:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_picture_without_an_end_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("logo.png")).unwrap();
    write(folder.path(), "name = 'A'\nlogo = 'logo.png'");
    let (none, problem) = look(folder.path(), folder.path()).shown();
    assert_eq!(none, None);
    assert!(problem.unwrap().reason.contains("no file"));
}

#[test]
fn the_first_file_counts_even_where_it_cannot_be_used() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(two.path(), "name = 'Two'");
    let places = || vec![one.path().join(FILE), two.path().join(FILE)];
    let found = Organisations::among(one.path(), places(), false);
    assert_eq!(found.shown().0.unwrap().name, "Two");
    write(one.path(), "nam = 'One'");
    let found = Organisations::among(one.path(), places(), false);
    assert!(found.shown().0.is_none() && found.shown().1.is_some());
    let gone = vec![one.path().join("none.toml"), two.path().join(FILE)];
    let missing = Organisations::among(two.path(), gone, true);
    assert!(
        missing.shown().0.is_none(),
        "the one that was named is not there"
    );
    assert!(missing.shown().1.unwrap().reason.contains("does not exist"));
}

#[test]
fn an_imported_file_is_kept_with_what_it_names_until_it_is_forgotten() {
    let (profile, post) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let empty = || Organisations::among(profile.path(), Vec::new(), false);
    write(post.path(), WHOLE);
    empty().import(&post.path().join(FILE)).unwrap();
    drop(post);
    let again = empty();
    let shown = again.shown().0.unwrap();
    assert_eq!((&*shown.name, shown.imported), ("Example Works", true));
    assert!(again.endpoints().is_ok());

    let bad = tempfile::tempdir().unwrap();
    write(bad.path(), "name = 3");
    assert_eq!(
        again.import(&bad.path().join(FILE)).unwrap_err().line,
        Some(1)
    );
    assert_eq!(
        again.shown().0.unwrap().name,
        "Example Works",
        "the one before stays"
    );

    again.forget().unwrap();
    assert_eq!(again.shown(), (None, None));
    assert_eq!(empty().shown(), (None, None));
}

#[test]
fn contrast_is_that_of_the_web() {
    for (colour, wanted) in [(0x00_0000, 21.0), (0xff_ffff, 1.0), (0x76_7676, 4.54)] {
        assert!(
            (contrast_with_white(colour) - wanted).abs() < 0.01,
            "{colour:06x}"
        );
    }
}
