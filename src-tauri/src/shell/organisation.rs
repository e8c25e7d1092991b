//! `cubist.toml`: how an organisation hands the app to its people. `docs/organisation.md` describes
//! the file.
//!
//! It is looked for where `--config` says, beside the program, where the system and where the
//! person keep configuration, and in the profile, where an imported one is copied to. The first one
//! counts. One that cannot be used counts too: it says so, instead of the next one taking its place.

use std::{
    fs, io,
    io::Read as _,
    ops::Range,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use cubist_client::model::Endpoints;
use minisign_verify::PublicKey;
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use crate::{
    ipc::{
        error::IpcError,
        types::organisation::{Feature, Features, Organisation, OrganisationProblem},
    },
    shell::{
        endpoints::{self, Given},
        profile::Profile,
        updates::Source,
    },
};

/// The file's name, wherever it is.
pub const FILE: &str = "cubist.toml";

/// Where an imported file lies in the profile, with what it names.
const IMPORTED: &str = "organisation";

/// Largest file that is read (bytes); one has a few hundred.
const MOST_BYTES: u64 = 64 * 1024;

/// Largest logo (bytes).
const MOST_LOGO_BYTES: u64 = 256 * 1024;

/// Largest certificate file (bytes).
const MOST_CA_BYTES: u64 = 1024 * 1024;

/// Characters of an organisation's name that a screen has room for.
const MOST_NAME: usize = 60;

/// WCAG 2.2 §1.4.3: white words on the accent are readable from here on.
const LEAST_CONTRAST: f64 = 4.5;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    name: Spanned<String>,
    accent: Option<Spanned<String>>,
    logo: Option<Spanned<String>>,
    server: Option<Server>,
    updates: Option<Versions>,
    #[serde(default)]
    features: Switches,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Server {
    api: Spanned<String>,
    chat: Spanned<OneOrMore>,
    domain: Option<String>,
    rooms_domain: Option<String>,
    app_id: Spanned<u64>,
    /// Whatever it is: the library's words about another type would repeat it.
    auth_key: Spanned<toml::Value>,
    certificate: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Versions {
    address: Spanned<String>,
    key: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Switches {
    sign_up: Option<bool>,
    local_server: Option<bool>,
    other_servers: Option<bool>,
    export: Option<bool>,
    link_previews: Option<bool>,
    voice_messages: Option<bool>,
}

/// What is wrong with a file, and where in it.
#[derive(Debug, PartialEq, Eq)]
struct Wrong {
    at: Option<Range<usize>>,
    reason: String,
}

impl Wrong {
    fn at(at: Range<usize>, reason: impl Into<String>) -> Self {
        Self {
            at: Some(at),
            reason: reason.into(),
        }
    }
}

/// A file that was read.
#[derive(Debug)]
struct Read {
    shown: Organisation,
    endpoints: Option<Endpoints>,
    updates: Option<Source>,
}

/// The configuration of this profile's organisation, as it is now.
#[derive(Debug)]
pub struct Organisations {
    profile_dir: PathBuf,
    /// Where to look, in this order.
    places: Vec<PathBuf>,
    found: Mutex<Option<Result<Read, OrganisationProblem>>>,
}

impl Organisations {
    /// Looks for the file; `named` is the one of the command line.
    pub fn look(profile: &Profile, named: Option<&Path>) -> Self {
        let mut places: Vec<PathBuf> = named.into_iter().map(Path::to_owned).collect();
        let must_exist = named.is_some();
        if let Ok(program) = std::env::current_exe()
            && let Some(folder) = program.parent()
        {
            places.push(folder.join(FILE));
        }
        places.extend(system_folder().map(|folder| folder.join(FILE)));
        if let Some(folders) = directories::ProjectDirs::from("org", "cubist", "Cubist") {
            places.push(folders.config_dir().join(FILE));
        }
        Self::among(&profile.dir, places, must_exist)
    }

    fn among(profile_dir: &Path, mut places: Vec<PathBuf>, first_must_exist: bool) -> Self {
        places.push(profile_dir.join(IMPORTED).join(FILE));
        let missing = places
            .first()
            .filter(|first| first_must_exist && !first.exists())
            .map(|first| {
                Err(OrganisationProblem {
                    file: first.display().to_string(),
                    line: None,
                    reason: "the file does not exist".to_owned(),
                })
            });
        let found = missing.or_else(|| first(&places));
        Self {
            profile_dir: profile_dir.to_owned(),
            places,
            found: Mutex::new(found),
        }
    }

    /// What the window shows of it.
    pub fn shown(&self) -> (Option<Organisation>, Option<OrganisationProblem>) {
        match &*self.lock() {
            None => (None, None),
            Some(Ok(read)) => {
                let mut shown = read.shown.clone();
                shown.imported =
                    Path::new(&shown.file).starts_with(self.profile_dir.join(IMPORTED));
                (Some(shown), None)
            }
            Some(Err(problem)) => (None, Some(problem.clone())),
        }
    }

    /// Its servers.
    pub fn endpoints(&self) -> Result<Endpoints, IpcError> {
        match &*self.lock() {
            Some(Ok(read)) => read.endpoints.clone().ok_or(IpcError::NotFound),
            _ => Err(IpcError::NotFound),
        }
    }

    /// Where its versions of the program come from, if it has set that.
    pub fn updates(&self) -> Option<Source> {
        match &*self.lock() {
            Some(Ok(read)) => read.updates.clone(),
            _ => None,
        }
    }

    /// Refuses what it switches off.
    pub fn allow(&self, feature: Feature) -> Result<(), IpcError> {
        match &*self.lock() {
            Some(Ok(read)) if read.shown.features.has(feature) => Ok(()),
            None => Ok(()),
            // What it was to switch off is not known: a mistake in it must not switch anything on.
            Some(_) => Err(IpcError::SwitchedOff),
        }
    }

    /// Copies a file, with what it names, into the profile, if it can be used.
    pub fn import(&self, path: &Path) -> Result<(), OrganisationProblem> {
        let (text, named) = read(path).map(|(_, text, named)| (text, named))?;
        let folder = self.profile_dir.join(IMPORTED);
        let copy = || -> io::Result<()> {
            fs::create_dir_all(&folder)?;
            for (name, bytes) in named {
                fs::write(folder.join(name), bytes)?;
            }
            fs::write(folder.join(FILE), text)
        };
        copy().map_err(|error| OrganisationProblem {
            file: folder.display().to_string(),
            line: None,
            reason: error.to_string(),
        })?;
        *self.lock() = first(&self.places);
        Ok(())
    }

    /// Forgets an imported one.
    pub fn forget(&self) -> io::Result<()> {
        match fs::remove_dir_all(self.profile_dir.join(IMPORTED)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        *self.lock() = first(&self.places);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Result<Read, OrganisationProblem>>> {
        // Replaced as a whole.
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the system keeps configuration for all its people.
fn system_folder() -> Option<PathBuf> {
    if cfg!(windows) {
        std::env::var_os("ProgramData").map(|folder| PathBuf::from(folder).join("Cubist"))
    } else if cfg!(target_os = "macos") {
        Some(PathBuf::from("/Library/Application Support/Cubist"))
    } else {
        Some(PathBuf::from("/etc/cubist"))
    }
}

fn first(places: &[PathBuf]) -> Option<Result<Read, OrganisationProblem>> {
    let path = places.iter().find(|path| path.is_file())?;
    let found = read(path).map(|(read, ..)| read);
    if let Err(problem) = &found {
        tracing::warn!(file = %problem.file, line = problem.line, reason = %problem.reason, "a configuration cannot be used");
    }
    Some(found)
}

type Named = Vec<(String, Vec<u8>)>;

/// Reads a file and what it names.
fn read(path: &Path) -> Result<(Read, String, Named), OrganisationProblem> {
    let problem = |line, reason: String| OrganisationProblem {
        file: path.display().to_string(),
        line,
        reason,
    };
    let bytes = limited(path, MOST_BYTES).map_err(|error| problem(None, error))?;
    let text = String::from_utf8(bytes).map_err(|_| problem(None, "it is no text".to_owned()))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut named = Named::new();
    match parse(&text, folder, &path.display().to_string(), &mut named) {
        Ok(read) => Ok((read, text, named)),
        Err(wrong) => {
            let line = wrong.at.map(|at| line_of(&text, at.start));
            Err(problem(line, wrong.reason))
        }
    }
}

fn line_of(text: &str, at: usize) -> u32 {
    let before = text.as_bytes().iter().take(at);
    let breaks = before.filter(|byte| **byte == b'\n').count();
    u32::try_from(breaks).unwrap_or(u32::MAX).saturating_add(1)
}

fn parse(text: &str, folder: &Path, path: &str, named: &mut Named) -> Result<Read, Wrong> {
    let file: File = toml::from_str(text).map_err(|error| Wrong {
        at: error.span(),
        reason: error.message().to_owned(),
    })?;
    let name = file.name.get_ref().trim().to_owned();
    if name.is_empty() || name.chars().count() > MOST_NAME {
        let reason = format!("a name has 1 to {MOST_NAME} characters");
        return Err(Wrong::at(file.name.span(), reason));
    }
    let accent = match &file.accent {
        None => None,
        Some(accent) => Some(checked_accent(accent)?),
    };
    let logo = match &file.logo {
        None => None,
        Some(logo) => {
            let bytes = beside(folder, logo, MOST_LOGO_BYTES, named)?;
            if !bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
                return Err(Wrong::at(logo.span(), "the logo is no PNG file"));
            }
            Some(format!(
                "data:image/png;base64,{}",
                BASE64_STANDARD.encode(bytes)
            ))
        }
    };
    let endpoints = match file.server {
        None => None,
        Some(server) => Some(servers(server, folder, named)?),
    };
    let updates = match &file.updates {
        None => None,
        Some(versions) => Some(Source {
            authority: endpoints
                .as_ref()
                .and_then(|server| server.ca_cert_pem.clone()),
            ..source(versions)?
        }),
    };
    let is_on = |switch: Option<bool>| switch.unwrap_or(true);
    let switches = &file.features;
    Ok(Read {
        shown: Organisation {
            name,
            accent,
            logo,
            file: path.to_owned(),
            imported: false,
            has_server: endpoints.is_some(),
            features: Features {
                sign_up: is_on(switches.sign_up),
                local_server: is_on(switches.local_server),
                other_servers: is_on(switches.other_servers),
                export: is_on(switches.export),
                link_previews: is_on(switches.link_previews),
                voice_messages: is_on(switches.voice_messages),
            },
        },
        endpoints,
        updates,
    })
}

fn servers(server: Server, folder: &Path, named: &mut Named) -> Result<Endpoints, Wrong> {
    let (chat_span, chat) = (server.chat.span(), server.chat.into_inner());
    let chat = match chat {
        OneOrMore::One(address) => vec![address],
        OneOrMore::More(addresses) => addresses,
    };
    let key_span = server.auth_key.span();
    let toml::Value::String(auth_key) = server.auth_key.into_inner() else {
        return Err(Wrong::at(key_span, "the key is no text in quotes"));
    };
    if auth_key.trim().is_empty() {
        return Err(Wrong::at(key_span, "the key is empty"));
    }
    let certificate = match &server.certificate {
        None => None,
        Some(certificate) => {
            let bytes = beside(folder, certificate, MOST_CA_BYTES, named)?;
            let pem = String::from_utf8(bytes)
                .map_err(|_| Wrong::at(certificate.span(), "the certificate is not in PEM"))?;
            Some(pem)
        }
    };
    let (api_span, id_span) = (server.api.span(), server.app_id.span());
    endpoints::given(Given {
        api_url: server.api.into_inner(),
        chat,
        domain: server.domain.unwrap_or_default(),
        rooms_domain: server.rooms_domain,
        app_id: server.app_id.into_inner(),
        auth_key,
        ca_cert_pem: certificate,
    })
    .map_err(|error| {
        let field = if let IpcError::InvalidInput { field } = &error {
            field.as_str()
        } else {
            ""
        };
        match field {
            "apiUrl" => Wrong::at(api_span, "an address begins with https://"),
            "appId" => Wrong::at(id_span, "the number of an application is positive"),
            _ => Wrong::at(
                chat_span,
                "an address of a chat server begins with xmpps://, xmpp:// or wss://",
            ),
        }
    })
}

/// Where new versions come from. Both are wanted: a version that nobody has signed is never taken.
fn source(versions: &Versions) -> Result<Source, Wrong> {
    let address = Url::parse(versions.address.get_ref().trim())
        .ok()
        .filter(is_safe)
        .ok_or_else(|| Wrong::at(versions.address.span(), "an address begins with https://"))?;
    let key = versions.key.get_ref().trim();
    let is_key = BASE64_STANDARD
        .decode(key)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .is_some_and(|text| PublicKey::decode(&text).is_ok());
    if !is_key {
        return Err(Wrong::at(
            versions.key.span(),
            "the key is not the content of a .pub file of `tauri signer generate`",
        ));
    }
    Ok(Source {
        address,
        key: key.to_owned(),
        authority: None,
    })
}

/// `https`; this machine itself, too, where the program is being worked on.
fn is_safe(url: &Url) -> bool {
    url.has_host()
        && (url.scheme() == "https"
            || (cfg!(debug_assertions)
                && url.scheme() == "http"
                && url.host_str() == Some("127.0.0.1")))
}

/// A file that is named in the configuration and lies in its folder.
fn beside(
    folder: &Path,
    name: &Spanned<String>,
    limit: u64,
    named: &mut Named,
) -> Result<Vec<u8>, Wrong> {
    let text = name.get_ref();
    // Nothing is read from elsewhere by a file that somebody sends.
    let is_plain = Path::new(text)
        .file_name()
        .is_some_and(|plain| plain == text.as_str());
    if !is_plain || text == FILE {
        return Err(Wrong::at(name.span(), "the file must lie beside this one"));
    }
    let bytes = limited(&folder.join(text), limit)
        .map_err(|error| Wrong::at(name.span(), format!("{text}: {error}")))?;
    named.push((text.clone(), bytes.clone()));
    Ok(bytes)
}

fn limited(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    // Some files have no length, and some have no end.
    let read = || -> io::Result<Option<Vec<u8>>> {
        let file = fs::File::open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
        }
        let mut bytes = Vec::new();
        file.take(limit + 1).read_to_end(&mut bytes)?;
        Ok((bytes.len() as u64 <= limit).then_some(bytes))
    };
    match read() {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(format!("it is larger than {} kB", limit / 1024)),
        Err(error) => Err(error.to_string()),
    }
}

/// `#rrggbb`, dark enough for white words on it.
fn checked_accent(accent: &Spanned<String>) -> Result<String, Wrong> {
    let text = accent.get_ref();
    let parsed = text
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let Some(colour) = parsed else {
        return Err(Wrong::at(accent.span(), "a colour is written as #rrggbb"));
    };
    if contrast_with_white(colour) < LEAST_CONTRAST {
        return Err(Wrong::at(
            accent.span(),
            "white words on this colour cannot be read: it needs a contrast of 4.5 to 1",
        ));
    }
    Ok(text.to_ascii_lowercase())
}

/// WCAG 2.2, “contrast ratio”.
fn contrast_with_white(colour: u32) -> f64 {
    let channel = |shift: u32| {
        let value = f64::from((colour >> shift) & 0xff) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    let luminance = 0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0);
    1.05 / (luminance + 0.05)
}

#[cfg(test)]
mod tests;
