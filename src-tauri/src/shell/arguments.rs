//! The command line.

use std::path::PathBuf;

use clap::Parser;

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

    use super::Arguments;

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
