//! Linux and the BSDs: Desktop Notifications Specification 1.2.

use std::sync::Arc;

use notify_rust::{Hint, Image, Notification, NotificationHandle, NotificationResponse, Timeout};
use tokio::task::AbortHandle;

use super::{NotifySound, Sheet};

/// Side of the picture in pixels; desktops draw it at 48 to 96.
const PICTURE_SIDE: u32 = 128;

/// The app's own picture.
const MARK: &[u8] = include_bytes!("../../../../../icons/128x128.png");

/// What the desktop's service can do.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Ability {
    has_actions: bool,
    reads_markup: bool,
}

/// A notification that stands.
#[derive(Debug)]
pub(in super::super) struct Standing {
    handle: Arc<NotificationHandle>,
    /// Waits for what the person does with it.
    waiting: AbortHandle,
}

impl Drop for Standing {
    fn drop(&mut self) {
        self.waiting.abort();
    }
}

pub(super) async fn ability() -> Ability {
    // The library asks the bus and blocks its thread for it; once for what it can do, and once,
    // for good, for how pictures are named, which would otherwise come at the worst moment.
    let ask = || {
        let _: &_ = &*notify_rust::SPEC_VERSION;
        notify_rust::get_capabilities()
    };
    match tokio::task::spawn_blocking(ask).await {
        Ok(Ok(names)) => Ability {
            has_actions: names.iter().any(|name| name == "actions"),
            reads_markup: names.iter().any(|name| name == "body-markup"),
        },
        Ok(Err(error)) => {
            tracing::debug!(%error, "the desktop does not say what its notifications can do");
            Ability::default()
        }
        Err(_) => Ability::default(),
    }
}

pub(super) fn dress(notification: &mut Notification, sheet: Sheet<'_>, ability: &Ability) {
    if ability.reads_markup {
        notification.body(&escaped(sheet.body));
    } else {
        notification.body(sheet.body);
    }
    notification
        .icon("cubist")
        .timeout(Timeout::Default)
        .hint(Hint::Category("im.received".to_owned()))
        .hint(Hint::DesktopEntry("Cubist".to_owned()));
    // Names of the freedesktop sound naming specification: the desktop plays them in its own
    // theme, and not while it is not to disturb.
    match sheet.sound {
        NotifySound::Message => sound(notification, "message-new-instant"),
        NotifySound::Bell => sound(notification, "bell"),
        NotifySound::Chime => sound(notification, "complete"),
        NotifySound::Off => {
            notification.hint(Hint::SuppressSound(true));
        }
    }
    if ability.has_actions {
        notification
            .action("default", &sheet.words.open)
            .action("reply", &sheet.words.reply)
            .action("mark-read", &sheet.words.mark_read)
            .action("mute", &sheet.words.mute);
    }
    // Without a picture of anybody it is the app's own: as a name only an installed app has one.
    let picture = sheet.picture.and_then(|picture| drawn(&picture.bytes));
    if let Some(image) = picture.or_else(|| drawn(MARK)) {
        notification.image_data(image);
    }
}

/// The text for a desktop that reads markup: what people write is never markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn sound(notification: &mut Notification, name: &str) {
    notification.hint(Hint::SoundName(name.to_owned()));
}

/// The engine has encoded the picture itself; one that does not decode is left out.
fn drawn(bytes: &[u8]) -> Option<Image> {
    let picture = image::load_from_memory(bytes)
        .ok()?
        .thumbnail(PICTURE_SIDE, PICTURE_SIDE)
        .into_rgba8();
    let (width, height) = (
        picture.width().try_into().ok()?,
        picture.height().try_into().ok()?,
    );
    Image::from_rgba(width, height, picture.into_raw()).ok()
}

pub(super) async fn show(
    mut notification: Notification,
    before: Option<Standing>,
    answer: impl FnOnce(&NotificationResponse) + Send + 'static,
) -> Result<Standing, notify_rust::error::Error> {
    if let Some(before) = before {
        notification.id(before.handle.id());
    }
    let handle = Arc::new(notification.show_async().await?);
    let watched = Arc::clone(&handle);
    let waiting = tokio::spawn(async move { watched.wait_for_action_async(answer).await });
    Ok(Standing {
        handle,
        waiting: waiting.abort_handle(),
    })
}

pub(super) async fn close(standing: Standing) {
    standing.waiting.abort();
    standing.handle.close_async().await;
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use cubist_client::model::{MessageId, ObjectId, Picture, PictureKind};
    use image::{ImageFormat, RgbImage};
    use notify_rust::{Hint, Image, Notification};

    use super::super::super::wording::tests::words;
    use super::{Ability, MARK, NotifySound, Sheet, drawn, dress, escaped};

    const ABLE: Ability = Ability {
        has_actions: true,
        reads_markup: true,
    };

    /// A square of one colour, as a person's picture comes from the engine.
    fn portrait() -> Picture {
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::from_pixel(8, 8, image::Rgb([200, 30, 60]))
            .write_to(&mut bytes, ImageFormat::Png)
            .unwrap();
        Picture {
            bytes: bytes.into_inner().into(),
            kind: PictureKind::Png,
        }
    }

    fn dressed(picture: Option<&Picture>, sound: NotifySound, ability: &Ability) -> Notification {
        let mut notification = Notification::new();
        let sheet = Sheet {
            title: "Ridge Walk",
            body: "1 < 2",
            newest: MessageId::new(ObjectId::from_bytes([1; 12])),
            words: &words(),
            picture,
            sound,
        };
        dress(&mut notification, sheet, ability);
        notification
    }

    fn image(notification: &Notification) -> &Image {
        let mut images = Vec::new();
        for hint in &notification.hints {
            if let Hint::ImageData(image) = hint {
                images.push(image);
            }
        }
        assert_eq!(images.len(), 1, "one picture");
        images[0]
    }

    #[test]
    fn the_sender_s_picture_stands_on_it_and_without_one_the_app_s_mark() {
        let portrait = portrait();
        let sent = dressed(Some(&portrait), NotifySound::Message, &ABLE);
        assert_eq!(*image(&sent), drawn(&portrait.bytes).unwrap());
        let mark = drawn(MARK).unwrap();
        let plain = dressed(None, NotifySound::Message, &ABLE);
        assert_eq!(*image(&plain), mark);
        let broken = Picture {
            bytes: b"no picture".to_vec().into(),
            kind: PictureKind::Png,
        };
        let plain = dressed(Some(&broken), NotifySound::Message, &ABLE);
        assert_eq!(*image(&plain), mark);
    }

    #[test]
    fn the_sound_is_the_one_that_was_chosen_and_none_is_asked_for_as_such() {
        let heard = |sound| {
            let notification = dressed(None, sound, &ABLE);
            let mut asked = Vec::new();
            for hint in &notification.hints {
                if let Hint::SoundName(name) = hint {
                    asked.push(Some(name.clone()));
                } else if let Hint::SuppressSound(true) = hint {
                    asked.push(None);
                }
            }
            asked
        };
        let named = |name: &str| vec![Some(name.to_owned())];
        assert_eq!(heard(NotifySound::Message), named("message-new-instant"));
        assert_eq!(heard(NotifySound::Bell), named("bell"));
        assert_eq!(heard(NotifySound::Chime), named("complete"));
        assert_eq!(heard(NotifySound::Off), vec![None]);
    }

    #[test]
    fn what_people_write_is_not_markup() {
        assert_eq!(
            escaped("<a href='x'>1 & 2</a>"),
            "&lt;a href='x'&gt;1 &amp; 2&lt;/a&gt;"
        );
    }

    #[test]
    fn a_desktop_gets_only_what_it_can_show() {
        let able = dressed(None, NotifySound::Off, &ABLE);
        assert_eq!(able.body, "1 &lt; 2");
        let names: Vec<&String> = able.actions.iter().step_by(2).collect();
        assert_eq!(names, ["default", "reply", "mark-read", "mute"]);
        let plain = dressed(None, NotifySound::Off, &Ability::default());
        assert_eq!(plain.body, "1 < 2");
        assert!(plain.actions.is_empty());
    }
}
