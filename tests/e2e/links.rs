//! Previews of links: made by the one who sends them, and read by everyone else.

use std::collections::HashMap;
use std::io::Cursor;

use cubist_client::model::{DialogId, Draft, LinkPreview, Message, PictureKind};
use cubist_tests::pages::WebSite;
use cubist_tests::{Person, World};
use image::{ImageFormat, RgbImage};
use url::Url;

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    RgbImage::from_pixel(width, height, image::Rgb([20, 90, 160]))
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .unwrap();
    bytes
}

async fn site() -> WebSite {
    let page = r#"<!doctype html><title>Rules</title>
        <meta property="og:title" content="Winter rules for small huts">
        <meta property="og:description" content="Ten people per booking.">
        <meta property="og:site_name" content="Alpine Huts">
        <meta property="og:image" content="/hut.png">"#;
    let plain = "<!doctype html><title>Words alone</title>";
    let files: HashMap<_, _> = [
        (
            "/rules",
            ("text/html; charset=utf-8", page.as_bytes().to_vec()),
        ),
        ("/hut.png", ("image/png", png(1200, 400))),
        ("/plain", ("text/html", plain.as_bytes().to_vec())),
    ]
    .into();
    WebSite::serve(files).await
}

async fn look(person: &Person, url: &str) -> Option<LinkPreview> {
    let url = Url::parse(url).unwrap();
    person.account().link_preview(url).await.unwrap()
}

async fn send(person: &Person, dialog: DialogId, text: &str, link: &str) {
    let draft = Draft {
        text: text.to_owned(),
        preview_of: Some(Url::parse(link).unwrap()),
        ..Draft::default()
    };
    person.account().send(dialog, draft).await.unwrap();
}

fn shown(message: &Message) -> &LinkPreview {
    message.preview.as_ref().unwrap()
}

#[tokio::test]
async fn the_sender_looks_at_a_page_once_and_nobody_else_does() {
    let (world, site) = (World::new().await, site().await);
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    let link = site.url("/rules");
    let made = look(&alice, &link).await.unwrap();
    assert_eq!(
        look(&alice, &link).await.as_ref(),
        Some(&made),
        "it is remembered"
    );
    assert_eq!(made.url.as_str(), link);
    assert_eq!(made.title, "Winter rules for small huts");
    assert_eq!(made.description, "Ten people per booking.");
    assert_eq!(made.site, "Alpine Huts");
    let picture = made.picture.clone().unwrap();
    assert_eq!((picture.width, picture.height), (512, 171));

    let text = format!("Did you read this? {link}");
    send(&alice, dialog, &text, &link).await;
    let seen = bob.sees(&alice, &text).await;
    assert_eq!(shown(&seen), &made);
    assert_eq!(seen.fields, [], "it is no field of another application");
    let picture = bob
        .account()
        .picture(&picture.uid.to_string())
        .await
        .unwrap();
    assert_eq!(picture.kind, PictureKind::Jpeg);

    // From the history it is the same.
    let phone = world.another_device(&bob).await;
    assert_eq!(shown(&phone.sees_in(dialog, &text).await), &made);
    assert_eq!(site.asked(), ["/rules", "/hut.png"]);
}

#[tokio::test]
async fn a_preview_survives_a_changed_text_and_goes_along_when_it_is_forwarded() {
    let (world, site) = (World::new().await, site().await);
    let (alice, bob) = world.pair().await;
    let carol = world.person("carol").await;
    let dialog = alice.chat_with(&bob).await;
    let link = site.url("/plain");
    let made = look(&alice, &link).await.unwrap();
    assert_eq!((made.title.as_str(), &made.picture), ("Words alone", &None));
    send(&alice, dialog, &link, &link).await;
    let sent = bob.sees(&alice, &link).await;

    let changed = format!("Here: {link}");
    let account = alice.account();
    account
        .edit_message(sent.id, changed.clone())
        .await
        .unwrap();
    assert_eq!(shown(&bob.sees(&alice, &changed).await), &made);

    let on = bob.chat_with(&carol).await;
    bob.account()
        .forward(vec![sent.id], vec![on], None)
        .await
        .unwrap();
    assert_eq!(shown(&carol.sees(&bob, &changed).await), &made);
    assert_eq!(site.asked(), ["/plain"]);
}

#[tokio::test]
async fn a_message_goes_out_without_what_was_never_made() {
    let (world, site) = (World::new().await, site().await);
    let (alice, bob) = world.pair().await;
    let dialog = alice.chat_with(&bob).await;
    assert_eq!(look(&alice, &site.url("/gone")).await, None);
    assert_eq!(look(&alice, "https://127.0.0.1:1/").await, None);
    let link = site.url("/rules");
    send(&alice, dialog, &link, &link).await;
    assert_eq!(bob.sees(&alice, &link).await.preview, None);
    assert_eq!(site.asked(), ["/gone"]);
}
