//! Uploads against a server that does not wait for the end of a file.

use bytes::Bytes;
use futures::stream;

use crate::attachments::downloads::tests::client;
use crate::attachments::downloads::tests::server::{Authority, FileServer, answer};
use crate::rest::Error;

/// Portions of a file far larger than what two sockets hold between them.
const PORTIONS: usize = 512;
const PORTION: usize = 64 * 1024;

/// Uploads a file to a server that answers this at once and closes the line; what comes of it.
async fn refused_with(status: u16) -> Error {
    let authority = Authority::new();
    let server = FileServer::new(&authority, move |_| answer(status, "", b"no")).await;
    let client = client(&server.base, &authority.pem());
    let portion = Bytes::from(vec![7; PORTION]);
    let bytes = stream::iter((0..PORTIONS).map(move |_| Ok(portion.clone())));
    let size = u64::try_from(PORTIONS * PORTION).unwrap();
    let to = format!("{}upload?key=abc", server.base);
    client
        .upload_stream(&to, "application/octet-stream", size, bytes)
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_refusal_in_the_middle_of_a_file_is_heard_or_the_line_counts_as_broken() {
    // Whether the words of the server outrun the end of the line is for the network to say; both are an end of this try,
    // and neither is taken for a way to the server that is not there.
    let too_large = refused_with(413).await;
    assert!(
        matches!(
            too_large,
            Error::Server { status: 413, .. } | Error::Unreachable { .. }
        ),
        "{too_large:?}"
    );
    let forbidden = refused_with(403).await;
    assert!(
        matches!(
            forbidden,
            Error::Forbidden { .. } | Error::Unreachable { .. }
        ),
        "{forbidden:?}"
    );
}
