//! Redials.

use super::{ids, listed_task};
use crate::wire::counts::{CountsView, DispositionsView};
use outdial_model::Counts;
use serde_json::{Value, json};

pub(crate) fn new_redial() -> Value {
    json!({
        "dispositions": ["no_answer", "busy"],
        "name": "March reminders, once more",
        "schedule": {"start": "immediate", "windows": [{"from": "17:00", "to": "20:00"}]},
        "retry": {"max_attempts": 1}
    })
}

/// A redial just accepted.
pub(crate) fn redial() -> Value {
    let mut task = listed_task();
    let new = json!({
        "id": "tsk_01k3xm2z4te9yt4m2n7b6c5d4h",
        "external_id": null,
        "redial_of": ids::TASK,
        "redial_dispositions": ["no_answer", "busy"],
        "filling": {"taken": 0, "people": 13},
        "name": "March reminders, once more",
        "status": "scheduled",
        "started_at": null,
        "counts": CountsView(Counts::default()),
        "dispositions": DispositionsView(Counts::default()),
        "segments": []
    });
    for (name, value) in new.as_object().into_iter().flatten() {
        task[name] = value.clone();
    }
    task
}
