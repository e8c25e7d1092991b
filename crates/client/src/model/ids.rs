//! Ids, until the protocol crate has them.
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UserId(pub u64);
/// An application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AppId(pub u64);
macro_rules! oid { ($n:ident) => {
/// An ObjectId.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct $n([u8; 12]);
impl fmt::Display for $n { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { for b in self.0 { write!(f, "{b:02x}")?; } Ok(()) } }
impl FromStr for $n { type Err = (); fn from_str(s: &str) -> Result<Self, ()> {
  if s.len() != 24 { return Err(()); }
  let mut out = [0; 12];
  for (o, p) in out.iter_mut().zip(s.as_bytes().chunks(2)) { *o = u8::from_str_radix(std::str::from_utf8(p).map_err(|_| ())?, 16).map_err(|_| ())?; }
  Ok(Self(out)) } }
} }
oid!(DialogId);
oid!(MessageId);
