//! The command line.

use std::path::{Path, PathBuf, absolute};

use clap::Parser;

use crate::{ipc::types::link::Link, shell::links};

/// A desktop messenger that speaks the `ConnectyCube` Chat API.
#[derive(Clone, Debug, Parser)]
#[command(name = "cubist", version)]
pub struct Arguments {
    /// Profile to open; each has its own accounts, settings and window.
    #[arg(long, default_value = "default", value_parser = profile_name)]
    pub profile: String,
    /// Folder for the data of all profiles instead of the system's place.
    #[arg(long, env = "CUBIST_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// Configuration of an organisation, instead of the one that would be found.
    #[arg(long, env = "CUBIST_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Starts in the tray, or minimised where there is none.
    #[arg(long)]
    pub minimised: bool,
    /// Files to send; the window asks where to.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub share: Vec<PathBuf>,
    /// The same, as file managers hand files over; or links as browsers do: cubist:user/ID,
    /// cubist:dialog/ID, cubist:message/ID.
    #[arg(value_name = "FILE|LINK")]
    pub files: Vec<PathBuf>,
}

impl Arguments {
    /// What starts the same profile with the computer, out of the way.
    pub fn at_login(&self) -> Vec<String> {
        let mut words = vec![
            "--minimised".to_owned(),
            "--profile".to_owned(),
            self.profile.clone(),
        ];
        // It starts programs from a folder of its own.
        for (option, path) in [("--data-dir", &self.data_dir), ("--config", &self.config)] {
            let path = path.as_deref().and_then(|path| absolute(path).ok());
            let path = path.as_deref().and_then(Path::to_str);
            if let Some(word) = path.and_then(|path| StartList::HERE.word(path)) {
                words.extend([option.to_owned(), word]);
            } else if path.is_some() {
                tracing::warn!(
                    option,
                    "the list of programs that start by themselves cannot hold this path"
                );
            }
        }
        words
    }

    /// The files to send, as seen from the folder the program was started in.
    pub fn shared_from(&self, folder: &Path) -> Vec<PathBuf> {
        let named = self.files.iter().filter(|word| link_in(word).is_none());
        let all = self.share.iter().chain(named);
        all.map(|file| path_of(file).unwrap_or_else(|| folder.join(file)))
            .collect()
    }

    /// Where a link among the words leads; the last one, should there be several.
    pub fn link(&self) -> Option<Link> {
        let mut links = self.files.iter().filter_map(|word| link_in(word));
        links.next_back().map(links::parse)
    }
}

/// Where a system writes down what starts with it. All of them are handed one text for each word, and
/// none puts anything around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "each system has one of them")]
enum StartList {
    /// The line `Exec` of a desktop entry (Desktop Entry Specification, "The Exec key").
    DesktopEntry,
    /// A command line in the registry, taken apart as the C library of Windows does.
    Registry,
    /// A string of a property list in XML.
    PropertyList,
}

impl StartList {
    const HERE: Self = if cfg!(windows) {
        Self::Registry
    } else if cfg!(target_os = "macos") {
        Self::PropertyList
    } else {
        Self::DesktopEntry
    };

    /// A path as it is written there; none when that cannot be done.
    fn word(self, path: &str) -> Option<String> {
        if path.contains(char::is_control) {
            return None;
        }
        match self {
            Self::DesktopEntry => Some(desktop_entry_word(path)),
            // No path has a quotation mark; backslashes before the closing one would take it along.
            Self::Registry if path.contains(' ') => {
                let behind = path.len() - path.trim_end_matches('\\').len();
                Some(format!("\"{path}{}\"", "\\".repeat(behind)))
            }
            Self::Registry => Some(path.to_owned()),
            Self::PropertyList => Some(
                path.replace('&', "&amp;")
                    .replace('<', "&lt;")
                    .replace('>', "&gt;"),
            ),
        }
    }
}

/// Quoted, with a backslash before what means something within the quotes, and each backslash twice,
/// since the value is a string of the file as well. A percent sign begins a code of the line.
fn desktop_entry_word(path: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+,:@=".contains(c);
    if path.chars().all(is_plain) {
        return path.to_owned();
    }
    let mut word = String::from('"');
    for c in path.chars() {
        match c {
            '"' | '`' | '$' => word.push_str("\\\\"),
            '\\' => word.push_str("\\\\\\"),
            '%' => word.push('%'),
            _ => {}
        }
        word.push(c);
    }
    word.push('"');
    word
}

fn link_in(word: &Path) -> Option<&str> {
    word.to_str().filter(|word| links::is_link(word))
}

/// The path behind an address such as `file:///home/ann/a%20b.png`: desktops hand over those where a
/// program takes links as well as files.
fn path_of(file: &Path) -> Option<PathBuf> {
    let address = url::Url::parse(file.to_str()?).ok()?;
    (address.scheme() == "file")
        .then(|| address.to_file_path().ok())
        .flatten()
}

/// A profile's name becomes a folder and part of a D-Bus name, so only plain characters serve.
fn profile_name(value: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=32).contains(&value.len()) && value.chars().all(plain) {
        Ok(value.to_owned())
    } else {
        Err("a profile's name has 1 to 32 characters of a-z, 0-9 and '-'".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use std::path::{Path, PathBuf};

    use super::{Arguments, Link, StartList};

    #[test]
    fn files_are_found_from_the_folder_of_the_start() {
        let arguments =
            Arguments::try_parse_from(["cubist", "a b.png", "--share", "/x/c.pdf", "../d"])
                .unwrap();
        let wanted = ["/x/c.pdf", "/home/ann/../d", "/home/ann/a b.png"].map(PathBuf::from);
        assert_eq!(arguments.shared_from(Path::new("/home/ann")), wanted);
        let none = Arguments::try_parse_from(["cubist"]).unwrap();
        assert!(none.shared_from(Path::new("/")).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn files_are_found_by_their_addresses_too() {
        let given = [
            "cubist",
            "file:///home/ann/a%20b.png",
            "file:///x/%D1%96.pdf",
        ];
        let arguments = Arguments::try_parse_from(given).unwrap();
        let wanted = ["/home/ann/a b.png", "/x/і.pdf"].map(PathBuf::from);
        assert_eq!(arguments.shared_from(Path::new("/")), wanted);
    }

    #[test]
    fn a_link_is_followed_and_not_shared() {
        let given = ["cubist", "a.png", "cubist:user/7", "--share", "cubist:b"];
        let arguments = Arguments::try_parse_from(given).unwrap();
        let wanted = ["/x/cubist:b", "/x/a.png"].map(PathBuf::from);
        assert_eq!(arguments.shared_from(Path::new("/x")), wanted);
        assert!(matches!(arguments.link(), Some(Link::User(_))));
        let hostile = Arguments::try_parse_from(["cubist", "--", "cubist:--profile=x"]).unwrap();
        assert_eq!(hostile.link(), Some(Link::Unknown));
        assert_eq!(Arguments::try_parse_from(["cubist"]).unwrap().link(), None);
    }

    #[test]
    fn the_computer_starts_the_same_profile_out_of_the_way() {
        let given = ["cubist", "--profile", "work", "--data-dir", "data"];
        let organisation = ["--config", "/etc/works.toml"];
        let arguments = Arguments::try_parse_from(given.iter().chain(&organisation)).unwrap();
        let line = format!("cubist {}", arguments.at_login().join(" "));
        let again = Arguments::try_parse_from(line.split(' ')).unwrap();
        assert!(again.minimised && !arguments.minimised);
        assert_eq!(again.profile, "work");
        // From wherever it is started.
        assert_eq!(again.data_dir, Some(std::path::absolute("data").unwrap()));
        let config = std::path::absolute("/etc/works.toml").unwrap();
        assert_eq!(again.config, Some(config));
    }

    #[test]
    fn each_list_of_programs_keeps_a_path_whole() {
        let desktop = |path| StartList::DesktopEntry.word(path);
        let written = |word: &str| Some(word.to_owned());
        assert_eq!(desktop("/etc/works.toml"), written("/etc/works.toml"));
        assert_eq!(
            desktop("/home/ann/our works.toml"),
            written("\"/home/ann/our works.toml\"")
        );
        assert_eq!(
            desktop(r#"/a "b" $c `d` e\f 5%"#),
            written(r#""/a \\"b\\" \\$c \\`d\\` e\\\\f 5%%""#)
        );
        assert_eq!(desktop("/a\nb"), None);
        let registry = |path| StartList::Registry.word(path);
        assert_eq!(registry(r"C:\works.toml"), written(r"C:\works.toml"));
        assert_eq!(
            registry(r"C:\Our Works\works.toml"),
            written(r#""C:\Our Works\works.toml""#)
        );
        assert_eq!(registry(r"D:\our data\"), written(r#""D:\our data\\""#));
        let list = |path| StartList::PropertyList.word(path);
        assert_eq!(
            list("/Library/Application Support/R&D.toml"),
            written("/Library/Application Support/R&amp;D.toml")
        );
    }

    #[test]
    fn a_profile_name_is_plain() {
        for good in ["bob", "work-2"] {
            assert!(Arguments::try_parse_from(["cubist", "--profile", good]).is_ok());
        }
        for bad in ["", "../x", "Bob", "a b", "ä"] {
            assert!(Arguments::try_parse_from(["cubist", "--profile", bad]).is_err());
        }
    }
}
