//! The HTTP API and the program, over real sockets and on a real database.

#[cfg(test)]
mod alerts;
#[cfg(test)]
mod blobs;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod dialogs;
#[cfg(test)]
mod membership;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod open_dialogs;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod people;
#[cfg(test)]
mod process;
#[cfg(test)]
mod records;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod support;
#[cfg(test)]
mod transport;
