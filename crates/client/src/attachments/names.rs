//! Names for files that leave the cache, and what must not be run because a stranger sent it.

use cubist_protocol::ext::attachment::shown_name;

use crate::model::{Attachment, AttachmentKind};

/// Bytes of a name; ordinary file systems take 255, and a number may be added.
const NAME_BYTES: usize = 230;

/// Names that mean a device on Windows, with whatever ending.
const DEVICES: [&str; 22] = [
    "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8",
    "COM9", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
];

/// Endings of what a system runs, or shows with a program's rights, when it is opened: programs,
/// scripts, installers, links, pages, discs, and documents made of programs.
const RUN_WHEN_OPENED: &[&str] = &[
    "apk",
    "app",
    "appimage",
    "application",
    "appref-ms",
    "bash",
    "bat",
    "bin",
    "chm",
    "class",
    "cmd",
    "com",
    "command",
    "cpl",
    "csh",
    "deb",
    "desktop",
    "dll",
    "dmg",
    "docm",
    "dotm",
    "elf",
    "exe",
    "fish",
    "flatpakref",
    "gadget",
    "hta",
    "htm",
    "html",
    "img",
    "inf",
    "iso",
    "jar",
    "jnlp",
    "js",
    "jse",
    "ksh",
    "lnk",
    "lua",
    "mht",
    "mhtml",
    "mjs",
    "msc",
    "msi",
    "msp",
    "mst",
    "out",
    "php",
    "pif",
    "pkg",
    "pl",
    "potm",
    "ppam",
    "ppsm",
    "pptm",
    "ps1",
    "psm1",
    "py",
    "pyc",
    "pyw",
    "rb",
    "reg",
    "rpm",
    "run",
    "scf",
    "scr",
    "sct",
    "service",
    "settingcontent-ms",
    "sh",
    "shb",
    "shtml",
    "sldm",
    "snap",
    "so",
    "svg",
    "svgz",
    "terminal",
    "tool",
    "url",
    "vb",
    "vbe",
    "vbs",
    "vhd",
    "vhdx",
    "webloc",
    "workflow",
    "ws",
    "wsc",
    "wsf",
    "wsh",
    "xht",
    "xhtml",
    "xlam",
    "xlsm",
    "xltm",
    "xml",
    "xsl",
    "zsh",
];

/// A name that every file system takes and that leads nowhere else: no folders, no devices, no
/// marks that turn the direction of writing. `ending` is put behind a name without one.
pub fn file_name(name: &str, ending: Option<&str>) -> String {
    let shown: String = shown_name(name)
        .chars()
        .map(|c| {
            if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') {
                '_'
            } else {
                c
            }
        })
        .collect();
    // Windows drops them, so the name that is checked would not be the one that counts.
    let mut name = shown.trim_end_matches(['.', ' ']).trim_start().to_owned();
    if name.is_empty() {
        "file".clone_into(&mut name);
    }
    if let (None, Some(ending)) = (self::ending(&name), ending) {
        name = format!("{name}.{ending}");
    }
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    if DEVICES
        .iter()
        .any(|device| device.eq_ignore_ascii_case(stem))
    {
        name.insert(0, '_');
    }
    shortened(&name)
}

/// The name under which the file of an attachment leaves the cache; `content_type` is what its bytes
/// tell, or empty.
pub fn name_of(attachment: &Attachment, content_type: &str) -> String {
    let ending = match content_type {
        "image/jpeg" => Some("jpg"),
        "image/png" => Some("png"),
        "image/gif" => Some("gif"),
        "image/webp" => Some("webp"),
        "video/mp4" => Some("mp4"),
        "video/webm" => Some("webm"),
        "audio/ogg" => Some("ogg"),
        "audio/mpeg" => Some("mp3"),
        "application/pdf" => Some("pdf"),
        _ => None,
    };
    if !attachment.name.is_empty() {
        return file_name(&attachment.name, ending);
    }
    let word = match attachment.kind {
        AttachmentKind::Image => "picture",
        AttachmentKind::Video => "video",
        AttachmentKind::Voice => "voice-message",
        AttachmentKind::Audio => "audio",
        AttachmentKind::File | AttachmentKind::Location => "file",
    };
    file_name(word, ending)
}

/// Cuts the middle out of a name, between characters.
fn shortened(name: &str) -> String {
    if name.len() <= NAME_BYTES {
        return name.to_owned();
    }
    let ending = ending(name)
        .map(|ending| format!(".{ending}"))
        .filter(|ending| ending.len() <= NAME_BYTES / 2)
        .unwrap_or_default();
    let mut kept = NAME_BYTES - ending.len();
    while !name.is_char_boundary(kept) {
        kept -= 1;
    }
    format!("{}{ending}", name.get(..kept).unwrap_or_default())
}

fn ending(name: &str) -> Option<&str> {
    let (stem, ending) = name.rsplit_once('.')?;
    (!stem.is_empty() && !ending.is_empty()).then_some(ending)
}

/// Whether opening a file of this name and beginning would run what a stranger wrote.
pub fn runs_when_opened(name: &str, head: &[u8]) -> bool {
    let by_name = ending(name)
        .map(str::to_ascii_lowercase)
        .is_some_and(|ending| RUN_WHEN_OPENED.contains(&ending.as_str()));
    by_name || is_program(head)
}

fn is_program(head: &[u8]) -> bool {
    let text: Vec<u8> = head.iter().take(512).map(u8::to_ascii_lowercase).collect();
    let text = text.trim_ascii_start();
    infer::is_app(head)
        || head.starts_with(b"\x7fELF")
        || head.starts_with(b"#!")
        || text.starts_with(b"[desktop entry]")
        || text.starts_with(b"<!doctype html")
        || text.starts_with(b"<html")
        || text.starts_with(b"<svg")
        || text.starts_with(b"<script")
}

#[cfg(test)]
mod tests {
    use super::{file_name, runs_when_opened};

    #[test]
    fn an_ordinary_name_stays() {
        for name in ["report.pdf", "Отчёт.txt", "a (1).tar.gz", "no ending"] {
            assert_eq!(file_name(name, None), name);
        }
    }

    #[test]
    fn a_hostile_name_becomes_a_harmless_one() {
        for (name, safe) in [
            ("../../.bashrc", ".bashrc"),
            ("..\\..\\autoexec.bat", "autoexec.bat"),
            ("/etc/passwd", "passwd"),
            ("a\0b.txt", "ab.txt"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
            ("CON", "_CON"),
            ("nul.txt", "_nul.txt"),
            ("Lpt1.tar.gz", "_Lpt1.tar.gz"),
            ("COM1 .txt", "_COM1 .txt"),
            ("what?<is>:\"this\"|*.txt", "what__is___this___.txt"),
            ("trailing. . .", "trailing"),
            ("", "file"),
            ("..", "file"),
            ("   ", "file"),
        ] {
            assert_eq!(file_name(name, None), safe, "{name:?}");
        }
        assert_eq!(file_name("", Some("jpg")), "file.jpg");
        assert_eq!(file_name("holiday", Some("jpg")), "holiday.jpg");
        assert_eq!(file_name("holiday.png", Some("jpg")), "holiday.png");
    }

    #[test]
    fn a_long_name_fits_a_file_system_and_keeps_its_ending() {
        for name in [
            format!("{}.pdf", "x".repeat(4_000)),
            format!("{}.pdf", "🌍".repeat(4_000)),
            format!("{}.pdf", "é".repeat(199)),
            "🌍".repeat(4_000),
            format!("a.{}", "y".repeat(4_000)),
        ] {
            let safe = file_name(&name, None);
            assert!(
                safe.len() <= 255 && !safe.is_empty(),
                "{} bytes",
                safe.len()
            );
            assert_eq!(
                super::ending(&safe) == Some("pdf"),
                name.contains(".pdf"),
                "{safe}"
            );
            let dir = tempfile::TempDir::new().unwrap();
            std::fs::write(dir.path().join(safe), b"x").unwrap();
        }
    }

    #[test]
    fn what_a_system_would_run_is_known_by_name_and_by_content() {
        for name in [
            "setup.EXE",
            "a.desktop",
            "page.html",
            "run.sh",
            "a.svg",
            "x.docm",
            "photogpj.exe",
            "a.pdf.js",
        ] {
            assert!(runs_when_opened(name, b"plain"), "{name}");
        }
        for head in [
            b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".as_slice(),
            b"MZ\x90\0",
            b"#!/bin/sh\n",
            b"[Desktop Entry]\nExec=rm",
            b"\n <!DOCTYPE html>",
            b"<svg xmlns=",
            b"<HTML>",
        ] {
            assert!(runs_when_opened("report.pdf", head), "{head:?}");
        }
        for name in [
            "report.pdf",
            "photo.jpg",
            "song.ogg",
            "notes.txt",
            "archive.zip",
            "noending",
        ] {
            assert!(!runs_when_opened(name, b"%PDF-1.7"), "{name}");
        }
    }
}
