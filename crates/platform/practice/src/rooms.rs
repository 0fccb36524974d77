//! The tables through which rooms reach each other without knowing each other,
//! filled from a list of practices: fields by kind, commands by name, handlers
//! of timers by kind, rules and webhooks.

use std::sync::Arc;

use steward_api::AppBuilder;
use steward_automation::rule::{self, Automation};
use steward_base::Entropy;
use steward_ticket::Commands;
use steward_timer::Handlers;

use crate::practice::{Practice, Practices};

/// The tables of a program.
#[derive(Clone)]
pub struct Rooms {
    /// The practices, with their fields by kind of record.
    pub practices: Arc<Practices>,
    /// Commands by name.
    pub commands: Arc<Commands>,
    /// Handlers of timers by kind.
    pub handlers: Arc<Handlers>,
    /// Rules and webhooks.
    pub automation: Arc<Automation>,
}

impl Rooms {
    /// Fills the tables for these practices.
    pub fn new(practices: &[&'static Practice], entropy: &Entropy) -> Rooms {
        let practices = Practices::new(practices);
        let registries = practices.registries.clone();
        let mut commands = Commands::default();
        let mut handlers = Handlers::default();
        for practice in practices.iter() {
            practice.register(&mut commands, &registries);
            practice.add_timers(&mut handlers, &registries, entropy);
        }
        steward_automation::register(&mut commands);
        let commands = Arc::new(commands);
        let automation = Automation::new(registries, commands.clone(), entropy.clone());
        let automation = Arc::new(automation);
        rule::add_handlers(&mut handlers, &automation);
        let (practices, handlers) = (Arc::new(practices), Arc::new(handlers));
        Rooms { practices, commands, handlers, automation }
    }

    /// Gives the routes what they reach through the application.
    pub fn serve(&self, builder: AppBuilder) -> AppBuilder {
        builder
            .service(self.practices.clone())
            .service(self.practices.registries.clone())
            .service(self.commands.clone())
            .service(self.automation.clone())
    }
}
