use super::*;
use crate::nxtele::testing::{config, spec};
use outdial_provider::Operation;
use serde_json::json;

const CALLBACK: &str = "https://gw.example/ingress/a/s/task";

fn now() -> Timestamp {
    "2026-03-02T01:00:00Z".parse().unwrap()
}

fn created(spec: &TaskSpec) -> Value {
    let options = Options::read(spec).unwrap();
    let plan = Plan {
        spec,
        options: &options,
        hours: DialHours::of(&spec.schedule).unwrap(),
        callback_url: CALLBACK,
        now: now(),
    };
    serde_json::to_value(create_task(plan, "seg_1", &config(json!({})), None)).unwrap()
}

fn updated(spec: &TaskSpec, listed: &Value) -> Value {
    let options = Options::read(spec).unwrap();
    let plan = Plan {
        spec,
        options: &options,
        hours: DialHours::of(&spec.schedule).unwrap(),
        callback_url: CALLBACK,
        now: now(),
    };
    let listed = serde_json::from_value(listed.clone()).unwrap();
    serde_json::to_value(update_task(plan, "seg_1", &config(json!({})), &listed).unwrap()).unwrap()
}

#[test]
fn a_task_is_made_still_and_stays_open() {
    let task = created(&spec());
    let expected = json!({
        "productID": "callbot", "userTaskID": "seg_1", "sceneID": "scene-1",
        "taskCreateSetting": {
            "strategyName": "默认策略", "startupType": 1, "startupAt": 0, "zoneSecond": 0, "dialAtWeekDay": "1,2,3,4,5,6,7",
            "dialAtUpHour": "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23",
            "dialAtDownHour": "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23",
            "maxRingTime": 0, "routeID": "", "taskName": "March reminders", "taskCallbackUrl": CALLBACK,
        },
        "funcFlag": {
            "taskKeep": true, "roundRedial": false, "wholeTTS": true, "smsEnable": false, "smsFuncFlag": [], "phoneEncrypt": false,
        },
        "taskCallbackUrl": CALLBACK,
    });
    assert_eq!(task, expected, "and nothing of the metadata");
}

#[test]
fn what_the_task_asks_for_is_sent() {
    let mut spec = spec();
    spec.retry.max_attempts = 2;
    spec.pacing.max_concurrent_calls = Some(20);
    spec.schedule.hours.time_zone = "Europe/Berlin".parse().unwrap();
    spec.schedule.not_before = Some("2026-07-01T08:00:00Z".parse().unwrap());
    spec.provider_options = [(
        "nxtele".to_owned(),
        json!({
            "strategy_name": "evening", "max_ring_time_seconds": 30, "route_id": "r-1", "whole_tts": false, "phone_encrypt": true,
            "sms": {"rules": [{"sms_id": "s-1", "intent_ids": ["a"]}]},
            "manual_call": {"agent_group": "g-1", "dispatch_type": "ratio", "ratio_call_rate": 1.5},
        }),
    )]
    .into();
    let task = created(&spec);
    let setting = &task["taskCreateSetting"];
    assert_eq!(setting["strategyName"], "evening");
    assert_eq!(setting["zoneSecond"], 7200, "summer time, when the task begins in summer");
    assert_eq!(
        (&setting["maxCall"], &setting["maxRingTime"], &setting["routeID"]),
        (&json!(20), &json!(30), &json!("r-1"))
    );
    let agents =
        json!({"agentGroup": "g-1", "dispatchType": 1, "ratioCallRate": 1.5, "predictCallRate": 0.0});
    assert_eq!(setting["manualCallSetting"], agents);
    let flags = json!({
        "taskKeep": true, "roundRedial": true, "wholeTTS": false, "smsEnable": true,
        "smsFuncFlag": [{"smsID": "s-1", "intentID": ["a"], "intentName": []}], "phoneEncrypt": true,
    });
    assert_eq!(task["funcFlag"], flags);
}

#[test]
fn a_change_is_laid_over_what_is_listed() {
    let listed: Value = serde_json::from_str(include_str!("../../fixtures/list_task.json")).unwrap();
    let mut listed = listed["taskData"][0].clone();
    listed["sceneID"] = json!("scene-of-the-vendor");
    listed["taskSetting"]["taskCreateSetting"]["somethingNew"] = json!(7);
    listed["taskSetting"]["taskCreateSetting"]["routeID"] = json!("r-9");
    let mut spec = spec();
    spec.pacing.max_concurrent_calls = Some(9);
    let change = updated(&spec, &listed);
    assert_eq!(change["sceneID"], "scene-of-the-vendor", "the script cannot be changed");
    let setting = &change["taskCreateSetting"];
    assert_eq!(setting["somethingNew"], 7);
    assert_eq!((&setting["routeID"], &setting["maxRingTime"]), (&json!("r-9"), &json!(0)));
    assert_eq!(setting["manualCallSetting"], json!({}));
    assert_eq!(setting["strategyName"], "evening", "kept, for the task names none");
    assert_eq!((&setting["maxCall"], &setting["startupType"]), (&json!(9), &json!(1)));
    assert_eq!(change["funcFlag"]["taskKeep"], true);
    assert_eq!(change["funcFlag"]["smsFuncFlag"], json!([]));
    spec.provider_options = [("nxtele".to_owned(), json!({"strategy_name": "night"}))].into();
    assert_eq!(updated(&spec, &listed)["taskCreateSetting"]["strategyName"], "night");
    let bare = updated(&spec, &json!({}));
    assert_eq!(bare["sceneID"], "scene-1");
}

#[test]
fn stopping_takes_back_whoever_waits_and_completing_does_not() {
    assert_eq!(operate(Verb::Stop), (3, 1));
    assert_eq!(operate(Verb::Complete), (3, 0));
    assert_eq!(operate(Verb::Pause), (2, 0));
    assert_eq!(operate(Verb::Start), operate(Verb::Resume));
}

#[test]
fn a_task_that_is_as_it_was_wanted_counts_as_controlled() {
    let state = |status| SegmentState::Known(status);
    assert!(is_reached(Verb::Start, state(SegmentStatus::Running)));
    assert!(!is_reached(Verb::Resume, state(SegmentStatus::Paused)));
    assert!(is_reached(Verb::Pause, state(SegmentStatus::Ready)), "nobody is dialed before the start");
    assert!(!is_reached(Verb::Pause, state(SegmentStatus::Running)));
    assert!(is_reached(Verb::Stop, state(SegmentStatus::Failed)));
    assert!(!is_reached(Verb::Stop, SegmentState::Unrecognized));
}

#[test]
fn a_status_nobody_knows_is_kept_as_sent() {
    let report = segment_report("seg_1", Some(6));
    assert_eq!(report.state, SegmentState::Unrecognized);
    assert_eq!(report.raw.as_deref(), Some("6"));
    assert_eq!(report.vendor_ref.as_deref(), Some("seg_1"));
}

#[test]
fn every_operation_is_declared() {
    let capabilities = crate::nxtele::capabilities::of(7);
    assert!(Operation::ALL.iter().all(|operation| capabilities.operations.contains_key(operation)));
    assert_eq!(capabilities.limits.contacts_per_request, 7);
}
