//! What an organisation's configuration says to the window. Its key stays in the shell.

use serde::Serialize;
use specta::Type;

/// An organisation that handed the app to its people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// Its colour, as `#rrggbb`; white words on it can be read.
    pub accent: Option<String>,
    /// Its logo, as a `data:` address of a PNG picture.
    pub logo: Option<String>,
    /// Where the configuration was found.
    pub file: String,
    /// It was imported by the person, who can forget it again.
    pub imported: bool,
    /// Whether it names servers to sign in to.
    pub has_server: bool,
    /// What it leaves on.
    pub features: Features,
}

/// What an organisation can switch off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// Making an account.
    SignUp,
    /// The backend on this computer.
    LocalServer,
    /// Servers that are not the organisation's.
    OtherServers,
    /// Writing chats to a folder.
    Export,
    /// Looking at pages whose links are written.
    LinkPreviews,
    /// Recording voice messages.
    VoiceMessages,
}

/// What is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the file"
)]
pub struct Features {
    /// Making an account.
    pub sign_up: bool,
    /// The backend on this computer.
    pub local_server: bool,
    /// Servers that are not the organisation's.
    pub other_servers: bool,
    /// Writing chats to a folder.
    pub export: bool,
    /// Looking at pages whose links are written.
    pub link_previews: bool,
    /// Recording voice messages.
    pub voice_messages: bool,
}

impl Features {
    /// Whether one is on.
    pub fn has(self, feature: Feature) -> bool {
        match feature {
            Feature::SignUp => self.sign_up,
            Feature::LocalServer => self.local_server,
            Feature::OtherServers => self.other_servers,
            Feature::Export => self.export,
            Feature::LinkPreviews => self.link_previews,
            Feature::VoiceMessages => self.voice_messages,
        }
    }
}

/// A configuration that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OrganisationProblem {
    /// Which file.
    pub file: String,
    /// Its line, from 1, where the problem is in one.
    pub line: Option<u32>,
    /// What is wrong, in English: whoever writes such files reads it.
    pub reason: String,
}

/// What there is of an organisation.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OrganisationState {
    /// The one that counts.
    pub organisation: Option<Organisation>,
    /// Why the file that should count cannot.
    pub problem: Option<OrganisationProblem>,
}
