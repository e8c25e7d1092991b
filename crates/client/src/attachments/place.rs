//! Places as people write them down and as the links of maps name them.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use url::Url;

use crate::model::{Location, Point};

/// Longest text that is looked at: links of maps have a few hundred characters.
const MOST_BYTES: usize = 4096;

/// Longest name taken from a link.
const NAME_CHARS: usize = 100;

/// The place that a text names: coordinates (`52.5, 13.4`, `52°31′12″N 13°24′36″E`), a `geo:` address,
/// or a link of Google, Apple or `OpenStreetMap`, alone or within other words. Nothing is fetched, so
/// shortened links name nothing.
pub fn parse(text: &str) -> Option<Location> {
    let text = text.trim();
    if text.len() > MOST_BYTES {
        return None;
    }
    text.split_whitespace()
        .find_map(|word| link(&Url::parse(word).ok()?))
        .or_else(|| Some(bare(coordinates(text)?)))
}

fn bare(point: Point) -> Location {
    Location {
        point,
        name: None,
        address: None,
    }
}

fn named(point: Point, name: Option<&str>) -> Location {
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    Location {
        name: name.map(|name| name.chars().take(NAME_CHARS).collect()),
        ..bare(point)
    }
}

fn link(url: &Url) -> Option<Location> {
    if url.scheme() == "geo" {
        return geo(url);
    }
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let host = url.host_str()?.to_ascii_lowercase();
    let mut labels = host.split('.');
    if host == "maps.apple.com" || host == "maps.apple" {
        apple(url)
    } else if labels.clone().any(|label| label == "google") {
        google(url)
    } else if labels.any(|label| label == "openstreetmap") || host == "osm.org" {
        open_street_map(url)
    } else {
        None
    }
}

/// RFC 5870, and what Android made of it: `geo:0,0?q=52.5,13.4(Name)`.
fn geo(url: &Url) -> Option<Location> {
    let query = value(url, "q");
    if let Some(query) = &query {
        let (place, name) = match query.split_once('(') {
            Some((place, name)) => (place, name.strip_suffix(')')),
            None => (query.as_ref(), None),
        };
        if let Some(point) = pair(place) {
            return Some(named(point, name));
        }
    }
    pair(url.path().split(';').next()?).map(bare)
}

/// `/maps/@52.5,13.4,15z`, `/maps/place/Name/…!3d52.5!4d13.4`, `?q=52.5,13.4` and its relatives.
fn google(url: &Url) -> Option<Location> {
    let path = percent_decode_str(url.path()).decode_utf8_lossy();
    let mut parts = path.split('/');
    let name = parts
        .by_ref()
        .find(|part| *part == "place")
        .and_then(|_| parts.next())
        .map(|name| name.replace('+', " "))
        // Coordinates that were searched for stand where a name would.
        .filter(|name| coordinates(name).is_none() && !name.starts_with('@'));
    // The place itself; behind `@` stands only what the map showed.
    let place = path.rsplit_once("!3d").and_then(|(_, rest)| {
        let (latitude, rest) = rest.split_once("!4d")?;
        Point::new(number(latitude)?, number(rest.split('!').next()?)?)
    });
    let asked = ["q", "query", "destination", "daddr", "ll", "center"]
        .iter()
        .find_map(|key| pair(&value(url, key)?));
    let searched = path.split('/').find_map(pair);
    let shown = path
        .split('/')
        .find_map(|part| pair_of(part.strip_prefix('@')?.split(',')));
    let point = place.or(asked).or(searched).or(shown)?;
    Some(named(point, name.as_deref()))
}

/// `?ll=52.5,13.4&q=Name`, `/place?coordinate=52.5,13.4&name=Name`.
fn apple(url: &Url) -> Option<Location> {
    let point = ["ll", "coordinate", "q", "daddr", "center", "sll"]
        .iter()
        .find_map(|key| pair(&value(url, key)?))?;
    let name = ["name", "q"]
        .iter()
        .find_map(|key| value(url, key))
        .filter(|name| coordinates(name).is_none());
    Some(Location {
        address: value(url, "address").map(|address| address.chars().take(NAME_CHARS).collect()),
        ..named(point, name.as_deref())
    })
}

/// `?mlat=52.5&mlon=13.4`, `#map=15/52.5/13.4`.
fn open_street_map(url: &Url) -> Option<Location> {
    let marker = || Point::new(number(&value(url, "mlat")?)?, number(&value(url, "mlon")?)?);
    let shown = || {
        let map = url
            .fragment()?
            .split('&')
            .find_map(|part| part.strip_prefix("map="))?;
        pair_of(map.split('/').skip(1))
    };
    marker().or_else(shown).map(bare)
}

fn value<'u>(url: &'u Url, key: &str) -> Option<Cow<'u, str>> {
    url.query_pairs()
        .find(|(known, _)| known == key)
        .map(|(_, value)| value)
}

/// `52.5,13.4`, some say `loc:52.5,13.4`.
fn pair(text: &str) -> Option<Point> {
    let text = text.strip_prefix("loc:").unwrap_or(text);
    let mut parts = text.split(',');
    let point = pair_of(parts.by_ref())?;
    parts.next().is_none().then_some(point)
}

fn pair_of<'t>(mut parts: impl Iterator<Item = &'t str>) -> Option<Point> {
    Point::new(number(parts.next()?)?, number(parts.next()?)?)
}

fn number(text: &str) -> Option<f64> {
    let text = text.trim().replace('−', "-");
    let is_number = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
    is_number.then(|| text.parse().ok()).flatten()
}

/// Coordinates as people type them.
fn coordinates(text: &str) -> Option<Point> {
    let (first, second) = halves(text)?;
    let (first, second) = (angle(first)?, angle(second)?);
    match (first.axis, second.axis) {
        (Some(Axis::EastWest), Some(Axis::NorthSouth)) => Point::new(second.degrees, first.degrees),
        (None | Some(Axis::NorthSouth), None | Some(Axis::EastWest)) => {
            Point::new(first.degrees, second.degrees)
        }
        _ => None,
    }
}

/// Cuts a text between its two angles.
fn halves(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    if let Some(halves) = text.split_once(';') {
        return Some(halves);
    }
    match text.matches(',').count() {
        0 => {}
        1 => return text.split_once(','),
        // `52,5, 13,4`: a comma followed by a space is no decimal point.
        _ => {
            if let Some(halves) = text.split_once(", ") {
                return Some(halves);
            }
        }
    }
    let leads = text.chars().next().is_some_and(is_hemisphere);
    let letter = text
        .char_indices()
        .skip(1)
        .find(|(_, c)| is_hemisphere(*c))
        .map(|(at, letter)| if leads { at } else { at + letter.len_utf8() });
    match letter.and_then(|at| text.split_at_checked(at)) {
        Some((first, second)) if !second.trim().is_empty() => Some((first, second)),
        _ => text.split_once(char::is_whitespace),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Axis {
    NorthSouth,
    EastWest,
}

#[derive(Clone, Copy, Debug)]
struct Angle {
    degrees: f64,
    axis: Option<Axis>,
}

fn is_hemisphere(c: char) -> bool {
    matches!(
        c.to_ascii_uppercase(),
        'N' | 'S' | 'E' | 'W' | 'O' // German and Dutch east.
    )
}

/// Degrees, or degrees, minutes and seconds, with or without the letter of a half of the earth.
fn angle(text: &str) -> Option<Angle> {
    let text = text.trim();
    let (letter, rest) = match (text.chars().next(), text.chars().next_back()) {
        (Some(first), _) if is_hemisphere(first) => (Some(first), text.strip_prefix(first)?),
        (_, Some(last)) if is_hemisphere(last) => (Some(last), text.strip_suffix(last)?),
        _ => (None, text),
    };
    let mut parts = rest
        .split(|c: char| c.is_whitespace() || matches!(c, '°' | '\'' | '’' | '′' | '"' | '”' | '″'))
        .filter(|part| !part.is_empty())
        .map(|part| {
            if part.ends_with([',', '.']) {
                None
            } else {
                number(&part.replace(',', "."))
            }
        });
    let degrees = parts.next()??;
    let mut small = || match parts.next() {
        None => Some(0.0),
        Some(part) => part.filter(|part| (0.0..60.0).contains(part)),
    };
    let fraction = small()? / 60.0 + small()? / 3600.0;
    if parts.next().is_some() || (letter.is_some() && degrees < 0.0) {
        return None;
    }
    let is_negative = rest.trim_start().starts_with(['-', '−']);
    let size = degrees.abs() + fraction;
    let (axis, flips) = match letter.map(|letter| letter.to_ascii_uppercase()) {
        None => (None, is_negative),
        Some('N') => (Some(Axis::NorthSouth), false),
        Some('S') => (Some(Axis::NorthSouth), true),
        Some('W') => (Some(Axis::EastWest), true),
        Some(_) => (Some(Axis::EastWest), false),
    };
    Some(Angle {
        degrees: if flips { -size } else { size },
        axis,
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn found(text: &str) -> Option<(f64, f64)> {
        let point = parse(text)?.point;
        Some((point.latitude(), point.longitude()))
    }

    #[test]
    fn typed_coordinates() {
        for text in [
            "52.52, 13.405",
            "  52.52 13.405 ",
            "52.52,13.405",
            "52,52 13,405",
            "52,52, 13,405",
            "52,52; 13,405",
            "52.52N 13.405E",
            "52.52° N, 13.405° E",
            "N52.52 E13.405",
            "13.405 E, 52.52 N",
            "+52.52, +13.405",
        ] {
            assert_eq!(found(text), Some((52.52, 13.405)), "{text}");
        }
        for text in [
            "33°51'24\"S 151°12'54\"E",
            "33° 51′ 24″ S, 151° 12′ 54″ E",
            "S 33 51 24 E 151 12 54",
            "-33 51 24, 151 12 54",
        ] {
            assert_eq!(found(text), Some((-33.856_666_7, 151.215)), "{text}");
        }
        assert_eq!(found("−33.5, −70.25"), Some((-33.5, -70.25)));
        assert_eq!(found("-0 30 0, 0"), Some((-0.5, 0.0)));
    }

    #[test]
    fn links_of_maps() {
        for (text, wanted) in [
            (
                "https://www.google.com/maps/@52.52,13.405,15z",
                (52.52, 13.405),
            ),
            (
                "https://www.google.com/maps?q=52.52,13.405",
                (52.52, 13.405),
            ),
            (
                "https://maps.google.de/maps?q=loc:52.52,13.405&z=3",
                (52.52, 13.405),
            ),
            (
                "https://www.google.com/maps/search/?api=1&query=52.52%2C13.405",
                (52.52, 13.405),
            ),
            (
                "https://www.google.co.uk/maps/place/52.52,13.405/@1,2,3z",
                (52.52, 13.405),
            ),
            ("https://maps.apple.com/?ll=52.52,13.405", (52.52, 13.405)),
            (
                "https://maps.apple.com/?q=52.52,13.405&z=4",
                (52.52, 13.405),
            ),
            (
                "https://www.openstreetmap.org/?mlat=52.52&mlon=13.405#map=5/1/2",
                (52.52, 13.405),
            ),
            (
                "https://www.openstreetmap.org/#map=15/52.52/13.405&layers=N",
                (52.52, 13.405),
            ),
            (
                "https://www.openstreetmap.org/node/1#map=19/-33.5/-70.25",
                (-33.5, -70.25),
            ),
            ("geo:52.52,13.405", (52.52, 13.405)),
            ("geo:52.52,13.405;u=35?z=12", (52.52, 13.405)),
            ("geo:0,0?q=52.52,13.405", (52.52, 13.405)),
            (
                "Meet here: https://maps.apple.com/?ll=52.52,13.405 at six",
                (52.52, 13.405),
            ),
        ] {
            assert_eq!(found(text), Some(wanted), "{text}");
        }
    }

    #[test]
    fn links_may_name_the_place() {
        let google = parse(
            "https://www.google.com/maps/place/Alte+H%C3%BCtte/@1,2,17z/data=!3m1!4b1!4m6!8m2!3d47.42!4d10.98!16s",
        )
        .unwrap();
        assert_eq!(google.name.as_deref(), Some("Alte Hütte"));
        assert_eq!(
            (google.point.latitude(), google.point.longitude()),
            (47.42, 10.98)
        );
        let apple =
            parse("https://maps.apple.com/place?coordinate=47.42,10.98&name=Hut&address=Hill%201")
                .unwrap();
        assert_eq!(apple.name.as_deref(), Some("Hut"));
        assert_eq!(apple.address.as_deref(), Some("Hill 1"));
        let geo = parse("geo:0,0?q=47.42,10.98(Winter%20room)").unwrap();
        assert_eq!(geo.name.as_deref(), Some("Winter room"));
    }

    #[test]
    fn what_is_no_place_is_none() {
        for text in [
            "",
            ",",
            ";",
            "N",
            "1",
            "hello",
            "hello, world",
            "12",
            "12.5",
            "91, 0",
            "0, 181",
            "1e3, 5",
            "nan, nan",
            "inf, 1",
            "52 61 0, 13 0 0",
            "52 1 2 3, 13",
            "-52N, 13E",
            "52N, 13N",
            "1, 2, 3",
            "https://example.org/?q=52.52,13.405",
            "https://goo.gl/maps/abc",
            "https://www.google.com/search?q=apples",
            "https://www.openstreetmap.org/#map=15/x/y",
            "geo:",
            "file:///52.5,13.4",
            "52.52, 13.405 \u{0}",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
        assert_eq!(found(&"9".repeat(5_000)), None);
    }
}
