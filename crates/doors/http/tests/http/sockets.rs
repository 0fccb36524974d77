//! Over real sockets: large bodies, slow clients, a stop.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::support::{World, on_both_worlds};

struct Server {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

async fn serve(world: &World) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let router = steward_http::router(world.door.clone());
    let ended = tokio::spawn(steward_http::serve(listener, router, async {
        let _ = stopped.await;
    }));
    Server { address, stop, ended }
}

/// Sends the head of a request for a new team, and the beginning of its body.
async fn begin(world: &World, server: &Server, length: usize, body: &[u8]) -> TcpStream {
    let head = format!(
        "POST /api/v1/teams HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n",
        world.admin().token
    );
    let mut stream = TcpStream::connect(server.address).await.expect("a connection");
    stream.write_all(head.as_bytes()).await.expect("the head");
    stream.write_all(body).await.expect("the beginning of the body");
    stream
}

/// The status of the answer; 0 when the connection was closed without one.
async fn status(stream: &mut TcpStream) -> u16 {
    let mut bytes = [0; 64];
    let read = tokio::time::timeout(Duration::from_secs(30), stream.read(&mut bytes)).await;
    let read = read.expect("an answer within 30 s").expect("a readable connection");
    let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
    text.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
}

#[test]
fn a_body_too_large_is_answered_and_a_slow_client_is_cut_off() {
    on_both_worlds(|world| async move {
        let server = serve(&world).await;
        let large = vec![b' '; 5_000_000];
        let mut stream = begin(&world, &server, large.len(), &large).await;
        assert_eq!(status(&mut stream).await, 413);
        let mut slow_body = begin(&world, &server, 100, b"{\"na").await;
        let mut slow_head = TcpStream::connect(server.address).await.expect("a connection");
        slow_head.write_all(b"GET /healthz HTTP/1.1\r\nHo").await.expect("half a head");
        assert_eq!(status(&mut slow_body).await, 408);
        assert_eq!(status(&mut slow_head).await, 0, "closed");
        let mut good = begin(&world, &server, 12, b"{\"name\":\"x\"}").await;
        assert_eq!(status(&mut good).await, 201, "the server is unmoved");
    });
}

#[test]
fn a_stop_lets_the_request_under_way_finish() {
    on_both_worlds(|world| async move {
        let server = serve(&world).await;
        let mut stream = begin(&world, &server, 12, b"{\"na").await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.stop.send(()).expect("it runs");
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(TcpStream::connect(server.address).await.is_err(), "nobody else comes in");
        stream.write_all(b"me\":\"x\"}").await.expect("the rest");
        assert_eq!(status(&mut stream).await, 201);
        drop(stream);
        let ended = tokio::time::timeout(Duration::from_secs(10), server.ended).await;
        ended.expect("it ends").expect("without a panic");
    });
}
