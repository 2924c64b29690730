//! The application: routes, who may ask them, and what every answer goes through.

use crate::body::Patience;
use crate::cursor::CursorKey;
use crate::download::Downloads;
use crate::draining::Draining;
use crate::feed::Streams;
use crate::metrics::Requests;
use crate::overload::Load;
use crate::permissions::Permissions;
use crate::prefer::Waiting;
use crate::quota::Buckets;
use crate::routes::fallback::RouteTable;
use crate::routes::{self, docs, fallback, ingress, push_tokens};
use crate::serve::ApiSettings;
use crate::upload::Uploads;
use crate::{auth, openapi, problem};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use outdial_engine::Engine;
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

/// What handlers share. Made once, cloned for each thread.
#[derive(Clone)]
pub(crate) struct Shared {
    engine: Data<Engine>,
    cursors: Data<CursorKey>,
    permissions: Data<Permissions>,
    routes: Data<RouteTable>,
    document: Data<docs::Document>,
    requests: Data<Requests>,
    draining: Data<Draining>,
    streams: Data<Streams>,
    buckets: Data<Buckets>,
    load: Load,
    downloads: Data<Downloads>,
    uploads: Data<Uploads>,
    waiting: Data<Waiting>,
    patience: Patience,
}

impl Shared {
    pub(crate) fn new(engine: Engine, settings: &ApiSettings) -> Self {
        let document = openapi::of_server(&engine);
        Self {
            cursors: Data::new(CursorKey::new(engine.derived_secret("cursor"))),
            permissions: Data::new(Permissions::of(&document)),
            routes: Data::new(RouteTable::of(&document)),
            document: Data::new(docs::Document::new(&document)),
            engine: Data::new(engine),
            requests: Data::new(settings.requests.clone()),
            draining: Data::new(Draining(settings.draining.clone())),
            streams: Data::new(Streams::until(settings.closing.clone())),
            buckets: Data::new(Buckets::new(settings.quotas)),
            load: Load::of_at_most(settings.requests_at_once),
            downloads: Data::new(Downloads::until(settings.closing.clone())),
            uploads: Data::new(Uploads::until(settings.closing.clone())),
            waiting: Data::new(Waiting::until(settings.closing.clone())),
            patience: Patience(settings.patience),
        }
    }

    /// Everything there is to ask, and the answer to everything else.
    pub(crate) fn configure(&self, config: &mut web::ServiceConfig) {
        self.share(config);
        routes(&mut ServiceConfig::new(config));
        config
            .service(push_tokens::grant)
            .service(ingress::take)
            .service(docs::home)
            .service(docs::openapi)
            .service(docs::redirect)
            .service(docs::swagger_ui())
            .service(problem::pages::all)
            .service(problem::pages::one)
            .default_service(web::to(fallback::fallback));
    }

    /// The routes below `/v1` and nothing before them: whoever asks is `principal`.
    #[cfg(feature = "bare")]
    pub(crate) fn configure_bare(
        &self,
        principal: &outdial_engine::Principal,
        config: &mut web::ServiceConfig,
    ) {
        let principal = principal.clone();
        let named = from_fn(move |request, next| auth::believe(principal.clone(), request, next));
        self.share(config);
        let mut config = ServiceConfig::new(config);
        config.service(scope::<_, _>("/v1").wrap(named).configure(routes::with_key));
    }

    fn share(&self, config: &mut web::ServiceConfig) {
        config
            .app_data(self.engine.clone())
            .app_data(self.cursors.clone())
            .app_data(self.permissions.clone())
            .app_data(self.routes.clone())
            .app_data(self.document.clone())
            .app_data(self.requests.clone())
            .app_data(self.draining.clone())
            .app_data(self.streams.clone())
            .app_data(self.buckets.clone())
            .app_data(self.load.clone())
            .app_data(self.downloads.clone())
            .app_data(self.uploads.clone())
            .app_data(self.waiting.clone())
            .app_data(self.patience);
    }
}

/// What there is for those who only watch, with no key: what handlers share of it, and its routes.
pub(crate) fn configure_watching(engine: &Engine, settings: &ApiSettings, config: &mut web::ServiceConfig) {
    config
        .app_data(Data::new(engine.clone()))
        .app_data(Data::new(settings.requests.clone()))
        .app_data(Data::new(Draining(settings.draining.clone())))
        .configure(routes::for_watching)
        .default_service(web::to(fallback::nothing));
}

/// The documented routes.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    let keyed = scope::<_, _>("/v1").wrap(from_fn(auth::authenticate)).configure(routes::with_key);
    config.service(keyed).configure(routes::at_the_root);
}
