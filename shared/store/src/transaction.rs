//! Transactions: a list of conditional writes of which all happen or none does.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::error::{DisplayErrorContext, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem, Update,
};

use crate::Store;
use crate::error::Error;
use crate::item::Item;
use crate::keys::{Key, PK};

/// The most actions of one transaction: a limit of DynamoDB.
pub(crate) const MOST_WRITES: usize = 100;
/// How often a transaction that met another one on the same item is tried again, and how long the first wait is.
const CONFLICT_RETRIES: u32 = 6;
const CONFLICT_WAIT: Duration = Duration::from_millis(20);

/// One action of a transaction: what is written under which condition.
#[derive(Debug)]
pub(crate) struct Write {
    action: Action,
    condition: Option<String>,
    values: HashMap<String, AttributeValue>,
    vault: bool,
}

#[derive(Debug)]
enum Action {
    Put(Item),
    Update(Key, String),
    Delete(Key),
    Check(Key),
}

/// Why a transaction did not happen.
#[derive(Debug)]
pub(crate) enum Cancelled {
    /// The conditions of these actions, by position, do not hold.
    Conditions(Vec<usize>),
    /// Something else.
    Error(Error),
}

impl Cancelled {
    /// Whether the condition of the action at `position` does not hold.
    pub(crate) fn at(&self, position: usize) -> bool {
        matches!(self, Self::Conditions(positions) if positions.contains(&position))
    }
}

impl From<Cancelled> for Error {
    fn from(cancelled: Cancelled) -> Self {
        match cancelled {
            Cancelled::Conditions(_) => Self::Stale,
            Cancelled::Error(error) => error,
        }
    }
}

impl Write {
    fn new(action: Action) -> Self {
        Self {
            action,
            condition: None,
            values: HashMap::new(),
            vault: false,
        }
    }

    /// Writes a whole item, whatever was there.
    pub(crate) fn put(item: Item) -> Self {
        Self::new(Action::Put(item))
    }

    /// Writes a whole item that must not exist yet.
    pub(crate) fn create(item: Item) -> Self {
        Self::put(item).only_if(format!("attribute_not_exists({PK})"), &[])
    }

    /// Changes attributes of an item by an update expression.
    pub(crate) fn update(
        key: Key,
        expression: impl Into<String>,
        values: impl IntoIterator<Item = (&'static str, AttributeValue)>,
    ) -> Self {
        let mut write = Self::new(Action::Update(key, expression.into()));
        write.values = values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        write
    }

    /// Deletes an item, if it is there.
    pub(crate) fn delete(key: Key) -> Self {
        Self::new(Action::Delete(key))
    }

    /// Writes nothing; the condition counts.
    pub(crate) fn check(key: Key) -> Self {
        Self::new(Action::Check(key))
    }

    /// The condition under which the whole transaction happens.
    pub(crate) fn only_if(
        mut self,
        condition: impl Into<String>,
        values: &[(&str, AttributeValue)],
    ) -> Self {
        self.condition = Some(condition.into());
        self.values.extend(
            values
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone())),
        );
        self
    }

    /// The condition that the item exists.
    pub(crate) fn only_if_it_exists(self) -> Self {
        self.only_if(format!("attribute_exists({PK})"), &[])
    }

    /// Makes it an action on the vault's table.
    pub(crate) fn in_vault(mut self) -> Self {
        self.vault = true;
        self
    }

    fn build(
        &self,
        store: &Store,
    ) -> Result<TransactWriteItem, aws_sdk_dynamodb::error::BuildError> {
        let table = if self.vault {
            &store.vault_table
        } else {
            &store.table
        };
        let values = (!self.values.is_empty()).then(|| self.values.clone());
        let names = self.names();
        let item = TransactWriteItem::builder();
        Ok(match &self.action {
            Action::Put(body) => item.put(
                Put::builder()
                    .table_name(table)
                    .set_item(Some(body.clone()))
                    .set_condition_expression(self.condition.clone())
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .build()?,
            ),
            Action::Update(key, expression) => item.update(
                Update::builder()
                    .table_name(table)
                    .set_key(Some(key.attributes()))
                    .update_expression(expression)
                    .set_condition_expression(self.condition.clone())
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .build()?,
            ),
            Action::Delete(key) => item.delete(
                Delete::builder()
                    .table_name(table)
                    .set_key(Some(key.attributes()))
                    .set_condition_expression(self.condition.clone())
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .build()?,
            ),
            Action::Check(key) => item.condition_check(
                ConditionCheck::builder()
                    .table_name(table)
                    .set_key(Some(key.attributes()))
                    .set_condition_expression(self.condition.clone())
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .build()?,
            ),
        }
        .build())
    }

    /// Attribute names are written `#name` in expressions, reserved or not; here each is resolved to itself.
    fn names(&self) -> Option<HashMap<String, String>> {
        let update = if let Action::Update(_, expression) = &self.action {
            expression.as_str()
        } else {
            ""
        };
        let names = names_in(&[update, self.condition.as_deref().unwrap_or_default()]);
        (!names.is_empty()).then_some(names)
    }
}

/// The placeholders `#name` in expressions, each with the name that it stands for.
pub(crate) fn names_in(expressions: &[&str]) -> HashMap<String, String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    expressions
        .iter()
        .flat_map(|expression| expression.split('#').skip(1))
        .map(|rest| rest.split(|c| !is_name(c)).next().unwrap_or_default())
        .map(|name| (format!("#{name}"), name.to_owned()))
        .collect()
}

impl Store {
    /// Does all of it or nothing. Meeting another transaction on an item is tried again a few times; the SDK's own retries carry one token, so they count once.
    pub(crate) async fn transact(&self, writes: Vec<Write>) -> Result<(), Cancelled> {
        let items: Vec<_> = writes
            .iter()
            .map(|write| write.build(self))
            .collect::<Result<_, _>>()
            .map_err(|error| Cancelled::Error(Error::Failed(error.to_string())))?;
        for attempt in 0.. {
            let Err(error) = self
                .client
                .transact_write_items()
                .set_transact_items(Some(items.clone()))
                .send()
                .await
            else {
                return Ok(());
            };
            let cancelled = cancelled(error);
            match cancelled {
                Cancelled::Error(Error::Stale) if attempt < CONFLICT_RETRIES => {
                    pause(attempt).await;
                }
                Cancelled::Error(Error::Stale) => {
                    return Err(Cancelled::Error(Error::Unavailable(
                        "too many transactions on the same item".into(),
                    )));
                }
                other => return Err(other),
            }
        }
        unreachable!("the loop ends by returning")
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a pause between two requests is real time, whatever a test's clock shows"
)]
pub(crate) async fn pause(attempt: u32) {
    tokio::time::sleep(CONFLICT_WAIT * 2_u32.pow(attempt.min(5))).await;
}

/// `Error::Stale` stands for a conflict with another transaction: the one case that is tried again.
fn cancelled(error: SdkError<TransactWriteItemsError>) -> Cancelled {
    let SdkError::ServiceError(service) = &error else {
        return Cancelled::Error(error.into());
    };
    match service.err() {
        TransactWriteItemsError::TransactionCanceledException(reasons) => {
            let codes: Vec<_> = reasons
                .cancellation_reasons()
                .iter()
                .map(|reason| reason.code().unwrap_or("None"))
                .collect();
            let failed: Vec<_> = codes
                .iter()
                .enumerate()
                .filter(|(_, code)| **code == "ConditionalCheckFailed")
                .map(|(position, _)| position)
                .collect();
            if !failed.is_empty() {
                Cancelled::Conditions(failed)
            } else if codes.contains(&"TransactionConflict") {
                Cancelled::Error(Error::Stale)
            } else if codes
                .iter()
                .any(|code| matches!(*code, "ThrottlingError" | "ProvisionedThroughputExceeded"))
            {
                Cancelled::Error(Error::Unavailable(codes.join(", ")))
            } else {
                Cancelled::Error(Error::Failed(DisplayErrorContext(&error).to_string()))
            }
        }
        TransactWriteItemsError::TransactionInProgressException(_) => {
            Cancelled::Error(Error::Stale)
        }
        _ => Cancelled::Error(error.into()),
    }
}
