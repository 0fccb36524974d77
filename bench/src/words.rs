//! Plausible texts, the same for the same seed.

/// A small, fast source of repeatable chance (splitmix64).
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// Begins at a seed.
    pub fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    /// 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, which is not 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

const THINGS: &[&str] = &[
    "Outlook",
    "VPN",
    "printer",
    "SAP",
    "the intranet",
    "Teams",
    "the file share",
    "a laptop",
    "the badge reader",
    "Excel",
    "the warehouse scanner",
    "the telephone system",
    "the CRM",
    "a docking station",
    "Wi-Fi",
    "payroll",
    "the ticket kiosk",
    "the backup server",
    "the proxy",
    "the label printer",
    "the meeting room screen",
    "MFA",
];
const TROUBLES: &[&str] = &[
    "does not start",
    "is very slow",
    "asks for the password again and again",
    "shows an error",
    "cannot connect",
    "loses its settings",
    "crashes when saving",
    "prints blank pages",
    "is not reachable",
    "freezes after login",
    "reports that the licence has expired",
    "does not find the server",
    "shows old data",
    "lost the connection",
];
const PLACES: &[&str] = &[
    "in Prague",
    "in the Leeds office",
    "on floor 3",
    "at reception",
    "in building B",
    "from home",
    "in Hall 7",
    "for the whole team",
    "since the update",
    "since this morning",
    "for one user",
    "after the move",
    "in Porto",
];
const SENTENCES: &[&str] = &[
    "The user restarted the machine twice and the behaviour stayed the same.",
    "It worked yesterday and nothing was changed on this side.",
    "The message on the screen says that the operation timed out.",
    "Three colleagues in the same room have seen it as well.",
    "There is a workaround with the web version, but it takes much longer.",
    "The month-end closing depends on it, so please look at it before noon.",
    "A screenshot was sent by mail to the service desk.",
    "The event log shows repeated failures of the authentication service.",
    "The cable and the power supply were checked and are fine.",
    "According to the user it happens about every ten minutes.",
    "The device was replaced two weeks ago by the field team.",
    "Other applications on the same computer work normally.",
];
const CURES: &[&str] = &[
    "Restarted the service and checked with the user.",
    "Cleared the cache and signed in again.",
    "Replaced the device from stock.",
    "Corrected the permission on the group.",
    "Installed the pending update.",
    "Rolled back the driver to the earlier version.",
    "Explained the new way of working to the user.",
];

/// One line that says what is wrong.
pub fn short(chance: &mut Chance) -> String {
    let text = format!("{} {} {}", chance.pick(THINGS), chance.pick(TROUBLES), chance.pick(PLACES));
    let first: String = text.chars().take(1).flat_map(char::to_uppercase).collect();
    first + &text.chars().skip(1).collect::<String>()
}

/// The story: two to five sentences with a name of a machine.
pub fn long(chance: &mut Chance) -> String {
    let mut text = format!("Reported for PC-{:05}.", chance.below(100_000));
    for _ in 0..2 + chance.below(4) {
        text.push(' ');
        text.push_str(chance.pick::<&str>(SENTENCES));
    }
    text
}

/// What was done.
pub fn cure(chance: &mut Chance) -> String {
    format!("{} {}", chance.pick(CURES), chance.pick(SENTENCES))
}
