//! The vendor's error codes (dossier section 12), as data: what is wrong, whether a creating request
//! may have worked all the same, and what to do.
//!
//! Codes are `Family.Detail`; a detail that is not listed is as its family. The vendor's message
//! text may change at any time and is never read.

use outdial_provider::{Effect, ErrorKind, ProviderError};

/// A code or a family of codes.
struct Rule {
    code: &'static str,
    kind: ErrorKind,
    /// Of a creating request.
    effect: Effect,
    detail: &'static str,
}

const fn refused(code: &'static str, kind: ErrorKind, detail: &'static str) -> Rule {
    Rule { code, kind, effect: Effect::None, detail }
}

const fn uncertain(code: &'static str, kind: ErrorKind, detail: &'static str) -> Rule {
    Rule { code, kind, effect: Effect::Possible, detail }
}

const THROTTLED: &str = "the vendor's request rate is used up; the request was refused and may be sent again";
const FAULT: &str = "the vendor reports a fault of its own; look before a creating request is sent again";
const CREDENTIALS: &str =
    "the vendor does not accept the account's credentials; check secret_id, secret_key and token";
const CLOCK: &str = "the vendor's clock and this machine's differ by more than five minutes; synchronise this machine's clock";
const RIGHTS: &str =
    "the account's key may not do this; grant it the right in the vendor's access management";
const ADDRESS: &str =
    "the vendor does not accept requests from this machine's address; check the key's address list";
const QUOTA: &str =
    "a quota or concurrency limit of the account is used up; wait, or raise it with the vendor";
const PACKAGE: &str = "a package or licence the request needs is missing or expired; buy it from the vendor";
/// About one person: the account is well.
const POLICY: &str = "a rule of the vendor's forbids this call; it will not be placed";
const VALUE: &str = "the vendor does not accept a value of the request";
const APPLICATION: &str = "the vendor does not know the application; check sdk_app_id";
const STATE: &str = "not possible in the task's present state";
const PROTOCOL: &str = "the vendor does not understand the request; its interface may have changed";

const RULES: &[Rule] = &[
    refused("RequestLimitExceeded", ErrorKind::RateLimited, THROTTLED),
    uncertain("InternalError", ErrorKind::Unavailable, FAULT),
    uncertain("ServiceUnavailable", ErrorKind::Unavailable, FAULT),
    uncertain("ResourceUnavailable", ErrorKind::Unavailable, FAULT),
    uncertain("FailedOperation", ErrorKind::Unavailable, FAULT),
    uncertain("ResponseSizeLimitExceeded", ErrorKind::UnexpectedResponse, FAULT),
    refused("AuthFailure", ErrorKind::Unauthenticated, CREDENTIALS),
    refused("AuthFailure.SignatureExpire", ErrorKind::Unauthenticated, CLOCK),
    refused("AuthFailure.UnauthorizedOperation", ErrorKind::PermissionDenied, RIGHTS),
    refused("UnauthorizedOperation", ErrorKind::PermissionDenied, RIGHTS),
    refused("FailedOperation.PermissionDenied", ErrorKind::PermissionDenied, RIGHTS),
    refused("InvalidParameterValue.ExperienceAccount", ErrorKind::PermissionDenied, PACKAGE),
    refused("IpInBlacklist", ErrorKind::PermissionDenied, ADDRESS),
    refused("IpNotInWhitelist", ErrorKind::PermissionDenied, ADDRESS),
    refused("LimitExceeded", ErrorKind::QuotaExhausted, QUOTA),
    refused("FailedOperation.AcquireQuota", ErrorKind::QuotaExhausted, QUOTA),
    refused("FailedOperation.AIConcurrentOverFrequency", ErrorKind::QuotaExhausted, QUOTA),
    refused("FailedOperation.CallerOverFrequency", ErrorKind::QuotaExhausted, QUOTA),
    refused("FailedOperation.SeatStatusBusy", ErrorKind::QuotaExhausted, QUOTA),
    refused("ResourceInsufficient", ErrorKind::QuotaExhausted, QUOTA),
    refused("LimitExceeded.BasePackageExpired", ErrorKind::QuotaExhausted, PACKAGE),
    refused("LimitExceeded.InsufficientLicense", ErrorKind::QuotaExhausted, PACKAGE),
    refused("FailedOperation.AIConcurrentNoPackage", ErrorKind::QuotaExhausted, PACKAGE),
    refused("FailedOperation.AILicenseHasExpired", ErrorKind::QuotaExhausted, PACKAGE),
    refused("FailedOperation.CalleeIsBlackUser", ErrorKind::InvalidRequest, POLICY),
    refused("FailedOperation.CalleeIsLimited", ErrorKind::InvalidRequest, POLICY),
    refused("FailedOperation.CalloutRuleBlindArea", ErrorKind::InvalidRequest, POLICY),
    refused("FailedOperation.CalloutRuleNotWorkTime", ErrorKind::InvalidRequest, POLICY),
    refused("FailedOperation.CalloutRuleMaxCallCountCalleeIntervalTime", ErrorKind::InvalidRequest, POLICY),
    refused("FailedOperation.CalloutRuleMaxCallCountCalleePerDayAppID", ErrorKind::InvalidRequest, POLICY),
    refused("OperationDenied", ErrorKind::PermissionDenied, POLICY),
    refused(
        "FailedOperation.NoCallOutNumber",
        ErrorKind::InvalidRequest,
        "none of the callers can call out; check them in the vendor's console",
    ),
    refused("InvalidParameter", ErrorKind::InvalidRequest, VALUE),
    refused("InvalidParameterValue", ErrorKind::InvalidRequest, VALUE),
    refused("MissingParameter", ErrorKind::InvalidRequest, VALUE),
    refused("UnknownParameter", ErrorKind::InvalidRequest, VALUE),
    refused("InvalidParameter.InstanceNotExist", ErrorKind::Config, APPLICATION),
    refused("InvalidParameterValue.InstanceNotExist", ErrorKind::Config, APPLICATION),
    refused("InvalidAction", ErrorKind::InvalidRequest, PROTOCOL),
    refused("ActionOffline", ErrorKind::InvalidRequest, PROTOCOL),
    refused("DryRunOperation", ErrorKind::InvalidRequest, PROTOCOL),
    refused("InvalidRequest", ErrorKind::InvalidRequest, PROTOCOL),
    refused("NoSuchProduct", ErrorKind::InvalidRequest, PROTOCOL),
    refused("NoSuchVersion", ErrorKind::InvalidRequest, PROTOCOL),
    refused("UnsupportedProtocol", ErrorKind::InvalidRequest, PROTOCOL),
    refused("UnsupportedRegion", ErrorKind::Config, "the vendor does not serve the region; check region"),
    refused(
        "RequestSizeLimitExceeded",
        ErrorKind::TooLarge,
        "the request is larger than the vendor takes; lower contacts_per_task",
    ),
    refused("ResourceNotFound", ErrorKind::NotFound, "the vendor does not know the thing"),
    refused("ResourceInUse", ErrorKind::Conflict, STATE),
    refused("UnsupportedOperation", ErrorKind::Conflict, STATE),
];

/// What an error code of a creating request means.
pub fn error(code: &str, request_id: Option<String>) -> ProviderError {
    let error = match rule(code) {
        Some(rule) => ProviderError::new(rule.kind, rule.effect, rule.detail),
        None => ProviderError::unexpected("the vendor answered with an error code that is not documented"),
    };
    error.with_vendor(code, request_id)
}

/// The most detailed line about a code.
fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().filter(|rule| covers(rule.code, code)).max_by_key(|rule| rule.code.len())
}

fn covers(family: &str, code: &str) -> bool {
    code.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use outdial_provider::RetryAdvice;

    fn class(code: &str) -> (ErrorKind, Effect) {
        let error = error(code, None);
        (error.kind, error.effect)
    }

    /// The codes common to all of the vendor's services, and what creating a task lists beyond them (dossier
    /// sections 12.1 and 6). `tests/outcomes` says of each what it means.
    const DOCUMENTED: &str = "ActionOffline AuthFailure.InvalidAuthorization AuthFailure.InvalidSecretId \
        AuthFailure.MFAFailure AuthFailure.SecretIdNotFound AuthFailure.SignatureExpire \
        AuthFailure.SignatureFailure AuthFailure.TokenFailure AuthFailure.UnauthorizedOperation \
        DryRunOperation FailedOperation InternalError InvalidAction InvalidParameter InvalidParameterValue \
        InvalidRequest IpInBlacklist IpNotInWhitelist LimitExceeded MissingParameter NoSuchProduct \
        NoSuchVersion RequestLimitExceeded RequestLimitExceeded.GlobalRegionUinLimitExceeded \
        RequestLimitExceeded.IPLimitExceeded RequestLimitExceeded.UinLimitExceeded RequestSizeLimitExceeded \
        ResponseSizeLimitExceeded ResourceInUse ResourceInsufficient ResourceNotFound ResourceUnavailable \
        ServiceUnavailable UnauthorizedOperation UnknownParameter UnsupportedOperation UnsupportedProtocol \
        UnsupportedRegion FailedOperation.PermissionDenied InternalError.DBError \
        InvalidParameterValue.ExperienceAccount LimitExceeded.OutOfQuotaMaxCount \
        OperationDenied.NotInWhiteList OperationDenied.UinDisabled";

    #[test]
    fn every_documented_code_has_its_line() {
        for code in DOCUMENTED.split_whitespace() {
            assert!(rule(code).is_some(), "{code}");
        }
        for (index, line) in RULES.iter().enumerate() {
            assert!(!RULES[..index].iter().any(|other| other.code == line.code), "{} twice", line.code);
        }
    }

    #[test]
    fn throttling_is_a_refusal_and_may_be_sent_again() {
        for code in ["RequestLimitExceeded", "RequestLimitExceeded.UinLimitExceeded"] {
            assert_eq!(class(code), (ErrorKind::RateLimited, Effect::None));
            assert!(matches!(error(code, None).retry(), RetryAdvice::After(_)));
        }
    }

    #[test]
    fn a_fault_of_the_vendors_may_have_created_the_task() {
        for code in ["InternalError", "InternalError.DBError", "ServiceUnavailable", "ResourceUnavailable"] {
            assert_eq!(class(code), (ErrorKind::Unavailable, Effect::Possible), "{code}");
        }
    }

    #[test]
    fn details_go_before_their_family_and_unknown_details_follow_it() {
        assert_eq!(class("AuthFailure.SignatureFailure").0, ErrorKind::Unauthenticated);
        assert!(error("AuthFailure.SignatureExpire", None).detail.contains("clock"));
        assert_eq!(class("LimitExceeded.OutOfQuotaMaxCount").0, ErrorKind::QuotaExhausted);
        assert_eq!(class("InvalidParameter.InvalidPhoneNumber").0, ErrorKind::InvalidRequest);
        assert_eq!(class("InvalidParameterValue.InstanceNotExist").0, ErrorKind::Config);
        assert_eq!(
            class("FailedOperation.CalloutRuleNotWorkTime").0,
            ErrorKind::InvalidRequest,
            "it is the person"
        );
        assert_eq!(class("FailedOperation.SomethingNew"), (ErrorKind::Unavailable, Effect::Possible));
        assert_eq!(class("UnsupportedOperation").0, ErrorKind::Conflict);
    }

    #[test]
    fn an_undocumented_code_is_not_trusted() {
        assert_eq!(class("BrandNew.Trouble"), (ErrorKind::UnexpectedResponse, Effect::Possible));
        assert_eq!(
            class("InvalidParameters"),
            (ErrorKind::UnexpectedResponse, Effect::Possible),
            "no family"
        );
    }

    #[test]
    fn the_vendors_code_and_request_id_are_kept() {
        let error = error("LimitExceeded", Some("ed93f3cb".into()));
        assert_eq!(error.code.as_deref(), Some("LimitExceeded"));
        assert_eq!(error.request_id.as_deref(), Some("ed93f3cb"));
    }
}
