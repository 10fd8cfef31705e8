//! AWS STS: who calls, and temporary credentials. Not a check of anything: every caller is welcome, every role can be
//! assumed, and what is handed out opens nothing.

use serde_json::{Value, json};

use crate::sim::cloud::{ACCOUNT, Cloud};
use crate::sim::members::{self, Members};
use crate::sim::refusal::Refusal;

/// Answers one operation.
///
/// # Errors
/// The refusal of STS.
pub(crate) fn call(cloud: &mut Cloud, operation: &str, input: &Members) -> Result<Value, Refusal> {
    match operation {
        "GetCallerIdentity" => Ok(json!({
            "UserId": "AIDASIMULATEDUSER0000",
            "Account": ACCOUNT,
            "Arn": format!("arn:aws:iam::{ACCOUNT}:user/simulated"),
        })),
        "AssumeRole" => assume(cloud, input, None),
        "AssumeRoleWithWebIdentity" => {
            assume(cloud, input, Some("token.actions.githubusercontent.com"))
        }
        _ => Err(Refusal::not_simulated(operation)),
    }
}

/// Credentials for a session of the role, for an hour unless asked otherwise. The provider of a web identity is said
/// to be GitHub's, whoever signed the token.
fn assume(cloud: &mut Cloud, input: &Members, provider: Option<&str>) -> Result<Value, Refusal> {
    let text = |name| members::text(input, name).unwrap_or_default();
    let role = text("RoleArn");
    let Some((account, path)) = role
        .split_once(":role/")
        .filter(|(account, _)| account.starts_with("arn:"))
    else {
        return Err(Refusal::new(
            "ValidationError",
            format!("{role} is invalid"),
        ));
    };
    let account = account.rsplit(':').next().unwrap_or(ACCOUNT);
    let name = path.rsplit('/').next().unwrap_or(path);
    let session = text("RoleSessionName");
    let seconds =
        u32::try_from(members::number(input, "DurationSeconds").unwrap_or(3600)).unwrap_or(3600);
    let key = cloud.ids.hex(16).to_uppercase();
    let mut answer = json!({
        "Credentials": {
            "AccessKeyId": format!("ASIA{key}"),
            "SecretAccessKey": format!("simulated-{}", cloud.ids.hex(30)),
            "SessionToken": format!("simulated-{}", cloud.ids.hex(64)),
            "Expiration": cloud.now.plus(f64::from(seconds)).epoch_seconds(),
        },
        "AssumedRoleUser": {
            "AssumedRoleId": format!("AROASIMULATEDROLE0000:{session}"),
            "Arn": format!("arn:aws:sts::{account}:assumed-role/{name}/{session}"),
        },
    });
    if let Some(provider) = provider {
        answer["Provider"] = json!(format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{provider}"));
        answer["Audience"] = json!("sts.amazonaws.com");
        answer["SubjectFromWebIdentityToken"] = json!("simulated");
    }
    Ok(answer)
}
