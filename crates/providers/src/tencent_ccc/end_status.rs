//! How a call ended: the vendor's `EndStatus` and `EndStatusString` (dossier section 11), as data.
//!
//! The vendor warns that automatic calls may end with codes beyond its list: those are
//! [`Disposition::Other`] and keep their raw code.

use outdial_model::Disposition::{
    self, Answered, AnsweredMachine, Blocked, Busy, Cancelled, CarrierFailure, Declined, InvalidNumber,
    NoAnswer, Other, Unreachable,
};

/// Code, string, and what it means to us. Codes that only inbound calls end with are `Other`.
const END_STATUS: &[(i64, &str, Disposition)] = &[
    (1, "ok", Answered),
    (17, "seatGiveUp", Other),
    (100, "blackList", Other),
    (102, "ivrGiveUp", Other),
    (103, "waitingGiveUp", Other),
    (104, "ringingGiveUp", Other),
    (105, "noSeatOnline", Other),
    (106, "notWorkTime", Other),
    (107, "ivrEnd", Answered),
    (108, "restrictedCallee", Blocked),
    (109, "tooManyRequest", Blocked),
    (110, "restrictedArea", Blocked),
    (111, "restrictedTime", Blocked),
    (202, "notAnswer", NoAnswer),
    (203, "userReject", Declined),
    (204, "powerOff", Unreachable),
    (205, "numberNotExist", InvalidNumber),
    (206, "busy", Busy),
    (207, "outOfCredit", Unreachable),
    (208, "operatorError", CarrierFailure),
    (209, "callerCancel", Cancelled),
    (210, "notInService", Unreachable),
    (211, "clientError", CarrierFailure),
    (212, "carrierBlocked", Blocked),
    (213, "callReminder", NoAnswer),
    (215, "numberInvalid", InvalidNumber),
    (216, "callRestricted", Unreachable),
    (217, "calleeRestricted", Blocked),
    (218, "areaRestricted", Blocked),
    (219, "promptCallForwarding", NoAnswer),
    (220, "callerCancelWhileRing", Cancelled),
    (221, "callerCancelWithoutRing", Unreachable),
    (222, "voiceMailReached", AnsweredMachine),
    (225, "asrError", CarrierFailure),
    (226, "llmasrError", CarrierFailure),
    (227, "ttsError", CarrierFailure),
    (228, "functionCallHangup", Answered),
    (229, "maxCallDurationReached", Answered),
    (230, "userInactivity", Answered),
    (231, "callTerminatedByAPI", Answered),
    (232, "userHangupDuringAiCall", Answered),
    (233, "aiAgentEndCall", Answered),
    (501, "callConflict", CarrierFailure),
    (502, "clientTimeout", CarrierFailure),
    (503, "voipClientError", CarrierFailure),
];

/// What an end status means; `None` while the call has none. The code decides, else the string
/// (a pushed record has only that). Whoever picked up was answered, whatever ended the talk after.
pub fn disposition(code: Option<i64>, text: Option<&str>, picked_up: bool) -> Option<Disposition> {
    let text = text.filter(|text| !text.is_empty());
    let code = code.filter(|code| *code != 0);
    if code.is_none() && text.is_none() {
        return None;
    }
    let row = END_STATUS
        .iter()
        .find(|row| code == Some(row.0))
        .or_else(|| END_STATUS.iter().find(|row| text == Some(row.1)));
    Some(match row.map_or(Other, |row| row.2) {
        AnsweredMachine => AnsweredMachine,
        _ if picked_up => Answered,
        meaning => meaning,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_string_say_the_same() {
        for (code, text, meaning) in END_STATUS {
            assert_eq!(disposition(Some(*code), None, false), Some(*meaning));
            assert_eq!(disposition(None, Some(text), false), Some(*meaning));
        }
    }

    #[test]
    fn every_code_and_every_string_is_listed_once() {
        for (i, (code, text, _)) in END_STATUS.iter().enumerate() {
            assert!(
                END_STATUS[..i].iter().all(|other| other.0 != *code && other.1 != *text),
                "{code} {text}"
            );
        }
    }

    #[test]
    fn an_unknown_ending_is_other_unless_somebody_picked_up() {
        assert_eq!(disposition(Some(627), Some("somethingNew"), false), Some(Other));
        assert_eq!(disposition(Some(627), None, true), Some(Answered));
        assert_eq!(disposition(Some(222), None, true), Some(AnsweredMachine), "a machine picked up");
    }

    #[test]
    fn a_call_without_an_end_goes_on() {
        assert_eq!(disposition(None, None, true), None);
        assert_eq!(disposition(Some(0), Some(""), false), None);
    }
}
