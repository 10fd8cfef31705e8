//! The world of AWS: adapters that translate between the ports and the SDK, and nothing else. No decision is made here.
mod alarms;
mod codedeploy;
mod codedeploy_facts;
mod ecs;
mod ecs_facts;
mod groups;
mod images;
mod logs;
mod once;
mod one_off;
mod pages;
mod placement;
mod refusal;
mod scaling;
mod target_health;
mod task_definitions;
mod transport;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_ecs::config::Credentials;
use aws_smithy_http_client::Connector;

use transport::Transport;

use crate::domain::secrecy::MarkKey;
use crate::error::Error;
use crate::ports::{
    Clock, FileError, Files, GitHead, Interruption, Randomness, Signal, Surroundings,
};
use crate::world::{AwsOptions, Context, Entrance, Local};

/// AWS, and the files and the clock of the machine the stage runs on.
#[derive(Debug)]
pub struct Aws {
    local: Local,
    ecs: Late<aws_sdk_ecs::Client>,
    codedeploy: Late<aws_sdk_codedeploy::Client>,
    scaling: Late<aws_sdk_applicationautoscaling::Client>,
    groups: Late<aws_sdk_autoscaling::Client>,
    logs: Late<aws_sdk_cloudwatchlogs::Client>,
    cloudwatch: Late<aws_sdk_cloudwatch::Client>,
    balancers: Late<aws_sdk_elasticloadbalancingv2::Client>,
    /// For ECR, whose repositories each have their own Region.
    config: SdkConfig,
    /// For what AWS answers with an address instead of the thing.
    fetcher: Late<Connector>,
}

/// A client that is made when it is first needed: most runs ask one or two services.
type Late<C> = LazyLock<C, Box<dyn FnOnce() -> C + Send>>;

/// An access key. Its secret is never shown.
pub struct Keys {
    /// The access key id.
    pub id: String,
    /// The secret access key.
    pub secret: String,
}

/// The longest pause before a call is tried again: a bucket of AWS that is empty has filled up a good part by then.
const LONGEST_BACKOFF: Duration = Duration::from_secs(5);

impl Entrance for Aws {
    type Options = AwsOptions;
    type World = Self;
    const LISTENS: bool = true;

    async fn enter(options: AwsOptions, context: Context) -> Result<Self, Error> {
        Self::open(&options, Local::new(1.0, context.interruptions), None).await
    }
}

impl Aws {
    /// Opens the world with a given machine behind it, and with given keys instead of the SDK's chain if there are any. No
    /// call is made before a stage makes one, but for the one that assumes `--role-arn`, which is made with the first.
    ///
    /// # Errors
    ///
    /// No Region is known, or the environment names a proxy or certificates that are none.
    pub async fn open(
        options: &AwsOptions,
        local: Local,
        keys: Option<Keys>,
    ) -> Result<Self, Error> {
        let transport = Transport::of(&local)?;
        let config = configure(options, keys, &transport).await?;
        Ok(Self {
            local,
            ecs: late(&config, aws_sdk_ecs::Client::new),
            codedeploy: late(&config, aws_sdk_codedeploy::Client::new),
            scaling: late(&config, aws_sdk_applicationautoscaling::Client::new),
            groups: late(&config, aws_sdk_autoscaling::Client::new),
            logs: late(&config, aws_sdk_cloudwatchlogs::Client::new),
            cloudwatch: late(&config, aws_sdk_cloudwatch::Client::new),
            balancers: late(&config, aws_sdk_elasticloadbalancingv2::Client::new),
            config,
            fetcher: LazyLock::new(Box::new(move || transport.connector())),
        })
    }
}

fn late<C: 'static>(config: &SdkConfig, make: fn(&SdkConfig) -> C) -> Late<C> {
    let config = config.clone();
    LazyLock::new(Box::new(move || make(&config)))
}

/// The SDK's own chain for Region and credentials, with what the user set in front.
async fn configure(
    options: &AwsOptions,
    keys: Option<Keys>,
    transport: &Transport,
) -> Result<SdkConfig, Error> {
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(transport.client())
        // The limit of an attempt's time holds for its answer too.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(options.max_attempts.max(1))
                .with_max_backoff(LONGEST_BACKOFF),
        )
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(Duration::from_secs(5))
                .operation_attempt_timeout(Duration::from_secs(30))
                .build(),
        );
    if let Some(region) = &options.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &options.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if let Some(Keys { id, secret }) = keys {
        loader = loader.credentials_provider(Credentials::new(id, secret, None, None, "rehearsal"));
    }
    let config = loader.load().await;
    if config.region().is_none() {
        return Err(Error::usage("no Region is known")
            .hint("set `--region`, `AWS_REGION`, or `region` in the profile"));
    }
    let Some(role) = &options.role_arn else {
        return Ok(config);
    };
    let provider = AssumeRoleProvider::builder(role)
        .session_name("wharfie")
        .configure(&config)
        .build()
        .await;
    Ok(config
        .into_builder()
        .credentials_provider(aws_sdk_ecs::config::SharedCredentialsProvider::new(
            provider,
        ))
        .build())
}

impl Clock for Aws {
    fn now(&self) -> SystemTime {
        self.local.now()
    }

    fn elapsed(&self) -> Duration {
        self.local.elapsed()
    }

    async fn sleep(&self, time: Duration) {
        self.local.sleep(time).await;
    }
}

impl Randomness for Aws {
    fn mark_key(&self) -> Option<MarkKey> {
        self.local.mark_key()
    }
}

impl Interruption for Aws {
    async fn interrupted(&self) -> Signal {
        self.local.interrupted().await
    }

    fn signal(&self) -> Option<Signal> {
        self.local.signal()
    }
}

impl Files for Aws {
    fn read(&self, path: &Path) -> Result<String, FileError> {
        self.local.read(path)
    }

    fn write(&self, path: &Path, text: &str) -> Result<(), FileError> {
        self.local.write(path, text)
    }

    fn make_folder(&self, path: &Path) -> Result<(), FileError> {
        self.local.make_folder(path)
    }

    fn temporary(&self, name: &str) -> PathBuf {
        self.local.temporary(name)
    }
}

impl Surroundings for Aws {
    fn variable(&self, name: &str) -> Option<String> {
        self.local.variable(name)
    }

    fn git_head(&self) -> Option<GitHead> {
        self.local.git_head()
    }
}
