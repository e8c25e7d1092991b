//! Faces: up to the server, down to the others, and away again.

use std::io::Cursor;

use cubist_client::Error;
use cubist_client::model::PictureKind;
use cubist_tests::World;
use image::{ImageFormat, ImageReader, RgbImage};

/// A photo as a phone makes it, in its own way of colouring.
fn photo(width: u32, height: u32) -> Vec<u8> {
    let pixels = RgbImage::from_fn(width, height, |x, y| {
        let shade = |value: u32| u8::try_from(value % 256).unwrap();
        image::Rgb([shade(x), shade(y), shade(x + y)])
    });
    let mut bytes = Vec::new();
    pixels
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Jpeg)
        .unwrap();
    bytes
}

fn size(bytes: &[u8]) -> (u32, u32) {
    let reader = ImageReader::new(Cursor::new(bytes));
    let reader = reader.with_guessed_format().unwrap();
    reader.into_dimensions().unwrap()
}

#[tokio::test]
async fn a_face_goes_up_is_seen_by_others_and_goes_away() {
    let world = World::new().await;
    let (alice, mut bob) = world.pair().await;
    let mine = alice
        .account()
        .set_avatar(Some(photo(900, 700)))
        .await
        .unwrap();
    let uid = mine.avatar.unwrap();
    assert_eq!(alice.engine().accounts()[0].avatar.as_ref(), Some(&uid));
    bob.account().profile(alice.id).await.unwrap();
    bob.until("the new face", async || {
        let known = bob.account().users(&[alice.id]).await.unwrap();
        (known[0].avatar.as_ref() == Some(&uid)).then_some(())
    })
    .await;
    let seen = bob.account().picture(&uid).await.unwrap();
    assert_eq!(seen.kind, PictureKind::Jpeg);
    assert_eq!(size(&seen.bytes), (512, 512));
    // Once seen it is there without network, and after a restart.
    bob.quit().await;
    bob.rest.go_down();
    bob.chat.go_down();
    bob.reopen().await;
    assert_eq!(bob.account().picture(&uid).await.unwrap(), seen);

    let bare = alice.account().set_avatar(None).await.unwrap();
    assert_eq!(bare.avatar, None);
    // Nobody else finds the old one any more.
    let carol = world.person("carol").await;
    let gone = carol.account().picture(&uid).await;
    assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
    let gone = alice.account().picture(&uid).await;
    assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
}

#[tokio::test]
async fn what_is_no_picture_is_not_uploaded() {
    let world = World::new().await;
    let alice = world.person("alice").await;
    for bytes in [b"hello".to_vec(), Vec::new()] {
        let refused = alice.account().set_avatar(Some(bytes)).await;
        assert!(matches!(refused, Err(Error::UnsupportedPicture)));
    }
    assert_eq!(alice.account().own_profile().await.unwrap().avatar, None);
}

#[tokio::test]
async fn a_picture_that_is_nowhere_or_next_door_is_not_found() {
    let world = World::new().await;
    let alice = world.person("alice").await;
    for name in [
        "no-such-uid",
        "https://127.0.0.1:1/a.png",
        "file:///etc/passwd",
    ] {
        let missing = alice.account().picture(name).await;
        assert!(missing.is_err(), "{name}: {missing:?}");
    }
}
