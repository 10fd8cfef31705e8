//! The strict front door: what every call passes on its way in, and every answer on its way out. Unknown operations,
//! unknown members, wrong types and missing members are refused with the codes the services use; an answer that does
//! not fit the API model is a bug of the simulator and never leaves it.
//!
//! Not the services' own rules: what needs the state of the account to be judged is judged there.

use serde_json::{Map, Value};

use crate::sim::cloud::Cloud;
use crate::sim::members::Members;
use crate::sim::model::check::{Finding, Problem, Side, members};
use crate::sim::model::{Known, Model, Models, Operation};
use crate::sim::refusal::Refusal;
use crate::sim::service::Service;

/// What came of a call.
pub(crate) struct Outcome {
    /// The answer, or the service's refusal.
    pub(crate) answer: Result<Value, Refusal>,
    /// What in the simulator's own answer does not fit the API model; empty unless the simulator has a bug.
    pub(crate) findings: Vec<String>,
}

/// Errors any operation can answer with, so that the models do not list them for each.
const GENERAL_ERRORS: [&str; 25] = [
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InternalFailure",
    "InternalServerError",
    "InvalidAction",
    "InvalidClientTokenId",
    "InvalidParameterValue",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "NotAuthorized",
    "RequestExpired",
    "RequestLimitExceeded",
    "SerializationException",
    "ServiceUnavailable",
    "SignatureDoesNotMatch",
    "Throttling",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationError",
    "ValidationException",
];

/// Carries a call through: check, call, check the answer.
pub(crate) fn call(
    models: &Models,
    cloud: &mut Cloud,
    service: Service,
    operation: &str,
    input: &Members,
) -> Outcome {
    let refused = |refusal| Outcome {
        answer: Err(refusal),
        findings: Vec::new(),
    };
    let Some(model) = models.of(service) else {
        return refused(internal_failure());
    };
    let modelled = match model.operation(operation) {
        Known::Modelled(modelled) => modelled,
        Known::NameOnly => return refused(not_simulated(service, operation)),
        Known::Unknown => return refused(unknown_operation(service, operation, &model.version)),
    };
    let open = !cloud.rules.strict && service == Service::Ecs;
    let side = if open && operation == "RegisterTaskDefinition" {
        Side::OpenRequest
    } else {
        Side::Request
    };
    let findings = members(model, modelled.input.as_deref(), input, side);
    if let Some(finding) = worst(&findings) {
        return refused(refusal(service, operation, finding));
    }
    let answer = cloud.call(service, operation, input);
    let findings = match &answer {
        Ok(value) => check_answer(
            model,
            modelled,
            value,
            if open { Side::OpenAnswer } else { Side::Answer },
        ),
        Err(refusal) => check_refusal(model, modelled, refusal),
    };
    if findings.is_empty() {
        let answer = answer.map_err(|refusal| own_code(service, refusal));
        return Outcome { answer, findings };
    }
    let findings = findings
        .into_iter()
        .map(|finding| format!("{} {operation}: {finding}", service.name()))
        .collect();
    Outcome {
        answer: Err(internal_failure()),
        findings,
    }
}

/// The query services have another code for an operation nobody knows.
fn own_code(service: Service, refusal: Refusal) -> Refusal {
    if refusal.code == "UnknownOperationException"
        && matches!(service, Service::Groups | Service::Sts | Service::Balancers)
    {
        return Refusal {
            code: "InvalidAction".to_owned(),
            ..refusal
        };
    }
    refusal
}

fn not_simulated(service: Service, operation: &str) -> Refusal {
    own_code(service, Refusal::not_simulated(operation))
}

fn unknown_operation(service: Service, operation: &str, version: &str) -> Refusal {
    let text = format!("Could not find operation {operation} for version {version}");
    own_code(service, Refusal::new("UnknownOperationException", text))
}

/// The answer when the simulator itself is at fault; SDKs try such a call again.
pub(crate) fn internal_failure() -> Refusal {
    Refusal::internal(
        "InternalFailure",
        "the simulator has a bug: see the findings in /_sim/journal",
    )
}

/// The finding that a service meets first: it reads all types before it looks at any value.
fn worst(findings: &[Finding]) -> Option<&Finding> {
    let is_type = |finding: &&Finding| matches!(finding.problem, Problem::WrongType(_));
    findings.iter().find(is_type).or_else(|| findings.first())
}

/// A request's finding as the service says it. The codes are those the models list for each service's parameter
/// errors; the wording follows AWS's common validation text. Which code a service uses for a member it does not know
/// is not documented (most ignore it); refusing is the simulator's own strictness.
fn refusal(service: Service, operation: &str, finding: &Finding) -> Refusal {
    if let Problem::WrongType(_) = finding.problem {
        return match service {
            Service::Groups | Service::Sts | Service::Balancers => {
                Refusal::new("ValidationError", finding.to_string())
            }
            Service::Ecs
            | Service::CodeDeploy
            | Service::Scaling
            | Service::Ecr
            | Service::Logs
            | Service::Alarms => Refusal::new("SerializationException", finding.to_string()),
        };
    }
    let code = match service {
        // Registration reports its parameters as ClientException.
        Service::Ecs if operation == "RegisterTaskDefinition" => "ClientException",
        Service::Ecs | Service::Ecr | Service::Logs => "InvalidParameterException",
        Service::CodeDeploy | Service::Scaling => "ValidationException",
        Service::Groups | Service::Sts | Service::Balancers => "ValidationError",
        Service::Alarms => "InvalidParameterValue",
    };
    Refusal::new(code, format!("1 validation error detected: {finding}"))
}

fn check_answer(model: &Model, operation: &Operation, value: &Value, side: Side) -> Vec<String> {
    let nothing = Map::new();
    let answer = match value {
        Value::Object(answer) => answer,
        // An operation without an output answers with nothing at all.
        Value::Null if operation.output.is_none() => &nothing,
        _ => return vec!["the answer is not an object".to_owned()],
    };
    members(model, operation.output.as_deref(), answer, side)
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// An error must be one the operation can answer with, and have no members its shape does not.
fn check_refusal(model: &Model, operation: &Operation, refusal: &Refusal) -> Vec<String> {
    let code = refusal.code.as_str();
    let modelled = operation
        .errors
        .iter()
        .any(|shape| model.is_error(shape, code));
    if !modelled && !GENERAL_ERRORS.contains(&code) {
        return vec![format!(
            "the model has no such error for the operation: {code}"
        )];
    }
    let known = model.error(code).map(|(structure, _)| &structure.members);
    let unknown = refusal
        .members
        .keys()
        .filter(|name| known.is_none_or(|known| !known.contains_key(*name)));
    unknown
        .map(|name| format!("the error {code} has no such member: {name}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sim::cloud::Rules;
    use crate::sim::moment::Moment;

    fn outcome(service: Service, operation: &str, input: &Value) -> Outcome {
        let mut cloud = Cloud::empty(Rules::default(), Moment::from_millis(0));
        call(
            Models::shared(),
            &mut cloud,
            service,
            operation,
            input.as_object().unwrap(),
        )
    }

    fn code(service: Service, operation: &str, input: &Value) -> String {
        let refusal = outcome(service, operation, input).answer.unwrap_err();
        assert_eq!(refusal.status, 400, "{refusal:?}");
        refusal.code
    }

    #[test]
    fn an_operation_nobody_knows_is_refused_as_the_protocol_does() {
        assert_eq!(
            code(Service::Ecs, "DescribeService", &json!({})),
            "UnknownOperationException"
        );
        assert_eq!(
            code(Service::Groups, "DescribeGroups", &json!({})),
            "InvalidAction"
        );
    }

    #[test]
    fn an_operation_the_simulator_lacks_is_refused_and_says_so() {
        let refusal = outcome(Service::Logs, "StartLiveTail", &json!({}))
            .answer
            .unwrap_err();
        assert_eq!(
            refusal.message,
            "the simulator does not have this operation: `StartLiveTail`"
        );
        assert_eq!(
            code(Service::Sts, "GetSessionToken", &json!({})),
            "InvalidAction"
        );
    }

    #[test]
    fn what_does_not_fit_the_model_is_refused_with_the_services_own_code() {
        let unknown = json!({"services": ["web"], "serviceName": "web"});
        assert_eq!(
            code(Service::Ecs, "DescribeServices", &unknown),
            "InvalidParameterException"
        );
        assert_eq!(
            code(
                Service::Ecs,
                "DescribeServices",
                &json!({"services": "web"})
            ),
            "SerializationException"
        );
        assert_eq!(
            code(
                Service::Ecs,
                "RegisterTaskDefinition",
                &json!({"family": "web"})
            ),
            "ClientException"
        );
        assert_eq!(
            code(Service::Scaling, "RegisterScalableTarget", &json!({})),
            "ValidationException"
        );
        assert_eq!(
            code(Service::Groups, "SuspendProcesses", &json!({})),
            "ValidationError"
        );
    }

    #[test]
    fn an_error_the_operation_cannot_have_is_a_finding() {
        let models = Models::shared();
        let model = models.of(Service::Ecs).unwrap();
        let Known::Modelled(operation) = model.operation("DescribeTasks") else {
            panic!("not modelled")
        };
        let check = |refusal: &Refusal| check_refusal(model, operation, refusal).len();
        assert_eq!(check(&Refusal::new("ClusterNotFoundException", "no")), 0);
        assert_eq!(check(&Refusal::new("ThrottlingException", "no")), 0);
        assert_eq!(check(&Refusal::new("RepositoryNotFoundException", "no")), 1);
        assert_eq!(
            check(&Refusal::new("ClusterNotFoundException", "no").with_member("cluster", "c")),
            1
        );
    }

    #[test]
    fn an_answer_outside_the_model_is_a_finding() {
        let models = Models::shared();
        let model = models.of(Service::Ecs).unwrap();
        let Known::Modelled(operation) = model.operation("DescribeServices") else {
            panic!("not modelled")
        };
        let check = |value: &Value| check_answer(model, operation, value, Side::Answer).len();
        assert_eq!(check(&json!({"services": [{"launchType": "FARGATE"}]})), 0);
        assert_eq!(check(&json!({"services": [{"launchType": "fargate"}]})), 1);
        assert_eq!(check(&Value::Null), 1);
    }
}
