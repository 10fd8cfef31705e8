//! The way to AWS: whom it trusts, and the proxy it goes through. The SDK for Rust asks the environment for neither; the CLI and
//! the other SDKs do, so whoever works behind a proxy that opens TLS has set these variables already.

use std::path::Path;

use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::domain::place::Place;
use crate::error::Error;
use crate::ports::{Files, Surroundings};

/// Names the file of the certificates that are trusted instead of those of the machine, as in the CLI.
const BUNDLE: &str = "AWS_CA_BUNDLE";
/// Name the proxy of calls by HTTPS; the first that is set counts.
const PROXY: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
/// Name the hosts that are reached without the proxy.
const DIRECT: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// How connections are made. Calls by plain HTTP, to endpoints of this machine and for credentials of the container or the
/// instance, need no certificates and never go through a proxy.
#[derive(Debug, Clone)]
pub(super) struct Transport {
    secure: Way,
    plain: Way,
}

impl Transport {
    /// As the environment says.
    ///
    /// # Errors
    ///
    /// A variable names no proxy, or a file that holds no certificates.
    pub(super) fn of(world: &(impl Surroundings + Files)) -> Result<Self, Error> {
        let trust = match world.variable(BUNDLE) {
            Some(path) => bundle(world, Path::new(&path))?,
            None => TrustStore::default(),
        };
        Ok(Self {
            secure: Way::new(trust, proxy(world)?)?,
            plain: Way::new(TrustStore::empty(), ProxyConfig::disabled())?,
        })
    }

    /// The client that the SDK calls AWS by.
    pub(super) fn client(&self) -> SharedHttpClient {
        SharedHttpClient::new(ByScheme {
            plain: self.plain.client(),
            secure: self.secure.client(),
        })
    }

    /// A connector for what AWS answers with an address instead of the thing.
    pub(super) fn connector(&self) -> Connector {
        self.secure.connector(None, None)
    }
}

/// Whom a connection trusts, and the proxy it goes through.
#[derive(Debug, Clone)]
struct Way {
    trust: TlsContext,
    proxy: ProxyConfig,
}

impl Way {
    fn new(trust: TrustStore, proxy: ProxyConfig) -> Result<Self, Error> {
        let trust = TlsContext::builder().with_trust_store(trust).build();
        let trust = trust
            .map_err(|error| Error::usage(format!("the certificates can not be used: {error}")))?;
        Ok(Self { trust, proxy })
    }

    fn client(&self) -> SharedHttpClient {
        let this = self.clone();
        Builder::new().build_with_connector_fn(move |settings, components| {
            this.connector(settings, components.and_then(RuntimeComponents::sleep_impl))
        })
    }

    fn connector(
        &self,
        settings: Option<&HttpConnectorSettings>,
        sleep: Option<SharedAsyncSleep>,
    ) -> Connector {
        let mut builder = Connector::builder();
        builder.set_connector_settings(settings.cloned());
        builder.set_sleep_impl(sleep);
        builder
            .proxy_config(self.proxy.clone())
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(self.trust.clone())
            .build()
    }
}

/// Reads the certificates of the machine, which is half of what a start costs, with the first call by HTTPS and not before: the
/// SDK's own client reads them when it is made.
#[derive(Debug)]
struct ByScheme {
    plain: SharedHttpClient,
    secure: SharedHttpClient,
}

impl HttpClient for ByScheme {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(ConnectorByScheme {
            plain: self.plain.http_connector(settings, components),
            secure: self.secure.clone(),
            settings: settings.clone(),
            components: components.clone(),
        })
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.secure.connector_metadata()
    }
}

/// The way of one call. Connections are the clients' and outlive it.
#[derive(Debug)]
struct ConnectorByScheme {
    plain: SharedHttpConnector,
    secure: SharedHttpClient,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl HttpConnector for ConnectorByScheme {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if request.uri().starts_with("http://") {
            self.plain.call(request)
        } else {
            let secure = self.secure.http_connector(&self.settings, &self.components);
            secure.call(request)
        }
    }
}

/// The certificates of a file, each judged here: what the connector can not use, it does not refuse but ends the process.
fn bundle(world: &impl Files, path: &Path) -> Result<TrustStore, Error> {
    let wrong = |what: String| {
        Error::input(Place::file(path.display().to_string()), what).hint(format!(
            "`{BUNDLE}` names it: give a file of certificates in PEM, or unset the variable"
        ))
    };
    let text = world
        .read(path)
        .map_err(|error| wrong(error.reason.clone()))?;
    let mut known = RootCertStore::empty();
    for (index, certificate) in CertificateDer::pem_slice_iter(text.as_bytes()).enumerate() {
        let nth = index + 1;
        let certificate =
            certificate.map_err(|error| wrong(format!("certificate {nth}: {error}")))?;
        known
            .add(certificate)
            .map_err(|error| wrong(format!("certificate {nth} can not be trusted: {error}")))?;
    }
    if known.is_empty() {
        return Err(wrong("it holds no certificate".to_owned()));
    }
    Ok(TrustStore::empty().with_pem_certificate(text))
}

/// The proxy of calls by HTTPS. Its address may hold a password and is shown nowhere.
fn proxy(world: &impl Surroundings) -> Result<ProxyConfig, Error> {
    let set = |name: &&'static str| world.variable(name).map(|value| (*name, value));
    let Some((name, address)) = PROXY.iter().find_map(set) else {
        return Ok(ProxyConfig::disabled());
    };
    let address = if address.contains("://") {
        address
    } else {
        format!("http://{address}")
    };
    let config = ProxyConfig::https(address).map_err(|_| {
        Error::usage(format!(
            "`{name}` holds no address of a proxy for HTTP or HTTPS"
        ))
        .hint("such as `http://proxy.example.com:3128`")
    })?;
    Ok(match DIRECT.iter().find_map(set) {
        Some((_, hosts)) => config.no_proxy(hosts),
        None => config,
    })
}
