//! A line to PostgreSQL that breaks when a commit passes through it.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A commit on the wire: a simple query with its length.
const COMMIT: &[u8] = b"Q\0\0\0\x0bcommit\0";

/// How it breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Before the commit arrives.
    Before,
    /// After the commit was done; its answer is lost.
    After,
    /// The commit is lost, and the server does not notice that its client has gone.
    Half,
    /// After the commit was done, and the server cannot be reached any more.
    ForGood,
}

#[derive(Default)]
struct State {
    next: Mutex<Option<Cut>>,
    cuts: AtomicU32,
    closed: AtomicBool,
}

/// The line.
pub struct Line {
    /// The URL that goes through it.
    pub url: String,
    state: Arc<State>,
}

impl Line {
    /// A line to the server of this URL.
    pub fn to(url: &str) -> Line {
        let (before, rest) = url.rsplit_once('@').expect("a password");
        let (server, name) = rest.split_once('/').expect("a database");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (state, server) = (Arc::<State>::default(), server.to_owned());
        let shared = state.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if shared.closed.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(server) = TcpStream::connect(&server) else { continue };
                join(client, server, &shared);
            }
        });
        Line { url: format!("{before}@{address}/{name}"), state }
    }

    /// Breaks when the next commit passes.
    pub fn at_commit(&self, cut: Cut) {
        *self.state.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(cut);
    }

    /// How often it has broken.
    pub fn cuts(&self) -> u32 {
        self.state.cuts.load(Ordering::SeqCst)
    }
}

fn join(client: TcpStream, server: TcpStream, state: &Arc<State>) {
    let (from_client, to_client) = (client.try_clone().expect("a handle"), client);
    let (to_server, from_server) = (server.try_clone().expect("a handle"), server);
    let mute = Arc::new(AtomicBool::new(false));
    let (silent, state) = (mute.clone(), state.clone());
    std::thread::spawn(move || up(from_client, to_server, &state, &mute));
    std::thread::spawn(move || down(from_server, to_client, &silent));
}

fn up(mut client: TcpStream, mut server: TcpStream, state: &State, mute: &AtomicBool) {
    let mut bytes = [0; 65_536];
    while let Ok(count @ 1..) = client.read(&mut bytes) {
        let passes = bytes[..count].windows(COMMIT.len()).any(|part| part == COMMIT);
        let mut next = state.next.lock().unwrap_or_else(PoisonError::into_inner);
        let cut = if passes { next.take() } else { None };
        drop(next);
        let Some(cut) = cut else {
            if server.write_all(&bytes[..count]).is_err() {
                break;
            }
            continue;
        };
        state.cuts.fetch_add(1, Ordering::SeqCst);
        mute.store(true, Ordering::SeqCst);
        match cut {
            Cut::Before => drop(server.shutdown(Shutdown::Both)),
            Cut::Half => {}
            Cut::After | Cut::ForGood => {
                state.closed.store(cut == Cut::ForGood, Ordering::SeqCst);
                let _ = server.write_all(&bytes[..count]);
                std::thread::sleep(Duration::from_millis(300));
                let _ = server.shutdown(Shutdown::Both);
            }
        }
        let _ = client.shutdown(Shutdown::Both);
        if cut == Cut::Half {
            // Nobody tells the server.
            std::thread::sleep(Duration::from_secs(30));
        }
        return;
    }
    let _ = server.shutdown(Shutdown::Both);
}

fn down(mut server: TcpStream, mut client: TcpStream, mute: &AtomicBool) {
    let mut bytes = [0; 65_536];
    while let Ok(count @ 1..) = server.read(&mut bytes) {
        if mute.load(Ordering::SeqCst) {
            continue;
        }
        if client.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
}
