//! What outlives a tab, and who takes it on.

use sync::ClientId;

use super::client::Client;
use super::world::{DEVICES, World};

impl World {
    /// Writes what is not sent yet. Where things break, some of it fails, and is tried again: so what
    /// others take on may have a hole, which is filled later.
    pub(super) fn keep_outbox(&mut self, client: usize) {
        let rough = self.rough;
        let rng = &mut self.rng;
        let device = &mut self.devices[client % DEVICES];
        self.clients[client].keep(device, &self.ledger, || !rough || rng.u8(..4) > 0);
    }

    pub(super) fn keep_list(&mut self, client: usize) {
        let device = client % self.devices.len();
        self.clients[client].keep_list(&mut self.devices[device]);
    }

    pub(super) fn read_list(&mut self, client: usize) {
        let device = client % self.devices.len();
        if let Some(list) = self.devices[device].list() {
            self.say(&("reads the kept list", client, list.head));
            self.tally.kept_lists += 1;
            self.clients[client].restore(list);
        }
    }

    /// Adopts what other tabs have left on the device. Without locks, a tab cannot know whether they are
    /// alive, or whether another one has adopted the same.
    pub(super) fn adopt(&mut self, client: usize) {
        let device = client % self.devices.len();
        for id in self.devices[device].clients() {
            let it = &self.clients[client];
            let is_held = self.holds(id);
            if it.is_gone
                || id == it.id()
                || it.taken_on.contains_key(&id)
                || (self.locks && is_held)
            {
                continue;
            }
            self.tally.adoptions += 1;
            self.tally.shared_adoptions += usize::from(is_held);
            let outbox = self.devices[device].read(id);
            self.say(&("adopts", client, &outbox));
            self.clients[client].adopt(outbox);
        }
    }

    /// Whether a tab lives that has the lock of this name.
    fn holds(&self, id: ClientId) -> bool {
        let mut clients = self.clients.iter();
        clients.any(|client| client.id() == id || client.taken_on.contains_key(&id))
    }

    /// The page is hidden: it sends what is pending, and a new page is kept, if there is a server.
    pub(super) fn hide(&mut self, client: usize) {
        self.beacon(client);
        if !self.server.is_gone() && self.rng.bool() {
            let device = client % self.devices.len();
            self.devices[device].write_page(self.server.authority.snapshot());
        }
    }

    /// A tab dies, well or badly. What it had sent is under way all the same. Another is opened, who
    /// is somebody else.
    pub(super) fn reopen(&mut self, client: usize) {
        if self.rng.bool() {
            self.hide(client);
        }
        let device = client % self.devices.len();
        let id = self.new_client();
        let page = match (self.devices[device].page(), self.server.is_gone()) {
            (Some(page), false) if self.rng.bool() => {
                self.tally.old_pages += 1;
                page
            }
            (_, false) => self.server.authority.snapshot(),
            // There is no page to open.
            (_, true) => return,
        };
        self.say(&("is opened anew", client, id));
        self.tally.deaths += 1;
        let dead = std::mem::replace(&mut self.clients[client], Client::open(id, page));
        self.clients[client].clock = dead.clock;
        self.clients[client].life = dead.life + 1;
        for number in dead.numbers() {
            let is_kept = self.devices[device].has(number.0, number.1);
            let mut others = self.clients.iter();
            if !is_kept && !others.any(|other| other.numbers().contains(&number)) {
                self.ledger.forgotten(number);
            }
        }
        self.disconnect(client);
    }

    /// The page says that the list was deleted, and what of it was not sent.
    pub(super) fn notice_gone(&mut self, client: usize) {
        self.say(&("hears that the list is gone", client));
        let client = &mut self.clients[client];
        client.is_gone = true;
        client
            .numbers()
            .into_iter()
            .for_each(|number| self.ledger.told_gone(number));
    }

    /// Stores and adopts until everything on the devices is pending in a tab. If the list is gone, its page
    /// tells what was not sent.
    pub(super) fn settle_storage(&mut self) {
        for client in 0..self.clients.len() {
            if self.clients[client].is_gone && !self.server.is_gone() {
                self.reopen(client);
            }
            let device = &mut self.devices[client % DEVICES];
            self.clients[client].keep(device, &self.ledger, || true);
            self.adopt(client);
        }
        if self.server.is_gone() {
            for device in &self.devices {
                for id in device.clients() {
                    for stored in device.read(id).pending {
                        self.ledger.told_gone((id, stored.mutation.seq));
                    }
                }
            }
        }
    }
}
