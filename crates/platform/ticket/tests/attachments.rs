//! Attachments: streamed, stored once, seen by those who may, swept when free.

mod common;

use bytes::Bytes;
use common::{World, later};
use futures_util::{StreamExt, stream};
use std::sync::Arc;
use steward_base::{Error, Result, Uuid};
use steward_people::Call;
use steward_schema::testing::on_both;
use steward_ticket::Ticket;
use steward_ticket::attachment::{
    Attachment, Audience, Files, Limits, NewAttachment, Upload, attach, attachment, attachments,
    forget_file_names, object_of, remove,
};
use steward_ticket::journal::EntryKind;
use steward_ticket::store;

struct Desk {
    world: World,
    files: Files,
    dir: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
}

fn desk(test: steward_schema::testing::TestDb) -> Desk {
    let dir = tempfile::tempdir().expect("a directory");
    let limits = Limits { max_bytes: 100_000 };
    Desk {
        world: World::new(test),
        files: Files::local(&dir.path().join("files"), limits).expect("a store"),
        dir,
        runtime: tokio::runtime::Runtime::new().expect("a runtime"),
    }
}

impl Desk {
    fn upload(&self, call: &Call, name: &str, content: &[u8]) -> Result<Upload> {
        let chunks: Vec<Result<Bytes>> =
            content.chunks(7_000).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
        let bytes = stream::iter(chunks);
        self.runtime.block_on(self.files.receive(call.new_id(), name, Some("text/plain"), bytes))
    }

    fn attach(&self, call: &Call, ticket: &Ticket, new: NewAttachment) -> Result<Attachment> {
        let (call, registry, id) = (call.clone(), self.world.registry.clone(), ticket.head.id);
        let upload = new.upload.clone();
        let made = self.world.write(move |tx| {
            let ticket = store::by_id(tx, id)?;
            attach(tx, &call, &registry, &ticket, &new)
        });
        self.runtime.block_on(self.files.settle(self.world.db(), &upload));
        made
    }

    fn add(
        &self,
        login: &str,
        ticket: &Ticket,
        content: &str,
        audience: Audience,
    ) -> Result<Attachment> {
        let call = self.world.by(login, 50);
        let upload = self.upload(&call, "notes.txt", content.as_bytes())?;
        self.attach(&call, ticket, NewAttachment { upload, audience, entry: None })
    }

    fn seen(&self, login: &str, ticket: &Ticket) -> usize {
        let (actor, id) = (self.world.actor(login), ticket.head.id);
        let all = self.world.read(move |tx| {
            let ticket = store::by_id(tx, id)?;
            let all =
                attachments(tx, &actor, &ticket, steward_ticket::journal::Since::default(), 100)?;
            for one in &all {
                attachment(tx, &actor, one.id)?;
            }
            Ok(all)
        });
        all.len()
    }

    fn get(&self, login: &str, id: Uuid) -> Result<Attachment> {
        let actor = self.world.actor(login);
        self.world.db().read_blocking(move |tx| Ok(attachment(tx, &actor, id)?.0))
    }

    fn content(&self, found: &Attachment) -> Result<Vec<u8>> {
        let sha256 = found.sha256.clone();
        let object = self.world.read(move |tx| object_of(tx, &sha256)).ok_or(Error::NotFound)?;
        self.runtime.block_on(async {
            let mut stream = self.files.open(&object).await?;
            let mut all = Vec::new();
            while let Some(chunk) = stream.next().await {
                all.extend_from_slice(&chunk?);
            }
            Ok(all)
        })
    }

    fn remove(&self, login: &str, id: Uuid) -> Result<()> {
        let (call, registry) = (self.world.by(login, 60), self.world.registry.clone());
        self.world.write(move |tx| remove(tx, &call, &registry, id))
    }

    fn objects(&self) -> usize {
        fn count(dir: &std::path::Path) -> usize {
            let Ok(entries) = std::fs::read_dir(dir) else { return 0 };
            let entries = entries.map(|e| e.expect("an entry").path());
            entries.map(|p| if p.is_dir() { count(&p) } else { 1 }).sum()
        }
        count(self.dir.path())
    }
}

#[test]
fn a_file_is_streamed_hashed_and_comes_back_as_it_was() {
    on_both(|test| {
        let desk = desk(test);
        let ticket = desk.world.ticket(&desk.world.by("rita", 10), |_| {});
        let content = "x".repeat(50_000) + "end";
        let made = desk.add("rita", &ticket, &content, Audience::Public).expect("is attached");
        assert_eq!((made.size, made.file_name.as_str()), (50_003, "notes.txt"));
        assert_eq!(made.audience, Audience::Public);
        assert_eq!(desk.content(&made).expect("comes back"), content.as_bytes());
        let id = ticket.head.id;
        assert_eq!(desk.world.facts(id), ["incident.created", "incident.attachment_added"]);
        let after = desk.world.read(move |tx| store::by_id(tx, id));
        assert_eq!((after.head.version, after.updated_at), (2, later(50)));
        // The name is content: the fact holds its digest only.
        let facts = desk.world.read(move |tx| steward_history::facts_of(tx, id, 1, 10));
        assert!(!format!("{:?}", facts[0].changes).contains("notes.txt"));
        desk.world.verifies();
    });
}

#[test]
fn the_same_content_is_stored_once() {
    on_both(|test| {
        let desk = desk(test);
        let ticket = desk.world.ticket(&desk.world.by("rita", 10), |_| {});
        let one = desk.add("rita", &ticket, "same", Audience::Public).expect("is attached");
        let two = desk.add("agent", &ticket, "same", Audience::Internal).expect("is attached");
        desk.add("agent", &ticket, "other", Audience::Public).expect("is attached");
        assert_eq!(one.sha256, two.sha256);
        assert_eq!(desk.objects(), 2);
        assert_eq!(desk.content(&two).expect("comes back"), b"same");
    });
}

#[test]
fn what_is_too_large_a_program_or_empty_leaves_nothing() {
    on_both(|test| {
        let desk = desk(test);
        let call = desk.world.by("rita", 10);
        let refused = desk.upload(&call, "a.txt", &[b'x'; 100_001]);
        assert!(matches!(refused, Err(Error::TooLarge(_))), "{refused:?}");
        assert!(desk.upload(&call, "a.txt", &[b'x'; 100_000]).is_ok());
        let refused = desk.upload(&call, "picture.png", b"MZ\x90\x00 a program");
        assert!(matches!(refused, Err(Error::Unsupported(_))), "{refused:?}");
        let refused = desk.upload(&call, "setup.exe", b"text");
        assert!(matches!(refused, Err(Error::Unsupported(_))), "{refused:?}");
        let refused = desk.upload(&call, "a.txt", b"");
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
        let broken = stream::iter(vec![
            Ok(Bytes::from_static(b"begins")),
            Err(Error::malformed("file", "body", "the body broke off")),
        ]);
        let refused =
            desk.runtime.block_on(desk.files.receive(call.new_id(), "a.txt", None, broken));
        assert!(matches!(refused, Err(Error::Malformed(_))), "{refused:?}");
        assert_eq!(desk.objects(), 1, "only the whole one is there");
    });
}

#[test]
fn an_internal_attachment_does_not_exist_for_a_requester() {
    on_both(|test| {
        let desk = desk(test);
        let ticket = desk.world.ticket(&desk.world.by("rita", 10), |_| {});
        let open = desk.add("agent", &ticket, "open", Audience::Public).expect("is attached");
        let hidden = desk.add("agent", &ticket, "hidden", Audience::Internal).expect("is attached");
        let denied = desk.add("rita", &ticket, "mine", Audience::Internal);
        assert!(matches!(denied, Err(Error::Forbidden(_))), "{denied:?}");
        for (login, seen) in [("agent", 2), ("auditor", 2), ("admin", 2), ("rita", 1)] {
            assert_eq!(desk.seen(login, &ticket), seen, "{login}");
        }
        assert!(desk.get("rita", open.id).is_ok());
        assert_eq!(desk.get("rita", hidden.id), Err(Error::NotFound));
        for stranger in ["ben", "agent.north", "rita.north"] {
            assert_eq!(desk.get(stranger, open.id), Err(Error::NotFound), "{stranger}");
            assert_eq!(desk.remove(stranger, open.id), Err(Error::NotFound), "{stranger}");
            let denied = desk.add(stranger, &ticket, "x", Audience::Public);
            assert_eq!(denied, Err(Error::NotFound), "{stranger}");
        }
        assert_eq!(desk.remove("rita", hidden.id), Err(Error::NotFound));
        assert!(matches!(desk.remove("rita", open.id), Err(Error::Forbidden(_))));
    });
}

#[test]
fn an_attachment_of_an_entry_has_the_entrys_audience() {
    on_both(|test| {
        let desk = desk(test);
        let world = &desk.world;
        let ticket = world.ticket(&world.by("rita", 10), |_| {});
        let agent = world.by("agent", 20);
        let note = world.say(&agent, &ticket, EntryKind::WorkNote, "a note").expect("notes");
        let comment = world.say(&agent, &ticket, EntryKind::Comment, "a word").expect("says");
        let add = |call: &Call, entry, audience| {
            let upload = desk.upload(call, "a.txt", b"content").expect("comes in");
            desk.attach(call, &ticket, NewAttachment { upload, audience, entry: Some(entry) })
        };
        let hidden = add(&agent, note, Audience::Public).expect("is attached");
        assert_eq!(hidden.audience, Audience::Internal);
        let open = add(&agent, comment, Audience::Internal).expect("is attached");
        assert_eq!(open.audience, Audience::Public);
        assert_eq!(desk.seen("rita", &ticket), 1);
        // Nobody puts files into another's mouth, or onto another ticket.
        let manager = world.by("manager", 30);
        assert!(matches!(add(&manager, comment, Audience::Public), Err(Error::Invalid(_))));
        let strange = add(&agent, Uuid::nil(), Audience::Public);
        assert!(matches!(strange, Err(Error::Invalid(_))));
        // A retracted comment takes its attachments along.
        let (call, id) = (agent, ticket.head.id);
        world
            .write(move |tx| {
                let mut ticket = store::by_id(tx, id)?;
                steward_ticket::journal::retract(tx, &call, &mut ticket, comment, "wrong")?;
                steward_history::save_head(tx, &mut ticket.head)
            })
            .expect("is retracted");
        assert_eq!(desk.seen("rita", &ticket), 0);
        assert_eq!(desk.get("rita", open.id), Err(Error::NotFound));
        assert_eq!(desk.seen("agent", &ticket), 2);
    });
}

#[test]
fn a_removed_attachment_is_gone_and_its_bytes_with_the_last_of_them() {
    on_both(|test| {
        let desk = desk(test);
        let ticket = desk.world.ticket(&desk.world.by("rita", 10), |_| {});
        let one = desk.add("rita", &ticket, "same", Audience::Public).expect("is attached");
        let two = desk.add("agent", &ticket, "same", Audience::Public).expect("is attached");
        let sweep = |at| {
            let swept = desk.files.sweep(desk.world.db(), later(at));
            desk.runtime.block_on(swept).expect("sweeps")
        };
        assert_eq!(sweep(0).unreferenced, 0);
        desk.remove("rita", one.id).expect("her own");
        assert_eq!(desk.remove("rita", one.id), Err(Error::NotFound));
        assert_eq!(desk.seen("agent", &ticket), 1);
        assert_eq!(sweep(0).unreferenced, 0, "the other still holds it");
        desk.remove("manager", two.id).expect("may retract");
        assert_eq!(desk.objects(), 1, "a removal can be looked into until the sweep");
        assert_eq!(sweep(0).unreferenced, 1);
        assert_eq!(desk.objects(), 0);
        let kinds = desk.world.facts(ticket.head.id);
        assert_eq!(kinds[3..], ["incident.attachment_removed", "incident.attachment_removed"]);
        // The same content makes a new object then.
        let again = desk.add("rita", &ticket, "same", Audience::Public).expect("is attached");
        assert_eq!(desk.content(&again).expect("comes back"), b"same");
        desk.world.verifies();
    });
}

#[test]
fn uploads_that_were_given_up_are_swept_after_a_day() {
    on_both(|test| {
        let desk = desk(test);
        let world = &desk.world;
        let call = world.by("rita", 10);
        let ticket = world.ticket(&call, |_| {});
        desk.add("rita", &ticket, "kept", Audience::Public).expect("is attached");
        desk.upload(&call, "a.txt", b"never attached").expect("comes in");
        let modified = std::fs::metadata(desk.dir.path()).and_then(|m| m.modified());
        let now = steward_base::Timestamp::try_from(modified.expect("a time")).expect("a time");
        let day = jiff::SignedDuration::from_hours(25);
        let sweep = |now| {
            desk.runtime.block_on(desk.files.sweep(world.db(), now)).expect("sweeps").abandoned
        };
        assert_eq!(sweep(now), 0, "it may be on its way");
        assert_eq!(sweep(now + day), 1);
        assert_eq!(desk.objects(), 1);
    });
}

#[test]
fn a_refused_upload_leaves_no_object_behind() {
    on_both(|test| {
        let desk = desk(test);
        let ticket = desk.world.ticket(&desk.world.by("rita", 10), |_| {});
        assert!(desk.add("ben", &ticket, "x", Audience::Public).is_err());
        assert_eq!(desk.objects(), 0);
    });
}

#[test]
fn erasing_takes_the_names_of_files() {
    on_both(|test| {
        let desk = desk(test);
        let ticket = desk.world.ticket(&desk.world.by("rita", 10), |_| {});
        let made = desk.add("rita", &ticket, "x", Audience::Public).expect("is attached");
        let rita = desk.world.actor("rita").id;
        desk.world
            .write(move |tx| {
                forget_file_names(tx, rita)?;
                steward_history::erase_subject(tx, rita)
            })
            .expect("is erased");
        assert_eq!(desk.get("agent", made.id).expect("is there").file_name, "erased");
        desk.world.verifies();
    });
}

#[test]
fn any_object_store_will_do() {
    on_both(|test| {
        let mut desk = desk(test);
        let memory = Arc::new(object_store::memory::InMemory::new());
        desk.files = Files::new(memory, Limits::default());
        let ticket = desk.world.ticket(&desk.world.by("rita", 10), |_| {});
        let made = desk.add("rita", &ticket, "in memory", Audience::Public).expect("is attached");
        assert_eq!(desk.content(&made).expect("comes back"), b"in memory");
        assert_eq!(desk.objects(), 0);
    });
}
