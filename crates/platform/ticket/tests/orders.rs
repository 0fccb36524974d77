//! What a kind of ticket is sorted by: only what it has.

mod common;

use std::sync::Arc;

use common::{World, asks};
use steward_base::Error;
use steward_fields::Registry;
use steward_schema::testing::on_both;
use steward_ticket::list::{ListQuery, parse_sort};

/// Of a field that the kind lacks it says so, and offers it to nobody.
#[test]
fn a_list_is_not_sorted_by_what_its_kind_lacks() {
    on_both(|test| {
        let mut world = World::new(test);
        let call = world.by("agent", 100);
        let fields = world.registry.fields().iter();
        let fields = fields.filter(|f| f.name != "caller" && f.name != "category").cloned();
        world.registry = Arc::new(Registry::new("incident", fields.collect()));
        for sort in ["caller", "-category", "priority,caller"] {
            let sort = parse_sort(sort).expect("a sort");
            let refused = world.list(&call, ListQuery { sort, ..asks("") });
            let Err(Error::Malformed(fault)) = refused else { panic!("{refused:?}") };
            assert_eq!((fault.field.as_str(), fault.rule.as_str()), ("sort", "unknown_sort"));
            let offered = fault.message.split("sort by").last().unwrap_or("");
            assert!(!offered.contains("caller") && offered.contains("opened_at"), "{offered}");
        }
        world.list(&call, asks("")).expect("the rest goes on");

        // Nor does a field of one's own by that name read the column of all tickets.
        let mut own = world.registry.field("slow").expect("a field without an index").clone();
        own.name = "category".into();
        let fields = world.registry.fields().iter().cloned().chain([own]).collect();
        world.registry = Arc::new(Registry::new("incident", fields));
        let sort = parse_sort("category").expect("a sort");
        let refused = world.list(&call, ListQuery { sort, ..asks("") });
        let Err(Error::Malformed(fault)) = refused else { panic!("{refused:?}") };
        assert_eq!(fault.rule, "not_indexed");
    });
}
