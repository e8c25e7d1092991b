//! A backend and the people who use it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use cubist_client::model::{AppId, ChatAddress, DialogId, Endpoints, Origin, UserId};
use cubist_server::config::Config;
use cubist_server::state::Blob;
use tempfile::TempDir;
use url::Url;

use crate::backend::{self, Backend, BackendProcess, Ready};
use crate::flaky_proxy::{FlakyProxy, Target};
use crate::person::Person;

/// One backend, reached through lines that can fail.
#[derive(Debug)]
pub struct World {
    running: Option<Running>,
    ready: Ready,
    /// Where the lines to REST end; moves with a restart.
    rest: Target,
    /// Where the lines to the chat server end.
    chat: Target,
    data: TempDir,
}

#[derive(Debug)]
enum Running {
    Within(Backend),
    Apart(BackendProcess),
}

impl World {
    /// A backend within this process.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The same, with a part of its configuration changed.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let data = TempDir::new().unwrap();
        let mut config = backend::config(data.path());
        change(&mut config);
        let backend = Backend::start(config).await;
        let ready = backend.ready.clone();
        Self::around(Running::Within(backend), ready, data)
    }

    /// A backend that is a process of its own and can be killed.
    pub async fn apart() -> Self {
        let data = TempDir::new().unwrap();
        let backend = BackendProcess::start(data.path()).await;
        let ready = backend.ready.clone();
        Self::around(Running::Apart(backend), ready, data)
    }

    fn around(running: Running, ready: Ready, data: TempDir) -> Self {
        // For people who watch a failing test: RUST_LOG=cubist_client=debug.
        let _already_set = tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
            .with_test_writer()
            .try_init();
        Self {
            running: Some(running),
            rest: Arc::new(Mutex::new(ready.rest_address())),
            chat: Arc::new(Mutex::new(ready.xmpps_address())),
            ready,
            data,
        }
    }

    /// How the backend is reached without a line in between.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// The backend's folder.
    pub fn data(&self) -> &std::path::Path {
        self.data.path()
    }

    /// The number of the backend's process, which must be its own.
    pub fn backend_process(&self) -> u32 {
        match &self.running {
            Some(Running::Apart(process)) => process.id(),
            Some(Running::Within(_)) | None => panic!("this backend is no process of its own"),
        }
    }

    /// Stops the backend the ordinary way and starts it again on the same folder.
    pub async fn restart_backend(&mut self) {
        self.stop_backend().await;
        self.start_backend().await;
    }

    /// Stops the backend; an own process is killed.
    pub async fn stop_backend(&mut self) {
        match self.running.take().unwrap() {
            Running::Within(backend) => backend.stop().await,
            Running::Apart(process) => process.kill().await,
        }
    }

    /// Starts the backend again, on other ports: the lines follow.
    pub async fn start_backend(&mut self) {
        let process = BackendProcess::start(self.data.path()).await;
        self.ready = process.ready.clone();
        *self.rest.lock().unwrap() = self.ready.rest_address();
        *self.chat.lock().unwrap() = self.ready.xmpps_address();
        self.running = Some(Running::Apart(process));
    }

    /// A broadcast, as the operator makes it. The backend must be within this process.
    pub async fn broadcast(&self, name: &str, owner: UserId) -> DialogId {
        self.within_reach().broadcast(name, owner).await
    }

    /// The files that the backend knows of a person. It must be within this process.
    pub async fn files_of(&self, owner: UserId) -> Vec<Blob> {
        self.within_reach().files_of(owner).await
    }

    /// Lets time pass for the backend, which must be within this process.
    pub async fn lets_pass(&self, time: Duration) {
        self.within_reach().lets_pass(time).await;
    }

    fn within_reach(&self) -> &Backend {
        match &self.running {
            Some(Running::Within(backend)) => backend,
            Some(Running::Apart(_)) | None => panic!("this backend is not within reach"),
        }
    }

    /// A newcomer, online.
    pub async fn person(&self, name: &str) -> Person {
        let (endpoints, rest, chat) = self.lines().await;
        let person = Person::sign_up(name, endpoints, rest, chat).await;
        person.is_online().await;
        person
    }

    /// Two newcomers who have a private dialog with one another.
    pub async fn pair(&self) -> (Person, Person) {
        let (alice, bob) = (self.person("alice").await, self.person("bob").await);
        let dialog = alice.chat_with(&bob).await;
        assert_eq!(
            bob.chat_with(&alice).await,
            dialog,
            "one dialog for two people"
        );
        (alice, bob)
    }

    /// A second device of someone, online.
    pub async fn another_device(&self, of: &Person) -> Person {
        let (endpoints, rest, chat) = self.lines().await;
        let device = of.another_device(endpoints, rest, chat).await;
        device.is_online().await;
        device
    }

    /// Lines of one's own to REST and chat, and the endpoints that lead through them.
    pub async fn lines(&self) -> (Endpoints, FlakyProxy, FlakyProxy) {
        let rest = FlakyProxy::to(self.rest.clone()).await;
        let chat = FlakyProxy::to(self.chat.clone()).await;
        let endpoints = Endpoints {
            api_url: Url::parse(&format!("http://{}", rest.address())).unwrap(),
            chat: vec![ChatAddress::Tls {
                host: self.ready.domain.clone(),
                port: chat.address().port(),
            }],
            domain: self.ready.domain.clone(),
            muc_domain: None,
            app_id: AppId::new(self.ready.app_id).unwrap(),
            auth_key: self.ready.auth_key.as_str().into(),
            ca_cert_pem: Some(std::fs::read_to_string(&self.ready.ca_cert).unwrap()),
            origin: Origin::Local,
        };
        (endpoints, rest, chat)
    }
}
