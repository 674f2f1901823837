//! The clients of AWS, each made when it is first used.

use std::sync::OnceLock;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::{Builder, tls};
use aws_types::SdkConfig;
use aws_types::region::Region;

use crate::config::Aws;

/// The clients.
#[derive(Debug)]
pub struct Clients {
    config: SdkConfig,
    sqs: OnceLock<aws_sdk_sqs::Client>,
    ses: OnceLock<aws_sdk_ses::Client>,
    events: OnceLock<aws_sdk_eventbridge::Client>,
    secrets: OnceLock<aws_sdk_secretsmanager::Client>,
    s3: OnceLock<aws_sdk_s3::Client>,
}

impl Clients {
    /// Clients that share one connection pool, set up from the environment that Lambda gives.
    pub fn new(aws: &Aws) -> Self {
        let credentials = Credentials::new(
            &aws.access_key_id,
            &aws.secret_access_key,
            aws.session_token.clone(),
            None,
            "environment",
        );
        let plain = aws
            .endpoint_url
            .as_deref()
            .is_some_and(|url| url.starts_with("http://"));
        // An emulator on loopback needs no TLS, and building the TLS client costs start-up time.
        let http = if plain {
            Builder::new().build_http()
        } else {
            Builder::new()
                .tls_provider(tls::Provider::Rustls(
                    tls::rustls_provider::CryptoMode::AwsLc,
                ))
                .build_https()
        };
        let mut config = SdkConfig::builder()
            .behavior_version(aws_sdk_sqs::config::BehaviorVersion::latest())
            .region(Region::new(aws.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .identity_cache(aws_sdk_sqs::config::IdentityCache::lazy().build())
            .time_source(aws_smithy_async::time::SystemTimeSource::new())
            .sleep_impl(TokioSleep::new())
            .http_client(http);
        config.set_endpoint_url(aws.endpoint_url.clone());
        Self {
            config: config.build(),
            sqs: OnceLock::new(),
            ses: OnceLock::new(),
            events: OnceLock::new(),
            secrets: OnceLock::new(),
            s3: OnceLock::new(),
        }
    }

    /// DynamoDB; `Store` keeps the one that is used.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config)
    }

    /// SQS.
    pub fn sqs(&self) -> &aws_sdk_sqs::Client {
        self.sqs
            .get_or_init(|| aws_sdk_sqs::Client::new(&self.config))
    }

    /// SES.
    pub fn ses(&self) -> &aws_sdk_ses::Client {
        self.ses
            .get_or_init(|| aws_sdk_ses::Client::new(&self.config))
    }

    /// EventBridge.
    pub fn events(&self) -> &aws_sdk_eventbridge::Client {
        self.events
            .get_or_init(|| aws_sdk_eventbridge::Client::new(&self.config))
    }

    /// Secrets Manager.
    pub fn secrets(&self) -> &aws_sdk_secretsmanager::Client {
        self.secrets
            .get_or_init(|| aws_sdk_secretsmanager::Client::new(&self.config))
    }

    /// S3. An emulator at one address for all services finds the bucket in the path, and not in a host name.
    pub fn s3(&self) -> &aws_sdk_s3::Client {
        use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
        self.s3.get_or_init(|| {
            let config = aws_sdk_s3::config::Builder::from(&self.config)
                .force_path_style(self.config.endpoint_url().is_some())
                .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
                .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
            aws_sdk_s3::Client::from_conf(config.build())
        })
    }
}
