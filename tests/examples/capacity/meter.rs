//! A client of DynamoDB that counts its requests and what they consume.

use std::sync::{Arc, Mutex, PoisonError};

use app::App;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::operation::batch_get_item::{BatchGetItemInput, BatchGetItemOutput};
use aws_sdk_dynamodb::operation::delete_item::{DeleteItemInput, DeleteItemOutput};
use aws_sdk_dynamodb::operation::get_item::{GetItemInput, GetItemOutput};
use aws_sdk_dynamodb::operation::put_item::{PutItemInput, PutItemOutput};
use aws_sdk_dynamodb::operation::query::{QueryInput, QueryOutput};
use aws_sdk_dynamodb::operation::transact_get_items::{
    TransactGetItemsInput, TransactGetItemsOutput,
};
use aws_sdk_dynamodb::operation::transact_write_items::{
    TransactWriteItemsInput, TransactWriteItemsOutput,
};
use aws_sdk_dynamodb::operation::update_item::{UpdateItemInput, UpdateItemOutput};
use aws_sdk_dynamodb::types::{ConsumedCapacity, ReturnConsumedCapacity};
use local::Stack;
use store::Store;

/// What something cost.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    /// Requests to DynamoDB.
    pub(crate) requests: u32,
    /// Read units.
    pub(crate) read: f64,
    /// Write units.
    pub(crate) written: f64,
}

/// Counts what is asked of DynamoDB.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter(Arc<Mutex<Cost>>);

impl Meter {
    /// What the functions run on, every request of it counted.
    pub(crate) fn app(&self, stack: &Stack) -> App {
        let mut app = App::new(stack.app().config.clone(), stack.clock().clone());
        let config = app.aws.dynamodb().config().to_builder();
        let client = Client::from_conf(config.interceptor(self.clone()).build());
        app.store = Store::new(client, &app.config.table, &app.config.vault_table);
        app
    }

    /// What it cost since this was asked last.
    pub(crate) fn read(&self) -> Cost {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, consumed: &[ConsumedCapacity], is_read: bool) {
        let mut cost = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cost.requests += 1;
        for units in consumed.iter().filter_map(ConsumedCapacity::capacity_units) {
            if is_read {
                cost.read += units;
            } else {
                cost.written += units;
            }
        }
    }
}

/// Asks every request of these kinds for what it consumes.
macro_rules! ask {
    ($context:expr, $($input:ty),+) => {
        $(if let Some(input) = $context.input_mut().downcast_mut::<$input>() {
            input.return_consumed_capacity = Some(ReturnConsumedCapacity::Total);
        })+
    };
}

impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        ask!(
            context,
            GetItemInput,
            BatchGetItemInput,
            QueryInput,
            TransactGetItemsInput,
            PutItemInput,
            UpdateItemInput,
            DeleteItemInput,
            TransactWriteItemsInput
        );
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Ok(output) = context.output_or_error() else {
            self.add(&[], true);
            return Ok(());
        };
        if let Some(of) = output.downcast_ref::<GetItemOutput>() {
            self.add(of.consumed_capacity.as_slice(), true);
        } else if let Some(of) = output.downcast_ref::<QueryOutput>() {
            self.add(of.consumed_capacity.as_slice(), true);
        } else if let Some(of) = output.downcast_ref::<BatchGetItemOutput>() {
            self.add(of.consumed_capacity(), true);
        } else if let Some(of) = output.downcast_ref::<TransactGetItemsOutput>() {
            self.add(of.consumed_capacity(), true);
        } else if let Some(of) = output.downcast_ref::<PutItemOutput>() {
            self.add(of.consumed_capacity.as_slice(), false);
        } else if let Some(of) = output.downcast_ref::<UpdateItemOutput>() {
            self.add(of.consumed_capacity.as_slice(), false);
        } else if let Some(of) = output.downcast_ref::<DeleteItemOutput>() {
            self.add(of.consumed_capacity.as_slice(), false);
        } else if let Some(of) = output.downcast_ref::<TransactWriteItemsOutput>() {
            self.add(of.consumed_capacity(), false);
        } else {
            return Err("an operation that is not counted".into());
        }
        Ok(())
    }
}
