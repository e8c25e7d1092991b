//! Where the window stands and how large it is, for each arrangement of displays.
//!
//! A laptop at its desk and the same laptop on a train are two arrangements, and the window has its
//! place in each. Places are in physical pixels, as the system names them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

/// The file's name in the profile's folder.
const FILE: &str = "window.json";

/// Arrangements that are remembered: more desks than people work at.
const MOST: usize = 12;

/// Logical pixels below which the pages do not fit.
pub const LEAST: (f64, f64) = (380.0, 520.0);

/// Logical pixels of a window that nobody has moved yet: three columns.
pub const USUAL: (f64, f64) = (1280.0, 820.0);

/// A window's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// From the left edge of the first display to that of the window.
    pub x: i32,
    /// From its top.
    pub y: i32,
    /// Of what is inside the window's frame.
    pub width: u32,
    /// Of what is inside the window's frame.
    pub height: u32,
    /// It fills its display; the rest says where it goes when it no longer does.
    #[serde(default)]
    pub maximised: bool,
}

/// A display, without the bars of the desktop.
#[derive(Clone, Debug, PartialEq)]
pub struct Display {
    /// The system's name of it.
    pub name: String,
    /// Left edge.
    pub x: i32,
    /// Top edge.
    pub y: i32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
    /// Physical pixels for each logical one.
    pub scale: f64,
}

impl Display {
    /// Whether a point is on it.
    pub fn has(&self, x: i32, y: i32) -> bool {
        let within = |at: i32, start: i32, room: u32| {
            at >= start && i64::from(at) < i64::from(start) + i64::from(room)
        };
        within(x, self.x, self.width) && within(y, self.y, self.height)
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Content {
    /// By arrangement, the one used last first.
    places: Vec<Kept>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    displays: String,
    place: Place,
}

/// The places of this profile's window.
#[derive(Debug)]
pub struct Places {
    path: PathBuf,
    content: Mutex<Content>,
}

impl Places {
    /// Reads the file. One that is missing or broken is an empty one.
    pub fn open(dir: &Path) -> Self {
        let path = dir.join(FILE);
        let content = fs::read(&path)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        Self {
            path,
            content: Mutex::new(content),
        }
    }

    /// Where the window goes on these displays: where it was on them, else where it was last, in
    /// any case within reach. `None` where nobody has moved it yet, or there is no display.
    pub fn of(&self, displays: &[Display]) -> Option<Place> {
        let content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        let arrangement = arrangement(displays);
        let known = content.places.iter();
        let kept = known
            .clone()
            .find(|kept| kept.displays == arrangement)
            .or_else(|| content.places.first())?;
        fit(kept.place, displays)
    }

    /// Remembers where it is on these displays.
    pub fn put(&self, displays: &[Display], place: Place) {
        let mut content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        let displays = arrangement(displays);
        let before = content.places.first();
        if before.is_some_and(|kept| kept.displays == displays && kept.place == place) {
            return;
        }
        content.places.retain(|kept| kept.displays != displays);
        content.places.insert(0, Kept { displays, place });
        content.places.truncate(MOST);
        if let Err(error) = write(&self.path, &content) {
            tracing::warn!(%error, "the place of the window was not kept");
        }
    }
}

fn write(path: &Path, content: &Content) -> std::io::Result<()> {
    // Renaming replaces the file in one step: a crash leaves the old or the new one.
    let staged = path.with_extension("json.new");
    fs::write(&staged, serde_json::to_vec_pretty(content)?)?;
    fs::rename(&staged, path)
}

/// The displays as one name, whatever order the system tells them in.
fn arrangement(displays: &[Display]) -> String {
    let named: BTreeMap<(i32, i32), String> = displays
        .iter()
        .map(|display| {
            let Display {
                name,
                x,
                y,
                width,
                height,
                scale,
            } = display;
            ((*x, *y), format!("{name} {width}x{height}+{x}+{y}@{scale}"))
        })
        .collect();
    named.into_values().collect::<Vec<_>>().join(", ")
}

/// The place, moved and shrunk so that all of it is on one display: the one it covers most of, or
/// the first.
fn fit(place: Place, displays: &[Display]) -> Option<Place> {
    let covered = |display: &Display| {
        let side = |from: i32, length: u32, start: i32, room: u32| {
            let end = (i64::from(from) + i64::from(length)).min(i64::from(start) + i64::from(room));
            (end - i64::from(from.max(start))).max(0)
        };
        side(place.x, place.width, display.x, display.width)
            * side(place.y, place.height, display.y, display.height)
    };
    // Of equal ones `max_by_key` takes the last; the first display is the main one.
    let display = displays
        .iter()
        .rev()
        .max_by_key(|display| covered(display))?;
    let width = limited(place.width, LEAST.0 * display.scale, display.width);
    let height = limited(place.height, LEAST.1 * display.scale, display.height);
    let within = |at: i32, length: u32, start: i32, room: u32| {
        let last = start.saturating_add_unsigned(room.saturating_sub(length));
        at.clamp(start, last)
    };
    let is_elsewhere = covered(display) == 0;
    let middle = |start: i32, length: u32, room: u32| {
        start.saturating_add_unsigned(room.saturating_sub(length) / 2)
    };
    Some(Place {
        x: if is_elsewhere {
            middle(display.x, width, display.width)
        } else {
            within(place.x, width, display.x, display.width)
        },
        y: if is_elsewhere {
            middle(display.y, height, display.height)
        } else {
            within(place.y, height, display.y, display.height)
        },
        width,
        height,
        maximised: place.maximised,
    })
}

fn limited(length: u32, least: f64, room: u32) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few hundred pixels"
    )]
    let least = least.clamp(0.0, 10_000.0) as u32;
    length.max(least).min(room.max(1))
}

#[cfg(test)]
mod tests {
    use super::{Display, MOST, Place, Places};

    fn display(name: &str, x: i32, width: u32, height: u32) -> Display {
        Display {
            name: name.to_owned(),
            x,
            y: 0,
            width,
            height,
            scale: 1.0,
        }
    }

    fn laptop() -> Vec<Display> {
        vec![display("eDP-1", 0, 1440, 900)]
    }

    fn desk() -> Vec<Display> {
        vec![
            display("eDP-1", 0, 1440, 900),
            display("DP-2", 1440, 2560, 1440),
        ]
    }

    fn place(x: i32, y: i32, width: u32, height: u32) -> Place {
        Place {
            x,
            y,
            width,
            height,
            maximised: false,
        }
    }

    #[test]
    fn each_arrangement_of_displays_has_its_own_place_over_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let places = Places::open(dir.path());
        assert_eq!(places.of(&laptop()), None);
        let (small, large) = (place(10, 20, 900, 700), place(2000, 100, 1600, 1200));
        places.put(&laptop(), small);
        places.put(&desk(), large);
        let mut turned = desk();
        turned.reverse();
        for places in [places, Places::open(dir.path())] {
            assert_eq!(places.of(&laptop()), Some(small));
            assert_eq!(places.of(&desk()), Some(large));
            assert_eq!(places.of(&turned), Some(large));
        }
    }

    #[test]
    fn on_displays_it_has_not_seen_it_is_as_it_was_last_and_wholly_there() {
        let dir = tempfile::tempdir().unwrap();
        let places = Places::open(dir.path());
        places.put(&desk(), place(2000, 100, 1600, 1200));
        // The second display is gone: in the middle of what is left, and no larger than that.
        assert_eq!(places.of(&laptop()), Some(place(0, 0, 1440, 900)));
        places.put(&desk(), place(1500, 1000, 900, 700));
        assert_eq!(places.of(&laptop()), Some(place(270, 100, 900, 700)));
        assert_eq!(places.of(&[]), None);
    }

    #[test]
    fn no_part_of_it_is_off_the_screen_and_it_is_never_too_small() {
        let dir = tempfile::tempdir().unwrap();
        let places = Places::open(dir.path());
        for (kept, wanted) in [
            (place(-500, -300, 800, 600), place(0, 0, 800, 600)),
            (place(1300, 850, 800, 600), place(640, 300, 800, 600)),
            (place(0, 0, 1, 1), place(0, 0, 380, 520)),
            (
                place(i32::MIN, i32::MAX, u32::MAX, u32::MAX),
                place(0, 0, 1440, 900),
            ),
        ] {
            places.put(&laptop(), kept);
            assert_eq!(places.of(&laptop()), Some(wanted), "{kept:?}");
        }
    }

    #[test]
    fn that_it_was_maximised_is_kept_with_where_it_goes_then() {
        let dir = tempfile::tempdir().unwrap();
        let kept = Place {
            maximised: true,
            ..place(50, 60, 900, 700)
        };
        Places::open(dir.path()).put(&laptop(), kept);
        assert_eq!(Places::open(dir.path()).of(&laptop()), Some(kept));
    }

    #[test]
    fn old_arrangements_are_forgotten_and_a_broken_file_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let places = Places::open(dir.path());
        places.put(&laptop(), place(1, 1, 900, 700));
        for number in 0..MOST {
            let name = format!("HDMI-{number}");
            places.put(&[display(&name, 0, 1920, 1080)], place(5, 5, 800, 600));
        }
        assert_eq!(places.of(&laptop()), Some(place(5, 5, 800, 600)));
        std::fs::write(dir.path().join("window.json"), "{").unwrap();
        assert_eq!(Places::open(dir.path()).of(&laptop()), None);
    }
}
