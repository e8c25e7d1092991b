//! The addresses of this backend.

use cubist_protocol::ids::{AppId, DialogId, UserId};
use cubist_protocol::jid::{Jid, JidError};

/// Domain, rooms' domain and application: what addresses are made of.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// The server's own address.
    domain: Jid,
    /// The rooms' service.
    rooms: Jid,
    /// The one application this backend serves.
    app: AppId,
}

/// To whom a stanza is addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Addressee {
    /// The server itself.
    Server,
    /// The rooms' service.
    Rooms,
    /// A person, whatever the resource.
    User(UserId),
    /// A dialog's room, or an occupant in it.
    Room(DialogId),
    /// Well-formed and of this server, but nobody's address.
    Nobody,
    /// Another server.
    Elsewhere,
}

impl Names {
    /// The names that follow from the configuration.
    pub(super) fn new(domain: &str, rooms: &str, app: AppId) -> Result<Self, JidError> {
        Ok(Self {
            domain: Jid::domain_only(domain)?,
            rooms: Jid::domain_only(rooms)?,
            app,
        })
    }

    /// The server's own address.
    pub(super) fn domain(&self) -> &str {
        self.domain.domain()
    }

    /// The server's own address.
    pub(super) fn server(&self) -> Jid {
        self.domain.clone()
    }

    /// The rooms' service.
    pub(super) fn rooms(&self) -> Jid {
        self.rooms.clone()
    }

    /// Whether the domain is that of the rooms' service.
    pub(super) fn is_rooms(&self, domain: &str) -> bool {
        self.rooms.domain() == domain
    }

    /// A user in all rooms, as privacy lists name them: the rooms' service with the user for a resource.
    pub(super) fn in_rooms(&self, user: UserId) -> Jid {
        self.rooms
            .with_resource(&user.to_string())
            .unwrap_or_else(|_| self.rooms())
    }

    /// The application.
    pub(super) fn app(&self) -> AppId {
        self.app
    }

    /// A user's bare address.
    pub(super) fn user(&self, user: UserId) -> Jid {
        // A number and a hyphen are always allowed, and the domain was checked; so the fallback is never taken.
        Jid::user(user, self.app, self.domain.domain()).unwrap_or_else(|_| self.server())
    }

    /// A user's address within a room.
    pub(super) fn occupant(&self, dialog: DialogId, user: UserId) -> Jid {
        Jid::occupant(self.app, dialog, self.rooms.domain(), user).unwrap_or_else(|_| self.server())
    }

    /// A dialog's room.
    pub(super) fn room(&self, dialog: DialogId) -> Jid {
        Jid::room(self.app, dialog, self.rooms.domain()).unwrap_or_else(|_| self.server())
    }

    /// Whom the address means.
    pub(super) fn addressee(&self, jid: &Jid) -> Addressee {
        if jid.domain() == self.domain.domain() {
            match jid.as_user() {
                Some((user, app)) if app == self.app => Addressee::User(user),
                None if jid.local().is_none() => Addressee::Server,
                Some(_) | None => Addressee::Nobody,
            }
        } else if jid.domain() == self.rooms.domain() {
            match jid.as_room() {
                Some((app, dialog)) if app == self.app => Addressee::Room(dialog),
                None if jid.local().is_none() => Addressee::Rooms,
                Some(_) | None => Addressee::Nobody,
            }
        } else {
            Addressee::Elsewhere
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addressee(jid: &str) -> Addressee {
        let names = Names::new("localhost", "muc.localhost", AppId::new(21).unwrap()).unwrap();
        names.addressee(&jid.parse().unwrap())
    }

    #[test]
    fn people_rooms_and_the_server_are_told_apart() {
        let dialog = "5356c64ab35c12bd3b108a41".parse().unwrap();
        assert_eq!(
            addressee("78-21@localhost"),
            Addressee::User(UserId::new(78).unwrap())
        );
        assert_eq!(
            addressee("78-21@localhost/phone"),
            Addressee::User(UserId::new(78).unwrap())
        );
        assert_eq!(
            addressee("21_5356c64ab35c12bd3b108a41@muc.localhost"),
            Addressee::Room(dialog)
        );
        assert_eq!(addressee("localhost"), Addressee::Server);
        assert_eq!(addressee("muc.localhost"), Addressee::Rooms);
    }

    #[test]
    fn other_applications_and_other_servers_are_not_ours() {
        assert_eq!(addressee("78-22@localhost"), Addressee::Nobody);
        assert_eq!(
            addressee("22_5356c64ab35c12bd3b108a41@muc.localhost"),
            Addressee::Nobody
        );
        assert_eq!(addressee("78@muc.localhost"), Addressee::Nobody);
        assert_eq!(addressee("78-21@example.org"), Addressee::Elsewhere);
    }
}
