//! The state every handler shares: database, clock, chance, settings, and the
//! services that other rooms put in by their type.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use steward_base::{Entropy, Timestamp, Uuid};
use steward_database::Db;
use steward_people::SignInLimit;
use tokio::sync::Semaphore;

use crate::call_limit::{CallLimit, CallsLeft};
use crate::idempotency::Running;

/// Password hashes made or checked at a time: each takes a core and 19 MiB.
const PASSWORDS_AT_A_TIME: usize = 2;

/// What the composition root decides once.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How browsers reach us, without a slash at the end; `https` makes the
    /// session cookie `Secure`.
    pub public_url: Option<String>,
    /// Failed sign-ins per account and address in a minute before
    /// 429; 0 is off.
    pub sign_in_limit: u32,
    /// Calls a minute that somebody signed in may make; 0 is no limit.
    pub call_limit: u32,
    /// Sign-ins shown on the sign-in page (demonstrations only).
    pub demo: Vec<DemoSignIn>,
    /// The version of the product.
    pub version: &'static str,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            public_url: None,
            sign_in_limit: 10,
            call_limit: 0,
            demo: Vec::new(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

/// A sign-in that the sign-in page shows.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct DemoSignIn {
    /// Sign-in name.
    pub login: String,
    /// The password, in the open.
    pub password: String,
    /// The person's name.
    pub name: String,
    /// What one sees as this person.
    pub note: String,
    /// The hash that the password fits: once it is another, nothing is shown.
    #[serde(skip)]
    pub hash: String,
}

/// The shared state. Cheap to clone; all clones share everything.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    entropy: Entropy,
    clock: Clock,
    settings: Settings,
    services: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
    running: Running,
    failures: Mutex<SignInLimit>,
    calls: Mutex<CallLimit>,
    passwords: Arc<Semaphore>,
}

/// Where the time of a request comes from: given by the composition root.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Collects what an [`App`] is made of.
pub struct AppBuilder {
    db: Db,
    entropy: Entropy,
    clock: Clock,
    settings: Settings,
    services: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
}

impl App {
    /// Begins an application on this database, clock and source of chance.
    pub fn builder(db: Db, entropy: Entropy, clock: Clock) -> AppBuilder {
        AppBuilder { db, entropy, clock, settings: Settings::default(), services: HashMap::new() }
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    /// Ids and salts.
    pub fn entropy(&self) -> &Entropy {
        &self.inner.entropy
    }

    /// The time, asked for once at the entry of a request and by workers.
    pub fn now(&self) -> Timestamp {
        (self.inner.clock)()
    }

    /// What the composition root decided.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The service of that type, put in by the composition root.
    pub fn find_service<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        self.inner.services.get(&TypeId::of::<T>())?.clone().downcast().ok()
    }

    /// The service of that type.
    ///
    /// # Panics
    /// When the composition root put none in: a fault of the build that the
    /// first request of any test shows.
    pub fn service<T: Any + Send + Sync>(&self) -> Arc<T> {
        let missing = || panic!("no service of type {}", std::any::type_name::<T>());
        self.find_service().unwrap_or_else(missing)
    }

    pub(crate) fn running(&self) -> &Running {
        &self.inner.running
    }

    /// Failed sign-ins and wrong tokens, counted.
    pub fn failures(&self) -> MutexGuard<'_, SignInLimit> {
        self.inner.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call of somebody signed in; `None` without a limit.
    pub(crate) fn count_call(&self, actor: Uuid, now: Timestamp) -> Option<CallsLeft> {
        self.inner.calls.lock().unwrap_or_else(PoisonError::into_inner).call(actor, now)
    }

    /// Runs work on a password: beside the threads that answer requests, and
    /// few at a time, since each takes a core and much memory.
    ///
    /// # Errors
    /// What the work answers; `Internal` when it panics.
    pub async fn with_password<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> steward_base::Result<T> + Send + 'static,
    ) -> steward_base::Result<T> {
        let permit = self.inner.passwords.clone().acquire_owned().await;
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(steward_base::Error::internal)?
    }
}

impl AppBuilder {
    /// Sets what the composition root decides.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> AppBuilder {
        self.settings = settings;
        self
    }

    /// Puts a service in, found by its type.
    #[must_use]
    pub fn service<T: Any + Send + Sync>(mut self, service: Arc<T>) -> AppBuilder {
        self.services.insert(TypeId::of::<T>(), service);
        self
    }

    /// The application.
    pub fn build(self) -> App {
        let failures = Mutex::new(SignInLimit::new(self.settings.sign_in_limit));
        let calls = Mutex::new(CallLimit::new(self.settings.call_limit));
        let inner = Inner {
            db: self.db,
            entropy: self.entropy,
            clock: self.clock,
            settings: self.settings,
            services: self.services,
            running: Running::default(),
            failures,
            calls,
            passwords: Arc::new(Semaphore::new(PASSWORDS_AT_A_TIME)),
        };
        App { inner: Arc::new(inner) }
    }
}
