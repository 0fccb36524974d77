//! What may be attached and how it is handed out: pure.

use steward_base::{Error, Result};

/// What an installation allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of one file.
    pub max_bytes: u64,
}

impl Default for Limits {
    /// 25 MiB.
    fn default() -> Limits {
        Limits { max_bytes: 25 * 1024 * 1024 }
    }
}

/// Endings of programs and scripts that a double click starts.
const PROGRAMS: &[&str] = &[
    "app", "apk", "appx", "bat", "chm", "cmd", "com", "cpl", "dll", "exe", "gadget", "hta", "inf",
    "iso", "jar", "js", "jse", "lnk", "msc", "msi", "msp", "pif", "ps1", "reg", "scr", "sct",
    "url", "vb", "vbe", "vbs", "wsc", "wsf", "wsh",
];

/// First bytes of programs, whatever they are called.
const PROGRAM_BEGINNINGS: &[&[u8]] = &[
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
];

/// Types a browser is told as they are. All others, HTML and SVG among them,
/// are told as bytes: a page of an attacker must never run as one of ours.
const PLAIN_TYPES: &[&str] = &[
    "application/gzip",
    "application/json",
    "application/msword",
    "application/pdf",
    "application/rtf",
    "application/vnd.ms-excel",
    "application/vnd.ms-outlook",
    "application/vnd.ms-powerpoint",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/zip",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "image/bmp",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "image/webp",
    "message/rfc822",
    "text/calendar",
    "text/csv",
    "text/plain",
    "video/mp4",
    "video/webm",
];

/// A type that says nothing.
const BYTES: &str = "application/octet-stream";

/// The name a file keeps: without the folders a browser may send along.
///
/// # Errors
/// `Invalid` on `file` without a name, over 255 characters, with control
/// characters, or for a program.
pub fn check_file_name(given: &str) -> Result<String> {
    let name = given.rsplit(['/', '\\']).next().unwrap_or("").trim();
    if name.is_empty() || name.chars().all(|c| c == '.') {
        return Err(Error::invalid("file", "file_name", "send the file with its name"));
    }
    if name.chars().count() > 255 || name.len() > 1_000 {
        return Err(Error::invalid("file", "file_name", "the name has at most 255 characters"));
    }
    if name.chars().any(|c| c.is_control() || is_direction(c)) {
        return Err(Error::invalid("file", "file_name", "the name holds control characters"));
    }
    let ending = name.trim_end_matches(['.', ' ']).rsplit_once('.').map_or("", |(_, e)| e);
    if PROGRAMS.contains(&ending.to_ascii_lowercase().as_str()) {
        return Err(program());
    }
    Ok(name.to_owned())
}

/// Marks that turn the direction of writing: `gpj.exe` can look like `exe.jpg`.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Checks how a file begins.
///
/// # Errors
/// `Unsupported` for a program, whatever its name.
pub fn check_file(beginning: &[u8]) -> Result<()> {
    match PROGRAM_BEGINNINGS.iter().any(|magic| beginning.starts_with(magic)) {
        true => Err(program()),
        false => Ok(()),
    }
}

fn program() -> Error {
    let words = "programs and scripts cannot be attached; put them into an archive";
    Error::unsupported("file", "file_type", words)
}

/// The type as it is kept: `type/subtype` in small letters, or bytes.
pub fn clean_content_type(given: Option<&str>) -> String {
    let essence = given.unwrap_or("").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b);
    let part = |p: &str| !p.is_empty() && p.len() <= 100 && p.bytes().all(plain);
    match essence.split_once('/') {
        Some((kind, sub)) if part(kind) && part(sub) => essence,
        _ => BYTES.into(),
    }
}

/// The headers of a download. `nosniff` and the sandbox hold even where
/// somebody opens the address in a tab of its own.
pub fn download_headers(file_name: &str, content_type: &str) -> [(&'static str, String); 5] {
    let known = PLAIN_TYPES.contains(&content_type);
    let content_type = match content_type {
        _ if !known => BYTES.into(),
        text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        other => other.to_owned(),
    };
    [
        ("content-type", content_type),
        ("content-disposition", disposition(file_name)),
        ("x-content-type-options", "nosniff".into()),
        ("content-security-policy", "default-src 'none'; sandbox".into()),
        ("cache-control", "private, no-store".into()),
    ]
}

/// `Content-Disposition` of a download (RFC 6266), its name by RFC 5987, with
/// a plain one for old clients.
pub fn disposition(file_name: &str) -> String {
    let simple = |c: char| match c {
        '"' | '\\' | '%' | '/' => '_',
        c if c.is_ascii_graphic() || c == ' ' => c,
        _ => '_',
    };
    let plain: String = file_name.chars().map(simple).collect();
    let mut full = String::new();
    for byte in file_name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            full.push(char::from(byte));
        } else {
            full.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_folders_and_programs_are_refused() {
        for (given, expected) in [
            ("report.pdf", Some("report.pdf")),
            ("C:\\fakepath\\Größe 2.png", Some("Größe 2.png")),
            ("../../etc/passwd", Some("passwd")),
            ("archive.tar.gz", Some("archive.tar.gz")),
            ("", None),
            ("..", None),
            ("folder/", None),
            ("a\nb", None),
            ("invoice\u{202e}fdp.exe", None),
            ("setup.EXE", None),
            ("setup.exe. ", None),
            ("x.js", None),
        ] {
            assert_eq!(check_file_name(given).ok().as_deref(), expected, "{given:?}");
        }
        assert!(check_file_name(&"x".repeat(256)).is_err());
        assert!(check_file(b"MZ\x90\x00").is_err());
        assert!(check_file(b"\x7fELF\x02").is_err());
        assert!(check_file(b"%PDF-1.7").is_ok());
        assert!(check_file(b"").is_ok());
    }

    #[test]
    fn no_page_is_handed_out_as_a_page() {
        for (given, expected) in [
            (Some("image/PNG"), "image/png"),
            (Some("text/plain; charset=latin1"), "text/plain"),
            (Some("text/html"), "text/html"),
            (Some("nonsense"), BYTES),
            (Some("a/b/c"), BYTES),
            (Some("text/plain\r\nX-Evil: 1"), BYTES),
            (None, BYTES),
        ] {
            assert_eq!(clean_content_type(given), expected, "{given:?}");
        }
        for (kept, told) in [
            ("text/html", BYTES),
            ("image/svg+xml", BYTES),
            ("application/xhtml+xml", BYTES),
            ("text/xml", BYTES),
            ("image/png", "image/png"),
            ("text/plain", "text/plain; charset=utf-8"),
        ] {
            assert_eq!(download_headers("x", kept)[0].1, told, "{kept}");
        }
    }

    #[test]
    fn names_travel_in_both_forms() {
        assert_eq!(
            disposition("Größe \"2\".txt"),
            "attachment; filename=\"Gr__e _2_.txt\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%222%22.txt"
        );
        assert!(disposition("a\r\nb").is_ascii() && !disposition("a\r\nb").contains('\r'));
    }
}
