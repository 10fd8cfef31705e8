//! Writes the appspec of a CodeDeploy deployment to ECS.
use std::num::NonZeroU16;
use std::path::Path;

use crate::domain::appspec::{
    AppSpec, AppSpecParts, AssignPublicIp, CapacityProvider, HookBinding, Network, PlatformVersion,
    SecurityGroupId, SubnetId, TaskDefinitionTarget, from_service,
};
use crate::domain::digest::sha256_hex;
use crate::domain::document::DocumentError;
use crate::domain::names::ContainerName;
use crate::domain::taskdef::TaskDefinition;
use crate::error::{Cause, Error};
use crate::ports::Files;
use crate::report::{Event, Report};
use crate::stage::args::{Input, Lines, Names, Output, items, names};
use crate::stage::{Describe, OutputSpec, Outputs, Stage, documents};

/// Arguments of `write-appspec`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Appspec")]
pub struct WriteAppspec {
    /// File to write; `.json` gives JSON, all else YAML; `-` is standard output
    #[arg(long, value_name = "FILE", default_value = "appspec.yaml")]
    pub output: Output,

    /// Appspec that exists: what is given changes, the rest stays
    #[arg(long, value_name = "FILE")]
    pub base: Option<Input>,

    /// Answer of `describe-services`: container, port, network and platform version are taken from it
    #[arg(long, value_name = "FILE")]
    pub service_json: Option<Input>,

    /// Task definition that must map the port; names container and port where it leaves no choice
    #[arg(long, value_name = "FILE")]
    pub task_definition: Option<Input>,

    /// Revision to deploy; default: the placeholder `<TASK_DEFINITION>`, which CodePipeline fills in
    #[arg(long, value_name = "ARN")]
    pub task_definition_arn: Option<TaskDefinitionTarget>,

    /// Container that gets the traffic
    #[arg(long, value_name = "NAME")]
    pub container_name: Option<ContainerName>,

    /// How the traffic gets there.
    #[command(flatten)]
    pub traffic: TrafficArgs,
}

/// How traffic reaches the tasks, and what is called on the way.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Appspec")]
pub struct TrafficArgs {
    /// Port of the container that gets the traffic
    #[arg(long, value_name = "PORT")]
    pub container_port: Option<NonZeroU16>,

    /// Fargate platform version: `LATEST`, or one such as `1.4.0`
    #[arg(long, value_name = "VERSION")]
    pub platform_version: Option<PlatformVersion>,

    /// Subnets of the tasks; go together with security groups and public address (can be repeated)
    #[arg(long, value_name = "IDS")]
    pub subnets: Vec<Names<SubnetId>>,

    /// Security groups of the tasks (can be repeated)
    #[arg(long, value_name = "IDS")]
    pub security_groups: Vec<Names<SecurityGroupId>>,

    /// Whether tasks get a public address: `ENABLED` or `DISABLED`
    #[arg(long, value_name = "WORD")]
    pub assign_public_ip: Option<AssignPublicIp>,

    /// Who runs the tasks, each as `provider=weight` or `provider=weight,base` (can be repeated)
    #[arg(long, value_name = "PROVIDER=WEIGHT[,BASE]")]
    pub capacity_provider_strategy: Vec<Lines<CapacityProvider>>,

    /// Lambda functions to call on the way, each as `Event=function` (can be repeated)
    #[arg(long, value_name = "EVENT=FUNCTION")]
    pub hooks: Vec<Lines<HookBinding>>,
}

impl TrafficArgs {
    /// Whether anything is given.
    #[must_use]
    pub(super) fn is_asked_for(&self) -> bool {
        self.container_port.is_some()
            || self.platform_version.is_some()
            || !self.subnets.is_empty()
            || !self.security_groups.is_empty()
            || self.assign_public_ip.is_some()
            || !self.capacity_provider_strategy.is_empty()
            || !self.hooks.is_empty()
    }
}

impl Describe for WriteAppspec {
    const NAME: &'static str = "write-appspec";
    const ABOUT: &'static str = "Write the appspec of a CodeDeploy deployment to ECS";
    const OUTPUTS: &'static [OutputSpec] = &[
        OutputSpec {
            name: "appspec",
            about: "Path of the file that was written; not set when it went to standard output",
        },
        OutputSpec {
            name: "sha256",
            about: "SHA-256 of the exact bytes, as CodeDeploy takes it",
        },
    ];
    const EXAMPLES: &'static str = "\
# For CodePipeline, which fills in the revision
wharfie-write-appspec --container-name web --container-port 80
# Container and port from the task definition, a check before the traffic moves
wharfie-write-appspec --task-definition taskdef.json --hooks BeforeAllowTraffic=check-web
# Change one thing of an appspec that exists
wharfie-write-appspec --base appspec.yaml --platform-version 1.4.0 --output appspec.yaml";
}

impl<W: Files> Stage<W> for WriteAppspec {
    async fn run(self, world: &W, report: &mut dyn Report) -> Result<Outputs, Error> {
        self.check()?;
        let parts = self.parts();
        parts
            .check()
            .map_err(|error| Error::usage(error.reason()))?;
        let read = |file: &Input| documents::read(world, file.path());
        let mut appspec = match &self.base {
            None => AppSpec::new(),
            Some(file) => AppSpec::from_document(&read(file)?)?,
        };
        let service = self.service_json.as_ref().map(read).transpose()?;
        let definition = match &self.task_definition {
            None => None,
            Some(file) => Some(TaskDefinition::from_document(read(file)?)?),
        };
        if let Some(service) = &service {
            appspec.apply(&from_service(service)?)?;
        }
        appspec.apply(&parts)?;
        appspec.fill_target();
        if let Some(definition) = &definition {
            appspec.fill_from(definition);
        }
        appspec.check().map_err(|error| self.incomplete(error))?;
        if let Some(definition) = &definition
            && let Some(doubt) = appspec.check_against(definition)?
        {
            report.tell(Event::warning(doubt));
        }
        self.write(&appspec, world, report)
    }
}

impl WriteAppspec {
    /// Standard input can be read once.
    fn check(&self) -> Result<(), Error> {
        let files = [&self.base, &self.service_json, &self.task_definition];
        let from_stdin = files
            .into_iter()
            .flatten()
            .filter(|file| file.path() == Path::new("-"))
            .count();
        if from_stdin > 1 {
            return Err(Error::usage(
                "standard input is named for more than one file",
            ));
        }
        Ok(())
    }

    /// What CodeDeploy would miss: the base is to blame if there is one, else what was typed.
    fn incomplete(&self, error: DocumentError) -> Error {
        let mut error = Error::from(error);
        if self.base.is_none() {
            error.cause = Cause::Usage;
            error.place = None;
        }
        error
    }

    fn parts(&self) -> AppSpecParts {
        AppSpecParts {
            task_definition: self.task_definition_arn.clone(),
            container_name: self.container_name.clone(),
            container_port: self.traffic.container_port,
            platform_version: self
                .traffic
                .platform_version
                .as_ref()
                .map(ToString::to_string),
            network: Network {
                subnets: names(&self.traffic.subnets)
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
                security_groups: names(&self.traffic.security_groups)
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
                assign_public_ip: self.traffic.assign_public_ip,
            },
            capacity_providers: items(&self.traffic.capacity_provider_strategy),
            hooks: items(&self.traffic.hooks),
        }
    }

    fn write(
        &self,
        appspec: &AppSpec,
        world: &impl Files,
        report: &mut dyn Report,
    ) -> Result<Outputs, Error> {
        let document = appspec.document();
        let as_json = match &self.output {
            Output::Stdout => false,
            Output::File(path) => path
                .extension()
                .is_some_and(|end| end.eq_ignore_ascii_case("json")),
        };
        let text = if as_json {
            document.to_json_pretty()
        } else {
            document.to_yaml()
        };
        let mut outputs = Outputs::new().with("sha256", sha256_hex(text.as_bytes()));
        if let Some(path) = documents::hand_over(world, report, "appspec", text, &self.output)? {
            outputs.set("appspec", path);
        }
        Ok(outputs)
    }
}
