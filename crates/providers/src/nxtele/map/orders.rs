//! People and NXTele's orders: sending them, what became of them, taking them back.

use super::calls::{CallStatusWords, call_report};
use crate::nxtele::wire::{BatchAnswer, CallInfo, CallInfoList, Order, OrderDetails, Param, StopAnswer};
use crate::redact;
use outdial_model::{ContactId, Disposition, PersonName};
use outdial_provider::{
    Added, CallReport, Callbacks, ContactProgress, ContactReport, DialContact, Effect, ProviderError,
    Refusal, SegmentState,
};
use std::collections::{BTreeMap, BTreeSet};

/// The people of one request, each number once: refusals come back by number, so two people with one
/// number could not be told apart. Whoever is left out is in no list and found absent when looked up.
pub(in crate::nxtele) fn call_info_list<'a>(
    contacts: &'a [DialContact],
    callbacks: &Callbacks,
) -> CallInfoList<'a> {
    let mut numbers = BTreeSet::new();
    let first = contacts.iter().filter(|contact| numbers.insert(contact.phone.digits()));
    CallInfoList {
        order_callback_url: callbacks.url("order"),
        call_callback_url: callbacks.url("call"),
        call_list: first.map(call_info).collect(),
    }
}

fn call_info(contact: &DialContact) -> CallInfo<'_> {
    let key = contact.key.as_str();
    CallInfo {
        order_id: key,
        user_phone: contact.phone.digits(),
        other: key,
        user_name: contact.name.as_ref().map_or("", PersonName::expose),
        customer_name: "",
        params: contact.variables.iter().map(|(name, value)| Param { name, value }).collect(),
    }
}

/// Whom NXTele took of `contacts`, when `refusal` (the answer's result code, if it was not 0) and the
/// counts agree well enough to tell.
pub(in crate::nxtele) fn added(
    answer: &BatchAnswer,
    refusal: Option<ProviderError>,
    contacts: &[DialContact],
) -> Result<Added, ProviderError> {
    let took_some = answer.success_count.is_some_and(|count| count > 0);
    let is_uncertain = match refusal {
        Some(refusal) if !took_some && answer.err_list.is_empty() => return Err(refusal),
        Some(refusal) => refusal.effect == Effect::Possible,
        None => false,
    };
    let by_number: BTreeMap<_, _> =
        contacts.iter().rev().map(|contact| (contact.phone.digits(), contact)).collect();
    let mut refused = BTreeMap::new();
    for error in &answer.err_list {
        let number = error.phone.as_deref().unwrap_or_default().trim_start_matches('+');
        if let Some(contact) = by_number.get(number) {
            refused.insert(&contact.key, reason(error.err_msg.as_deref(), contact));
        }
    }
    let count = |number: Option<i64>| number.and_then(|number| usize::try_from(number).ok());
    let agrees = by_number.len() == contacts.len()
        && refused.len() == answer.err_list.len()
        && count(answer.total_count) == Some(contacts.len())
        && count(answer.success_count) == Some(contacts.len() - refused.len());
    let refused = refused.into_iter().map(|(key, reason)| Refusal { key: key.clone(), reason }).collect();
    Ok(Added { refused, ambiguous: is_uncertain || !agrees })
}

/// Whom NXTele took into a task it was asked to make with `contacts` in it. A refusal that still names
/// people leaves open whether the task was made.
pub(in crate::nxtele) fn opened_with(
    answer: &BatchAnswer,
    refusal: Option<ProviderError>,
    contacts: &[DialContact],
) -> Result<Added, ProviderError> {
    match refusal {
        None => added(answer, None, contacts),
        Some(refusal) if answer.err_list.is_empty() && answer.success_count.unwrap_or(0) == 0 => Err(refusal),
        Some(refusal) => Err(ProviderError {
            effect: Effect::Possible,
            detail: "NXTele refused people of a new task and may have made it; it is looked up".to_owned(),
            ..refusal
        }),
    }
}

/// What NXTele says against one person, without anything of the person in it.
fn reason(said: Option<&str>, contact: &DialContact) -> String {
    const LONGEST: usize = 200;
    let said = redact::text(said.unwrap_or_default().trim());
    let values = contact.variables.values().map(String::as_str);
    let personal = values.chain(contact.name.as_ref().map(PersonName::expose));
    if said.is_empty() || personal.filter(|text| !text.is_empty()).any(|text| said.contains(text)) {
        return "NXTele refused the contact without a reason that can be shown".to_owned();
    }
    format!("NXTele: {}", said.chars().take(LONGEST).collect::<String>())
}

/// Those of `contacts` that NXTele tells of; an error when it tells of somebody else, since such an
/// answer proves nobody's absence. `state` is the task's, when it is known.
pub(in crate::nxtele) fn contact_reports(
    details: &OrderDetails,
    contacts: &[DialContact],
    state: Option<SegmentState>,
    words: &CallStatusWords,
) -> Result<Vec<ContactReport>, ProviderError> {
    let asked: BTreeSet<_> = contacts.iter().map(|contact| &contact.key).collect();
    let is_over = matches!(state, Some(SegmentState::Known(state)) if state.is_final());
    let report = |order: &Order| {
        let key: ContactId = order.order_id.as_deref()?.parse().ok().filter(|key| asked.contains(key))?;
        let is_finished = order.finish == Some(true);
        let calls: Vec<_> = order
            .call_info_detail_list
            .iter()
            .filter_map(|call| call_report(call, is_finished, words))
            .collect();
        // A call that cannot be read was a call all the same.
        let progress = match order.call_info_detail_list.is_empty() {
            false => called(&calls, is_finished),
            true => not_called(is_finished, is_over),
        };
        Some(ContactReport { key, progress, calls })
    };
    let reports = details.order_detail_list.iter().map(report);
    reports.collect::<Option<_>>().ok_or_else(|| {
        ProviderError::unexpected(
            "NXTele tells of other people than those asked for; they are asked for again",
        )
    })
}

/// How far an order with these calls has come.
pub(in crate::nxtele) fn called(calls: &[CallReport], is_finished: bool) -> ContactProgress {
    if is_finished { ContactProgress::Done(overall(calls)) } else { ContactProgress::Dialing }
}

/// How far an order without a call has come. Nothing here is sure: NXTele does not cut a call under way
/// and may list it only afterwards, so nobody is ever reported as certainly not dialed.
const fn not_called(is_finished: bool, is_over: bool) -> ContactProgress {
    match (is_finished, is_over) {
        // Nothing is left to wait for but its listing.
        (true, true) => ContactProgress::Absent,
        // Its task may go on for ever.
        (true, false) => ContactProgress::Done(Disposition::Unknown),
        (false, _) => ContactProgress::Waiting,
    }
}

/// Answered if any attempt was, else as the last one ended.
fn overall(calls: &[CallReport]) -> Disposition {
    use Disposition::{Answered, AnsweredHuman, AnsweredMachine};
    let dispositions = || calls.iter().filter_map(|call| call.disposition);
    dispositions()
        .rfind(|disposition| matches!(disposition, Answered | AnsweredHuman | AnsweredMachine))
        .or_else(|| dispositions().next_back())
        .unwrap_or(Disposition::Unknown)
}

/// Those NXTele would not stop calling; an error when its counts leave open who they are.
pub(in crate::nxtele) fn not_cancelled(
    answer: &StopAnswer,
    refusal: Option<ProviderError>,
    contacts: &[DialContact],
) -> Result<Vec<Refusal>, ProviderError> {
    let named = |contact: &DialContact| {
        let error =
            answer.err_list.iter().find(|error| error.order_id.as_deref() == Some(contact.key.as_str()))?;
        Some(Refusal { key: contact.key.clone(), reason: reason(error.err_msg.as_deref(), contact) })
    };
    let refused: Vec<_> = contacts.iter().filter_map(named).collect();
    let agrees = |count| usize::try_from(count) == Ok(contacts.len() - refused.len());
    match (&refusal, answer.success_count) {
        (None, None) => Ok(refused),
        (_, Some(count)) if agrees(count) && (refusal.is_none() || !refused.is_empty()) => Ok(refused),
        (Some(refusal), _) => Err(refusal.clone()),
        (None, Some(_)) => {
            Err(ProviderError::unexpected("NXTele's counts of stopped orders do not agree; stop them again"))
        }
    }
}

#[cfg(test)]
mod tests;
