//! Operations on orders: add, stop, look up.

use serde_json::{Value, json};

use super::fields::Fields;
use super::task::Order;
use super::tasks::{Page, delete_waiting};
use super::{Answer, Platform, Refusal, wire};
use crate::campaign::Phase;
use crate::exchange::Exchange;
use crate::number::e164;
use crate::vendors::Provider;

/// A `callInfoList`, readable as a whole; single orders may still be refused.
pub(super) struct Batch<'a> {
    order_url: &'a str,
    call_url: &'a str,
    lines: Vec<Line<'a>>,
}

struct Line<'a> {
    id: &'a str,
    phone: &'a str,
    other: &'a str,
    user_name: &'a str,
    params: Value,
}

impl<'a> Batch<'a> {
    /// Every member of an order is required; the two URLs may be missing (23).
    pub(super) fn read(list: Fields<'a>, exchange: &Exchange<'_>) -> Result<Batch<'a>, Refusal> {
        let calls = list.list("callList")?;
        let lines = calls.iter().map(Line::read).collect::<Result<Vec<_>, _>>()?;
        if lines.is_empty() {
            return Err(Refusal::value("callList: must not be empty"));
        }
        if lines.len() > exchange.settings.nxtele.batch_limit {
            return Err(Refusal::new(Refusal::TOO_MANY, "callList: too many elements"));
        }
        Ok(Batch {
            order_url: list.text_if_any("orderCallbackUrl")?.unwrap_or_default(),
            call_url: list.text_if_any("callCallbackUrl")?.unwrap_or_default(),
            lines,
        })
    }
}

impl<'a> Line<'a> {
    fn read(item: &'a Value) -> Result<Line<'a>, Refusal> {
        let item = item
            .as_object()
            .ok_or_else(|| Refusal::new(Refusal::FORMAT, "callList: must be an array of objects"))?;
        let fields = Fields::of(item);
        fields.text("customerName")?;
        Ok(Line {
            id: fields.id("orderID")?,
            phone: fields.text("userPhone")?,
            other: fields.text("other")?,
            user_name: fields.text("userName")?,
            params: json!(fields.list("params")?),
        })
    }
}

impl Platform {
    pub(super) fn add_batch_call(
        &mut self,
        body: Fields<'_>,
        exchange: &mut Exchange<'_>,
    ) -> Result<Answer, Refusal> {
        let user_id = body.id("userTaskID")?;
        let batch = Batch::read(body.object("callInfoList")?, exchange)?;
        let index = self.task_index(user_id)?;
        if matches!(self.tasks[index].campaign.phase(), Phase::Closing(_) | Phase::Over(_)) {
            return Err(Refusal::value("userTaskID: the task is over and takes no more orders"));
        }
        Ok(self.add_orders("addBatchCall", index, batch, exchange))
    }

    /// Takes what it can; the rest is named in `errList`, by phone (19, 20, 21).
    pub(super) fn add_orders(
        &mut self,
        operation: &str,
        index: usize,
        batch: Batch<'_>,
        exchange: &mut Exchange<'_>,
    ) -> Answer {
        let lag = exchange.lag(Provider::Nxtele, operation);
        let total = batch.lines.len();
        let mut errors = Vec::new();
        for line in batch.lines {
            let number = e164(line.phone).filter(|number| number.strip_prefix('+') == Some(line.phone));
            let refusal = match number {
                None => "the number is not valid",
                Some(_) if self.orders.contains_key(line.id) => "the orderID is in use already",
                Some(number) => {
                    let task = &mut self.tasks[index];
                    let order_url =
                        if batch.order_url.is_empty() { &task.order_url } else { batch.order_url };
                    let order = Order {
                        id: line.id.to_owned(),
                        user_name: line.user_name.to_owned(),
                        other: line.other.to_owned(),
                        params: line.params,
                        order_url: order_url.to_owned(),
                        call_url: batch.call_url.to_owned(),
                        listed: exchange.listed(lag),
                    };
                    self.orders.insert(order.id.clone(), (index, task.campaign.contacts.len()));
                    task.campaign.add(number, order);
                    continue;
                }
            };
            errors.push(json!({"phone": line.phone, "errMsg": refusal}));
        }
        let taken = total - errors.len();
        let code = match taken {
            0 => Refusal::VALUE,
            _ if taken < total => exchange.settings.nxtele.partial_success_code,
            _ => 0,
        };
        Answer { code, members: json!({"totalCount": total, "successCount": taken, "errList": errors}) }
    }

    /// A live call is not cut, but it is the last (35). Orders already finished count as stopped.
    pub(super) fn stop_order(&mut self, body: Fields<'_>) -> Result<Answer, Refusal> {
        let user_id = body.id("userTaskID")?;
        let ids = body.texts("orderIDs")?;
        delete_waiting(body)?;
        let index = self.task_index(user_id)?;
        let mut errors = Vec::new();
        for id in &ids {
            match self.orders.get(*id) {
                Some((task, contact)) if *task == index => self.tasks[index].campaign.cancel(*contact),
                _ => errors.push(json!({"orderID": id, "errMsg": "the task has no such order"})),
            }
        }
        Ok(Answer::ok(json!({
            "totalCount": ids.len(),
            "successCount": ids.len() - errors.len(),
            "errList": errors,
        })))
    }

    /// At most 500 ids, the one published limit. Unknown ids are left out; calls show once they have ended.
    pub(super) fn list_order_detail(
        &mut self,
        body: Fields<'_>,
        exchange: &mut Exchange<'_>,
    ) -> Result<Answer, Refusal> {
        let user_id = body.id("userTaskID")?;
        let ids = body.texts("orderList")?;
        let index = self.task_index(user_id)?;
        let task = &self.tasks[index];
        if ids.len() > 500 {
            return Err(Refusal::new(Refusal::TOO_MANY, "orderList: at most 500 ids"));
        }
        let lag = exchange.lag(Provider::Nxtele, "listOrderDetail");
        let details: Vec<Value> = ids
            .iter()
            .filter_map(|id| self.orders.get(*id))
            .filter(|(of_task, _)| *of_task == index)
            .filter_map(|(_, contact)| task.campaign.contacts.get(*contact))
            .filter(|contact| contact.card.listed.is_shown(lag))
            .map(|contact| wire::order_detail(task, contact, exchange))
            .collect();
        Ok(Answer::ok(json!({"orderDetailList": details})))
    }

    /// Invented shape: the papers show no answer (17).
    pub(super) fn list_call(
        &mut self,
        body: Fields<'_>,
        exchange: &mut Exchange<'_>,
    ) -> Result<Answer, Refusal> {
        let task = &self.tasks[self.task_index(body.id("userTaskID")?)?];
        let page = Page::read(body, exchange)?;
        let calls: Vec<Value> = task
            .campaign
            .calls()
            .filter(|(_, call)| call.ended)
            .map(|(contact, call)| {
                json!({"orderID": contact.card.id, "callInfoDetail": wire::call_detail(contact, call, exchange)})
            })
            .collect();
        let shown = page.of(&calls);
        Ok(Answer::ok(json!({"invented": true, "callData": shown, "totalCount": calls.len()})))
    }

    /// Invented shape: the papers show no answer (17). `options.finish`: 1 finished, 0 unfinished (41).
    pub(super) fn list_order(
        &mut self,
        body: Fields<'_>,
        exchange: &mut Exchange<'_>,
    ) -> Result<Answer, Refusal> {
        let task = &self.tasks[self.task_index(body.id("userTaskID")?)?];
        let page = Page::read(body, exchange)?;
        let options = body.object("options")?;
        let ids = options.texts_if_any("orderID")?;
        let finish = options.integer_if_any("finish")?.map(|finish| finish == 1);
        let orders: Vec<Value> = task
            .campaign
            .contacts
            .iter()
            .filter(|contact| ids.as_ref().is_none_or(|ids| ids.contains(&&*contact.card.id)))
            .filter(|contact| finish.is_none_or(|finish| finish == contact.is_final()))
            .map(|contact| wire::order_detail(task, contact, exchange))
            .collect();
        let shown = page.of(&orders);
        Ok(Answer::ok(json!({"invented": true, "orderData": shown, "totalCount": orders.len()})))
    }
}
