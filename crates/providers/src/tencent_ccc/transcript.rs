//! What was said in a call, as the vendor's speech recognition has written it down (dossier section 10.3).

use super::TencentCcc;
use super::wire::{Asr, AsrQuery, Said};
use outdial_model::{Insight, InsightKind};
use outdial_provider::{ErrorKind, ProviderError};

/// Sentences of one side that follow each other are told together, up to so many bytes.
const TURN: usize = 1000;

impl TencentCcc {
    /// What was said, turn by turn. A transcript the vendor does not know may only be late: how soon it is there after
    /// the call is not documented.
    pub(super) async fn said(&self, session_id: &str) -> Result<Vec<Insight>, ProviderError> {
        let query = AsrQuery { sdk_app_id: self.config.sdk_app_id, session_id };
        match self.client.read::<Asr>("DescribeTelRecordAsr", &query).await {
            Ok(asr) => Ok(turns(&asr.asr_data_list)),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

/// In the vendor's order: who speaks by the vendor's name for that side, what they say, and when they begin.
fn turns(said: &[Said]) -> Vec<Insight> {
    let mut turns: Vec<(&Said, String)> = Vec::new();
    for one in said {
        let Some(words) = one.message.as_deref().map(str::trim).filter(|words| !words.is_empty()) else {
            continue;
        };
        match turns.last_mut() {
            Some((begun, text)) if begun.user == one.user && text.len() + words.len() < TURN => {
                text.push(' ');
                text.push_str(words);
            }
            _ => turns.push((one, words.to_owned())),
        }
    }
    let insight = |(begun, text): (&Said, String)| {
        let turn = Insight::new(InsightKind::Transcript, begun.user.as_deref(), &text)?;
        Some(Insight { level: begun.start, ..turn })
    };
    turns.into_iter().filter_map(insight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn told(list: Value) -> Vec<(Option<String>, String, Option<i64>)> {
        let asr: Asr = serde_json::from_value(json!({"AsrDataList": list, "RequestId": "r"})).unwrap();
        turns(&asr.asr_data_list).into_iter().map(|turn| (turn.name, turn.value, turn.level)).collect()
    }

    fn turn(user: &str, text: &str, start: i64) -> (Option<String>, String, Option<i64>) {
        (Some(user.to_owned()), text.to_owned(), Some(start))
    }

    #[test]
    fn sentences_of_one_side_are_one_turn() {
        let list = json!([
            {"User": "008602150000000", "Message": "Hello.", "Start": 0, "End": 900, "Timestamp": 1},
            {"User": "008602150000000", "Message": "This is about your payment. ", "Start": 1000, "End": 2900},
            {"User": "008613800000000", "Message": "Yes.", "Start": 3000, "End": 3400},
            {"User": "008602150000000", "Message": "Thank you.", "Start": 4000, "End": 4700},
            {"User": "008613800000000", "Message": "Yes.", "Start": 5000, "End": 5400},
        ]);
        let expected = [
            turn("008602150000000", "Hello. This is about your payment.", 0),
            turn("008613800000000", "Yes.", 3000),
            turn("008602150000000", "Thank you.", 4000),
            turn("008613800000000", "Yes.", 5000),
        ];
        assert_eq!(told(list), expected);
    }

    #[test]
    fn what_is_odd_or_empty_is_passed_over() {
        assert_eq!(told(json!(null)), []);
        let list =
            json!([null, 7, {"User": "a"}, {"User": "a", "Message": " "}, {"Message": "Hm", "Start": "12"}]);
        assert_eq!(told(list), [(None, "Hm".to_owned(), Some(12))]);
    }

    #[test]
    fn whoever_speaks_for_long_is_told_in_parts() {
        let sentence = |n: i64| json!({"User": "a", "Message": "x".repeat(400), "Start": n});
        let parts = told(json!([sentence(0), sentence(1), sentence(2), sentence(3)]));
        assert_eq!(
            parts.iter().map(|(_, text, start)| (text.len(), *start)).collect::<Vec<_>>(),
            [(801, Some(0)), (801, Some(2))]
        );
    }
}
