//! Tests of reading and resolving a template.

use super::*;

const TEMPLATE: &str = r#"
Parameters:
  BaseUrl: { Type: String, Default: "" }
  State: { Type: String, Default: ENABLED }
  Password: { Type: String, Default: "", NoEcho: true }
Conditions:
  HasBaseUrl: !Not [!Equals [!Ref BaseUrl, ""]]
  Never: !And [!Condition HasBaseUrl, !Equals [a, b]]
Globals:
  Function:
    Timeout: 15
    Architectures: [!Ref Undefined]
    Environment:
      Variables:
        TABLE: !Ref Table
        QUEUE_URL: !Ref JobQueue
        BUS: !Ref Bus
        SECRET: !Sub thing/${AWS::StackName}/signing
Resources:
  Api: { Type: AWS::Serverless::HttpApi, Properties: { CorsConfiguration: { AllowOrigins: ["*"], MaxAge: 60 } } }
  PostsGet:
    Type: AWS::Serverless::Function
    Properties:
      Layers: !Unheard [of]
      Events: { Http: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: get, Path: "/posts/{postId}" } } }
  JobsWork:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 120
      DeadLetterQueue: { Type: SQS, TargetArn: !GetAtt DeadLetters.Arn }
      Events:
        Work: { Type: SQS, Properties: { Queue: !GetAtt JobQueue.Arn, BatchSize: 1, FunctionResponseTypes: [ReportBatchItemFailures], ScalingConfig: { MaximumConcurrency: 2 } } }
        Tick: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(5 minutes), State: !Ref State } }
        Changes:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt Table.StreamArn
            StartingPosition: TRIM_HORIZON
            FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] }
        Heard: { Type: EventBridgeRule, Properties: { EventBusName: !Ref Bus, Pattern: { source: [thing] } } }
  Gone: { Type: AWS::SQS::Queue, Condition: Never }
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema: [{ AttributeName: PK, KeyType: HASH }]
      AttributeDefinitions: [{ AttributeName: PK, AttributeType: S }]
      BillingMode: PAY_PER_REQUEST
      StreamSpecification: { StreamViewType: NEW_IMAGE }
      TimeToLiveSpecification: { AttributeName: expires_at, Enabled: true }
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
  JobQueue:
    Type: AWS::SQS::Queue
    Properties: { VisibilityTimeout: 720, RedrivePolicy: { deadLetterTargetArn: !GetAtt DeadLetters.Arn, maxReceiveCount: 5 } }
  DeadLetters: { Type: AWS::SQS::Queue }
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: !Sub "thing-${AWS::StackName}" } }
  Deployment:
    Type: AWS::SecretsManager::Secret
    Properties:
      Name: !Sub thing/${AWS::StackName}/deployment
      GenerateSecretString:
        SecretStringTemplate: !Sub
          - '{"base_url":"${Url}"}'
          - Url: !If [HasBaseUrl, !Ref BaseUrl, !Sub "https://${Api}.example"]
        GenerateStringKey: seed
        PasswordLength: 64
        ExcludePunctuation: true
  Providers: { Type: AWS::SecretsManager::Secret, Properties: { Name: providers, SecretString: !Sub '{"a":"${Password}"}' } }
"#;

fn setting(parameters: &[(&str, &str)]) -> Setting {
    Setting {
        stack_name: "local".to_owned(),
        region: "eu-west-1".to_owned(),
        account: "000000000000".to_owned(),
        endpoint: "http://127.0.0.1:9".to_owned(),
        parameters: parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

fn deploy(text: &str, parameters: &[(&str, &str)]) -> Result<Deployment> {
    Template::parse(text)?.deploy(&setting(parameters))
}

fn template() -> String {
    TEMPLATE.replace("!Unheard [of]", "[!Select [0, !Split [\",\", \"a\"]]]")
}

#[test]
fn the_environment_is_resolved() {
    let deployment = deploy(&template(), &[]).unwrap();
    assert_eq!(deployment.environment["TABLE"], "local-Table");
    assert_eq!(
        deployment.environment["QUEUE_URL"],
        "http://127.0.0.1:9/000000000000/local-JobQueue"
    );
    assert_eq!(deployment.environment["BUS"], "thing-local");
    assert_eq!(deployment.environment["SECRET"], "thing/local/signing");
    assert_eq!(deployment.cors.unwrap().max_age, Some(60));
}

#[test]
fn functions_have_their_triggers_and_timeouts() {
    let deployment = deploy(&template(), &[]).unwrap();
    let [work, get] = &deployment.functions[..] else {
        panic!("{:?}", deployment.functions)
    };
    assert_eq!(
        (get.name.as_str(), get.timeout.as_secs()),
        ("posts-get", 15)
    );
    assert!(
        matches!(&get.triggers[..], [Trigger::Http { method, path }] if method == "GET" && path == "/posts/{postId}")
    );
    assert_eq!(
        (work.name.as_str(), work.timeout.as_secs()),
        ("jobs-work", 120)
    );
    let dead_letters = work.retry.dead_letters.as_deref().unwrap();
    assert!(
        dead_letters.ends_with(":local-DeadLetters"),
        "{dead_letters}"
    );
    let [
        Trigger::Stream(stream),
        Trigger::Rule { bus, .. },
        Trigger::Schedule(tick),
        Trigger::Queue {
            arn,
            batch_size: 1,
            partial_failures: true,
            concurrency: 2,
        },
    ] = &work.triggers[..]
    else {
        panic!("{:?}", work.triggers)
    };
    assert_eq!(bus, "thing-local");
    assert_eq!(tick.every.as_secs(), 300);
    assert_eq!((stream.filters.len(), stream.batch_size), (1, 100));
    assert_eq!(arn, "arn:aws:sqs:eu-west-1:000000000000:local-JobQueue");
}

#[test]
fn queues_and_tables_keep_their_settings() {
    let deployment = deploy(&template(), &[]).unwrap();
    assert_eq!(deployment.queues.len(), 2, "the condition leaves one out");
    let queue = deployment
        .queues
        .iter()
        .find(|queue| queue.logical_id == "JobQueue");
    let queue = queue.unwrap();
    assert_eq!(queue.visibility.as_secs(), 720);
    assert_eq!(queue.redrive.as_ref().unwrap().max_receive_count, 5);
    let [table] = &deployment.tables[..] else {
        panic!()
    };
    assert_eq!(table.expiry.as_deref(), Some("expires_at"));
    assert_eq!(table.create["TableName"], "local-Table");
    assert_eq!(table.create["StreamSpecification"]["StreamEnabled"], true);
    assert!(
        table
            .create
            .get("PointInTimeRecoverySpecification")
            .is_none()
    );
}

#[test]
fn parameters_decide_conditions() {
    let shape = |parameters: &[(&str, &str)]| {
        let deployment = deploy(&template(), parameters).unwrap();
        let SecretOrigin::Generated(shape) = &deployment.secrets[0].origin else {
            panic!("{:?}", deployment.secrets)
        };
        shape.secret_string_template.clone()
    };
    assert_eq!(shape(&[]), r#"{"base_url":"https://local.example"}"#);
    assert_eq!(
        shape(&[("BaseUrl", "http://x:1")]),
        r#"{"base_url":"http://x:1"}"#
    );
    let disabled = deploy(&template(), &[("State", "DISABLED")]).unwrap();
    assert_eq!(disabled.functions[0].triggers.len(), 3, "no tick");
}

#[test]
fn a_secret_can_stand_in_the_template_with_a_parameter_in_it() {
    for (parameters, expected) in [
        (&[][..], r#"{"a":""}"#),
        (&[("Password", "x"), ("Undeclared", "y")], r#"{"a":"x"}"#),
    ] {
        let deployment = deploy(&template(), parameters).unwrap();
        let secret = &deployment.secrets[1];
        assert_eq!(secret.name, "providers");
        assert!(matches!(&secret.origin, SecretOrigin::Text(text) if text == expected));
    }
}

#[test]
fn what_cannot_be_served_is_an_error() {
    let refused = |text: &str| format!("{:#}", deploy(text, &[]).unwrap_err());
    assert!(refused(TEMPLATE).contains("!Unheard"));
    assert!(refused(&template().replace("!Ref Table", "!Ref Tabel")).contains("Tabel"));
    assert!(refused(&template().replace("rate(5 minutes)", "cron(0 * * * ? *)")).contains("cron"));
    assert!(refused("Resources: { R: { Type: AWS::Events::Rule } }").contains("Rule"));
    let empty = "Resources: { R: { Type: AWS::SecretsManager::Secret, Properties: { Name: a } } }";
    assert!(refused(empty).contains("SecretString"));
}

#[test]
fn the_projects_own_template_can_be_served() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let template = Template::read(&path).unwrap();
    let deployment = template.deploy(&setting(&[("MailFrom", "a@b.c")])).unwrap();
    assert!(
        deployment
            .functions
            .iter()
            .any(|function| function.name == "jobs-publish")
    );
    assert!(deployment.environment.contains_key("TABLE"));
}
