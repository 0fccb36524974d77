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
    let app = world.app.clone();
    let ended = tokio::spawn(async move {
        steward_http::serve(listener, &app, router, async {
            let _ = stopped.await;
        })
        .await;
    });
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

/// The whole answer up to the end of its body.
async fn whole(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut bytes = [0; 4096];
    while !text.ends_with('}') {
        let read = tokio::time::timeout(Duration::from_secs(30), stream.read(&mut bytes)).await;
        let read = read.expect("an answer within 30 s").expect("a readable connection");
        assert_ne!(read, 0, "closed: {text}");
        text.push_str(&String::from_utf8_lossy(&bytes[..read]));
    }
    text
}

#[test]
fn who_is_refused_before_the_body_was_read_sees_the_answer() {
    on_both_worlds(|world| async move {
        let server = serve(&world).await;
        let body = vec![b'x'; 900_000];
        let bearer = format!("Authorization: Bearer {}\r\n", world.admin().token);
        let mut stream = TcpStream::connect(server.address).await.expect("a connection");
        for (line, credentials, status) in [
            ("POST /api/v1/teams", "", 401),
            ("POST /api/v1/nothing", bearer.as_str(), 404),
            ("PUT /api/v1/me", bearer.as_str(), 405),
            ("POST /incidents", "", 405),
        ] {
            let length = body.len();
            let head = format!(
                "{line} HTTP/1.1\r\nHost: x\r\n{credentials}Content-Length: {length}\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await.expect("the head");
            for piece in body.chunks(64 * 1024) {
                stream.write_all(piece).await.expect("the server reads all of it");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let answer = whole(&mut stream).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: {answer}");
        }
        // Who waits to be asked for the body is answered without it.
        let head = "POST /api/v1/teams HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\
                    Content-Length: 900000\r\n\r\n";
        let mut stream = TcpStream::connect(server.address).await.expect("a connection");
        stream.write_all(head.as_bytes()).await.expect("the head");
        let answer = whole(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    });
}

#[test]
fn what_is_no_request_is_answered_like_every_error() {
    on_both_worlds(|world| async move {
        let server = serve(&world).await;
        let good = "GET /api/v1/me HTTP/1.1\r\nHost: x\r\n\r\n";
        let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "x".repeat(300_000));
        for (wrong, status) in [
            ("GET /api/v1/incidents?q=<x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("nonsense\r\n\r\n", 400),
            (long.as_str(), 431),
        ] {
            for before in 0..2 {
                let mut stream = TcpStream::connect(server.address).await.expect("a connection");
                for _ in 0..before {
                    stream.write_all(good.as_bytes()).await.expect("written");
                    assert!(whole(&mut stream).await.starts_with("HTTP/1.1 401 "));
                }
                stream.write_all(wrong.as_bytes()).await.expect("written");
                let answer = whole(&mut stream).await;
                assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
                let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
                assert!(head.contains("content-type: application/problem+json"), "{head}");
                assert!(
                    head.contains("\r\ndate: ") && head.contains("connection: close"),
                    "{head}"
                );
                let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
                assert_eq!(body["status"], status);
                let id = body["request_id"].as_str().expect("an id");
                assert!(id.len() == 36 && head.contains(id), "{head}");
            }
        }
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
