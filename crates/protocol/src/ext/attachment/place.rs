//! Places, in the forms that clients of the platform write them.
//!
//! This messenger and the documents of the web SDK write `latitude` and `longitude`; others put an
//! object into `data`, as JSON, percent-encoded, or escaped once too often.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::shown_name;
use crate::ext::extra_params::Attachment;
use crate::rest::tolerant;

/// Longest `data` that is looked at.
const DATA_BYTES: usize = 16 * 1024;

/// Rounds of decoding: nobody has been seen to encode more than twice.
const ROUNDS: usize = 3;

const LATITUDES: [&str; 2] = ["latitude", "lat"];
const LONGITUDES: [&str; 4] = ["longitude", "lng", "lon", "long"];

/// A point on Earth in degrees (WGS 84), and what its sender calls it.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Degrees north of the equator, −90 to 90.
    pub latitude: f64,
    /// Degrees east of Greenwich, −180 to 180.
    pub longitude: f64,
    /// Its name.
    pub name: Option<String>,
    /// Its address.
    pub address: Option<String>,
}

impl Place {
    /// The place that an attachment names, if it is one.
    pub(super) fn of(attachment: &Attachment) -> Option<Self> {
        let attribute = |name: &str| attachment.get(name).map(str::to_owned);
        let data = attachment.get("data").and_then(parse);
        let inside = |name: &str| {
            let value = data.as_ref()?.get(name)?;
            tolerant::text(value)
        };
        let (latitude, longitude) = point(attribute)
            .or_else(|| point(inside))
            .or_else(|| pair(attachment.get("data")?))?;
        let text = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| attribute(name).or_else(|| inside(name)))
                .map(|text| shown_text(&text))
                .filter(|text| !text.is_empty())
        };
        Some(Self {
            latitude,
            longitude,
            name: text(&["name", "title"]),
            address: text(&["address", "formatted_address"]),
        })
    }
}

/// Two numbers, if there is such a point on Earth.
fn on_earth(latitude: &str, longitude: &str) -> Option<(f64, f64)> {
    let latitude: f64 = latitude.trim().parse().ok()?;
    let longitude: f64 = longitude.trim().parse().ok()?;
    let is_somewhere = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    is_somewhere.then_some((latitude, longitude))
}

fn point(value: impl Fn(&str) -> Option<String>) -> Option<(f64, f64)> {
    let first = |names: &[&str]| names.iter().find_map(|name| value(name));
    on_earth(&first(&LATITUDES)?, &first(&LONGITUDES)?)
}

/// An object, however often it was encoded on its way.
fn parse(data: &str) -> Option<Value> {
    if data.len() > DATA_BYTES {
        return None;
    }
    let mut text = data.trim().to_owned();
    for _ in 0..ROUNDS {
        match serde_json::from_str(&text) {
            Ok(object @ Value::Object(_)) => return Some(object),
            // JSON within JSON.
            Ok(Value::String(inner)) => text = inner,
            _ => {
                let decoded = percent_decode_str(&text)
                    .decode_utf8()
                    .ok()?
                    .replace("&quot;", "\"")
                    .replace("&amp;", "&");
                if decoded == text {
                    return None;
                }
                text = decoded;
            }
        }
    }
    serde_json::from_str(&text).ok().filter(Value::is_object)
}

/// `64.79,-23.73`.
fn pair(text: &str) -> Option<(f64, f64)> {
    let decoded = percent_decode_str(text.get(..100).unwrap_or(text))
        .decode_utf8()
        .ok()?;
    let (latitude, longitude) = decoded.split_once(',')?;
    on_earth(latitude, longitude)
}

/// A name is no file's, so slashes stay.
fn shown_text(text: &str) -> String {
    let whole = text.replace(['/', '\\'], "\u{2044}");
    shown_name(&whole).replace('\u{2044}', "/")
}
