//! Everything that the template describes, running in this process.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use app::lambda::Function;
use app::{App, Clock, Config};
use axum::Router;
use axum::serve::ListenerExt;
use jiff::SignedDuration;
use sandbox::{Mail, Sandbox};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::aws::{self, ADMINISTRATOR, Rights, Secrets, Sent, Services};
use crate::bell::Bell;
use crate::bus::Buses;
use crate::data::{self, Data};
use crate::deliveries::Deliveries;
use crate::dynamodb;
use crate::gateway::Gateway;
use crate::invoker::{Deployed, Failure, Invoker};
use crate::mailbox::Mailbox;
use crate::objects::Objects;
use crate::queues::{Mapping, Message, Queues};
use crate::schedules::Schedules;
use crate::state::State;
use crate::stream::Stream;
use crate::template::{Deployment, Setting, Template, Trigger};

const STACK_NAME: &str = "local";
const REGION: &str = "eu-west-1";
const ACCOUNT: &str = "000000000000";
/// The parameter that says where hosts of platforms are to be found instead.
const ENDPOINTS: &str = "PlatformEndpoints";
/// Hosts that the sandbox stands in for.
const SANDBOX_HOSTS: &[&str] = &[
    "mastodon.sandbox",
    "bluesky.sandbox",
    "google.sandbox",
    "www.facebook.com",
    "graph.facebook.com",
    "www.instagram.com",
    "api.instagram.com",
    "graph.instagram.com",
    "www.threads.net",
    "graph.threads.net",
    "x.com",
    "api.x.com",
    "www.linkedin.com",
    "api.linkedin.com",
    "accounts.google.com",
    "oauth2.googleapis.com",
    "openidconnect.googleapis.com",
    "www.googleapis.com",
    "mybusinessaccountmanagement.googleapis.com",
    "mybusinessbusinessinformation.googleapis.com",
    "www.tiktok.com",
    "open.tiktokapis.com",
    "www.pinterest.com",
    "api.pinterest.com",
    "www.reddit.com",
    "oauth.reddit.com",
    "api.telegram.org",
    "t.me",
    "web.telegram.org",
    "discord.com",
    "slack.com",
    "app.slack.com",
    "hooks.slack.com",
];
/// What the sandbox knows this application by where people sign in; a template that declares no such parameter is not given it.
const SANDBOX_CLIENTS: [(&str, &str); 5] = [
    ("GoogleClientId", "tayang.apps.google.sandbox"),
    ("GoogleClientSecret", "google-sandbox-secret"),
    ("GoogleIssuer", "https://google.sandbox"),
    ("FacebookAppId", "1000000000000001"),
    ("FacebookAppSecret", "facebook-sandbox-secret"),
];

/// The platforms where applications are registered: in the sandbox each knows this one by `tayang-<platform>`, but Facebook, where people
/// also sign in.
const SANDBOX_REGISTRATIONS: [&str; 10] = [
    "instagram",
    "threads",
    "x",
    "linkedin",
    "slack",
    "youtube",
    "google_business",
    "tiktok",
    "pinterest",
    "reddit",
];

/// What this application is registered with at the platforms of the sandbox.
fn platform_clients() -> Value {
    let client = |id: String, secret: String| json!({ "client_id": id, "client_secret": secret });
    let mut clients: serde_json::Map<_, _> = SANDBOX_REGISTRATIONS
        .iter()
        .map(|platform| {
            let (id, secret) = (
                format!("tayang-{platform}"),
                format!("{platform}-sandbox-secret"),
            );
            ((*platform).to_owned(), client(id, secret))
        })
        .collect();
    let of_facebook = |name| SANDBOX_CLIENTS.iter().find(|(of, _)| *of == name);
    if let (Some((_, id)), Some((_, secret))) = (
        of_facebook("FacebookAppId"),
        of_facebook("FacebookAppSecret"),
    ) {
        let facebook = client((*id).to_owned(), (*secret).to_owned());
        clients.insert("facebook".to_owned(), facebook);
    }
    Value::Object(clients)
}

/// How a stack is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// The template.
    pub template: PathBuf,
    /// Where data is kept.
    pub data: Data,
    /// The clock that everything lives by.
    pub clock: Clock,
    /// Port of the API on loopback; 0 takes a free one.
    pub api_port: u16,
    /// Port of the sandbox on loopback; 0 takes a free one.
    pub sandbox_port: u16,
    /// Whether schedules fire by themselves.
    pub schedules: bool,
    /// Whether the sandbox is served and the platforms in it can be reached.
    pub sandbox: bool,
    /// Parameters of the template, over those that the stack sets itself.
    pub parameters: BTreeMap<String, String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            template: Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml"),
            data: Data::Memory,
            clock: Clock::system(),
            api_port: 0,
            sandbox_port: 0,
            schedules: true,
            sandbox: true,
            parameters: BTreeMap::new(),
        }
    }
}

/// A running stack. It stops when it is dropped.
pub struct Stack {
    pub(crate) bell: Bell,
    pub(crate) invoker: Arc<Invoker>,
    pub(crate) deliveries: Arc<Deliveries>,
    pub(crate) schedules: Option<Arc<Schedules>>,
    pub(crate) streams: Vec<Arc<Stream>>,
    pub(crate) queues: Arc<Queues>,
    /// Names of the queues that a function reads.
    pub(crate) consumed: BTreeSet<String>,
    functions: Vec<Deployed>,
    database: dynoxide::Database,
    services: Arc<Services>,
    sandbox: Sandbox,
    api_url: String,
    sandbox_url: Option<String>,
    aws_url: String,
    state: Arc<State>,
    tasks: JoinSet<()>,
}

/// A message that no function could handle.
#[derive(Debug, Clone)]
pub struct DeadLetter {
    /// Name of its queue in the template.
    pub queue: String,
    /// The message, an event or a description of records, as it was sent there.
    pub body: String,
}

impl Stack {
    /// Starts the template with the project's functions.
    pub async fn start(options: Options) -> Result<Self> {
        Self::start_with(options, functions::CATALOGUE).await
    }

    /// Starts the template with the given functions.
    pub async fn start_with(options: Options, catalogue: &'static [Function]) -> Result<Self> {
        let mut tasks = JoinSet::new();
        let bell = Bell::new(options.clock.clone());
        let api = bind(options.api_port, "the API (another one: --port)").await?;
        let aws = bind(0, "AWS").await?;
        let (api_url, aws_url) = (url(&api)?, url(&aws)?);

        let sandbox = data::open_sandbox(&options)?;
        let mut sandbox_url = None;
        if options.sandbox {
            let listener = bind(
                options.sandbox_port,
                "the sandbox (another one: --sandbox-port)",
            )
            .await?;
            sandbox_url = Some(url(&listener)?);
            serve(&mut tasks, listener, sandbox.router());
        }

        let deployment = deploy(&options, &api_url, &aws_url, sandbox_url.as_deref())?;
        let functions = Deployed::all(&deployment.functions, catalogue)?;
        let app = Arc::new(App::new(
            config(&deployment, &aws_url)?,
            options.clock.clone(),
        ));
        let invoker = Arc::new(Invoker::new(app, bell.clone()));

        let (database, state) = data::open_data(&options)?;
        dynamodb::create_tables(&database, &deployment.tables)?;
        let (dynamodb_url, server) = dynamodb::serve(&database).await?;
        tasks.spawn(server);
        tasks.spawn(dynamodb::sweep(database.clone(), bell.clone()));

        let queues = Arc::new(Queues::open(&deployment.queues, &state, &bell)?);
        let deliveries = Arc::new(Deliveries::open(Arc::clone(&state), bell.clone())?);
        let buses = Buses::new(
            &deployment.buses,
            &functions,
            Arc::clone(&deliveries),
            REGION,
            ACCOUNT,
        );
        let objects = Objects::open(
            &deployment.buckets,
            &functions,
            data::objects_folder(&options),
            &state,
            &deliveries,
            (&bell, REGION),
        )?;
        let services = Services {
            queues: Arc::clone(&queues),
            objects: Arc::new(objects),
            rights: rights(&deployment),
            buses,
            secrets: Secrets::open(&deployment.secrets, &state, REGION, ACCOUNT)?,
            mailbox: Mailbox::new(sandbox.clone(), options.clock.clone()),
            dynamodb_url,
            client: loopback_client()?,
            bell: bell.clone(),
            sent: Sent::default(),
        };
        let services = Arc::new(services);
        serve(&mut tasks, aws, aws::router(Arc::clone(&services)));

        let mut stack = Self {
            bell: bell.clone(),
            invoker: Arc::clone(&invoker),
            deliveries: Arc::clone(&deliveries),
            schedules: None,
            streams: Vec::new(),
            queues,
            consumed: BTreeSet::new(),
            functions,
            database: database.clone(),
            services,
            sandbox,
            api_url,
            sandbox_url,
            aws_url,
            state: Arc::clone(&state),
            tasks,
        };
        stack.start_sources(&deployment, &database, &state)?;
        if options.schedules {
            stack.start_schedules();
        }
        let gateway = Gateway::new(&stack.functions, deployment.cors, invoker, bell, ACCOUNT);
        serve(&mut stack.tasks, api, gateway.router());
        Ok(stack)
    }

    fn start_sources(
        &mut self,
        deployment: &Deployment,
        database: &dynoxide::Database,
        state: &Arc<State>,
    ) -> Result<()> {
        for function in self.functions.clone() {
            for trigger in &function.definition.triggers {
                match trigger {
                    Trigger::Queue {
                        arn,
                        batch_size,
                        partial_failures,
                        concurrency,
                    } => {
                        let mapping = Mapping {
                            queue: self.queues.by_arn(arn)?,
                            arn: arn.clone(),
                            function: function.clone(),
                            batch_size: *batch_size,
                            partial_failures: *partial_failures,
                            concurrency: *concurrency,
                        };
                        let name = mapping.queue.definition().name.clone();
                        self.consumed.insert(name);
                        let invoker = Arc::clone(&self.invoker);
                        self.tasks.spawn(mapping.run(invoker, self.bell.clone()));
                    }
                    Trigger::Stream(source) => {
                        let stream = Stream::open(
                            database.clone(),
                            &deployment.tables,
                            source.clone(),
                            function.clone(),
                            &self.queues,
                            Arc::clone(state),
                            self.bell.clone(),
                        )?;
                        let stream = Arc::new(stream);
                        self.streams.push(Arc::clone(&stream));
                        self.tasks.spawn(stream.run(Arc::clone(&self.invoker)));
                    }
                    Trigger::Http { .. }
                    | Trigger::Rule { .. }
                    | Trigger::Upload { .. }
                    | Trigger::Schedule(_) => {}
                }
            }
        }
        let deliveries = Arc::clone(&self.deliveries);
        self.tasks.spawn(deliveries.run(
            self.functions.clone(),
            Arc::clone(&self.queues),
            Arc::clone(&self.invoker),
        ));
        Ok(())
    }

    fn start_schedules(&mut self) {
        let schedules = Arc::new(Schedules::new(
            &self.functions,
            Arc::clone(&self.deliveries),
            self.bell.clone(),
            REGION,
            ACCOUNT,
        ));
        self.schedules = Some(Arc::clone(&schedules));
        self.tasks.spawn(schedules.run());
    }

    /// Address of the API, without a slash at the end.
    pub fn api_url(&self) -> &str {
        &self.api_url
    }

    /// Address of the sandbox, if it is served.
    pub fn sandbox_url(&self) -> Option<&str> {
        self.sandbox_url.as_deref()
    }

    /// Address of the AWS stand-ins, for SDK clients of one's own.
    pub fn aws_url(&self) -> &str {
        &self.aws_url
    }

    /// The platforms and the outbox of this stack.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// The functions' configuration and clients, with the rights of an administrator.
    pub fn app(&self) -> &Arc<App> {
        self.invoker.administrator()
    }

    /// The clock that everything lives by.
    pub fn clock(&self) -> &Clock {
        self.bell.clock()
    }

    /// The mails that were sent, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.sandbox.mails()
    }

    /// The messages of a queue, received and delayed ones included, by its name in the template.
    pub fn messages(&self, queue: &str) -> Result<Vec<Message>> {
        Ok(self.queues.by_logical_id(queue)?.peek())
    }

    /// How many messages a queue holds, received and delayed ones included, by its name in the template.
    pub fn queue_depth(&self, queue: &str) -> Result<usize> {
        Ok(self.messages(queue)?.len())
    }

    /// The requests by which messages were put on queues and events on buses, oldest first; the latest 10,000 are kept.
    pub fn sent(&self) -> Vec<String> {
        self.services.sent.all()
    }

    /// The texts of the secrets that functions read, by name.
    pub fn secrets(&self) -> BTreeMap<String, String> {
        self.services.secrets.all()
    }

    /// The items of a table, by its own name, each as one JSON text.
    pub fn items(&self, table: &str) -> Result<Vec<String>> {
        dynamodb::items(&self.database, table)
    }

    /// The names of the files in all buckets, in order.
    pub fn files(&self) -> Vec<String> {
        self.services.objects.keys()
    }

    /// The messages of all queues that no function reads.
    pub fn dead_letters(&self) -> Vec<DeadLetter> {
        let queues = self.queues.iter().map(|queue| (queue.definition(), queue));
        let unread = queues.filter(|(definition, _)| !self.consumed.contains(&definition.name));
        unread
            .flat_map(|(definition, queue)| {
                queue.peek().into_iter().map(|message| DeadLetter {
                    queue: definition.logical_id.clone(),
                    body: message.body,
                })
            })
            .collect()
    }

    /// The invocations that failed so far, oldest first.
    pub fn failures(&self) -> Vec<Failure> {
        self.invoker.failures()
    }

    /// Puts a message into a queue, by its name in the template.
    pub fn send_to_queue(&self, queue: &str, body: &str) -> Result<()> {
        let queue = self.queues.by_logical_id(queue)?;
        queue.send(body, SignedDuration::ZERO, None)?;
        Ok(())
    }

    /// Invokes a function by its name in the catalogue, as Lambda's own API would.
    pub async fn invoke(&self, name: &str, event: Value) -> Result<Value> {
        let mut functions = self.functions.iter();
        let Some(function) = functions.find(|function| function.name() == name) else {
            bail!("there is no function {name}");
        };
        let slot = self.invoker.slot(name);
        let result = self.invoker.invoke(&slot, function, event).await;
        result.map_err(|error| anyhow::anyhow!("{name}: {error}"))
    }

    /// Stops everything. Work in flight is cut off, as by a crash; what must not be lost is on disk already.
    pub async fn shutdown(mut self) {
        self.state.close();
        self.tasks.shutdown().await;
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.state.close();
        self.tasks.abort_all();
        self.invoker.stop();
    }
}

fn deploy(
    options: &Options,
    api_url: &str,
    aws_url: &str,
    sandbox_url: Option<&str>,
) -> Result<Deployment> {
    let mut parameters = BTreeMap::from([
        ("BaseUrl".to_owned(), api_url.to_owned()),
        ("MailFrom".to_owned(), "tayang@localhost".to_owned()),
        // Nothing leaves this machine.
        ("BreachedPasswords".to_owned(), "off".to_owned()),
    ]);
    parameters.extend(sandbox_url.map(sandbox_parameters).unwrap_or_default());
    let endpoints = both(parameters.get(ENDPOINTS), options.parameters.get(ENDPOINTS))?;
    parameters.extend(options.parameters.clone());
    parameters.insert(ENDPOINTS.to_owned(), endpoints);
    let template = Template::read(&options.template)?;
    template.deploy(&Setting {
        stack_name: STACK_NAME.to_owned(),
        region: REGION.to_owned(),
        account: ACCOUNT.to_owned(),
        endpoint: aws_url.to_owned(),
        parameters,
    })
}

/// The parameters by which a template takes a sandbox for every platform, and for the providers that people sign in at.
pub fn sandbox_parameters(url: &str) -> BTreeMap<String, String> {
    let address = |host: &&str| ((*host).to_owned(), format!("{url}/{host}").into());
    let endpoints: serde_json::Map<_, _> = SANDBOX_HOSTS.iter().map(address).collect();
    let clients = SANDBOX_CLIENTS.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut parameters = BTreeMap::from(clients);
    parameters.insert("PlatformClients".to_owned(), platform_clients().to_string());
    parameters.insert(ENDPOINTS.to_owned(), Value::Object(endpoints).to_string());
    parameters
}

/// Two JSON objects in one; what both name is as the second one says.
fn both(first: Option<&String>, second: Option<&String>) -> Result<String> {
    let mut all = serde_json::Map::new();
    for text in [first, second].into_iter().flatten() {
        let more: serde_json::Map<_, _> =
            serde_json::from_str(text).with_context(|| format!("the parameter {ENDPOINTS}"))?;
        all.extend(more);
    }
    Ok(Value::Object(all).to_string())
}

/// What each function may do, by its policies.
fn rights(deployment: &Deployment) -> Rights {
    let functions = deployment.functions.iter();
    let functions = functions.map(|function| (function.name.clone(), function.rights.clone()));
    Rights::new(functions.collect(), REGION, ACCOUNT)
}

/// The functions' configuration: the template's environment, and what Lambda itself sets.
fn config(deployment: &Deployment, aws_url: &str) -> Result<Config> {
    Config::from_lookup(&|name| {
        let value = match name {
            "AWS_REGION" => Some(REGION),
            "AWS_ENDPOINT_URL" => Some(aws_url),
            "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some(ADMINISTRATOR),
            _ => deployment.environment.get(name).map(String::as_str),
        };
        value.map(str::to_owned)
    })
}

/// Binds a port of loopback; 0 takes a free one.
pub async fn bind(port: u16, what: &str) -> Result<TcpListener> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address} for {what}"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "talks to this process only, not to a platform"
)]
fn loopback_client() -> Result<reqwest::Client> {
    Ok(reqwest::Client::builder().no_proxy().build()?)
}

fn url(listener: &TcpListener) -> Result<String> {
    Ok(format!("http://{}", listener.local_addr()?))
}

fn serve(tasks: &mut JoinSet<()>, listener: TcpListener, router: Router) {
    // Answers are written in pieces; without this the last piece can wait for the client's acknowledgement.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::warn!(%error, "cannot send small packets at once");
        }
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tasks.spawn(async move {
        if let Err(error) = axum::serve(listener, service).await {
            tracing::error!(%error, "a server stopped");
        }
    });
}
