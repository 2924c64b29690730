//! Where recordings are fetched from, and where not.

use crate::recordings::{SECRET, SOUND, WAV, is_discreet, kept_at, recorded};
use crate::test_api::{Place, on_this_machine};
use outdial_engine::outward::Policy;
use outdial_outward::testing::{Canary, Conduct, Host, Signpost};
use std::sync::Arc;

#[tokio::test]
async fn nobody_is_asked_who_is_not_on_the_list() {
    let (vendor, canary) = (Host::answering("200 OK", WAV, SOUND).await, Canary::new());
    let url = format!("http://{}/{SECRET}/r.wav", canary.authority());
    // The vendor's own host at another port is another host.
    let place = || Place { base_url: vendor.origin(), policy: on_this_machine(), ..Place::default() };
    let (api, path) = recorded(place(), Some(&url)).await;
    let problem = api.get(&path).await.problem(502, "recording_host_not_allowed");
    assert!(problem.text("/detail").contains("accounts.main.recording_hosts"));
    assert!(problem.text("/detail").contains(&canary.authority()), "the operator has to know which");
    assert_eq!(problem.text("/provider/id"), "memory");
    is_discreet(&problem);

    let listed = vec!["media.example.com".parse().unwrap(), "*.example.org".parse().unwrap()];
    let (api, path) = recorded(Place { recording_hosts: listed, ..place() }, Some(&url)).await;
    api.get(&path).await.problem(502, "recording_host_not_allowed");
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn a_host_on_the_list_is_asked_where_the_operator_allows_its_network() {
    let (storage, canary) = (Host::answering("200 OK", WAV, SOUND).await, Canary::new());
    let listed = |authority: String| vec![authority.parse().unwrap()];
    let open =
        Place { recording_hosts: listed(storage.authority()), policy: on_this_machine(), ..Place::default() };
    let (api, path) = recorded(open, Some(&format!("{}/{SECRET}", storage.origin()))).await;
    assert_eq!(api.get(&path).await.body, SOUND);

    let guarded = Place { recording_hosts: listed(canary.authority()), ..Place::default() };
    for scheme in ["http", "https"] {
        let url = format!("{scheme}://{}/{SECRET}", canary.authority());
        let place = Place { recording_hosts: guarded.recording_hosts.clone(), ..Place::default() };
        let (api, path) = recorded(place, Some(&url)).await;
        let problem = api.get(&path).await.problem(502, "recording_host_not_allowed");
        assert!(problem.text("/detail").contains("recordings.allow"), "{}", problem.body);
        is_discreet(&problem);
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn a_link_may_be_as_long_as_signed_ones_are() {
    let storage = Host::answering("200 OK", WAV, SOUND).await;
    let url = format!("{}/{SECRET}/r.wav?sign={}", storage.origin(), "x".repeat(10_000));
    let (api, path) = recorded(Place { base_url: storage.origin(), ..Place::default() }, Some(&url)).await;
    assert_eq!(api.get(&path).await.body, SOUND);
}

#[tokio::test]
async fn a_listed_name_that_leads_to_a_private_address_is_not_followed() {
    let canary = Canary::new();
    let host = format!("media.example.com:{}", canary.port());
    let resolver = Arc::new(Signpost("127.0.0.1".parse().unwrap()));
    let place = Place { recording_hosts: vec![host.parse().unwrap()], resolver, ..Place::default() };
    let (api, path) = recorded(place, Some(&format!("https://{host}/{SECRET}/r.wav"))).await;
    let problem = api.get(&path).await.problem(502, "recording_host_not_allowed");
    assert!(problem.text("/detail").contains("recordings.allowed_networks"), "{}", problem.body);
    is_discreet(&problem);
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn where_the_operator_sends_requests_nothing_is_fetched_from_beside_them() {
    let storage = Host::answering("200 OK", WAV, SOUND).await;
    let at = async |base: &str, path: &str| {
        let place = Place { base_url: format!("{}{base}", storage.origin()), ..Place::default() };
        let (api, call) = recorded(place, Some(&format!("{}{path}", storage.origin()))).await;
        api.get(&call).await
    };
    assert_eq!(at("/vendor/v3", "/vendor/v3/secret-path/r.wav").await.body, SOUND);
    for elsewhere in ["/secret-path/r.wav", "/vendor/v3/../secret-path", "/vendor/v33/secret-path"] {
        let problem = at("/vendor/v3", elsewhere).await.problem(502, "recording_host_not_allowed");
        assert!(problem.text("/detail").contains("base_url"), "{elsewhere}");
        is_discreet(&problem);
    }
    assert_eq!(storage.heads().len(), 1);
}

#[tokio::test]
async fn a_vendors_production_host_is_fetched_from_as_far_as_it_is_public() {
    let storage = Host::answering("200 OK", WAV, SOUND).await;
    let url = format!("{}/{SECRET}/r.wav", storage.origin());
    let at = async |policy| {
        let base_url = format!("{}/api/v3", storage.origin());
        let place = Place { base_url, is_vendors_own: true, policy, ..Place::default() };
        let (api, path) = recorded(place, Some(&url)).await;
        api.get(&path).await
    };
    assert_eq!(at(on_this_machine()).await.body, SOUND, "its recordings may be anywhere on it");
    let nowhere = Policy { allow_http: true, ..Policy::default() };
    let problem = at(nowhere).await.problem(502, "recording_host_not_allowed");
    assert!(problem.text("/detail").contains("recordings.allow"), "{}", problem.body);
    assert_eq!(storage.heads().len(), 1);
}

#[tokio::test]
async fn nobody_is_redirected() {
    let canary = Canary::new();
    let location = format!("location: http://{}/vendor-word\r\n", canary.authority());
    let storage = Host::answering("200 OK", WAV, SOUND).await;
    let (api, path) = kept_at(&storage).await;
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        storage.behaves(Conduct::answer(status, &location, "vendor-word"));
        is_discreet(&api.get(&path).await.problem(502, "provider_error"));
    }
    assert_eq!(canary.connections(), 0);
}
