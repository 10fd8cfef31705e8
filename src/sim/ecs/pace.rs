//! How long things take, in virtual seconds: about what Fargate needs for a small image.
//!
//! Assumed, not measured; only `SETTLE` is documented. A rollout of two tasks behind a load balancer takes some two to
//! three minutes with these.

/// A task's network interface is attached.
pub(super) const PROVISION: f64 = 10.0;
/// From the interface to the first pull.
pub(super) const PREPARE: f64 = 1.0;
/// An image is pulled.
pub(super) const PULL: f64 = 24.0;
/// A pull is given up (ECS tries five times).
pub(super) const PULL_GIVES_UP: f64 = 15.0;
/// The containers are started, targets registered.
pub(super) const START: f64 = 4.0;
/// A load balancer finds a new target healthy.
pub(super) const TARGET_HEALTH: f64 = 40.0;
/// A load balancer has registered a target.
pub(super) const TARGET_REGISTERS: f64 = 5.0;
/// A load balancer finds a target unhealthy that answers wrongly from the beginning.
pub(super) const TARGET_FAILS: f64 = 20.0;
/// A container's own health check passes.
pub(super) const OWN_HEALTH: f64 = 20.0;
/// A task without any health check counts as healthy (API shape `DeploymentConfiguration`).
pub(super) const SETTLE: f64 = 40.0;
/// A one-off task does its work.
pub(super) const WORK: f64 = 20.0;
/// A load balancer's target is drained.
pub(super) const DRAIN: f64 = 30.0;
/// A container ends after SIGTERM.
pub(super) const TERMINATE: f64 = 5.0;
/// A task's network interface is released.
pub(super) const RELEASE: f64 = 8.0;
/// A stopped task can still be described (documented: at least an hour).
pub(super) const REMEMBER: f64 = 3600.0;
/// Tasks of one service differ by up to this many milliseconds in each step of their start.
pub(super) const JITTER_MILLIS: u64 = 3_000;

/// The scheduler acts on a change of the service.
pub(super) const SCHEDULE: f64 = 3.0;
/// A failed start is tried again when a circuit breaker counts.
pub(super) const RETRY: f64 = 5.0;
/// The first pause after a failed start without one; it doubles each time.
pub(super) const BACK_OFF: f64 = 10.0;
/// The longest pause between two starts (documented: 15 minutes).
pub(super) const BACK_OFF_LIMIT: f64 = 900.0;
/// The next try when there was no capacity.
pub(super) const CAPACITY_RETRY: f64 = 45.0;
/// How long deployment alarms are watched after a rollout (documented: computed by ECS, usually under five minutes).
pub(super) const ALARM_BAKE: f64 = 60.0;
/// A stop request is acted upon.
pub(super) const STOP_REQUEST: f64 = 2.0;
/// A lifecycle stage in which nothing has to be waited for.
pub(super) const STAGE: f64 = 5.0;
/// The function of a lifecycle hook answers.
pub(super) const FUNCTION: f64 = 5.0;
/// Listener weights are moved.
pub(super) const SHIFT: f64 = 10.0;
