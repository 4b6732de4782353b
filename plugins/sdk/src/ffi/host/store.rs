//! Keys and values, code lists.

use phytohub_plugin_api as abi;

use super::{RawHost, offered};
use crate::Result;
use crate::ffi::base::size;
use crate::ffi::sink::Trampoline;
use crate::host::{Code, Operation};

impl RawHost {
    pub(crate) fn kv_get(&self, key: &[u8], out: &mut dyn FnMut(&[u8]) -> bool) -> Result<()> {
        let get = offered(self.kv.as_ref(), abi::HUB_KV_ID, |kv| kv.get)?;
        let mut sink = Trampoline::new(|piece: &[u8]| out(piece));
        let to = sink.sink();
        let answer = self.ask(|ctx, call| {
            // SAFETY: key and sink outlive the call; the function came with the context.
            unsafe { get(ctx, call, abi::HubBytes::new(key), to) }
        });
        sink.end();
        answer
    }

    pub(crate) fn kv_scan(
        &self,
        prefix: &[u8],
        after: &[u8],
        limit: u32,
        out: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) -> Result<()> {
        let scan = offered(self.kv.as_ref(), abi::HUB_KV_ID, |kv| kv.scan)?;
        let mut visitor = Trampoline::new(|key: &[u8], value: &[u8]| out(key, value));
        let to = visitor.pairs();
        let (prefix, after) = (abi::HubBytes::new(prefix), abi::HubBytes::new(after));
        let answer = self.ask(|ctx, call| {
            // SAFETY: keys and visitor outlive the call; the function came with the context.
            unsafe { scan(ctx, call, prefix, after, limit, &raw const to) }
        });
        visitor.end();
        answer
    }

    pub(crate) fn kv_write(&self, operations: &[Operation], ticket: u64) -> Result<()> {
        let write = offered(self.kv.as_ref(), abi::HUB_KV_ID, |kv| kv.write)?;
        let operations: Vec<_> = operations.iter().map(operation).collect();
        self.ask(|ctx, call| {
            // SAFETY: the operations outlive the call; the function came with the context.
            unsafe { write(ctx, call, operations.as_ptr(), operations.len(), ticket) }
        })
    }

    pub(crate) fn code_lookup(
        &self,
        list: &str,
        code: &str,
        language: &str,
        out: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<()> {
        let lookup =
            offered(self.code_lists.as_ref(), abi::HUB_CODELISTS_ID, |lists| lists.lookup)?;
        let mut sink = Trampoline::new(|piece: &[u8]| out(piece));
        let to = sink.sink();
        let (list, code) = (abi::HubStr::new(list), abi::HubStr::new(code));
        let answer = self.ask(|ctx, call| {
            // SAFETY: texts and sink outlive the call; the function came with the context.
            unsafe { lookup(ctx, call, list, code, abi::HubStr::new(language), to) }
        });
        sink.end();
        answer
    }

    pub(crate) fn code_each(&self, list: &str, out: &mut dyn FnMut(Code) -> bool) -> Result<()> {
        let each = offered(self.code_lists.as_ref(), abi::HUB_CODELISTS_ID, |lists| lists.each)?;
        let mut visitor = Trampoline::new(|code: Code| out(code));
        let to = visitor.codes();
        let answer = self.ask(|ctx, call| {
            // SAFETY: name and visitor outlive the call; the function came with the context.
            unsafe { each(ctx, call, abi::HubStr::new(list), &raw const to) }
        });
        visitor.end();
        answer
    }

    pub(crate) fn code_publish(&self, list: &str, revision: u32, codes: &[Code]) -> Result<()> {
        let publish =
            offered(self.code_lists.as_ref(), abi::HUB_CODELISTS_ID, |lists| lists.publish)?;
        let codes: Vec<_> = codes
            .iter()
            .map(|code| abi::HubCode {
                struct_size: size::<abi::HubCode>(),
                flags: if code.inactive { abi::HUB_CODE_INACTIVE } else { 0 },
                code: abi::HubStr::new(&code.code),
                text: abi::HubStr::new(&code.text),
                language: abi::HubStr::new(&code.language),
            })
            .collect();
        let list = abi::HubStr::new(list);
        self.ask(|ctx, call| {
            // SAFETY: name and codes outlive the call; the function came with the context.
            unsafe { publish(ctx, call, list, revision, codes.as_ptr(), codes.len()) }
        })
    }
}

fn operation(operation: &Operation) -> abi::HubKvOperation {
    abi::HubKvOperation {
        struct_size: size::<abi::HubKvOperation>(),
        kind: operation.kind,
        key: abi::HubBytes::new(&operation.key),
        value: abi::HubBytes::new(&operation.value),
        expects: operation.expects,
        reserved: 0,
        expected: abi::HubBytes::new(&operation.expected),
    }
}
