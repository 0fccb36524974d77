//! What puts the rooms together: registries of fields, commands by name,
//! handlers of timers, subscribers of the log. A new practice is added here.

use std::sync::Arc;

use steward_api::AppBuilder;
use steward_automation::rule::{self, Automation};
use steward_automation::webhook::Webhooks;
use steward_base::{Entropy, Result};
use steward_fields::Registries;
use steward_history::Subscriber;
use steward_notification::Notifications;
use steward_ticket::Commands;
use steward_ticket::attachment::{Files, Limits};
use steward_timer::Handlers;

use crate::config::Config;

/// The rooms' tables.
#[derive(Clone)]
pub(crate) struct Rooms {
    /// Fields by kind of record.
    pub registries: Arc<Registries>,
    /// Commands by name.
    pub commands: Arc<Commands>,
    /// Handlers of timers by kind.
    pub handlers: Arc<Handlers>,
    /// Rules and webhooks.
    pub automation: Arc<Automation>,
}

impl Rooms {
    /// Fills the tables.
    pub fn new(entropy: &Entropy) -> Rooms {
        let incident = (steward_incident::KIND, steward_incident::registry as fn() -> _);
        let registries = Arc::new(Registries::new(vec![incident]));
        let mut commands = Commands::default();
        steward_incident::add_commands(&mut commands, &registries);
        steward_automation::register(&mut commands);
        let commands = Arc::new(commands);
        let kinds = [steward_incident::KIND];
        let (fields, table) = (registries.clone(), commands.clone());
        let automation = Arc::new(Automation::new(&kinds, fields, table, entropy.clone()));
        let mut handlers = Handlers::default();
        steward_incident::timers::handlers(&mut handlers, &registries, entropy);
        rule::add_handlers(&mut handlers, &automation);
        Rooms { registries, commands, handlers: Arc::new(handlers), automation }
    }

    /// Gives the routes what they reach through the application.
    pub fn serve(&self, builder: AppBuilder, config: &Config) -> Result<AppBuilder> {
        let files = Files::local(&config.data.join("files"), Limits::default())?;
        Ok(builder
            .service(self.registries.clone())
            .service(self.commands.clone())
            .service(self.automation.clone())
            .service(Arc::new(files)))
    }

    /// What reads the log behind its own cursor.
    pub fn subscribers(&self, entropy: &Entropy) -> Vec<Arc<dyn Subscriber>> {
        vec![
            Arc::new(Notifications::new(entropy.clone())),
            self.automation.clone(),
            Arc::new(Webhooks::new(self.automation.clone())),
        ]
    }
}
