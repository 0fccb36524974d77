//! The door through HTTP, on the real router, on both engines. Whoever acts is
//! a person; time moves only by [`support::World::advance`].

mod attachments;
mod automation;
mod bodies;
mod call_limit;
mod custom_fields;
mod doors;
mod every_list;
mod examples;
mod facts;
mod idempotency;
mod incident_care;
mod incident_life;
mod incident_lists;
mod incident_merge;
mod incident_secrets;
mod journal;
mod live;
mod pages;
mod people;
mod practices;
mod redaction;
mod search;
mod sign_in;
mod sockets;
mod support;
mod timers;
mod walk;
