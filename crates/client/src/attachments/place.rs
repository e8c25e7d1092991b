//! Places as people write them down.

use crate::model::Location;

/// The place that a text names: coordinates, or a link of a map.
pub fn parse(text: &str) -> Option<Location> {
    let (latitude, longitude) = text.trim().split_once(',')?;
    Some(Location {
        point: crate::model::Point::new(
            latitude.trim().parse().ok()?,
            longitude.trim().parse().ok()?,
        )?,
        name: None,
        address: None,
    })
}
