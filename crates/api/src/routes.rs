//! The routes, one file for each resource. A handler extracts, calls one use case and maps the result.

mod account_routes;
mod accounts;
mod api_keys;
mod audit;
mod blockers;
mod calls;
mod contacts;
pub(crate) mod docs;
mod emergency_stop;
mod erasures;
mod events;
pub(crate) mod fallback;
pub(crate) mod ingress;
mod metrics;
mod preflight;
mod probes;
mod providers;
pub(crate) mod push_tokens;
mod pushes;
mod recordings;
mod redial;
mod suppressions;
mod task_answer;
mod task_verbs;
mod tasks;
mod upload;
mod vendor_tasks;
mod webhook_endpoints;
mod webhook_verbs;

use utoipa_actix_web::service_config::ServiceConfig;

/// Routes that need a key, below `/v1`.
pub(crate) fn with_key(config: &mut ServiceConfig<'_>) {
    config
        .service(tasks::create_task)
        .service(preflight::preflight_task)
        .service(tasks::list_tasks)
        .service(tasks::get_task)
        .service(tasks::update_task)
        .service(task_verbs::start_task)
        .service(task_verbs::pause_task)
        .service(task_verbs::resume_task)
        .service(task_verbs::stop_task)
        .service(redial::redial_task)
        .service(task_verbs::move_task)
        .service(tasks::list_segments)
        .service(tasks::get_task_stats)
        .service(blockers::get_blockers)
        .service(upload::add_contacts)
        .service(contacts::list_contacts)
        .service(contacts::get_contact)
        .service(contacts::cancel_contact)
        .service(contacts::resolve_contact)
        .service(contacts::get_timeline)
        .service(erasures::create_erasure)
        .service(erasures::get_erasure)
        .service(suppressions::create_suppression)
        .service(suppressions::import_suppressions)
        .service(suppressions::list_suppressions)
        .service(suppressions::get_suppression)
        .service(suppressions::delete_suppression)
        .service(calls::place_call)
        .service(calls::list_calls)
        .service(calls::get_call)
        .service(recordings::get_recording)
        .service(events::follow_events)
        .service(events::list_events)
        .service(webhook_endpoints::create_webhook_endpoint)
        .service(webhook_endpoints::list_webhook_endpoints)
        .service(webhook_endpoints::get_webhook_endpoint)
        .service(webhook_endpoints::update_webhook_endpoint)
        .service(webhook_endpoints::delete_webhook_endpoint)
        .service(webhook_verbs::test_webhook_endpoint)
        .service(webhook_verbs::rotate_webhook_secret)
        .service(webhook_verbs::replay_events)
        .service(webhook_verbs::list_deliveries)
        .service(account_routes::list_routes)
        .service(accounts::list_accounts)
        .service(accounts::get_account)
        .service(accounts::check_account)
        .service(accounts::get_catalog)
        .service(pushes::list_pushes)
        .service(pushes::get_reconciliation)
        .service(vendor_tasks::list_vendor_tasks)
        .service(vendor_tasks::get_vendor_task)
        .service(vendor_tasks::adopt_vendor_task)
        .service(providers::list_providers)
        .service(providers::get_provider)
        .service(api_keys::create_api_key)
        .service(api_keys::list_api_keys)
        .service(api_keys::get_api_key)
        .service(api_keys::revoke_api_key)
        .service(audit::list_audit)
        .service(emergency_stop::stop_everything)
        .service(emergency_stop::get_emergency_stop);
}

/// Routes at the root: probes anybody may ask, and metrics, which ask for a key themselves.
pub(crate) fn at_the_root(config: &mut ServiceConfig<'_>) {
    config.service(probes::livez).service(probes::readyz).service(metrics::get_metrics);
}

/// The same for an address of the inside, where metrics ask for no key.
pub(crate) fn for_watching(config: &mut actix_web::web::ServiceConfig) {
    config.service(probes::livez).service(probes::readyz).service(metrics::watch_metrics);
}
