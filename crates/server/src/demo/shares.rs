//! What the sample people share beside words: pictures, something hummed, a file, a place.
//!
//! The files are drawn and hummed by programs, so that they are nobody's but this project's.

use cubist_protocol::ids::UserId;
use serde_json::{Map, Value, json};

use crate::state::{BlobName, NewBlob, State, StateError};

/// Where clients keep what the platform's attributes have no place for (`docs/message-fields.md`).
const EXTRA: &str = "attachments_extra";

/// Something shared.
pub(super) enum Share {
    /// A picture; its thumbhash shows before its bytes are there.
    Picture {
        name: &'static str,
        bytes: &'static [u8],
        size: (u32, u32),
        placeholder: &'static str,
    },
    /// Something spoken, or hummed.
    Voice {
        bytes: &'static [u8],
        seconds: u32,
        /// A digit of base 32 for each part of it.
        waveform: &'static str,
    },
    /// Any other file.
    File {
        name: &'static str,
        content_type: &'static str,
        bytes: &'static [u8],
    },
    /// A place.
    Place {
        at: (f64, f64),
        name: &'static str,
        address: &'static str,
    },
}

/// Pictures of the last time at the lake.
pub(super) const PICTURES: &[Share] = &[
    Share::Picture {
        name: "lake-morning.jpg",
        bytes: include_bytes!("files/lake-morning.jpg"),
        size: (1280, 960),
        placeholder: "odcNFYB3d3h/d4d6dzd4h3VjAHzj",
    },
    Share::Picture {
        name: "ridge.jpg",
        bytes: include_bytes!("files/ridge.jpg"),
        size: (1280, 960),
        placeholder: "qOcJHYRod3eOeIeAeJiHdomQqQh5",
    },
    Share::Picture {
        name: "lake-evening.jpg",
        bytes: include_bytes!("files/lake-evening.jpg"),
        size: (1280, 960),
        placeholder: "WjgKDYJ3d3ePeIeKeDeHdnqnsMQL",
    },
];

/// Where the hut is.
pub(super) const HUT: &[Share] = &[Share::Place {
    at: (47.5536, 12.9769),
    name: "The hut",
    address: "East shore, the second jetty",
}];

/// The way around the lake.
pub(super) const ROUTE: &[Share] = &[Share::File {
    name: "Once around the lake.gpx",
    content_type: "application/gpx+xml",
    bytes: include_bytes!("files/lake-round.gpx"),
}];

/// A tune.
pub(super) const TUNE: &[Share] = &[Share::Voice {
    bytes: include_bytes!("files/humming.ogg"),
    seconds: 8,
    waveform: "nucroclmmk9mihsfrvdvodklli409vqjuggklkfgpcrsetlfmaknm9gkqtttrn50",
}];

/// What goes on a message.
#[derive(Default)]
pub(super) struct Hung {
    /// The attributes of each attachment.
    pub(super) attachments: Vec<Map<String, Value>>,
    /// Own fields of the message.
    pub(super) extra: Map<String, Value>,
}

/// Uploads what is shared, as its sender's own, and says how it hangs on a message.
pub(super) async fn hang(
    state: &State,
    sender: UserId,
    shares: &[Share],
) -> Result<Hung, StateError> {
    let mut hung = Hung::default();
    let mut more = Map::new();
    for (index, share) in shares.iter().enumerate() {
        let (attributes, extra) = match share {
            Share::Picture {
                name,
                bytes,
                size: (width, height),
                placeholder,
            } => {
                let mut file = upload(state, sender, name, "image/jpeg", bytes).await?;
                file.insert("type".to_owned(), "photo".into());
                file.insert("width".to_owned(), width.to_string().into());
                file.insert("height".to_owned(), height.to_string().into());
                (file, json!({ "placeholder": placeholder }))
            }
            Share::Voice {
                bytes,
                seconds,
                waveform,
            } => {
                let mut file = upload(state, sender, "voice.ogg", "audio/ogg", bytes).await?;
                file.insert("type".to_owned(), "audio".into());
                file.insert("duration".to_owned(), seconds.to_string().into());
                (file, json!({ "waveform": waveform }))
            }
            Share::File {
                name,
                content_type,
                bytes,
            } => {
                let mut file = upload(state, sender, name, content_type, bytes).await?;
                file.insert("type".to_owned(), (*content_type).into());
                (file, json!({}))
            }
            Share::Place {
                at: (latitude, longitude),
                name,
                address,
            } => {
                let place = Map::from_iter([
                    ("type".to_owned(), "place".into()),
                    ("latitude".to_owned(), latitude.to_string().into()),
                    ("longitude".to_owned(), longitude.to_string().into()),
                    ("name".to_owned(), (*name).into()),
                ]);
                (place, json!({ "address": address }))
            }
        };
        hung.attachments.push(attributes);
        if extra.as_object().is_some_and(|extra| !extra.is_empty()) {
            more.insert(index.to_string(), extra);
        }
    }
    if !more.is_empty() {
        let text = Value::Object(more).to_string();
        hung.extra.insert(EXTRA.to_owned(), text.into());
    }
    Ok(hung)
}

/// Stores a file the way every client does: announced, uploaded, declared complete.
async fn upload(
    state: &State,
    owner: UserId,
    name: &str,
    content_type: &str,
    bytes: &[u8],
) -> Result<Map<String, Value>, StateError> {
    let new = NewBlob {
        name: name.to_owned(),
        content_type: Some(content_type.to_owned()),
        is_public: false,
    };
    let (blob, key) = state.create_blob(owner, new).await?;
    let mut upload = state.begin_upload(&blob.uid, key.expose()).await?;
    upload.write(bytes).await?;
    state.finish_upload(upload).await?;
    let blob = state
        .complete_blob(owner, BlobName::Id(blob.id), None)
        .await?;
    Ok(Map::from_iter([
        ("id".to_owned(), blob.id.to_string().into()),
        ("uid".to_owned(), blob.uid.into()),
        ("name".to_owned(), name.into()),
        ("content-type".to_owned(), content_type.into()),
        ("size".to_owned(), bytes.len().to_string().into()),
    ]))
}
