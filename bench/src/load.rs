//! The load generator: as many clients as asked, each with one connection and
//! one request under way, over HTTP/1.1. One thread, so that it leaves the cores
//! to what is measured; the same for the product and the bare program.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Result;

/// What is sent.
pub struct Load {
    /// To whom.
    pub address: SocketAddr,
    /// Clients at a time.
    pub clients: usize,
    /// Whole requests as they go over the wire; each client takes the next.
    pub requests: Vec<Vec<u8>>,
    /// The status each must get.
    pub status: u16,
}

/// What came of it.
pub struct Outcome {
    /// Requests answered in the counted time.
    pub answered: u64,
    /// The counted time, in seconds.
    pub seconds: f64,
    /// The last body.
    pub body: Vec<u8>,
}

impl Outcome {
    /// Requests answered in a second.
    pub fn rate(&self) -> f64 {
        self.answered as f64 / self.seconds
    }
}

/// A request with a token.
pub fn request(method: &str, path: &str, token: &str, body: &str) -> Vec<u8> {
    let mut text =
        format!("{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n");
    if !body.is_empty() {
        text += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    }
    text += "\r\n";
    text += body;
    text.into_bytes()
}

struct Shared {
    load: Load,
    next: Cell<usize>,
    counting: Cell<bool>,
    stopping: Cell<bool>,
    answered: Cell<u64>,
    body: RefCell<Vec<u8>>,
}

/// Runs the load for `warm_up`, then counts for `length`.
///
/// # Errors
/// The first answer that is not what was expected.
pub fn run(load: Load, warm_up: Duration, length: Duration) -> Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, drive(load, warm_up, length))
}

/// Sends each request once.
///
/// # Errors
/// As [`run`].
pub fn once(load: Load) -> Result<Outcome> {
    run(load, Duration::ZERO, Duration::ZERO)
}

async fn drive(load: Load, warm_up: Duration, length: Duration) -> Result<Outcome> {
    let once = length.is_zero();
    let clients = load.clients;
    let shared = Rc::new(Shared {
        load,
        next: Cell::new(0),
        counting: Cell::new(once),
        stopping: Cell::new(false),
        answered: Cell::new(0),
        body: RefCell::default(),
    });
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..clients {
        tasks.spawn_local(client(shared.clone(), once));
    }
    let mut begin = begun;
    if !once {
        early(&mut tasks, warm_up).await?;
        shared.counting.set(true);
        begin = Instant::now();
        early(&mut tasks, length).await?;
        shared.stopping.set(true);
    }
    let mut seconds = begin.elapsed().as_secs_f64();
    shared.counting.set(once);
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    if once {
        seconds = begin.elapsed().as_secs_f64();
    }
    let body = shared.body.take();
    Ok(Outcome { answered: shared.answered.get(), seconds, body })
}

/// Waits, unless a client breaks off before.
async fn early(tasks: &mut tokio::task::JoinSet<Result<()>>, time: Duration) -> Result<()> {
    tokio::select! {
        ended = tasks.join_next() => match ended {
            Some(ended) => ended?.and(Err("a client ended early".into())),
            None => Err("there are no clients".into()),
        },
        () = tokio::time::sleep(time) => Ok(()),
    }
}

async fn client(shared: Rc<Shared>, once: bool) -> Result<()> {
    let mut stream = TcpStream::connect(shared.load.address).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(64 * 1024);
    while !shared.stopping.get() {
        let place = shared.next.get();
        let all = shared.load.requests.len();
        if once && place >= all {
            return Ok(());
        }
        shared.next.set(place + 1);
        stream.write_all(&shared.load.requests[place % all]).await?;
        let from = answer(&mut stream, &mut buffer, shared.load.status).await?;
        if shared.counting.get() {
            shared.answered.set(shared.answered.get() + 1);
        }
        if shared.body.borrow().is_empty() {
            *shared.body.borrow_mut() = buffer[from..].to_vec();
        }
        buffer.clear();
    }
    Ok(())
}

/// Reads one answer; its body begins at the place returned.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>, status: u16) -> Result<usize> {
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the server closed the connection".into());
        }
        let Some(head) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&buffer[..head])?;
        let got = text.get(9..12).and_then(|code| code.parse::<u16>().ok());
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>().ok())?
        });
        let length = length.ok_or("an answer without Content-Length")?;
        while buffer.len() < head + 4 + length {
            if stream.read_buf(buffer).await? == 0 {
                return Err("the server closed the connection".into());
            }
        }
        if got != Some(status) {
            let said = String::from_utf8_lossy(buffer);
            return Err(format!("not {status}: {said}").into());
        }
        return Ok(head + 4);
    }
}
