//! Files in and out through HTTP.

use axum::body::Body;
use axum::http::Request;
use serde_json::json;

use crate::support::{Answer, Person, World, on_both_worlds};

/// A form with these parts: name, file name, content.
pub fn form(parts: &[(&str, Option<&str>, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|f| format!("; filename=\"{f}\"\r\nContent-Type: text/html"));
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"{name}\"{}\r\n\r\n",
            file.unwrap_or_default()
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    body
}

pub async fn send(world: &World, who: &Person, number: &str, key: &str, body: Vec<u8>) -> Answer {
    let mut request = Request::post(format!("/api/v1/incidents/{number}/attachments"))
        .header("authorization", format!("Bearer {}", who.token))
        .header("content-type", "multipart/form-data; boundary=edge");
    if !key.is_empty() {
        request = request.header("idempotency-key", key);
    }
    world.send(request.body(Body::from(body)).expect("a request")).await
}

async fn incident(world: &World, who: &Person) -> String {
    let made = who.post(world, "/api/v1/incidents", json!({"short_description": "Screen"})).await;
    made.expect(201)["number"].as_str().expect("a number").to_owned()
}

#[test]
fn a_file_goes_in_and_comes_out_as_a_download() {
    on_both_worlds(|world| async move {
        let rita = world.person("rita", &["requester"]).await;
        let number = incident(&world, &rita).await;
        let page = b"<script>alert(1)</script>";
        let body = form(&[("file", Some("C:\\tmp\\Gr\u{f6}\u{df}e.html"), page)]);
        let answer = send(&world, &rita, &number, "", body).await;
        let made = answer.expect(201);
        assert_eq!(made["file_name"], "Gr\u{f6}\u{df}e.html");
        assert_eq!((&made["size"], &made["audience"]), (&json!(25), &json!("public")));
        assert_eq!(made["sha256"].as_str().map(str::len), Some(64));
        assert_eq!(made["by"]["login"], "rita");
        let place = answer.header("location").to_owned();
        assert_eq!(rita.get(&world, &place).await.expect(200), made);

        let got = rita.get(&world, &format!("{place}/content")).await;
        assert_eq!((got.status.as_u16(), got.bytes.as_slice()), (200, page.as_slice()));
        assert_eq!(got.header("content-type"), "application/octet-stream");
        assert_eq!(
            got.header("content-disposition"),
            "attachment; filename=\"Gr__e.html\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.html"
        );
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert!(got.header("content-security-policy").contains("sandbox"));
        assert_eq!(got.header("content-length"), "25");
        let list = rita.get(&world, &format!("/api/v1/incidents/{number}/attachments")).await;
        assert_eq!(list.expect(200)["items"], json!([made]));

        assert_eq!(rita.delete(&world, &place).await.status.as_u16(), 204);
        rita.get(&world, &place).await.problem(404);
        rita.get(&world, &format!("{place}/content")).await.problem(404);
    });
}

#[test]
fn internal_files_and_others_incidents_do_not_exist() {
    on_both_worlds(|world| async move {
        let rita = world.person("rita", &["requester"]).await;
        let ben = world.person("ben", &["requester"]).await;
        let agent = world.person("agent", &["agent"]).await;
        let number = incident(&world, &rita).await;
        // The audience may stand before or behind the file.
        let parts: [(&str, Option<&str>, &[u8]); 2] =
            [("audience", None, b"internal"), ("file", Some("a.txt"), b"hidden")];
        let hidden = send(&world, &agent, &number, "", form(&parts)).await.expect(201);
        let turned = form(&[parts[1], parts[0]]);
        assert_eq!(
            send(&world, &agent, &number, "", turned).await.expect(201)["audience"],
            "internal"
        );
        let place = format!("/api/v1/attachments/{}", hidden["id"].as_str().expect("an id"));
        for who in [&rita, &ben] {
            who.get(&world, &place).await.problem(404);
            who.get(&world, &format!("{place}/content")).await.problem(404);
            who.delete(&world, &place).await.problem(404);
        }
        let base = format!("/api/v1/incidents/{number}");
        let list = rita.get(&world, &format!("{base}/attachments")).await.expect(200);
        assert_eq!(list["items"], json!([]));
        for part in ["history", "timeline"] {
            let told = rita.get(&world, &format!("{base}/{part}")).await.expect(200);
            assert!(!told.to_string().contains("attachment"), "{part}: {told}");
            assert!(!told.to_string().contains("a.txt"), "{part}: {told}");
        }
        send(&world, &rita, &number, "", form(&parts)).await.problem(403);
        send(&world, &ben, &number, "", form(&[parts[1]])).await.problem(404);
    });
}

#[test]
fn what_is_wrong_with_a_form_is_named() {
    on_both_worlds(|world| async move {
        let rita = world.person("rita", &["requester"]).await;
        let number = incident(&world, &rita).await;
        let file: (&str, Option<&str>, &[u8]) = ("file", Some("a.txt"), b"text");
        for (parts, status, field) in [
            (vec![], 422, "file"),
            (vec![("audience", None, b"public".as_slice())], 422, "file"),
            (vec![("audience", None, b"all".as_slice()), file], 422, "audience"),
            (vec![file, file], 422, "file"),
            (vec![("other", None, b"x".as_slice()), file], 422, "other"),
            (vec![("entry", None, b"x".as_slice()), file], 422, "entry"),
            (vec![("file", Some(""), b"text".as_slice())], 422, "file"),
            (vec![("file", Some("a.txt"), b"".as_slice())], 422, "file"),
            (vec![("file", Some("a.exe"), b"text".as_slice())], 415, "file"),
            (vec![("file", Some("a.txt"), b"MZ program".as_slice())], 415, "file"),
        ] {
            let named = send(&world, &rita, &number, "", form(&parts)).await.problem(status);
            assert_eq!(named.0, field, "{parts:?}");
        }
        let mut cut = form(&[file]);
        cut.truncate(cut.len() - 20);
        send(&world, &rita, &number, "", cut).await.problem(400);
        let large = vec![b'x'; 25 * 1024 * 1024 + 1];
        let large = form(&[("file", Some("a.txt"), large.as_slice())]);
        send(&world, &rita, &number, "", large).await.problem(413);
        let path = format!("/api/v1/incidents/{number}/attachments");
        let named = rita.post(&world, &path, json!({})).await.problem(415);
        assert_eq!(named, ("Content-Type".into(), "media_type".into()));
        let list = rita.get(&world, &path).await.expect(200);
        assert_eq!(list["items"], json!([]), "nothing of it is there");
    });
}

#[test]
fn a_file_sent_twice_with_one_key_is_attached_once() {
    on_both_worlds(|world| async move {
        let rita = world.person("rita", &["requester"]).await;
        let number = incident(&world, &rita).await;
        let body = form(&[("file", Some("a.txt"), b"once")]);
        let first = send(&world, &rita, &number, "k1", body.clone()).await.expect(201);
        assert_eq!(send(&world, &rita, &number, "k1", body).await.expect(201), first);
        let other = form(&[("file", Some("a.txt"), b"another")]);
        send(&world, &rita, &number, "k1", other).await.problem(422);
        let path = format!("/api/v1/incidents/{number}/attachments");
        let list = rita.get(&world, &path).await.expect(200);
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
        let got = format!("/api/v1/attachments/{}/content", first["id"].as_str().expect("an id"));
        assert_eq!(rita.get(&world, &got).await.bytes, b"once");
    });
}
