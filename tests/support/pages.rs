//! Pages on this machine, for stories about links.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use cubist_client::previews::Reach;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Lets engines of stories ask this machine for pages, which the product never does.
#[derive(Clone, Copy, Debug)]
pub struct ThisMachine;

impl Reach for ThisMachine {
    fn allows_address(&self, address: IpAddr) -> bool {
        address.is_loopback()
    }

    fn allows_port(&self, _: u16) -> bool {
        true
    }
}

/// A web site that notes what it is asked for.
#[derive(Debug)]
pub struct WebSite {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl WebSite {
    /// Serves these bodies, by path; each with its media type.
    pub async fn serve(files: HashMap<&'static str, (&'static str, Vec<u8>)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (files, noted) = (Arc::new(files), Arc::clone(&asked));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (files, noted) = (Arc::clone(&files), Arc::clone(&noted));
                tokio::spawn(async move {
                    // Who hangs up early has seen enough.
                    answer(stream, &files, &noted).await.ok();
                });
            }
        });
        Self { address, asked }
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// The paths that were asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(
    mut stream: TcpStream,
    files: &HashMap<&'static str, (&'static str, Vec<u8>)>,
    noted: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head);
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let found = files.get(path.as_str());
    noted.lock().unwrap().push(path);
    let (status, kind, body) = match found {
        Some((kind, body)) => ("200 OK", *kind, body.as_slice()),
        None => ("404 Not Found", "text/plain", &b"nothing"[..]),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await
}
