//! Tencent Cloud CCC: errors inside HTTP 200; any other status is a gateway's and proves nothing.

use crate::desk::Reply;
use crate::table::{Row, Vendor, on_the_line, row, taken};
use outdial_model::DispatchOutcome::{self, Accepted, Refused, Unknown};
use outdial_provider::ErrorKind::{
    self, Config, Conflict, InvalidRequest, NotFound, PermissionDenied, QuotaExhausted, RateLimited,
    TooLarge, Unauthenticated, Unavailable, UnexpectedResponse,
};
use outdial_provider::Operation;
use serde_json::{Value, json};

/// Every code the vendor documents, common ones and its own, by what it means; a family comes first, `.` goes
/// on with it.
const CODES: &[(DispatchOutcome, ErrorKind, &str)] = &[
    (
        Refused,
        RateLimited,
        "RequestLimitExceeded .GlobalRegionUinLimitExceeded .IPLimitExceeded .UinLimitExceeded",
    ),
    (
        Refused,
        Unauthenticated,
        "AuthFailure .InvalidAuthorization .InvalidSecretId .MFAFailure .SecretIdNotFound .SignatureExpire \
         .SignatureFailure .TokenFailure",
    ),
    (Refused, PermissionDenied, "AuthFailure.UnauthorizedOperation UnauthorizedOperation IpInBlacklist"),
    (Refused, PermissionDenied, "IpNotInWhitelist InvalidParameterValue.ExperienceAccount"),
    (
        Refused,
        PermissionDenied,
        "FailedOperation.PermissionDenied OperationDenied .NotInWhiteList .UinDisabled",
    ),
    (
        Refused,
        InvalidRequest,
        "FailedOperation.CalleeIsBlackUser FailedOperation.CalleeIsLimited \
         FailedOperation.CalloutRuleBlindArea FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime \
         FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID FailedOperation.CalloutRuleNotWorkTime",
    ),
    (
        Refused,
        QuotaExhausted,
        "LimitExceeded .BasePackageExpired .InsufficientLicense .OutOfCountLimit .OutOfQuotaMaxCount \
         ResourceInsufficient FailedOperation.AcquireQuota FailedOperation.AIConcurrentOverFrequency \
         FailedOperation.CallerOverFrequency FailedOperation.SeatStatusBusy FailedOperation.AIConcurrentNoPackage \
         FailedOperation.AILicenseHasExpired",
    ),
    (
        Refused,
        InvalidRequest,
        "InvalidParameter .DuplicateAddress .DuplicatePhoneNumber .DuplicateSipAccount .IllegalAddress \
         .IllegalPhoneNumber .InvalidAddress .InvalidIP .InvalidPhoneNumber .InvalidPort .SipAccountPasswordFormat \
         .SipAccountUserFormat .SipTrunkInUsed .SipTrunkNotFound",
    ),
    (
        Refused,
        InvalidRequest,
        "InvalidParameterValue .AccountNotExist .ApplyIDNotExist .CompanyExist .ErrorApplyStatus .FileNotExist \
         .PhoneNumInvalid .PhoneNumIsBoundOtherAccount .RecordNotExist .RingAllGroupMemberOverflow \
         .SkillGroupError .SkillGroupExist .WaitingApprovalOverflow",
    ),
    (
        Refused,
        InvalidRequest,
        "MissingParameter UnknownParameter FailedOperation.NoCallOutNumber ActionOffline DryRunOperation \
         InvalidAction InvalidRequest NoSuchProduct NoSuchVersion UnsupportedProtocol",
    ),
    (
        Refused,
        Config,
        "InvalidParameter.InstanceNotExist InvalidParameterValue.InstanceNotExist UnsupportedRegion",
    ),
    (Refused, TooLarge, "RequestSizeLimitExceeded"),
    (Refused, NotFound, "ResourceNotFound"),
    (Refused, Conflict, "ResourceInUse UnsupportedOperation"),
    (Unknown, Unavailable, "InternalError .DBError ServiceUnavailable ResourceUnavailable"),
    (
        Unknown,
        Unavailable,
        "FailedOperation .CallOutFailed .ControlAIConversation .CurStateNotAllowModify .DuplicatedAccount \
         .SessionNotExists .SessionNotInControlState .UploadFileOverflow",
    ),
    (Unknown, UnexpectedResponse, "ResponseSizeLimitExceeded"),
    // Not documented: a new detail is as its family, a new family is trusted with nothing.
    (Refused, InvalidRequest, "InvalidParameterValue.SomethingNew"),
    (Unknown, Unavailable, "FailedOperation.SomethingNew"),
    (Unknown, UnexpectedResponse, "SomethingNew InvalidParameters"),
];

fn vendor() -> Vendor {
    Vendor {
        kind: "tencent_ccc",
        settings: json!({}),
        template: "ivr:8",
        phones: ["+8613800000100", "+8613800000200"],
        with_people: true,
        login: None,
    }
}

fn responds(response: Value) -> Reply {
    Reply::new(200, json!({"Response": response}).to_string())
}

fn refuses(code: &str) -> Reply {
    responds(json!({"Error": {"Code": code, "Message": "no"}, "RequestId": "r-1"}))
}

/// The codes of a line, written out.
fn codes(line: &str) -> Vec<String> {
    let mut family = "";
    line.split_whitespace()
        .map(|word| match word.strip_prefix('.') {
            Some(detail) => format!("{family}.{detail}"),
            None => {
                family = word;
                word.to_owned()
            }
        })
        .collect()
}

#[tokio::test]
async fn every_way_to_create_a_task_with_its_people() {
    let good = responds(json!({"TaskId": 7, "RequestId": "r-1"}));
    let mut rows = rows(&good);
    let no_id = responds(json!({"TaskId": null, "RequestId": "r-1"}));
    rows.push(row("an id of null", no_id, Unknown, UnexpectedResponse));
    rows.push(taken("an error of null", responds(json!({"TaskId": 7, "Error": null})), Accepted));
    rows.push(taken("success", good, Accepted));
    vendor().plays(Operation::OpenSegment, rows).await;
}

#[tokio::test]
async fn every_way_to_place_a_single_call() {
    let good = responds(json!({"SessionId": "s-7", "RequestId": "r-1"}));
    let mut rows = rows(&good);
    for id in [json!(null), json!("")] {
        let reply = responds(json!({"SessionId": id, "RequestId": "r-1"}));
        rows.push(row("no session", reply, Unknown, UnexpectedResponse));
    }
    rows.push(taken("success", good, Accepted));
    vendor().plays(Operation::PlaceCall, rows).await;
}

/// What is the same for everything that creates.
fn rows(good: &Reply) -> Vec<Row> {
    let mut rows = on_the_line(good);
    for (ends, kind, line) in CODES {
        rows.extend(codes(line).into_iter().map(|code| row(&*code, refuses(&code), *ends, *kind)));
    }
    for status in [302, 400, 401, 403, 404, 408, 409, 413, 429] {
        let reply = Reply { status, ..refuses("InvalidParameter") };
        rows.push(row(format!("HTTP {status}"), reply, Unknown, Unavailable));
    }
    let strange = [
        ("no id", json!({"RequestId": "r-1"})),
        ("an error without a code", json!({"Error": {"Message": "no"}, "RequestId": "r-1"})),
        ("a response that is a list", json!([])),
    ];
    rows.extend(strange.map(|(what, response)| row(what, responds(response), Unknown, UnexpectedResponse)));
    rows
}

#[test]
fn no_code_is_in_the_table_twice() {
    let mut all: Vec<_> = CODES.iter().flat_map(|(.., line)| codes(line)).collect();
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
}
